"""The window on a real library, offscreen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.theme import Theme
from tests.gui.made_files import write_documents, write_photos, write_unreadable

LONG_MS = 120_000


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, library_folder: Path) -> Iterator[MainWindow]:
    """The window, its library open and empty."""
    shown = MainWindow(library_folder, Theme(qapp))
    shown.show()
    qtbot.waitUntil(lambda: hasattr(shown, "session") and shown.session.status is not None, timeout=LONG_MS)
    yield shown
    with qtbot.waitSignal(shown.closed, timeout=LONG_MS):
        shown.close()
    shiboken6.delete(shown)


@pytest.fixture
def kept(files: Path) -> Path:
    """A folder with photos, documents and files that cannot be read."""
    write_photos(files / "photos", 3)
    write_documents(files)
    write_unreadable(files / "old")
    return files


@pytest.fixture
def full_window(qtbot: QtBot, window: MainWindow, kept: Path) -> MainWindow:
    """The window with that folder read."""
    window.session.add_folder(kept)
    qtbot.waitUntil(lambda: is_read(window), timeout=LONG_MS)
    return window


def is_read(window: MainWindow) -> bool:
    """Whether everything in the folder has been read."""
    status = window.session.status
    return status is not None and not status.progress.busy and status.failures == 3 and status.segments > 3


def shown_names(window: MainWindow) -> list[str]:
    """The names of the results, in their order."""
    return [hit.path.name for hit in window.session.results.hits]
