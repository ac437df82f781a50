"""What the window knows from the last time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Order
from bowerbird.core.types import Kind
from bowerbird.gui import remembered
from bowerbird.gui.question import ANY_TIME, Question, between, periods

_ROOM = QRect(0, 36, 1366, 732)


@pytest.mark.parametrize(
    "question",
    [
        Question(),
        Question(text="a dog", kind=Kind.PHOTO, folder=Path("/p"), period=periods(date.today())[2], apart=True),
        Question(order=Order.NAME),
        Question(period=between(date(2024, 5, 1), date(2024, 5, 31))),
    ],
)
def test_a_question_comes_back(qtbot: QtBot, tmp_path: Path, question: Question) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(10, 50, 700, 500)
    remembered.save(tmp_path, window, question)
    last = remembered.load(tmp_path)
    assert (last.question(), last.area, last.maximized) == (question, QRect(10, 50, 700, 500), False)


_BROKEN = ("", "[]", '{"area": [0]}', '{"area": [1, 2, 3, 4], "maximized": 0, "question": {}}')


@pytest.mark.parametrize("content", _BROKEN)
def test_what_makes_no_sense_is_as_at_the_first_start(tmp_path: Path, content: str) -> None:
    LibraryPaths(tmp_path).window.write_text(content)
    assert remembered.load(tmp_path).question() == Question(period=ANY_TIME)


@pytest.mark.parametrize(
    ("area", "fitted"),
    [
        (QRect(3, 100, 800, 600), QRect(3, 100, 800, 600)),
        (QRect(0, 0, 1360, 860), QRect(0, 36, 1360, 732)),
        (QRect(1000, 700, 800, 600), QRect(566, 168, 800, 600)),
        (QRect(-500, -50, 5000, 5000), _ROOM),
    ],
)
def test_a_window_is_moved_to_where_all_of_it_is_seen(area: QRect, fitted: QRect) -> None:
    assert remembered.fitted(area, _ROOM) == fitted
