"""Shows a picture as wide as there is room."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bowerbird.gui.widgets.painting import fill_rounded

_RADIUS = 10
_MIN_HEIGHT = 40


class PictureView(QWidget):
    """A picture with round corners that takes the widget's width, and the height that follows from it."""

    def __init__(self, max_height: int) -> None:
        """No picture; later ones are at most ``max_height`` pixels high."""
        super().__init__()
        self._max_height = max_height
        self._picture = self._scaled = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_image(self, image: QImage) -> None:
        """Replace the picture."""
        self._picture, self._scaled = QPixmap.fromImage(image), QPixmap()
        self._fit_height()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def _fit_height(self) -> None:
        if not self._picture.isNull():
            height = self._picture.height() * self.width() // max(1, self._picture.width())
            self.setFixedHeight(max(_MIN_HEIGHT, min(self._max_height, height)))

    def _scaled_to(self, size: QSize) -> QPixmap:
        """The picture at this size, cached."""
        if self._scaled.size() != size:
            self._scaled = self._picture.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return self._scaled

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        rect = QRectF(left, top, size.width(), size.height())
        fill_rounded(painter, rect, self._scaled_to(size * self.devicePixelRatio()), _RADIUS)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.AlternateBase), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
