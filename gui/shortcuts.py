"""The window's keys. ``dialogs/shortcuts.py`` tells the user about them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from bowerbird.core.types import Hit
from bowerbird.gui.desktop import copy_path
from bowerbird.gui.panes.preview import WhyPane
from bowerbird.gui.panes.search import WhatPane
from bowerbird.gui.session import Desk


def install(window: QWidget, desk: Desk, what: WhatPane, why: WhyPane) -> None:
    """Give the window its keys."""
    for keys, act in (
        ("Ctrl+L", what.query.take_focus),
        ("Ctrl+F", what.query.take_focus),
        ("/", what.query.take_focus),
        ("Ctrl+V", what.query.paste),
        ("Ctrl+O", what.pick_example),
        ("Ctrl+Shift+O", desk.wants_folder.emit),
        ("Ctrl+Shift+C", lambda: _with_hit(desk, lambda hit: copy_path(hit.path))),
        ("Ctrl+M", lambda: _with_hit(desk, lambda hit: desk.find_similar(hit.path))),
        ("Ctrl+Space", why.preview.media.player.toggle),
        ("Alt+Down", lambda: why.preview.media.next_moment(1)),
        ("Alt+Up", lambda: why.preview.media.next_moment(-1)),
        ("Ctrl+,", desk.wants_settings.emit),
        ("F1", desk.wants_shortcuts.emit),
        ("?", desk.wants_shortcuts.emit),
        ("Ctrl+Q", window.close),
        ("Ctrl+W", window.close),
    ):
        QShortcut(QKeySequence(keys), window, act)


def _with_hit(desk: Desk, act: Callable[[Hit], None]) -> None:
    if desk.hit:
        act(desk.hit)
