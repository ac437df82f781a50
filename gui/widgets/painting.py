"""Painting that several views share."""

from __future__ import annotations

from collections.abc import Callable

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


def draw_loudness(painter: QPainter, rect: QRectF, loudness: bytes, colour: Callable[[float], str]) -> None:
    """Bars of loudness (0…255, evenly spaced); ``colour`` is asked for each bar by its place, from 0 to 1."""
    width = max(1, round(rect.width()))
    painter.setPen(Qt.PenStyle.NoPen)
    for x in range(0, width, 3):
        low = x * len(loudness) // width
        high = max(low + 1, (x + 3) * len(loudness) // width)
        height = max(2.0, rect.height() * (max(loudness[low:high], default=0) / 255) ** 1.5)
        painter.setBrush(QColor(colour(x / width)))
        painter.drawRoundedRect(QRectF(rect.x() + x, rect.center().y() - height / 2, 2, height), 1, 1)
