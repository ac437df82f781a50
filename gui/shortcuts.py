"""The window's keys. ``dialogs/shortcuts.py`` tells the user about them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from bowerbird.core.answers import Hit
from bowerbird.gui.desktop import copy_path
from bowerbird.gui.panes.preview import PreviewPane
from bowerbird.gui.panes.search import SearchPane
from bowerbird.gui.session import SearchSession


def install(window: QWidget, session: SearchSession, what: SearchPane, why: PreviewPane) -> None:
    """Give the window its keys."""
    for keys, act in (
        ("Ctrl+L", what.query.take_focus),
        ("Ctrl+F", what.query.take_focus),
        ("/", what.query.take_focus),
        ("Ctrl+V", what.query.paste),
        ("Ctrl+O", what.pick_example),
        ("Ctrl+Shift+O", session.wants_folder.emit),
        ("Ctrl+Shift+C", lambda: _with_hit(session, lambda hit: copy_path(hit.path))),
        ("Ctrl+M", lambda: _with_hit(session, lambda hit: session.find_similar(hit.path))),
        ("Ctrl+Space", why.preview.media.player.toggle),
        ("Alt+Down", lambda: why.preview.media.next_moment(1)),
        ("Alt+Up", lambda: why.preview.media.next_moment(-1)),
        ("Ctrl+,", session.wants_settings.emit),
        ("F1", session.wants_shortcuts.emit),
        ("?", session.wants_shortcuts.emit),
        ("Ctrl+Q", window.close),
        ("Ctrl+W", window.close),
    ):
        QShortcut(QKeySequence(keys), window, act)


def _with_hit(session: SearchSession, act: Callable[[Hit], None]) -> None:
    if session.hit:
        act(session.hit)
