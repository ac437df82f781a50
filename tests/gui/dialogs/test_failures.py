"""The dialog with the files that could not be read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bowerbird.gui.dialogs.failures import FailuresDialog
from bowerbird.gui.main_window import MainWindow
from tests.gui.conftest import LONG_MS, UNREADABLE_FILES


@pytest.fixture
def dialog(full_window: MainWindow, qtbot: QtBot) -> FailuresDialog:
    """The dialog, open, with the sample folder's failures."""
    full_window.session.failures_requested.emit()
    (dialog,) = full_window.findChildren(FailuresDialog)
    qtbot.waitUntil(lambda: dialog.model.rowCount() == UNREADABLE_FILES, timeout=LONG_MS)
    return dialog


def test_failures_are_listed_with_their_reasons(dialog: FailuresDialog) -> None:
    names = {failure.path.name for failure in dialog.model.failures}
    assert names == {"Old scan.pdf", "IMG_0007.jpg", "Garden.png"}
    assert all(failure.reason.endswith(".") for failure in dialog.model.failures)


def test_a_repaired_file_is_read_after_a_click_on_try_all_again(
    dialog: FailuresDialog, full_window: MainWindow, sample_folder: Path, qtbot: QtBot
) -> None:
    full_window.session.library.pause(True)  # so that it is the click that has the file read
    qtbot.waitUntil(lambda: full_window.session.library.status.progress.paused, timeout=LONG_MS)
    shutil.copy(sample_folder / "photos" / "IMG_2200.jpg", sample_folder / "old" / "IMG_0007.jpg")
    QTest.mouseClick(dialog.retry_all, Qt.MouseButton.LeftButton)
    full_window.session.library.pause(False)
    qtbot.waitUntil(lambda: dialog.model.rowCount() == UNREADABLE_FILES - 1, timeout=LONG_MS)
    assert full_window.search_pane.notice.text == "", "nothing went wrong in between"


def test_failures_can_be_copied(dialog: FailuresDialog) -> None:
    dialog.table.clearSelection()
    QTest.keyClick(dialog, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines == [f"{failure.path}\t{failure.reason}" for failure in dialog.model.failures]
