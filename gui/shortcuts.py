"""The window's keyboard shortcuts. ``dialogs/shortcuts.py`` lists them for the user."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from bowerbird.core.answers import Hit
from bowerbird.gui.desktop import copy_path
from bowerbird.gui.panes.preview import PreviewPane
from bowerbird.gui.panes.search import SearchPane
from bowerbird.gui.session import SearchSession


def install(window: QWidget, session: SearchSession, search: SearchPane, preview: PreviewPane) -> None:
    """Add the shortcuts to the window."""
    media = preview.preview.media
    for keys, action in (
        ("Ctrl+L", search.query.take_focus),
        ("Ctrl+F", search.query.take_focus),
        ("/", search.query.take_focus),
        ("Ctrl+V", search.query.paste),
        ("Ctrl+O", search.pick_examples),
        ("Ctrl+E", search.query.toggle_well),
        ("Alt+Left", lambda: session.go(-1)),
        ("Alt+Right", lambda: session.go(1)),
        ("Ctrl+S", search.query.save_button.save),
        ("Ctrl+Shift+O", session.folder_requested.emit),
        ("Ctrl+Shift+C", lambda: _with_hit(session, lambda hit: copy_path(hit.path))),
        ("Ctrl+M", lambda: _with_hit(session, lambda hit: session.examples.find_similar(hit.path))),
        ("Ctrl+Space", media.player.toggle),
        ("Alt+Down", lambda: media.play_neighbour(1)),
        ("Alt+Up", lambda: media.play_neighbour(-1)),
        ("Ctrl+,", session.settings_requested.emit),
        ("F1", session.shortcuts_requested.emit),
        ("?", session.shortcuts_requested.emit),
        ("Ctrl+Q", window.close),
        ("Ctrl+W", window.close),
    ):
        QShortcut(QKeySequence(keys), window, action)


def _with_hit(session: SearchSession, action: Callable[[Hit], None]) -> None:
    if session.hit:
        action(session.hit)
