"""Files in drags and on the clipboard."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QObject, QUrl, Slot
from PySide6.QtDBus import QDBusConnection
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bowerbird.gui.desktop import copy_files, copy_path, paths_of, show_in_file_manager, url_of


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text_survive_a_drag(qapp: QApplication) -> None:
    path = Path(os.fsdecode(b"/tmp/caf\xe9 #1?.jpg"))
    mime = QMimeData()
    mime.setUrls([url_of(os.fspath(path))])
    assert paths_of(mime) == (path,)


def test_addresses_elsewhere_are_no_files(qapp: QApplication) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.jpg"), url_of(os.path.abspath("a.jpg"))])
    assert paths_of(mime) == (Path("a.jpg").absolute(),)
    mime.clear()
    assert paths_of(mime) == ()


def test_a_copied_path_is_on_the_clipboard(qapp: QApplication) -> None:
    copy_path(Path("/photos/a b.jpg"))
    assert QGuiApplication.clipboard().text() == str(Path("/photos/a b.jpg"))


def test_copied_files_are_pasted_by_file_managers_and_as_paths(qapp: QApplication) -> None:
    first, second = Path("/photos/a b.jpg"), Path("/photos/ü.jpg")
    copy_files([first, second])
    mime = QGuiApplication.clipboard().mimeData()
    assert paths_of(mime) == (first, second)
    assert mime.text() == f"{first}\n{second}"
    lines = bytes(mime.data("x-special/gnome-copied-files").data()).decode().splitlines()
    assert lines == ["copy", "file:///photos/a%20b.jpg", "file:///photos/%C3%BC.jpg"]


class _Opener(QObject):
    """Takes what is to be opened, in place of the desktop's program for it."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


@pytest.fixture
def opener(qapp: QApplication) -> Iterator[_Opener]:
    opener = _Opener()
    QDesktopServices.setUrlHandler("file", opener, "take")
    yield opener
    QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def empty_bus(qapp: QApplication) -> Iterator[QDBusConnection]:
    """A session bus of its own, on which there is no file manager."""
    daemon = shutil.which("dbus-daemon")
    if not daemon:
        pytest.skip("dbus-daemon is not installed")
    command = [daemon, "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        yield QDBusConnection.connectToBus(process.stdout.readline().strip(), "empty")
        process.terminate()


def test_without_a_file_manager_on_the_bus_the_folder_is_opened(
    empty_bus: QDBusConnection, opener: _Opener, tmp_path: Path, qtbot: QtBot
) -> None:
    assert empty_bus.isConnected()
    show_in_file_manager(tmp_path / "a.jpg", empty_bus, lambda: None)
    qtbot.waitUntil(lambda: opener.opened == [str(tmp_path)])


def test_where_nothing_shows_folders_that_is_said(qapp: QApplication, tmp_path: Path) -> None:
    failures = list[int]()
    show_in_file_manager(tmp_path / "a.jpg", QDBusConnection("none"), lambda: failures.append(1))
    assert failures == [1]
