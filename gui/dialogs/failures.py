"""The files that could not be read, and why; what one can do about them."""

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
from bowerbird.gui.desktop import show_in_folder
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import Index, button, label
from bowerbird.gui.wording import count, name_of, shown

_NOWHERE = QModelIndex()
_COLUMNS = ("File", "Why")


class FailureModel(QAbstractTableModel):
    """A row per failure."""

    def __init__(self, parent: QObject) -> None:
        """Empty."""
        super().__init__(parent)
        self.failures: tuple[Failure, ...] = ()

    def show(self, failures: Sequence[Failure]) -> None:
        """Show these."""
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
            return failure.reason if index.column() else name_of(failure.path)
        if role == Qt.ItemDataRole.ToolTipRole:
            return failure.reason if index.column() else shown(str(failure.path))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return _COLUMNS[section] if role == Qt.ItemDataRole.DisplayRole else None


class FailuresDialog(QDialog):
    """The list and four buttons. It follows the library while it is open."""

    def __init__(self, session: SearchSession, parent: QWidget | None = None) -> None:
        """Show this session's failures."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self.setWindowTitle("Files that could not be read")
        self.resize(820, 480)
        self.model = FailureModel(self)
        self.list = QTreeView()
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAllColumnsShowFocus(True)
        self._title = label("", "title")
        self._whole = label("", "small", wrap=True)
        self._place()
        session.failures_changed.connect(self.refresh)
        session.status_changed.connect(self.refresh)
        self.refresh()

    def _place(self) -> None:
        self.list.setModel(self.model)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName("Files that could not be read, and why")
        self.list.header().resizeSection(0, 240)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.list.selectionModel().selectionChanged.connect(self._enable)
        note = label("Each is tried again by itself when it changes.", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(note)
        column.addWidget(self.list, 1)
        column.addWidget(self._whole)
        column.addLayout(self._buttons())
        QShortcut(QKeySequence.StandardKey.Copy, self, self._copy)

    def _buttons(self) -> QHBoxLayout:
        self._one = button("Try again", lambda: self._session.retry(self._chosen()))
        self._all = button("Try all again", self._session.retry)
        self._reveal = button("Show in folder", self._show_in_folder)
        self._copy_button = button("Copy", self._copy)
        closing = button("Close", self.accept)
        row = QHBoxLayout()
        row.setSpacing(8)
        for one in (self._one, self._all, self._reveal, self._copy_button):
            one.setAutoDefault(False)
            row.addWidget(one)
        row.addStretch(1)
        row.addWidget(closing)
        return row

    def refresh(self) -> None:
        """Ask again what failed."""
        self._session.bridge.latest("failures", lambda library: library.failures(), self._show)

    def _show(self, failures: tuple[Failure, ...]) -> None:
        self.model.show(failures)
        many = len(failures)
        if many and not self._chosen():
            self.list.setCurrentIndex(self.model.index(0, 0))
        self._title.setText(f"{count(many, 'file')} could not be read" if many else "Everything could be read")
        self._enable()

    def _enable(self) -> None:
        chosen = bool(self._chosen())
        self._whole.setText("\n".join(f"{shown(str(one.path))}: {one.reason}" for one in self._chosen_failures()[:1]))
        for one in (self._one, self._reveal):
            one.setEnabled(chosen)
        for one in (self._all, self._copy_button):
            one.setEnabled(bool(self.model.failures))

    def _chosen_failures(self) -> tuple[Failure, ...]:
        return tuple(self.model.failures[index.row()] for index in self.list.selectionModel().selectedRows())

    def _chosen(self) -> tuple[Path, ...]:
        return tuple(failure.path for failure in self._chosen_failures())

    def _show_in_folder(self) -> None:
        for path in self._chosen()[:1]:
            show_in_folder(path)

    def _copy(self) -> None:
        chosen = set(self._chosen())
        told = [one for one in self.model.failures if not chosen or one.path in chosen]
        lines = (f"{os.fsencode(one.path).decode('utf-8', 'replace')}\t{one.reason}" for one in told)
        QGuiApplication.clipboard().setText("\n".join(lines))
