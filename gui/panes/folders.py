"""Where: the kinds, the folders and how they stand, and the progress."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from bowerbird.core.state import Folder, FolderState, Status
from bowerbird.core.types import Kind
from bowerbird.gui.desktop import show_in_folder
from bowerbird.gui.panes.progress_card import ProgressCard
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.nav_row import NavRow
from bowerbird.gui.widgets.widgets import label, remove, scrolling, tool
from bowerbird.gui.wording import KIND_NAMES, name_of, number, shown

_KINDS: tuple[Kind | None, ...] = (None, Kind.PHOTO, Kind.DOCUMENT, Kind.RECORDING, Kind.CLIP)
WIDTH = 224


class FoldersPane(QFrame):
    """The left column."""

    stretch = 0

    def __init__(self, session: SearchSession) -> None:
        """Show the session's library."""
        super().__init__()
        self.setObjectName("where")
        self._session = session
        self._kinds: dict[Kind | None, NavRow] = {}
        self._folders: dict[Path, NavRow] = {}
        self._chosen = QButtonGroup(self)
        self._waiting = label("Your folders will appear here.", "muted", wrap=True)
        self._waiting.setContentsMargins(8, 0, 8, 0)
        self._rows = QVBoxLayout()
        self._all = QWidget()
        self._place()
        session.status_changed.connect(self._show)
        session.question_changed.connect(self._follow)
        session.theme.changed.connect(self._draw_icons)
        self._draw_icons()

    def fit(self, window: int) -> None:
        """Take the width that suits a window of this width."""
        self.setFixedWidth(WIDTH if window >= 1080 else 196)

    def _place(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 19, 12, 12)
        column.setSpacing(8)
        name = label("Bowerbird", "name")
        name.setContentsMargins(8, 0, 0, 8)
        column.addWidget(name)
        column.addWidget(self._waiting)
        column.addWidget(self._scrolling(), 1)
        column.addWidget(ProgressCard(self._session))
        self._settings = NavRow(self._session.theme, "Settings", icon="settings")
        self._settings.setCheckable(False)
        self._settings.setToolTip("Settings (Ctrl+,)")
        self._settings.clicked.connect(self._session.wants_settings)
        column.addWidget(self._settings)

    def _scrolling(self) -> QScrollArea:
        inside = QVBoxLayout(self._all)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        for kind in _KINDS:
            inside.addWidget(self._kind_row(kind))
        inside.addSpacing(12)
        inside.addLayout(self._folder_title())
        self._rows.setSpacing(0)
        inside.addLayout(self._rows)
        inside.addStretch(1)
        return scrolling(self._all)

    def _kind_row(self, kind: Kind | None) -> NavRow:
        name, icon = (KIND_NAMES[kind], kind.value) if kind else ("Everything", "everything")
        row = NavRow(self._session.theme, name, icon=icon)
        row.setChecked(kind is None)
        row.clicked.connect(lambda: self._session.show_kind(kind))
        self._chosen.addButton(row)
        self._kinds[kind] = row
        return row

    def _folder_title(self) -> QHBoxLayout:
        title = label("Folders", "section")
        self._add = tool("Add a folder (Ctrl+Shift+O)", self._session.wants_folder, 14)
        line = QHBoxLayout()
        line.setContentsMargins(8, 0, 4, 2)
        line.addWidget(title, 1)
        line.addWidget(self._add)
        return line

    def _draw_icons(self) -> None:
        self._add.setIcon(self._session.theme.icon("add", self._session.theme.colours.muted))

    # what is shown

    def _show(self, status: Status) -> None:
        self._waiting.setVisible(not status.folders)
        self._all.setVisible(bool(status.folders))
        total = sum(status.counts.values())
        for kind, row in self._kinds.items():
            found = status.counts.get(kind, 0) if kind else total
            row.set_figure(number(found) if found else "")
            row.setVisible(kind is None or found > 0 or kind in (Kind.PHOTO, Kind.DOCUMENT))
        self._show_folders(status.folders)

    def _show_folders(self, folders: tuple[Folder, ...]) -> None:
        known = {folder.path for folder in folders}
        for gone in [path for path in self._folders if path not in known]:
            remove(self._folders.pop(gone))
        for folder in folders:
            if folder.path not in self._folders:
                self._folders[folder.path] = self._folder_row(folder.path)
            row = self._folders[folder.path]
            row.set_figure(_figure(folder), folder.state)
            row.setToolTip(_tip(folder))

    def _folder_row(self, path: Path) -> NavRow:
        row = NavRow(self._session.theme, name_of(path))
        row.setAccessibleDescription(shown(str(path)))
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        row.customContextMenuRequested.connect(lambda spot: self._menu(path, row.mapToGlobal(spot)))
        row.clicked.connect(lambda: self._choose(path))
        self._rows.addWidget(row)
        return row

    def _choose(self, path: Path) -> None:
        self._session.show_folder(None if self._session.question.folder == path else path)

    def _follow(self, question: Question) -> None:
        self._kinds[question.kind].setChecked(True)
        for path, row in self._folders.items():
            row.setChecked(path == question.folder)

    def _menu(self, path: Path, spot: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction("Search only here", lambda: self._session.show_folder(path))
        menu.addAction("Show in folder", lambda: show_in_folder(path))
        menu.addSeparator()
        menu.addAction("Stop looking after it", lambda: self._session.remove_folder(path))
        menu.exec(spot)
        menu.deleteLater()


def _figure(folder: Folder) -> str:
    if folder.state is FolderState.OFFLINE:
        return "offline"
    if folder.state is FolderState.UNREADABLE:
        return "unreadable"
    if folder.state is FolderState.INDEXING and folder.files:
        return f"{100 * (folder.files - folder.pending) // folder.files} %"
    return "…" if folder.state is FolderState.INDEXING else number(folder.files)


def _tip(folder: Folder) -> str:
    says = {
        FolderState.READY: "up to date",
        FolderState.INDEXING: "being read",
        FolderState.OFFLINE: "not connected; what was read stays searchable",
        FolderState.UNREADABLE: "Bowerbird may not read it",
    }[folder.state]
    return f"{shown(str(folder.path))}\n{says}"
