"""The saved searches in the left pane."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bowerbird.core.state import SavedSearchState
from bowerbird.core.types import Kind
from bowerbird.gui.panes.saved_searches import SavedSearches
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.nav_row import NavRow
from tests.gui.fakes import FakeBridge, empty_status

_SEA = SavedSearchState("Sea", "boats kind:photo", 1200, more=True)
_HILLS = SavedSearchState("Hills", "hills", None)


@pytest.fixture
def section(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> SavedSearches:
    """The section, once the library is open."""
    bridge.library.saved = (_SEA, _HILLS)
    section = SavedSearches(session)
    qtbot.addWidget(section)
    session.library.status_changed.emit(empty_status())
    return section


def _rows(section: SavedSearches) -> dict[str, NavRow]:
    return {row.accessibleName(): row for row in section.findChildren(NavRow) if not row.isHidden()}


def test_each_is_listed_with_what_it_finds(section: SavedSearches) -> None:
    assert list(_rows(section)) == ["Sea, 1,200+", "Hills, ?"]
    assert not section.isHidden()


def test_without_any_the_section_is_not_there(session: SearchSession, qtbot: QtBot) -> None:
    section = SavedSearches(session)
    qtbot.addWidget(section)
    session.library.status_changed.emit(empty_status())
    assert section.isHidden()


def test_one_is_searched_by_key_and_shown_as_chosen(section: SavedSearches, session: SearchSession) -> None:
    row = _rows(section)["Sea, 1,200+"]
    session.ask(Question("something else", kind=Kind.CLIP))
    assert not row.isChecked()
    QTest.keyClick(row, Qt.Key.Key_Space)
    assert session.question == Question("boats kind:photo") and row.isChecked()


def test_none_is_shown_as_chosen_once_something_else_is_asked(section: SavedSearches, session: SearchSession) -> None:
    sea, hills = _rows(section).values()
    QTest.mouseClick(hills, Qt.MouseButton.LeftButton)
    assert hills.isChecked() and not sea.isChecked()
    QTest.mouseClick(hills, Qt.MouseButton.LeftButton)
    assert hills.isChecked(), "it is still what is asked"
    session.ask(Question("something else"))
    assert not hills.isChecked() and not sea.isChecked()


def test_what_is_saved_or_forgotten_is_shown_at_once(
    section: SavedSearches, session: SearchSession, bridge: FakeBridge, qtbot: QtBot
) -> None:
    bridge.library.saved = (_HILLS, replace(_SEA, name="Ocean", files=3, more=False))
    session.saved.add("Ocean", "boats kind:photo")
    assert ("save_search", "Ocean", "boats kind:photo") in bridge.library.calls
    qtbot.waitUntil(lambda: set(_rows(section)) == {"Hills, ?", "Ocean, 3"})
    bridge.library.saved = ()
    session.saved.remove("Ocean")
    assert ("remove_saved", "Ocean") in bridge.library.calls
    assert section.isHidden() and not _rows(section)


def test_counts_follow_the_files_that_come(section: SavedSearches, session: SearchSession, bridge: FakeBridge) -> None:
    bridge.library.saved = (replace(_SEA, files=7, more=False),)
    session.library.content_changed.emit()
    assert section._count_timer.isActive()
    section._count_timer.timeout.emit()
    assert list(_rows(section)) == ["Sea, 7"]
