"""What is asked of the desktop: opening a file, showing it in its folder, the clipboard, dragged files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

_ANSWER_MS = 5000  # a file manager that is started for the call takes its time


def open_file(path: Path) -> bool:
    """Open a file in the user's program for it; False if there is none."""
    return QDesktopServices.openUrl(url_of(os.fspath(path)))


def show_in_folder(path: Path, on_failure: Callable[[], object]) -> None:
    """Open the folder a file lies in, with the file selected where the system can do that."""
    if sys.platform == "darwin":
        subprocess.Popen(["open", "-R", os.fspath(path)])
    elif sys.platform == "win32":
        subprocess.Popen(f'explorer /select,"{path}"')
    else:
        from PySide6.QtDBus import QDBusConnection

        show_in_file_manager(path, QDBusConnection.sessionBus(), on_failure)


def show_in_file_manager(path: Path, bus: QDBusConnection, on_failure: Callable[[], object]) -> None:
    """Have ``ShowItems`` of freedesktop.org's FileManager1 called; where nobody answers, just open the folder."""
    from PySide6.QtDBus import QDBusMessage, QDBusPendingCallWatcher

    def open_folder() -> None:
        if not open_file(path if path.is_dir() else path.parent):
            on_failure()

    if not bus.isConnected():
        open_folder()
        return
    name = "org.freedesktop.FileManager1"
    message = QDBusMessage.createMethodCall(name, "/org/freedesktop/FileManager1", name, "ShowItems")
    message.setArguments([[url_of(os.fspath(path)).toString(QUrl.ComponentFormattingOption.FullyEncoded)], ""])
    watcher = QDBusPendingCallWatcher(bus.asyncCall(message, _ANSWER_MS), QGuiApplication.instance())

    def on_answer() -> None:
        if watcher.isError():
            open_folder()
        watcher.deleteLater()

    watcher.finished.connect(on_answer)


def copy_path(path: Path) -> None:
    """Put a path on the clipboard."""
    QGuiApplication.clipboard().setText(_text_of([path]))


def copy_files(paths: Sequence[Path]) -> None:
    """Put files on the clipboard: file managers paste them, everything else their paths, a line each."""
    urls = [url_of(os.fspath(path)) for path in paths]
    mime = QMimeData()
    mime.setUrls(urls)
    mime.setText(_text_of(paths))
    encoded = "\n".join(url.toString(QUrl.ComponentFormattingOption.FullyEncoded) for url in urls)
    mime.setData("x-special/gnome-copied-files", f"copy\n{encoded}".encode())
    QGuiApplication.clipboard().setMimeData(mime)


def _text_of(paths: Sequence[Path]) -> str:
    return "\n".join(os.fsencode(path).decode("utf-8", "replace") for path in paths)


def paths_of(mime: QMimeData) -> tuple[Path, ...]:
    """The local files and folders in a drag or on the clipboard."""
    return tuple(_paths(mime.urls())) if mime.hasUrls() else ()


def paths_in(text: str) -> tuple[Path, ...]:
    """The files that a text names, if each of its lines is the path of one, as file managers copy them."""
    lines = [line.strip().strip("'\"") for line in text.strip().splitlines()]
    paths = [_path_in(line) for line in lines]
    return tuple(path for path in paths if path) if all(paths) else ()


def _path_in(line: str) -> Path | None:
    """The file that a line names: by a whole path, one from ``~``, or a ``file:`` URL."""
    try:
        found = next(iter(_paths([QUrl(line)])), None) if line.startswith("file:") else Path(line).expanduser()
        return found if found and found.is_absolute() and found.is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long, a null character, a user that is none
        return None


def _paths(urls: Iterable[QUrl]) -> Iterable[Path]:
    for url in urls:
        if url.isLocalFile():
            encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)
            exact = Path(os.fsdecode(unquote_to_bytes(encoded)))
            yield exact if os.name != "nt" else Path(url.toLocalFile())


def url_of(path: str) -> QUrl:
    """The URL of a file, exact also if the bytes of its name are no text."""
    if os.name == "nt":
        return QUrl.fromLocalFile(path)
    return QUrl.fromEncoded(b"file://" + quote_from_bytes(os.fsencode(path)).encode())
