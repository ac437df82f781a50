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


def test_with_none_checked_there_is_nothing_to_start(page: FirstRunPage) -> None:
    for card in page.cards[:2]:
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert page.start.text() == "Start"
    assert not page.start.isEnabled()
