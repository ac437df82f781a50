"""The hits as Qt's views want them, with the line that parts the strong from the weak."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, Qt

from bowerbird.core.answers import Hit
from bowerbird.gui.desktop import url_of
from bowerbird.gui.widgets.widgets import Index
from bowerbird.gui.wording import count, name_of, place_of, shown

HIT_ROLE = Qt.ItemDataRole.UserRole + 1

_NOWHERE = QModelIndex()


class HitModel(QAbstractListModel):
    """A row per hit; before the first weak one a row of its own, which holds no hit."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Empty."""
        super().__init__(parent)
        self._strong: tuple[Hit, ...] = ()
        self._weak: tuple[Hit, ...] = ()
        self._rows: tuple[Hit | None, ...] = ()
        self.weak_shown = False

    def show(self, hits: Sequence[Hit], *, weak: bool) -> None:
        """Show these hits, the weak ones too if ``weak`` or if there are no others."""
        strong = tuple(hit for hit in hits if hit.strong)
        self._set(strong, tuple(hit for hit in hits if not hit.strong), weak)

    def toggle_weak(self) -> None:
        """Show the weak ones, or hide them."""
        self._set(self._strong, self._weak, not self.weak_shown)

    def _set(self, strong: tuple[Hit, ...], weak: tuple[Hit, ...], weak_shown: bool) -> None:
        open_weak = weak_shown or not strong
        rows = (*strong, *((None, *weak) if open_weak else (None,))) if weak else strong
        if rows == self._rows and weak == self._weak:
            return
        self.beginResetModel()
        self._strong, self._weak, self._rows, self.weak_shown = strong, weak, rows, weak_shown
        self.endResetModel()

    @property
    def line(self) -> tuple[str, str]:
        """What the parting line says, and what choosing it does."""
        if not self._strong:
            return "Nothing matches well. These come closest.", ""
        offer = "Hide them" if self.weak_shown else f"Show {count(len(self._weak), 'weaker result')}"
        return "Nothing else matches well", offer

    @property
    def strong_count(self) -> int:
        """How many match well."""
        return len(self._strong)

    def hit(self, row: int) -> Hit | None:
        """The hit of a row, None for the parting line."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, hit: Hit | None) -> int:
        """Where this hit's file stands now, or -1."""
        if hit is None:
            return -1
        return next((row for row, other in enumerate(self._rows) if other and other.path == hit.path), -1)

    # what Qt asks

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        hit = self.hit(index.row())
        if role == HIT_ROLE:
            return hit
        if role == Qt.ItemDataRole.DisplayRole:
            return name_of(hit.path) if hit else " ".join(self.line)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(hit) if hit else " ".join(self.line)
        if role == Qt.ItemDataRole.ToolTipRole:
            return shown(str(hit.path)) if hit else None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual | Qt.ItemFlag.ItemIsDragEnabled if self.hit(index.row()) else usual

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        carried = QMimeData()
        hits = [hit for index in indexes if (hit := self.hit(index.row()))]
        carried.setUrls([url_of(os.fspath(hit.path)) for hit in hits])
        return carried


def spoken(hit: Hit) -> str:
    """A hit as a screen reader says it."""
    parts = [name_of(hit.path), hit.kind.value if hit.kind else "file", place_of(hit.moment)]
    parts += [reason.text for reason in hit.reasons[:2]]
    return ", ".join(part for part in parts if part)
