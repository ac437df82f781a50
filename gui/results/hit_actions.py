"""What can be done with a hit, the same wherever it is offered."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from bowerbird.core.answers import Hit
from bowerbird.gui.desktop import copy_path, open_file
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import add_action
from bowerbird.gui.wording import name_of

_MAX_PARTS = 8  # of a shot that the menu offers


def open_hit(session: SearchSession, hit: Hit) -> None:
    """Open the file in the user's program for it, or show why that is not possible."""
    open_path(session, hit.path)


def open_path(session: SearchSession, path: Path) -> None:
    """The same of another file, such as a part of a shot."""
    if not path.exists():
        session.message_changed.emit(f"{path.name} is not there now; its disk may not be connected.")
    elif not open_file(path):
        session.message_changed.emit(f"No program on this computer opens {path.name}.")


def hit_menu(session: SearchSession, hit: Hit, parent: QWidget) -> QMenu:
    """The context menu of a hit."""
    menu = QMenu(parent)
    add_action(menu, "Open", lambda: open_hit(session, hit))
    add_action(menu, "Show in folder", lambda: session.show_in_folder(hit.path))
    for part in hit.parts[:_MAX_PARTS]:
        name = name_of(part.path).replace("&", "&&")  # else Qt takes it for the mark of a key
        add_action(menu, f"Open {name}", partial(open_path, session, part.path))
    menu.addSeparator()
    add_action(menu, "Find similar", lambda: session.examples.find_similar(hit.path))
    menu.addSeparator()
    add_action(menu, "Copy path", lambda: copy_path(hit.path))
    return menu
