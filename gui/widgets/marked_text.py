"""Draws text with its matching parts on straw, over as many lines as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption

from bowerbird.gui.theme import Colours

Marks = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text, its matching spans, and how it is to look."""

    text: str
    marks: Marks
    font: QFont
    colour: str
    lines: int = 1


def utf16(text: str, offset: int) -> int:
    """Qt counts in UTF-16 units, Python in characters: an emoji is one here and two there."""
    return offset + sum(character > "\uffff" for character in text[:offset])


def draw(painter: QPainter, place: QRect, passage: Passage, colours: Colours) -> int:
    """Draw a passage at the top of a place, elided to fit; its height."""
    text, cut = _fitted(passage, place.width())
    marks = [(utf16(text, a), utf16(text, min(b, cut))) for a, b in passage.marks if a < min(b, cut)]
    layout = _laid_out(text, passage, place.width(), [_format(a, b, colours) for a, b in marks])
    _underlay(painter, place, layout, marks, colours)
    painter.setPen(QColor(passage.colour))
    layout.draw(painter, QPointF(place.topLeft()))
    return round(layout.boundingRect().height())


def _laid_out(text: str, passage: Passage, width: int, formats: Sequence[QTextLayout.FormatRange] = ()) -> QTextLayout:
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


def _fitted(passage: Passage, width: int) -> tuple[str, int]:
    """The text with its last line elided if it must be, and how much of it is still the original."""
    layout = _laid_out(passage.text, passage, width)
    last = layout.lineAt(layout.lineCount() - 1)
    units = utf16(passage.text, len(passage.text))
    if not last.isValid() or last.textStart() + last.textLength() >= units:
        return passage.text, len(passage.text)
    start = _characters(passage.text, last.textStart())
    rest = QFontMetricsF(passage.font).elidedText(passage.text[start:], Qt.TextElideMode.ElideRight, width - 2)
    return passage.text[:start] + rest, start + max(0, len(rest) - 1)


def _characters(text: str, units: int) -> int:
    """The other way round than ``utf16``."""
    return len(text.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "ignore"))


def _format(start: int, end: int, colours: Colours) -> QTextLayout.FormatRange:
    marked = QTextLayout.FormatRange()
    marked.start, marked.length = start, end - start
    form = QTextCharFormat()
    form.setForeground(QColor(colours.straw))
    marked.format = form
    return marked


def _underlay(
    painter: QPainter, place: QRect, layout: QTextLayout, marks: list[tuple[int, int]], colours: Colours
) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.strawwash))
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        for start, end in marks:
            first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if first < last:
                a, b = _x(line.cursorToX(first)), _x(line.cursorToX(last))
                box = QRectF(min(a, b) - 2, line.y(), abs(b - a) + 4, line.height())
                painter.drawRoundedRect(box.translated(QPointF(place.topLeft())), 3, 3)


def _x(position: object) -> float:
    """PySide6 gives the place alone, or with the position it stands for."""
    return float(position[0] if isinstance(position, tuple) else position)  # type: ignore[arg-type]
