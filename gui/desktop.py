"""What is asked of the desktop: opening a file, showing it in its folder, the clipboard, dragged files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication


def open_file(path: Path) -> bool:
    """Open a file in the user's program for it; False if there is none."""
    return QDesktopServices.openUrl(url_of(os.fspath(path)))


def show_in_folder(path: Path) -> None:
    """Open the folder a file lies in, with the file selected where the system can do that."""
    if sys.platform == "darwin":
        subprocess.Popen(["open", "-R", os.fspath(path)])
    elif sys.platform == "win32":
        subprocess.Popen(f'explorer /select,"{path}"')
    elif not _show_in_file_manager(path):
        QDesktopServices.openUrl(url_of(os.fspath(path if path.is_dir() else path.parent)))


def _show_in_file_manager(path: Path) -> bool:
    """Call ``ShowItems`` of freedesktop.org's FileManager1 D-Bus interface; False without a session bus."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    name = "org.freedesktop.FileManager1"
    message = QDBusMessage.createMethodCall(name, "/org/freedesktop/FileManager1", name, "ShowItems")
    message.setArguments([[url_of(os.fspath(path)).toString(QUrl.ComponentFormattingOption.FullyEncoded)], ""])
    return bus.send(message)


def copy_path(path: Path) -> None:
    """Put a path on the clipboard."""
    QGuiApplication.clipboard().setText(os.fsencode(path).decode("utf-8", "replace"))


def paths_of(mime: QMimeData) -> tuple[Path, ...]:
    """The local files and folders in a drag or on the clipboard."""
    return tuple(_paths(mime.urls())) if mime.hasUrls() else ()


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
