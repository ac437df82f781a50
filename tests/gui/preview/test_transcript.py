"""The transcript beside the player."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bowerbird.core.types import Line
from bowerbird.gui.preview.transcript import Transcript
from bowerbird.gui.theme import Theme, sized
from bowerbird.gui.widgets import marked_text
from bowerbird.gui.widgets.marked_text import Passage

_LINES = tuple(Line(10.0 * number, 10.0 * number + 8, f"line {number}", ((0, 4),)) for number in range(40))
_LONG = tuple(Line(float(number), number + 0.8, f"line {number} " * 12, ()) for number in range(8000))
_LONGEST_S = 0.1  # 6 ms are enough; to measure every line takes 240 ms


def test_the_transcript_follows_and_seeks(theme: Theme, qtbot: QtBot) -> None:
    transcript = Transcript(theme, 300)
    qtbot.addWidget(transcript)
    transcript.resize(320, 300)
    transcript.show_lines(_LINES)
    transcript.show()
    assert transcript.height() == 300
    transcript.follow(205.0)
    assert transcript.currentIndex().row() == 20
    assert transcript.viewport().rect().contains(transcript.visualRect(transcript.currentIndex()).center())
    row = transcript.model().index(21, 0)
    with qtbot.waitSignal(transcript.seek_requested) as seek:
        QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=transcript.visualRect(row).center())
    assert seek.args == [210.0]


def test_a_short_transcript_is_as_high_as_its_lines(theme: Theme, qtbot: QtBot) -> None:
    transcript = Transcript(theme, 300)
    qtbot.addWidget(transcript)
    transcript.show_lines(_LINES[:2])
    assert transcript.height() < 100


@pytest.mark.parametrize("width", [200, 248, 316])
def test_lines_do_not_overlap(theme: Theme, qtbot: QtBot, width: int) -> None:
    words = "the quick brown incomprehensibilities of an unforgettable gentleman at sea".split()
    texts = [" ".join(words[: 1 + number % 12] * 3) for number in range(24)]
    lines = [Line(5.0 * number, 5.0 * number + 4, text) for number, text in enumerate(texts)]
    transcript = Transcript(theme, 300)
    qtbot.addWidget(transcript)
    transcript.resize(width, 300)
    transcript.show_lines(lines)
    transcript.show()
    pixmap = QPixmap(400, 400)
    painter = QPainter(pixmap)
    for row, line in enumerate(lines):
        rect = transcript.visualRect(transcript.model().index(row, 0))
        passage = Passage(line.text, (), sized(theme.font, 13), "#000000", 6)
        painted = marked_text.draw(painter, QRect(0, 0, transcript._delegate._text_width, 400), passage, theme.colours)
        assert painted + 12 <= rect.height() + 1, line.text
    painter.end()


def test_before_the_first_line_none_is_selected(theme: Theme, qtbot: QtBot) -> None:
    transcript = Transcript(theme, 300)
    qtbot.addWidget(transcript)
    transcript.show_lines(_LINES[1:])
    transcript.follow(15.0)
    assert [index.row() for index in transcript.selectedIndexes()] == [0]
    transcript.follow(5.0)
    assert transcript.selectedIndexes() == []


def test_thousands_of_lines_are_not_measured_to_be_shown(theme: Theme, qtbot: QtBot) -> None:
    transcript = Transcript(theme, 300)
    qtbot.addWidget(transcript)
    transcript.resize(320, 300)
    transcript.show()
    start = time.process_time()
    transcript.show_lines(_LONG)
    assert time.process_time() - start < _LONGEST_S
    transcript.follow(7900.5)
    assert transcript.currentIndex().row() == 7900
    assert transcript.viewport().rect().contains(transcript.visualRect(transcript.currentIndex()).center())
