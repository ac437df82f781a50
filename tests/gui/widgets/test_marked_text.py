"""Text with highlighted spans."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from bowerbird.gui.theme import LIGHT, Theme
from bowerbird.gui.widgets import marked_text
from bowerbird.gui.widgets.marked_text import Passage, utf16


def _drawn(passage: Passage, width: int = 200) -> tuple[QImage, int]:
    image = QImage(width, 120, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    height = marked_text.draw(painter, QRect(0, 0, width, 120), passage, LIGHT)
    painter.end()
    return image, height


def _highlighted_columns(image: QImage) -> list[int]:
    wash = QColor(LIGHT.strawwash).rgb()
    return [x for x in range(image.width()) if any(image.pixel(x, y) == wash for y in range(image.height()))]


def test_offsets_are_counted_in_the_units_of_qt() -> None:
    assert utf16("🐦 bird", 2) == 3


def test_a_span_is_highlighted_where_its_words_are(theme: Theme) -> None:
    first, _ = _drawn(Passage("dog cat", ((0, 3),), theme.font, LIGHT.ink))
    second, _ = _drawn(Passage("dog cat", ((4, 7),), theme.font, LIGHT.ink))
    nothing, _ = _drawn(Passage("dog cat", (), theme.font, LIGHT.ink))
    assert _highlighted_columns(nothing) == []
    assert 0 < len(_highlighted_columns(first)) < 60
    assert max(_highlighted_columns(first)) < max(_highlighted_columns(second))


def test_a_long_text_takes_no_more_lines_than_it_may(theme: Theme, qapp: QApplication) -> None:
    text = "a long sentence about a dog that rode on a truck " * 8
    _, one_line = _drawn(Passage(text, (), theme.font, LIGHT.ink))
    _, three_lines = _drawn(Passage(text, (), theme.font, LIGHT.ink, 3))
    assert 2.5 * one_line < three_lines < 4 * one_line


def test_a_span_in_the_part_that_is_cut_off_is_not_highlighted(theme: Theme) -> None:
    text = "a long sentence about a dog that rode on a truck " * 8
    image, _ = _drawn(Passage(text, ((len(text) - 6, len(text)),), theme.font, LIGHT.ink))
    assert _highlighted_columns(image) == []
