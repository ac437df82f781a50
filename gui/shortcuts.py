"""The window's keys. ``dialogs/shortcuts.py`` tells the user about them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QShortcut

from bowerbird.core.types import Hit
from bowerbird.gui.desktop import copy_path
from bowerbird.gui.main_window import MainWindow


def install(window: MainWindow) -> None:
    """Give the window its keys."""
    desk, what = window.desk, window.what
    for keys, act in (
        ("Ctrl+L", lambda: _search(window)),
        ("Ctrl+F", lambda: _search(window)),
        ("/", lambda: _search(window)),
        ("Ctrl+V", what.query.paste),
        ("Ctrl+O", what.pick_example),
        ("Ctrl+Shift+O", window.choose_folder),
        ("Ctrl+Shift+C", lambda: _with_hit(window, lambda hit: copy_path(hit.path))),
        ("Ctrl+M", lambda: _with_hit(window, lambda hit: desk.find_similar(hit.path))),
        ("Ctrl+Space", window.why.preview.media.player.toggle),
        ("Alt+Down", lambda: window.why.preview.media.next_moment(1)),
        ("Alt+Up", lambda: window.why.preview.media.next_moment(-1)),
        ("Ctrl+,", window.show_settings),
        ("F1", window.show_shortcuts),
        ("?", window.show_shortcuts),
        ("Ctrl+Q", window.close),
        ("Ctrl+W", window.close),
    ):
        QShortcut(QKeySequence(keys), window, act)


def _search(window: MainWindow) -> None:
    window.what.query.edit.setFocus()
    window.what.query.edit.selectAll()


def _with_hit(window: MainWindow, act: Callable[[Hit], None]) -> None:
    if window.desk.hit:
        act(window.desk.hit)
