"""Painting that several views share."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPixmap, QTransform


def fill_rounded(painter: QPainter, place: QRectF, pixmap: QPixmap, radius: float, *, top: bool = False) -> None:
    """Fill a rounded place with a picture, cropped to its middle or its top. By brush, as clipping has jagged edges."""
    scale = max(place.width() / pixmap.width(), place.height() / pixmap.height())
    left = place.center().x() - pixmap.width() * scale / 2
    above = place.top() if top else place.center().y() - pixmap.height() * scale / 2
    brush = QBrush(pixmap)
    brush.setTransform(QTransform().translate(left, above).scale(scale, scale))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawRoundedRect(place, radius, radius)
