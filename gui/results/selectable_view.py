"""How several rows of a list laid out in lines are selected: with Shift by their order, with Ctrl, or by a frame."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

_FRAME_ALPHA = 40  # of 255
_ONLY = QItemSelectionModel.SelectionFlag.ClearAndSelect


class SelectableView(QListView):
    """Base of the results. What a click or a key selects is decided here, where rows are and what keys mean there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing is selected; the model comes later."""
        super().__init__(parent)
        self._anchor = 0
        self._extending = False
        self._pressed: QPoint | None = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)

    def rows_in(self, area: QRect) -> list[int]:
        """The rows that an area of the unscrolled list touches."""
        raise NotImplementedError

    def press_key(self, event: QKeyEvent) -> None:
        """What a key does."""
        super().keyPressEvent(event)

    def selected_rows(self) -> list[int]:
        """From the first to the last."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def select_rows(self, rows: Iterable[int], command: QItemSelectionModel.SelectionFlag = _ONLY) -> None:
        """Select these rows alone, or do with them as told; the current one stays."""
        selection = QItemSelection()
        for row in rows:
            selection.select(self.model().index(row, 0), self.model().index(row, 0))
        self.selectionModel().select(selection, command)

    def select_current(self) -> None:
        """Select the current row alone."""
        self.select_rows([self.currentIndex().row()])

    def start_from(self, index: QModelIndex) -> None:
        """A row has become the current one: unless Shift is held, what is selected next begins there."""
        if not self._extending:
            self._anchor = index.row()

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        if self.state() == QAbstractItemView.State.DragSelectingState:
            rows = self.rows_in(rect.normalized().translated(0, self.verticalOffset()))
        elif command & QItemSelectionModel.SelectionFlag.Current:
            first, last = sorted((self._anchor, self.currentIndex().row()))
            rows = list(range(max(0, first), last + 1))
        else:
            rows = [index.row()] if (index := self.indexAt(rect.center())).isValid() else []
        self.select_rows(rows, command)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._extending = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.press_key(event)
        self._extending = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._extending = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._pressed = event.position().toPoint() + QPoint(0, self.verticalOffset())
        super().mousePressEvent(event)
        self._extending = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self._frame():
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._pressed = None
        self.viewport().update()

    def _frame(self) -> QRect | None:
        """The frame that is drawn with the mouse, if one is."""
        if self._pressed is None or self.state() != QAbstractItemView.State.DragSelectingState:
            return None
        end = self.viewport().mapFromGlobal(self.cursor().pos())
        return QRect(self._pressed - QPoint(0, self.verticalOffset()), end).normalized()

    def paint_frame(self, painter: QPainter) -> None:
        """Draw that frame over the rows."""
        if frame := self._frame():
            colour = self.palette().color(QPalette.ColorRole.Highlight)
            painter.setPen(colour)
            colour.setAlpha(_FRAME_ALPHA)
            painter.fillRect(frame, colour)
            painter.drawRect(frame)
