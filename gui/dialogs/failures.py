"""A dialog that lists the files that could not be read, with the reasons and what can be done."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from bowerbird.core.state import Failure
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import Index, button, fit_to_screen, label
from bowerbird.gui.widgets.wrapped import WrappedText
from bowerbird.gui.wording import count, name_of, shown

_NOWHERE = QModelIndex()
_COLUMNS = ("File", "Why")


class FailureModel(QAbstractTableModel):
    """A row a failure, with the file's name and the reason."""

    def __init__(self, parent: QObject) -> None:
        """No failures."""
        super().__init__(parent)
        self.failures: tuple[Failure, ...] = ()

    def set_failures(self, failures: Sequence[Failure]) -> None:
        """Replace the failures."""
        if tuple(failures) != self.failures:
            self.beginResetModel()
            self.failures = tuple(failures)
            self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.failures)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        failure = self.failures[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return failure.explanation if index.column() else name_of(failure.path)
        if role == Qt.ItemDataRole.ToolTipRole:
            return failure.explanation if index.column() else shown(str(failure.path))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return _COLUMNS[section] if role == Qt.ItemDataRole.DisplayRole else None


class FailuresDialog(QDialog):
    """The list and its buttons, kept up to date while the dialog is open."""

    def __init__(self, session: SearchSession, parent: QWidget | None = None) -> None:
        """Show the failures of this session's library."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self.setWindowTitle("Files that could not be read")
        fit_to_screen(self, 820, 480)
        self.model = FailureModel(self)
        self.table = self._create_table()
        self._title = label("", "title")
        self._full_text = WrappedText(name="small")
        self._place_widgets()
        session.library.failures_changed.connect(self.refresh)
        session.library.status_changed.connect(self.refresh)
        self.refresh()

    def _create_table(self) -> QTreeView:
        table = QTreeView()
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAllColumnsShowFocus(True)
        table.setModel(self.model)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setAccessibleName("Files that could not be read, and why")
        table.header().resizeSection(0, 240)
        table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.selectionModel().selectionChanged.connect(self._update_buttons)
        return table

    def _place_widgets(self) -> None:
        note = label("Each is tried again by itself when it changes.", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(note)
        column.addWidget(self.table, 1)
        column.addWidget(self._full_text)
        column.addLayout(self._buttons())
        QShortcut(QKeySequence.StandardKey.Copy, self, self._copy)

    def _buttons(self) -> QHBoxLayout:
        self._retry = button("Try again", lambda: self._session.library.retry(self._selected_paths()))
        self.retry_all = button("Try all again", self._session.library.retry)
        self._reveal = button("Show in folder", self._show_in_folder)
        self._copy_button = button("Copy", self._copy)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self._retry, self.retry_all, self._reveal, self._copy_button):
            widget.setAutoDefault(False)
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(button("Close", self.accept))
        return row

    def refresh(self) -> None:
        """Ask the library for its failures."""
        self._session.bridge.latest("failures", lambda library: library.failures(), self._show_failures)

    def _show_failures(self, failures: tuple[Failure, ...]) -> None:
        self.model.set_failures(failures)
        if failures and not self._selected():
            self.table.setCurrentIndex(self.model.index(0, 0))
        files = count(len(failures), "file")
        self._title.setText(f"{files} could not be read" if failures else "Everything could be read")
        self._update_buttons()

    def _update_buttons(self) -> None:
        selected = self._selected()
        self._full_text.setText(f"{shown(str(selected[0].path))}: {selected[0].explanation}" if selected else "")
        for widget in (self._retry, self._reveal):
            widget.setEnabled(bool(selected))
        for widget in (self.retry_all, self._copy_button):
            widget.setEnabled(bool(self.model.failures))

    def _selected(self) -> tuple[Failure, ...]:
        return tuple(self.model.failures[index.row()] for index in self.table.selectionModel().selectedRows())

    def _selected_paths(self) -> tuple[Path, ...]:
        return tuple(failure.path for failure in self._selected())

    def _show_in_folder(self) -> None:
        for path in self._selected_paths()[:1]:
            self._session.show_in_folder(path)

    def _copy(self) -> None:
        """Copy the selected failures, or all if none is selected: a line each, path and reason parted by a tab."""
        failures = self._selected() or self.model.failures
        lines = (f"{_as_text(failure.path)}\t{failure.explanation}" for failure in failures)
        QGuiApplication.clipboard().setText("\n".join(lines))


def _as_text(path: Path) -> str:
    """A path as far as it is text at all."""
    return os.fsencode(path).decode("utf-8", "replace")
