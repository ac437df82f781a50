"""Shows a picture as wide as there is room."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPalette, QPen, QPixmap, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bowerbird.core.types import Corners
from bowerbird.gui.theme import Theme
from bowerbird.gui.widgets.painting import fill_rounded

_RADIUS = 10
_MIN_HEIGHT = 40
_WASH = 90  # of 255: how much a marked box hides


class PictureView(QWidget):
    """A picture with round corners that takes the widget's width, and the height that follows from it."""

    def __init__(self, theme: Theme, max_height: int) -> None:
        """No picture; later ones are at most ``max_height`` pixels high."""
        super().__init__()
        self._theme, self._max_height = theme, max_height
        self._boxes: tuple[Corners, ...] = ()
        self._picture = self._scaled = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_image(self, image: QImage, boxes: tuple[Corners, ...] = ()) -> None:
        """Replace the picture; ``boxes`` on it are marked."""
        self._boxes = boxes
        self._picture, self._scaled = QPixmap.fromImage(image), QPixmap()
        self._fit_height()
        self.update()

    def limit(self, max_height: int) -> None:
        """Be at most this high from now on, in pixels."""
        self._max_height = max_height
        self._fit_height()

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

    def picture_rect(self) -> QRectF:
        """Where in the widget the picture is."""
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, *size.toTuple())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        rect = self.picture_rect()
        fill_rounded(painter, rect, self._scaled_to(rect.size().toSize() * self.devicePixelRatio()), _RADIUS)
        self._paint_boxes(painter, rect)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.AlternateBase), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)

    def _paint_boxes(self, painter: QPainter, rect: QRectF) -> None:
        """As with a marker: what is below can be read."""
        wash = QColor(self._theme.colours.straw)
        wash.setAlpha(_WASH)
        painter.setPen(QPen(QColor(self._theme.colours.straw), 1.5))
        painter.setBrush(wash)
        for box in self._boxes:
            corners = [QPointF(rect.x() + x * rect.width(), rect.y() + y * rect.height()) for x, y in box]
            painter.drawPolygon(QPolygonF(corners))
