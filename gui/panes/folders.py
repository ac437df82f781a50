"""The pane with the kinds of files, the watched folders and the progress of indexing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from bowerbird.core.conditions import demanded
from bowerbird.core.state import Folder, FolderState, Status
from bowerbird.core.types import Kind
from bowerbird.gui.panes.progress_card import ProgressCard
from bowerbird.gui.panes.saved_searches import SavedSearches
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.nav_row import NavRow
from bowerbird.gui.widgets.widgets import add_action, label, on_click, remove, scroll_area, tool
from bowerbird.gui.wording import KIND_NAMES, name_of, number, shown

_KINDS: tuple[Kind | None, ...] = (None, Kind.PHOTO, Kind.DOCUMENT, Kind.RECORDING, Kind.CLIP)
WIDTH = 224
_NARROW_WIDTH = 196
_WIDE_WINDOW = 1080


class FoldersPane(QFrame):
    """The left column of the window."""

    stretch = 0

    def __init__(self, session: SearchSession) -> None:
        """Follow the session's library and the filters of its question."""
        super().__init__()
        self.setObjectName("foldersPane")
        self._session = session
        self._kind_rows: dict[Kind | None, NavRow] = {}
        self._folder_rows: dict[Path, NavRow] = {}
        self._kind_group, self._folder_group = QButtonGroup(self), QButtonGroup(self)
        self._folder_group.setExclusive(False)  # a click on the chosen one lets it go
        self._placeholder = label("Your folders will appear here.", "muted", wrap=True)
        self._placeholder.setContentsMargins(8, 0, 8, 0)
        self._folder_column = QVBoxLayout()
        self._content = QWidget()
        self._place_widgets()
        session.library.status_changed.connect(self._show_status)
        session.question_changed.connect(self._show_question)
        session.results_changed.connect(lambda _: self._show_question(session.question))
        session.theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def fit(self, window_width: int) -> None:
        """Take the width that suits the window's, in pixels."""
        self.setFixedWidth(WIDTH if window_width >= _WIDE_WINDOW else _NARROW_WIDTH)

    def _place_widgets(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 19, 12, 12)
        column.setSpacing(8)
        name = label("Bowerbird", "name")
        name.setContentsMargins(8, 0, 0, 8)
        column.addWidget(name)
        column.addWidget(self._placeholder)
        column.addWidget(self._scrolled_rows(), 1)
        column.addWidget(ProgressCard(self._session))
        column.addWidget(self._settings_row())

    def _scrolled_rows(self) -> QScrollArea:
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for kind in _KINDS:
            column.addWidget(self._add_kind_row(kind))
        column.addSpacing(12)
        column.addWidget(SavedSearches(self._session))
        column.addLayout(self._folder_title())
        self._folder_column.setSpacing(0)
        column.addLayout(self._folder_column)
        column.addStretch(1)
        return scroll_area(self._content)

    def _settings_row(self) -> NavRow:
        row = NavRow(self._session.theme, "Settings", icon="settings")
        row.setCheckable(False)
        row.setToolTip("Settings (Ctrl+,)")
        on_click(row, self._session.settings_requested)
        return row

    def _add_kind_row(self, kind: Kind | None) -> NavRow:
        name, icon = (KIND_NAMES[kind], kind.value) if kind else ("Everything", "everything")
        row = NavRow(self._session.theme, name, icon=icon)
        row.setChecked(kind is None)
        on_click(row, lambda: self._session.filter_kind(kind))
        self._kind_group.addButton(row)
        self._kind_rows[kind] = row
        return row

    def _folder_title(self) -> QHBoxLayout:
        title = label("Folders", "section")
        self._add_button = tool("Add a folder (Ctrl+Shift+O)", self._session.folder_requested, 14)
        line = QHBoxLayout()
        line.setContentsMargins(8, 0, 4, 2)
        line.addWidget(title, 1)
        line.addWidget(self._add_button)
        return line

    def _draw_icon(self) -> None:
        self._add_button.setIcon(self._session.theme.icon("add", self._session.theme.colours.muted))

    def _show_status(self, status: Status) -> None:
        self._placeholder.setVisible(not status.folders)
        self._content.setVisible(bool(status.folders))
        total = sum(status.counts.values())
        for kind, row in self._kind_rows.items():
            files = status.counts.get(kind, 0) if kind else total
            row.set_figure(number(files) if files else "")
            row.setVisible(kind is None or files > 0 or kind in (Kind.PHOTO, Kind.DOCUMENT))
        self._show_folders(status.folders)

    def _show_folders(self, folders: tuple[Folder, ...]) -> None:
        watched = {folder.path for folder in folders}
        for removed in [path for path in self._folder_rows if path not in watched]:
            remove(self._folder_rows.pop(removed))
        for folder in folders:
            if folder.path not in self._folder_rows:
                self._folder_rows[folder.path] = self._add_folder_row(folder.path)
            row = self._folder_rows[folder.path]
            row.set_figure(_figure(folder), folder.state)
            row.setToolTip(_tool_tip(folder))

    def _add_folder_row(self, path: Path) -> NavRow:
        row = NavRow(self._session.theme, name_of(path))
        row.setAccessibleDescription(shown(str(path)))
        row.setChecked(path == self._session.question.folder)  # that of the last time is known before its row
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        row.customContextMenuRequested.connect(lambda spot: self._open_menu(path, row.mapToGlobal(spot)))
        self._folder_group.addButton(row)
        on_click(row, lambda: self._toggle_filter(path))
        above = self._folder_rows[next(reversed(self._folder_rows))] if self._folder_rows else self._add_button
        self._folder_column.addWidget(row)
        QWidget.setTabOrder(above, row)  # else Tab comes to it after all else in the window
        return row

    def _toggle_filter(self, path: Path) -> None:
        self._session.filter_folder(None if self._session.question.folder == path else path)

    def _show_question(self, question: Question) -> None:
        self._kind_rows[self._kind_asked(question)].setChecked(True)
        for path, row in self._folder_rows.items():
            row.setChecked(path == question.folder)

    def _kind_asked(self, question: Question) -> Kind | None:
        """The kind that is typed, or else chosen. What is typed is understood with the answer, not before."""
        typed = self._session.typed.filters if question.text else ()
        kinds = [each.value for part in typed for each in demanded(part.where) if each.name == "kind"]
        return next(iter(kinds[0])) if len(kinds) == 1 and len(kinds[0]) == 1 else question.kind

    def _open_menu(self, path: Path, spot: QPoint) -> None:
        menu = QMenu(self)
        add_action(menu, "Search only here", lambda: self._session.filter_folder(path))
        add_action(menu, "Show in folder", lambda: self._session.show_in_folder(path))
        menu.addSeparator()
        add_action(menu, "Stop looking after it", lambda: self._session.remove_folder(path))
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


def _tool_tip(folder: Folder) -> str:
    state = {
        FolderState.READY: "up to date",
        FolderState.INDEXING: "being read",
        FolderState.OFFLINE: "not connected; what was read stays searchable",
        FolderState.PARTLY_OFFLINE: "partly not connected; what was read stays searchable",
        FolderState.UNREADABLE: "Bowerbird may not read it",
    }[folder.state]
    return "\n".join((shown(str(folder.path)), state, *(f"not here: {shown(str(path))}" for path in folder.away)))
