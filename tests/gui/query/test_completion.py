"""What is offered as one types a filter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from bowerbird.gui.query.completion import FilterCompleter, suggestions
from bowerbird.gui.query.query_box import QueryEdit


@pytest.mark.parametrize(
    ("before", "start", "offers"),
    [
        ("a dog aft", "aft", ["after:"]),
        ("-(pla", "pla", ["place:"]),
        ("kind:", "", ["photo", "document", "recording", "clip"]),
        ("Kind:P", "P", ["photo"]),
        ("type:cl", "cl", ["clip"]),
        ("date:last", "last", ['"last week"', '"last month"', '"last year"']),
        ("lang:Ger", "Ger", ["German"]),
        ("kind:photo", "photo", []),
        ("a be", "be", []),
        ("kind:photo ", "", []),
        ("under:~", "~", []),
        ("http://x", "//x", []),
        ('"aft', "", []),
        ("", "", []),
    ],
)
def test_what_may_follow(before: str, start: str, offers: list[str]) -> None:
    assert suggestions(before) == (start, offers)


@pytest.fixture
def edit(qtbot: QtBot) -> QLineEdit:
    edit = QLineEdit()
    qtbot.addWidget(edit)
    edit.show()
    return edit


def test_what_is_chosen_takes_the_place_of_what_was_begun(edit: QLineEdit, qtbot: QtBot) -> None:
    completer = FilterCompleter(edit)
    qtbot.keyClicks(edit, "dog pla")
    popup = completer.popup()
    assert popup and popup.isVisible()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert edit.text() == "dog place:" and not popup.isVisible()
    edit.setText("kind:v cat")
    edit.setCursorPosition(6)
    qtbot.keyClick(edit, Qt.Key.Key_Backspace)
    completer.activated.emit("photo")
    assert edit.text() == "kind:photo cat"


def test_enter_and_escape_are_for_the_offers_while_they_are_shown(qtbot: QtBot) -> None:
    edit = QueryEdit()
    qtbot.addWidget(edit)
    edit.show()
    popup = edit.offers.popup()
    assert popup
    qtbot.keyClicks(edit, "kind:ph")
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert edit.text() == "kind:ph" and not popup.isVisible()
    qtbot.keyClicks(edit, "o")
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    with qtbot.assertNotEmitted(edit.entered):
        qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert edit.text() == "kind:photo "
    with qtbot.waitSignal(edit.entered):
        qtbot.keyClick(edit, Qt.Key.Key_Return)


def test_what_is_no_beginning_of_a_filter_offers_nothing(edit: QLineEdit, qtbot: QtBot) -> None:
    completer = FilterCompleter(edit)
    qtbot.keyClicks(edit, "kind:p")
    popup = completer.popup()
    assert popup and popup.isVisible()
    qtbot.keyClicks(edit, "x")
    assert not popup.isVisible()


def test_the_last_questions_are_offered_while_nothing_is_typed(qtbot: QtBot) -> None:
    edit = QueryEdit()
    qtbot.addWidget(edit)
    edit.show()
    left = qtbot.waitSignal(edit.left_downwards)
    QTest.keyClick(edit, Qt.Key.Key_Down)
    assert left.signal_triggered, "without any, Down goes to the results"
    edit.offers.use_recent(("a dog on a beach", "kind:photo boats"))
    QTest.keyClick(edit, Qt.Key.Key_Down)
    popup = edit.offers.popup()
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert edit.text() == "a dog on a beach"
    assert not edit.offers.offer_recent(), "now something is typed"
