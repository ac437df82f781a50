"""The hits as a Qt model, with dividers between those that are named so, the strong and the weak ones."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, Qt

from bowerbird.core.answers import Hit
from bowerbird.gui.desktop import url_of
from bowerbird.gui.widgets.widgets import Index
from bowerbird.gui.wording import count, name_of, place_of, shot_of, shown

HIT_ROLE = Qt.ItemDataRole.UserRole + 1

_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Divider:
    """A row between groups of hits: a sentence, and what activating it does; empty if it does nothing."""

    text: str
    action: str = ""


class HitModel(QAbstractListModel):
    """A row a hit; between their groups a row for a divider, which has no hit."""

    def __init__(self, parent: QObject | None = None) -> None:
        """No hits."""
        super().__init__(parent)
        self._strong: tuple[Hit, ...] = ()
        self._weak: tuple[Hit, ...] = ()
        self._rows: tuple[Hit | Divider, ...] = ()
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
        rows = _grouped(strong, weak, weak_shown)
        if rows == self._rows and weak == self._weak:
            return
        self.beginResetModel()
        self._strong, self._weak, self._rows, self.weak_shown = strong, weak, rows, weak_shown
        self.endResetModel()

    def hit(self, row: int) -> Hit | None:
        """The hit of a row; None for a divider and for rows that do not exist."""
        content = self._rows[row] if 0 <= row < len(self._rows) else None
        return content if isinstance(content, Hit) else None

    def divider(self, row: int) -> Divider | None:
        """The divider in a row; None for hits and for rows that do not exist."""
        content = self._rows[row] if 0 <= row < len(self._rows) else None
        return content if isinstance(content, Divider) else None

    def row_of(self, hit: Hit | None) -> int:
        """The row of a hit's file, whatever its rank is now; -1 if there is none."""
        if hit is None:
            return -1
        return next(
            (row for row, other in enumerate(self._rows) if isinstance(other, Hit) and other.path == hit.path), -1
        )

    # QAbstractListModel

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        hit, divider = self.hit(index.row()), self.divider(index.row())
        if role == HIT_ROLE:
            return hit
        if divider and role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{divider.text} {divider.action}"
        if role == Qt.ItemDataRole.DisplayRole:
            return name_of(hit.path) if hit else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(hit) if hit else None
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


def _grouped(strong: Sequence[Hit], weak: Sequence[Hit], weak_shown: bool) -> tuple[Hit | Divider, ...]:
    """Those that are named as the question, which lead, the other strong ones and the weak ones, dividers between."""
    named, others = [hit for hit in strong if hit.named], [hit for hit in strong if not hit.named]
    rows: list[Hit | Divider] = [*named, *([Divider("Other files that match")] if named and others else ()), *others]
    if weak and strong:
        action = "Hide them" if weak_shown else f"Show {count(len(weak), 'weaker result')}"
        rows.append(Divider("Nothing else matches well", action))
    elif weak:
        rows.append(Divider("Nothing matches well. These come closest."))
    return (*rows, *(weak if weak_shown or not strong else ()))


def spoken(hit: Hit) -> str:
    """The text of a hit for screen readers."""
    parts = [name_of(hit.path), hit.kind.value if hit.kind else "file", place_of(hit.moment), shot_of(hit)]
    parts += [reason.text for reason in hit.reasons[:2]]
    return ", ".join(part for part in parts if part)
