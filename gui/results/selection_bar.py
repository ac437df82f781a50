"""What can be done with several hits at once: a bar above the results while more than one is selected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QMenu

from bowerbird.core.answers import Hit
from bowerbird.gui.desktop import copy_files
from bowerbird.gui.results.file_actions import Moved, Report, copy_into, move_to_trash, restore
from bowerbird.gui.results.hit_actions import open_hit
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.flow import FlowLayout
from bowerbird.gui.widgets.widgets import add_action, button, label, tool
from bowerbird.gui.wording import count

_OF_ONE = {"Use as examples": "Add as an example"}
_MOST_OPENED = 20  # programs: more were hardly meant


class SelectionBar(QFrame):
    """How many hits are selected, and buttons; after files were moved to the trash, how to have them back."""

    def __init__(self, session: SearchSession, deselect: Callable[[], object]) -> None:
        """Hidden until ``show_hits``. ``deselect`` leaves one hit selected."""
        super().__init__()
        self.setObjectName("notice")
        self._session = session
        self.hits: tuple[Hit, ...] = ()
        self._moved: tuple[Moved, ...] = ()
        self.text = label("", "strong")
        self.undo = button("Undo", self._undo, "link")
        self.buttons = {
            name: button(name, action)
            for name, action in (
                ("Open", self._open),
                ("Copy", lambda: copy_files(self.paths)),
                ("Copy to…", self._copy_to),
                ("Move to trash", self.move_to_trash),
                ("Use as examples", lambda: session.examples.add(tuple(self.paths))),
            )
        }
        self._close = tool("Select one only", lambda: self._end(deselect), 12)
        self._place_widgets()
        session.theme.changed.connect(self._draw_icon)
        session.question_changed.connect(lambda _: self._forget_moved())
        self._draw_icon()
        self._update()

    def _place_widgets(self) -> None:
        chips = FlowLayout(gap=6)
        for widget in (self.text, self.undo, *self.buttons.values()):
            chips.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(12)
        row.addLayout(chips, 1)
        row.addWidget(self._close)

    @property
    def paths(self) -> list[Path]:
        """The files of the selected hits: of a shot the one that is shown."""
        return [hit.path for hit in self.hits]

    def show_hits(self, hits: tuple[Hit, ...]) -> None:
        """These are selected now."""
        self.hits = hits
        if len(hits) > 1:
            self._moved = ()
        self._update()

    def fill(self, menu: QMenu, *, several: bool) -> None:
        """Offer in a menu what can be done with the selected hits, or with one beside what only one allows."""
        for name, widget in self.buttons.items():
            if several or name != "Open":
                add_action(menu, name if several else _OF_ONE.get(name, name), widget.click)

    def _update(self) -> None:
        several = len(self.hits) > 1
        self.text.setText(f"{count(len(self.hits), 'file')} selected" if several else self._in_trash())
        for widget in self.buttons.values():
            widget.setVisible(several)
        self.undo.setVisible(bool(self._moved) and not several)
        self.setVisible(several or bool(self._moved))

    def _in_trash(self) -> str:
        return f"{count(len(self._moved), 'file is', 'files are')} in the trash" if self._moved else ""

    def _end(self, deselect: Callable[[], object]) -> None:
        self._forget_moved()
        deselect()

    def _forget_moved(self) -> None:
        self._moved = ()
        self._update()

    def _draw_icon(self) -> None:
        self._close.setIcon(self._session.theme.icon("close", self._session.theme.colours.muted))

    # what the buttons do

    def _open(self) -> None:
        for hit in self.hits[:_MOST_OPENED]:
            open_hit(self._session, hit)
        if len(self.hits) > _MOST_OPENED:
            self._session.message_changed.emit(f"The first {_MOST_OPENED} were opened.")

    def _copy_to(self) -> None:
        paths = self.paths
        if name := QFileDialog.getExistingDirectory(self, "Copy to a folder", str(Path.home())):
            self._session.bridge.call(
                lambda _: copy_into(Path(name), paths),
                lambda report: self._tell(report, f"{count(report.done, 'file')} copied to {name}."),
                slow=True,
            )

    def move_to_trash(self) -> None:
        """Move the selected files to the trash; there is a button then to have them back."""
        paths = self.paths
        self._session.bridge.call(lambda _: move_to_trash(paths), self._on_moved, slow=True)

    def _on_moved(self, report: Report) -> None:
        self.hits, self._moved = (), report.moved
        self._update()
        self._tell(report, "")

    def _undo(self) -> None:
        moved, self._moved = self._moved, ()
        self._update()
        self._session.bridge.call(lambda _: restore(moved), lambda report: self._tell(report, ""), slow=True)

    def _tell(self, report: Report, done: str) -> None:
        first = " ".join(report.problems[:2])
        more = f" So it was with {count(len(report.problems) - 2, 'other file')}." if len(report.problems) > 2 else ""
        self._session.message_changed.emit(f"{first}{more}" if first else done)
