"""Pictures that a decoder child sends: decoded as the JPEGs they should be, or not at all."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QImage, QImageReader

JPEG = QByteArray(b"jpg")
"""The one format asked for: Qt else looks at the bytes, and would draw an SVG or a PDF that a child sent."""


def image_of(jpeg: bytes) -> QImage:
    """A JPEG decoded; null if it is none."""
    buffer = QBuffer()
    buffer.setData(jpeg)
    return QImageReader(buffer, JPEG).read()
