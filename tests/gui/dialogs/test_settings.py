"""The dialog for the settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDialogButtonBox, QScrollArea
from pytestqt.qtbot import QtBot

from bowerbird.core.settings import Settings
from bowerbird.gui.dialogs.settings import SettingsDialog
from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.session import SearchSession
from bowerbird.gui.theme import DARK
from tests.core.test_settings import CHANGED
from tests.gui.conftest import LONG_MS
from tests.gui.fakes import FakeBridge, empty_status


@pytest.fixture
def dialog(session: SearchSession, qtbot: QtBot) -> SettingsDialog:
    """The dialog on default settings."""
    dialog = SettingsDialog(session, Settings())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def _save(dialog: SettingsDialog) -> None:
    (box,) = dialog.findChildren(QDialogButtonBox)
    QTest.mouseClick(box.button(QDialogButtonBox.StandardButton.Save), Qt.MouseButton.LeftButton)


def _changes(bridge: FakeBridge) -> list[Settings]:
    return [call[1] for call in bridge.library.calls if call[0] == "change_settings"]


def test_walls_that_are_missing_are_told(dialog: SettingsDialog, session: SearchSession) -> None:
    assert not dialog.missing_walls.isVisible()
    session.library.status_changed.emit(replace(empty_status(), missing_walls=("No door.", "No lock.")))
    assert dialog.missing_walls.isVisible() and dialog.missing_walls.text() == "No door. No lock."


def test_its_buttons_have_no_icons_and_stay_where_the_rest_is_scrolled(dialog: SettingsDialog, qtbot: QtBot) -> None:
    dialog.resize(420, 260)
    save = dialog.findChildren(QDialogButtonBox)[0].button(QDialogButtonBox.StandardButton.Save)
    qtbot.waitUntil(lambda: dialog.rect().contains(save.mapTo(dialog, save.rect().bottomRight())))
    assert save.icon().isNull(), "the style has icons of its own"
    assert dialog.findChildren(QScrollArea)[0].verticalScrollBar().maximum() > 0


def test_nothing_changed_is_nothing_saved(dialog: SettingsDialog, bridge: FakeBridge) -> None:
    _save(dialog)
    assert bridge.library.calls == []
    assert not dialog.isVisible()


def test_another_theme_changes_nothing_else_and_is_seen_at_once(
    dialog: SettingsDialog, session: SearchSession, bridge: FakeBridge
) -> None:
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    _save(dialog)
    assert session.theme.colours == DARK
    assert _changes(bridge) == [replace(Settings(), theme="dark")]
    assert bridge.library.calls[1:] == [("status",)]


@pytest.mark.parametrize("saved", [Settings(), replace(CHANGED, cores=1)], ids=["default", "changed"])
def test_every_control_shows_what_is_saved_and_gives_it_back(
    session: SearchSession, qtbot: QtBot, saved: Settings
) -> None:
    dialog = SettingsDialog(session, saved)
    qtbot.addWidget(dialog)
    assert dialog.settings() == saved


def test_every_check_box_changes_a_setting(dialog: SettingsDialog) -> None:
    for box in dialog.findChildren(QCheckBox):
        before = dialog.settings()
        box.toggle()
        assert dialog.settings() != before, box.text()


def test_names_to_leave_out_are_trimmed_and_kept_once(dialog: SettingsDialog, bridge: FakeBridge) -> None:
    dialog.excludes.setPlainText("*.draft\n\n  cache  \n*.draft")
    _save(dialog)
    assert _changes(bridge) == [replace(Settings(), excludes=("*.draft", "cache"))]


def test_settings_are_saved(full_window: MainWindow, library_folder: Path, qtbot: QtBot) -> None:
    full_window.session.settings_requested.emit()
    qtbot.waitUntil(lambda: bool(full_window.findChildren(SettingsDialog)), timeout=LONG_MS)
    (dialog,) = full_window.findChildren(SettingsDialog)
    dialog.battery.setChecked(True)
    dialog.pictures.setChecked(True)
    dialog.excludes.appendPlainText("*.draft")
    _save(dialog)
    settings = library_folder / "settings.toml"
    qtbot.waitUntil(lambda: "*.draft" in settings.read_text(), timeout=LONG_MS)
    assert "pause_on_battery = true" in settings.read_text()
    assert "read_pictures = true" in settings.read_text()
