"""A picture with round corners."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bowerbird.gui.widgets.painting import fill_rounded

_RADIUS = 10


class PictureView(QWidget):
    """A picture with round corners, as high as its width asks for, within a limit."""

    def __init__(self, highest: int) -> None:
        """Never higher than ``highest``."""
        super().__init__()
        self._highest = highest
        self._picture = self._sharp = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_image(self, image: QImage) -> None:
        """Show this one."""
        self._picture, self._sharp = QPixmap.fromImage(image), QPixmap()
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self._picture.isNull():
            high = self._picture.height() * self.width() // max(1, self._picture.width())
            self.setFixedHeight(max(40, min(self._highest, high)))

    def _sharpened(self, size: QSize) -> QPixmap:
        """The picture at this size, made once."""
        if self._sharp.size() != size:
            self._sharp = self._picture.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return self._sharp

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        sharp = self._sharpened(size * self.devicePixelRatio())
        place = QRectF(left, top, size.width(), size.height())
        fill_rounded(painter, place, sharp, _RADIUS)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.AlternateBase), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
