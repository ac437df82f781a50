"""The hits as a Qt model, with a divider between the strong and the weak ones."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, Qt

from bowerbird.core.answers import Hit
from bowerbird.gui.desktop import url_of
from bowerbird.gui.widgets.widgets import Index
from bowerbird.gui.wording import count, name_of, place_of, shot_of, shown

HIT_ROLE = Qt.ItemDataRole.UserRole + 1

_NOWHERE = QModelIndex()


class HitModel(QAbstractListModel):
    """A row a hit; before the weak hits a row for the divider, which has no hit."""

    def __init__(self, parent: QObject | None = None) -> None:
        """No hits."""
        super().__init__(parent)
        self._strong: tuple[Hit, ...] = ()
        self._weak: tuple[Hit, ...] = ()
        self._rows: tuple[Hit | None, ...] = ()
        self.weak_shown = False
        """True if the user wants to see the weak hits; without strong ones they are shown anyway."""

    def set_hits(self, hits: Sequence[Hit], *, weak_shown: bool) -> None:
        """Replace the hits; the weak ones are in rows of their own if ``weak_shown`` or if there are no others."""
        strong = tuple(hit for hit in hits if hit.strong)
        self._reset(strong, tuple(hit for hit in hits if not hit.strong), weak_shown)

    def toggle_weak(self) -> None:
        """Show the weak hits, or hide them."""
        self._reset(self._strong, self._weak, not self.weak_shown)

    def _reset(self, strong: tuple[Hit, ...], weak: tuple[Hit, ...], weak_shown: bool) -> None:
        rows: tuple[Hit | None, ...] = strong
        if weak:
            rows = (*strong, None, *weak) if weak_shown or not strong else (*strong, None)
        if rows == self._rows and weak == self._weak:
            return
        self.beginResetModel()
        self._strong, self._weak, self._rows, self.weak_shown = strong, weak, rows, weak_shown
        self.endResetModel()

    @property
    def divider_text(self) -> str:
        """The sentence in the divider."""
        return "Nothing else matches well" if self._strong else "Nothing matches well. These come closest."

    @property
    def divider_action(self) -> str:
        """What activating the divider does; empty if it does nothing."""
        if not self._strong:
            return ""
        return "Hide them" if self.weak_shown else f"Show {count(len(self._weak), 'weaker result')}"

    def hit(self, row: int) -> Hit | None:
        """The hit of a row; None for the divider and for rows that do not exist."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, hit: Hit | None) -> int:
        """The row of a hit's file, whatever its rank is now; -1 if there is none."""
        if hit is None:
            return -1
        return next((row for row, other in enumerate(self._rows) if other and other.path == hit.path), -1)

    # QAbstractListModel

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        hit = self.hit(index.row())
        if role == HIT_ROLE:
            return hit
        if role == Qt.ItemDataRole.DisplayRole:
            return name_of(hit.path) if hit else f"{self.divider_text} {self.divider_action}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(hit) if hit else f"{self.divider_text} {self.divider_action}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return shown(str(hit.path)) if hit else None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual | Qt.ItemFlag.ItemIsDragEnabled if self.hit(index.row()) else usual

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        hits = [hit for index in indexes if (hit := self.hit(index.row()))]
        mime.setUrls([url_of(os.fspath(hit.path)) for hit in hits])
        return mime


def spoken(hit: Hit) -> str:
    """The text of a hit for screen readers."""
    parts = [name_of(hit.path), hit.kind.value if hit.kind else "file", place_of(hit.moment), shot_of(hit)]
    parts += [reason.text for reason in hit.reasons[:2]]
    return ", ".join(part for part in parts if part)
