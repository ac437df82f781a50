"""The page that asks which folders to watch."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bowerbird.core.types import Kind
from bowerbird.gui.pages.first_run import FirstRunPage
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import FakeBridge

_SUGGESTIONS = (
    (Path("/home/anna/Pictures"), {Kind.PHOTO: 31650, Kind.CLIP: 812}),
    (Path("/home/anna/Documents"), {Kind.DOCUMENT: 4}),
    (Path("/home/anna/Desktop"), {Kind.PHOTO: 0}),
)


@pytest.fixture
def page(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> FirstRunPage:
    """The page with three suggestions."""
    bridge.library.suggestions = _SUGGESTIONS
    page = FirstRunPage(session)
    qtbot.addWidget(page)
    page.show()
    page.suggest_folders()
    return page


def test_folders_that_hold_something_are_checked(page: FirstRunPage) -> None:
    assert [card.isChecked() for card in page.cards] == [True, True, False]
    assert page.cards[0].accessibleName() == "Pictures, 31,650 photos, 812 clips"
    assert page.start.text() == "Start with these two"


def test_only_checked_folders_are_added(page: FirstRunPage, bridge: FakeBridge) -> None:
    QTest.mouseClick(page.cards[1], Qt.MouseButton.LeftButton)
    assert page.start.text() == "Start with this one"
    QTest.mouseClick(page.start, Qt.MouseButton.LeftButton)
    added = [call[1] for call in bridge.library.calls if call[0] == "add_folder"]
    assert added == [Path("/home/anna/Pictures")]
    assert not page.start.isEnabled(), "a second click adds nothing"


def test_a_folder_that_is_chosen_joins_those_that_are_checked(page: FirstRunPage, bridge: FakeBridge) -> None:
    page.choose(Path("/media/disk"))
    page.choose(Path("/home/anna/Desktop"))
    assert [card.isChecked() for card in page.cards] == [True, True, True, True]
    assert not [call for call in bridge.library.calls if call[0] == "add_folder"], "nothing is read before the start"
    QTest.mouseClick(page.start, Qt.MouseButton.LeftButton)
    added = {call[1].name for call in bridge.library.calls if call[0] == "add_folder"}
    assert added == {"Pictures", "Documents", "Desktop", "disk"}


def test_tab_goes_through_the_folders_to_the_start(page: FirstRunPage, qtbot: QtBot) -> None:
    page.choose(Path("/media/disk"))
    qtbot.waitUntil(lambda: page.cards[3].isVisible())
    page.activateWindow()
    page.cards[0].setFocus()
    reached = list[object]()
    for _ in range(5):
        reached.append(page.focusWidget())
        QTest.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    assert reached == [*page.cards, page.start]
    assert page.focusWidget() is page._other


def test_with_none_checked_there_is_nothing_to_start(page: FirstRunPage) -> None:
    for card in page.cards[:2]:
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert page.start.text() == "Start"
    assert not page.start.isEnabled()
