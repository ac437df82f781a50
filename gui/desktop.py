"""What the desktop around us does: open a file, show it in its folder, hold a path on the clipboard."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication


def open_file(path: Path) -> bool:
    """Open a file in the program the user has for it."""
    return QDesktopServices.openUrl(url_of(os.fspath(path)))


def show_in_folder(path: Path) -> None:
    """Open the folder a file lies in, with the file selected where the system can do that."""
    if sys.platform == "darwin":
        subprocess.Popen(["open", "-R", os.fspath(path)])
    elif sys.platform == "win32":
        subprocess.Popen(f'explorer /select,"{path}"')
    elif not _asked_file_browser(path):
        QDesktopServices.openUrl(url_of(os.fspath(path if path.is_dir() else path.parent)))


def _asked_file_browser(path: Path) -> bool:
    """Ask by D-Bus, as the desktops of Linux agree on."""
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


def paths_of(carried: QMimeData) -> tuple[Path, ...]:
    """The local files and folders that a drag or the clipboard carries."""
    return tuple(_paths(carried.urls())) if carried.hasUrls() else ()


def _paths(urls: Iterable[QUrl]) -> Iterable[Path]:
    for url in urls:
        if url.isLocalFile():
            encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)
            exact = Path(os.fsdecode(unquote_to_bytes(encoded)))
            yield exact if os.name != "nt" else Path(url.toLocalFile())


def url_of(path: str) -> QUrl:
    """A file's address, also when its name's bytes are no text."""
    from urllib.parse import quote_from_bytes

    if os.name == "nt":
        return QUrl.fromLocalFile(path)
    return QUrl.fromEncoded(b"file://" + quote_from_bytes(os.fsencode(path)).encode())
