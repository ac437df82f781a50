"""Paints text with its matching parts highlighted, over as many lines as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption

from bowerbird.gui.theme import Colours

Marks = Sequence[tuple[int, int]]
"""Spans of a text, as offsets of the first character and of the one after the last."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to paint: its matching spans, font and colour, and how many lines it may take."""

    text: str
    marks: Marks
    font: QFont
    colour: str
    lines: int = 1


def utf16(text: str, offset: int) -> int:
    """An offset in characters as one in UTF-16 units, which Qt counts in: an emoji is one character but two units."""
    return offset + sum(character > "\uffff" for character in text[:offset])


def draw(painter: QPainter, rect: QRect, passage: Passage, colours: Colours) -> int:
    """Paint a passage at the top of ``rect``, elided to its width; returns the height in pixels."""
    text, kept = _elided(passage, rect.width())
    marks = [
        (utf16(text, start), utf16(text, min(end, kept))) for start, end in passage.marks if start < min(end, kept)
    ]
    formats = [_highlight(start, end, colours) for start, end in marks]
    layout = _text_layout(text, passage, rect.width(), formats)
    _draw_backgrounds(painter, rect, layout, marks, colours)
    painter.setPen(QColor(passage.colour))
    layout.draw(painter, QPointF(rect.topLeft()))
    return round(layout.boundingRect().height())


def height(passage: Passage, width: int) -> int:
    """The height in pixels that ``draw`` takes for a passage in this width, or a little less if it is elided."""
    return ceil(_text_layout(passage.text, passage, width).boundingRect().height())


def _text_layout(
    text: str, passage: Passage, width: int, formats: Sequence[QTextLayout.FormatRange] = ()
) -> QTextLayout:
    layout = QTextLayout(text, passage.font)
    layout.setFormats(list(formats))  # before the lines: setting them later undoes the lines
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    layout.setTextOption(option)
    spacing = 1.0 if passage.lines == 1 else 1.12
    layout.beginLayout()
    top = 0.0
    for _ in range(passage.lines):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, top))
        top += line.height() * spacing
    layout.endLayout()
    return layout


def _elided(passage: Passage, width: int) -> tuple[str, int]:
    """The text, its last line elided if there is more, and how many of its characters are the original's."""
    layout = _text_layout(passage.text, passage, width)
    last = layout.lineAt(layout.lineCount() - 1)
    units = utf16(passage.text, len(passage.text))
    if not last.isValid() or last.textStart() + last.textLength() >= units:
        return passage.text, len(passage.text)
    start = _characters(passage.text, last.textStart())
    rest = QFontMetricsF(passage.font).elidedText(passage.text[start:], Qt.TextElideMode.ElideRight, width - 2)
    return passage.text[:start] + rest, start + max(0, len(rest) - 1)


def _characters(text: str, units: int) -> int:
    """An offset in UTF-16 units as one in characters; the inverse of ``utf16``."""
    return len(text.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "ignore"))


def _highlight(start: int, end: int, colours: Colours) -> QTextLayout.FormatRange:
    span = QTextLayout.FormatRange()
    span.start, span.length = start, end - start
    text_format = QTextCharFormat()
    text_format.setForeground(QColor(colours.straw))
    span.format = text_format
    return span


def _draw_backgrounds(
    painter: QPainter, rect: QRect, layout: QTextLayout, marks: list[tuple[int, int]], colours: Colours
) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.strawwash))
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        for start, end in marks:
            first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if first < last:
                left, right = sorted((_x(line.cursorToX(first)), _x(line.cursorToX(last))))
                background = QRectF(left - 2, line.y(), right - left + 4, line.height())
                painter.drawRoundedRect(background.translated(QPointF(rect.topLeft())), 3, 3)


def _x(cursor: object) -> float:
    """The x coordinate: PySide returns it alone, or in a tuple with the cursor's position."""
    return float(cursor[0] if isinstance(cursor, tuple) else cursor)  # type: ignore[arg-type]
