"""Fixtures of the window: with a real library, offscreen, or with a session that has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.session import SearchSession
from bowerbird.gui.theme import Theme
from bowerbird.gui.widgets.thumbnails import Thumbnails
from tests.gui.fakes import FakeBridge
from tests.gui.sample_files import write_documents, write_photos, write_unreadable

LONG_MS = 120_000
UNREADABLE_FILES = 3


@pytest.fixture(scope="session")
def shared_theme(qapp: QApplication) -> Theme:
    """One theme for all tests: to style the application takes a while."""
    return Theme(qapp)


@pytest.fixture
def theme(shared_theme: Theme) -> Theme:
    """The light theme."""
    shared_theme.choose("light")
    return shared_theme


@pytest.fixture
def owner(qapp: QApplication) -> Iterator[QObject]:
    """Parent of objects that live as long as a test."""
    parent = QObject()
    yield parent
    shiboken6.delete(parent)


@pytest.fixture
def bridge(owner: QObject) -> FakeBridge:
    """A bridge to a library that only notes what it is asked."""
    return FakeBridge(owner)


@pytest.fixture
def session(bridge: FakeBridge, theme: Theme, owner: QObject) -> Iterator[SearchSession]:
    """A session with ``bridge``."""
    thumbnails = Thumbnails(owner)
    yield SearchSession(bridge, theme, thumbnails, owner)  # type: ignore[arg-type]
    thumbnails.close()


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, library_folder: Path, lent_processes: None) -> Iterator[MainWindow]:
    """The window, its library open and empty."""
    window = MainWindow(library_folder, theme)
    window.resize(1360, 860)  # more than the screen there is offscreen has room for
    window.show()
    qtbot.waitUntil(lambda: is_open(window), timeout=LONG_MS)
    yield window
    close(window, qtbot)


@pytest.fixture
def sample_folder(files: Path) -> Path:
    """A folder with photos, documents and files that cannot be read."""
    write_photos(files / "photos", 3)
    write_documents(files)
    write_unreadable(files / "old")
    return files


@pytest.fixture
def full_window(qtbot: QtBot, window: MainWindow, sample_folder: Path) -> MainWindow:
    """The window with that folder indexed."""
    window.session.library.add_folder(sample_folder)
    qtbot.waitUntil(lambda: is_indexed(window), timeout=LONG_MS)
    return window


def is_open(window: MainWindow) -> bool:
    """True once the library has told its status."""
    return hasattr(window, "session") and window.session.library.status is not None


def is_indexed(window: MainWindow) -> bool:
    """True once all of the sample folder has been read."""
    status = window.session.library.status
    return (
        status is not None
        and not status.progress.busy
        and status.failures == UNREADABLE_FILES
        and status.segments > UNREADABLE_FILES
    )


def close(window: MainWindow, qtbot: QtBot) -> None:
    """Close the window and its library, and delete it in the UI thread."""
    with qtbot.waitSignal(window.closed, timeout=LONG_MS):
        window.close()
    shiboken6.delete(window)


def shown_names(window: MainWindow) -> list[str]:
    """The names of the results, in their order."""
    return [hit.path.name for hit in window.session.results.hits]
