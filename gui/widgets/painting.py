"""Painting that several views share."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QTransform


def fill_rounded(painter: QPainter, rect: QRectF, pixmap: QPixmap, radius: float, *, top: bool = False) -> None:
    """Fill a rounded rectangle with a picture, cropped to its middle, or to its upper part if ``top``.

    Painted with a brush, since clipping leaves jagged edges.
    """
    scale = max(rect.width() / pixmap.width(), rect.height() / pixmap.height())
    left = rect.center().x() - pixmap.width() * scale / 2
    above = rect.top() if top else rect.center().y() - pixmap.height() * scale / 2
    brush = QBrush(pixmap)
    brush.setTransform(QTransform().translate(left, above).scale(scale, scale))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawRoundedRect(rect, radius, radius)


def draw_focus_ring(painter: QPainter, rect: QRectF, radius: float, colour: str) -> None:
    """A line that shows where the keyboard is, inside what it surrounds: it is seen whatever lies around that."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colour), 1.5))
    painter.drawRoundedRect(rect, radius, radius)
