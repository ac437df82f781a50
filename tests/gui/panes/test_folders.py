"""The pane with kinds and folders, and the progress card in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from bowerbird.core.state import Folder, FolderState, Progress, SavedSearchState
from bowerbird.core.types import Kind
from bowerbird.gui.panes.folders import FoldersPane
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.nav_row import NavRow
from tests.gui.fakes import FakeBridge, empty_status

_PICTURES, _DISK = Path("/home/anna/Pictures"), Path("/media/disk")
_STATUS = replace(
    empty_status(),
    counts={Kind.PHOTO: 1284, Kind.CLIP: 3},
    folders=(Folder(_PICTURES, FolderState.INDEXING, 200, 50), Folder(_DISK, FolderState.OFFLINE, 9)),
    progress=Progress(done=150, total=200, folder=_PICTURES),
    failures=2,
)


@pytest.fixture
def pane(session: SearchSession, qtbot: QtBot) -> FoldersPane:
    """The pane, showing a library with two folders that is being indexed."""
    pane = FoldersPane(session)
    qtbot.addWidget(pane)
    pane.resize(224, 700)
    pane.show()
    session.library.status_changed.emit(_STATUS)
    session.library.progress_changed.emit(_STATUS.progress)
    return pane


def _visible_rows(pane: FoldersPane) -> dict[str, NavRow]:
    return {row.accessibleName() or row.text(): row for row in pane.findChildren(NavRow) if row.isVisible()}


def _button(pane: FoldersPane, name: str) -> QAbstractButton:
    buttons = [button for button in pane.findChildren(QAbstractButton) if button.isVisible()]
    return next(button for button in buttons if name in (button.accessibleName(), button.text()))


def test_a_folder_that_was_asked_for_before_its_row_was_there_is_chosen(session: SearchSession, qtbot: QtBot) -> None:
    pane = FoldersPane(session)
    qtbot.addWidget(pane)
    pane.show()
    session.ask(Question(folder=_DISK))
    session.library.status_changed.emit(_STATUS)
    qtbot.waitUntil(lambda: "disk, offline" in _visible_rows(pane))
    assert _visible_rows(pane)["disk, offline"].isChecked()
    assert not _visible_rows(pane)["Pictures, 75 %"].isChecked()


def test_rows_show_how_many_files_there_are(pane: FoldersPane) -> None:
    assert set(_visible_rows(pane)) == {
        "Settings",
        "Everything, 1,287",
        "Photos, 1,284",
        "Documents",
        "Clips, 3",
        "Pictures, 75 %",
        "disk, offline",
    }


def test_what_is_not_connected_is_named(pane: FoldersPane, session: SearchSession) -> None:
    partly = Folder(_PICTURES, FolderState.PARTLY_OFFLINE, 1200, 0, (_PICTURES / "Card",))
    session.library.status_changed.emit(replace(_STATUS, folders=(partly,)))
    row = _visible_rows(pane)["Pictures, 1,200"]
    assert row.toolTip().splitlines() == [
        "/home/anna/Pictures",
        "partly not connected; what was read stays searchable",
        "not here: /home/anna/Pictures/Card",
    ]


def test_a_kind_and_a_folder_filter_and_a_second_click_shows_all(pane: FoldersPane, session: SearchSession) -> None:
    rows = _visible_rows(pane)
    QTest.mouseClick(rows["Photos, 1,284"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(rows["disk, offline"], Qt.MouseButton.LeftButton)
    assert (session.question.kind, session.question.folder) == (Kind.PHOTO, _DISK)
    QTest.mouseClick(rows["disk, offline"], Qt.MouseButton.LeftButton)
    assert session.question.folder is None


def test_rows_are_choices_for_screen_readers(pane: FoldersPane) -> None:
    rows = _visible_rows(pane)
    roles = {name: QAccessible.queryAccessibleInterface(row).role() for name, row in rows.items()}
    assert roles.pop("Settings") == QAccessible.Role.Button
    assert set(roles.values()) == {QAccessible.Role.RadioButton}


def test_a_removed_folder_has_no_row(pane: FoldersPane, session: SearchSession) -> None:
    session.library.status_changed.emit(replace(_STATUS, folders=_STATUS.folders[:1]))
    assert "disk, offline" not in _visible_rows(pane)


def test_settings_are_requested(pane: FoldersPane, session: SearchSession, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.settings_requested):
        QTest.mouseClick(_visible_rows(pane)["Settings"], Qt.MouseButton.LeftButton)


def test_the_card_shows_progress_and_pauses(pane: FoldersPane, session: SearchSession, bridge: FakeBridge) -> None:
    texts = {label.text() for label in pane.findChildren(QLabel) if label.isVisible()}
    assert {"Indexing Pictures", "150 of 200"} <= texts
    QTest.mouseClick(_button(pane, "Pause reading"), Qt.MouseButton.LeftButton)
    session.library.progress_changed.emit(replace(_STATUS.progress, paused=True))
    QTest.mouseClick(_button(pane, "Go on reading"), Qt.MouseButton.LeftButton)
    assert [call for call in bridge.library.calls if call != ("status",)] == [("pause",), ("resume",)]


def test_failures_are_counted_and_lead_to_their_list(pane: FoldersPane, session: SearchSession, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.failures_requested):
        QTest.mouseClick(_button(pane, "2 files could not be read"), Qt.MouseButton.LeftButton)


def test_tab_goes_down_the_groups_of_rows_as_they_stand(
    pane: FoldersPane, session: SearchSession, bridge: FakeBridge, qtbot: QtBot
) -> None:
    bridge.library.saved = (SavedSearchState("Sea", "boats", 3), SavedSearchState("Hills", "hills", 2))
    session.saved.changed.emit()
    qtbot.waitUntil(lambda: {"Hills, 2", "disk, offline"} <= set(_visible_rows(pane)))
    _visible_rows(pane)["Clips, 3"].setFocus()
    names = list[str]()
    for _ in range(3):
        QTest.keyClick(pane, Qt.Key.Key_Tab)
        focused = pane.focusWidget()
        assert focused
        names.append(focused.accessibleName())
    assert names == ["Sea, 3", "Add a folder (Ctrl+Shift+O)", "Pictures, 75 %"], "arrows go on within a group"


def test_a_kind_that_is_typed_is_the_chosen_one_and_a_click_replaces_it(
    pane: FoldersPane, session: SearchSession
) -> None:
    session.ask(Question("dog kind:pictures"))
    session.search()
    rows = _visible_rows(pane)
    photos, everything = (next(row for row in rows.values() if row.text() == name) for name in ("Photos", "Everything"))
    assert photos.isChecked()
    QTest.mouseClick(everything, Qt.MouseButton.LeftButton)
    assert (session.question.text, session.question.kind) == ("dog", None)
    session.search()
    assert everything.isChecked()
