"""The results: justified rows in the order of their rank, for mouse, wheel and keyboard."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyle, QStyleOptionViewItem, QWidget

from bowerbird.core.answers import Hit
from bowerbird.gui.results.hit_delegate import HitDelegate
from bowerbird.gui.results.hit_layout import EDGE, ROW_HEIGHT, HitLayout
from bowerbird.gui.results.hit_model import HitModel
from bowerbird.gui.results.selectable_view import SelectableView
from bowerbird.gui.widgets.widgets import Index

_SCROLL_BAR_WIDTH = 14  # kept free also while the scroll bar is hidden
_SCROLL_STEP = 56
_DIMMED = 0.4
_PRELOAD_PAGES = 3  # more results are asked for when fewer pages than this are left


class ResultsView(SelectableView):
    """Shows a ``HitModel`` as a ``HitLayout`` places it. Its current row is the selected hit.

    It is a ``QListView`` for screen readers only: where things are and what is painted is decided here, and what that
    would do is passed over. It has over 20 methods, as 20 of them are Qt's own, which such a view must override.
    """

    hit_selected = Signal(object)
    """Another ``Hit`` is selected, or None."""
    open_requested = Signal(object)
    """The ``Hit`` should be opened in its own program."""
    quick_look_requested = Signal(object)
    """The ``Hit`` should be shown large."""
    menu_requested = Signal(object, QPoint)
    """A ``Hit`` and the place of its menu on the screen."""
    selection_changed = Signal(object)
    """The selected hits in their order, as a tuple: mostly the current one alone."""
    copy_requested = Signal()
    """The selected hits should be copied."""
    trash_requested = Signal()
    """The selected hits should go to the trash."""
    left_upwards = Signal()
    """Up was pressed in the first line: the focus should go to the query."""
    near_end = Signal()
    """The user has scrolled to where more results will soon be needed."""

    def __init__(self, model: HitModel, delegate: HitDelegate, parent: QWidget | None = None) -> None:
        """Show this model with this delegate."""
        super().__init__(parent)
        self._hits = model
        self._layout = HitLayout(model, 0)
        self._stale = self._dimmed = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QAbstractItemView { background: transparent; border: none; }")
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Results")
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        model.modelReset.connect(self.doItemsLayout)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.selectionModel().selectionChanged.connect(lambda: self.selection_changed.emit(self.selected_hits()))
        self.clicked.connect(self._toggle_weak)

    def set_stale(self, stale: bool) -> None:
        """Whether the hits are of another question than the one that is asked now: keys do not open them then."""
        if not stale and self._dimmed:
            self.viewport().update()
        self._stale, self._dimmed = stale, self._dimmed and stale

    def dim(self) -> None:
        """Show that the hits are stale, until they no longer are."""
        self._dimmed = self._stale
        self.viewport().update()

    def select_row(self, row: int) -> None:
        """Select the hit of this model row."""
        self.setCurrentIndex(self._hits.index(row))

    # geometry

    def updateGeometries(self) -> None:
        """Lay the hits out; Qt calls this when the view's size or style changes, and from ``doItemsLayout``."""
        QAbstractItemView.updateGeometries(self)
        self._layout = HitLayout(self._hits, self.width() - 2 * EDGE - _SCROLL_BAR_WIDTH)
        bar, page = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(page)
        bar.setSingleStep(_SCROLL_STEP)
        bar.setRange(0, max(0, self._layout.height - page))

    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        QAbstractItemView.resizeEvent(self, event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        QAbstractItemView.startDrag(self, actions)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def visualRect(self, index: Index) -> QRect:
        return self._layout.rect(index.row()).translated(0, -self.verticalOffset())

    def indexAt(self, point: QPoint) -> QModelIndex:
        return self._hits.index(self._layout.row_at(point + QPoint(0, self.verticalOffset())))

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        rect = self._layout.rect(index.row()).adjusted(0, -EDGE, 0, EDGE)
        bar, page = self.verticalScrollBar(), self.viewport().height()
        if rect.top() < bar.value():
            bar.setValue(rect.top())
        elif rect.bottom() > bar.value() + page:
            bar.setValue(rect.bottom() - page)

    def selected_hits(self) -> tuple[Hit, ...]:
        """In the order of their rank."""
        return tuple(hit for row in self.selected_rows() if (hit := self._hits.hit(row)))

    def select_hits(self, hits: Collection[Hit]) -> None:
        """Select the files of these hits as far as they are there, and leave the current one."""
        paths = {hit.path for hit in hits}
        rows = range(self._hits.rowCount())
        self.select_rows(row for row in rows if (hit := self._hits.hit(row)) and hit.path in paths)

    def rows_in(self, area: QRect) -> list[int]:
        between = self._layout.rows_between(area.top(), area.bottom())
        return [row for row, rect in between if rect.intersects(area)]

    def _on_current(self, index: QModelIndex) -> None:
        self.start_from(index)
        self.hit_selected.emit(self._hits.hit(index.row()))

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region = QRegion()
        for index in selection.indexes():
            region += self.visualRect(index).adjusted(-EDGE, -EDGE, EDGE, EDGE)
        return region

    # keyboard, menu and scrolling

    def move_by(self, arrow: Qt.Key) -> None:
        """Select the hit beside the selected one, past a divider, as if this arrow were pressed here."""
        act, row = QAbstractItemView.CursorAction, self.currentIndex().row()
        moves = {
            Qt.Key.Key_Left: act.MoveLeft,
            Qt.Key.Key_Right: act.MoveRight,
            Qt.Key.Key_Up: act.MoveUp,
            Qt.Key.Key_Down: act.MoveDown,
        }
        for _ in range(2):
            self.setCurrentIndex(self.moveCursor(moves[arrow], Qt.KeyboardModifier.NoModifier))
            if self._hits.hit(self.currentIndex().row()):
                return
        self.select_row(row)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        act, row, last = QAbstractItemView.CursorAction, self.currentIndex().row(), self._hits.rowCount() - 1
        page = max(1, self.viewport().height() // ROW_HEIGHT)
        lines = {act.MoveUp: -1, act.MoveDown: 1, act.MovePageUp: -page, act.MovePageDown: page}
        if row < 0 or action == act.MoveHome:
            target = 0
        elif action == act.MoveEnd:
            target = last
        elif action in lines:
            target = self._layout.vertical_neighbour(row, lines[action])
        else:
            target = row + (-1 if action in (act.MoveLeft, act.MovePrevious) else 1)
        return self._hits.index(min(last, max(0, target)))

    def press_key(self, event: QKeyEvent) -> None:
        key, index = event.key(), self.currentIndex()
        hit = self._hits.hit(index.row())
        opens = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if opens and self._stale:
            event.accept()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_requested.emit(hit) if hit else self._toggle_weak(index)
        elif key == Qt.Key.Key_Space:
            self.quick_look_requested.emit(hit) if hit else self._toggle_weak(index)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif key == Qt.Key.Key_Delete:
            self.trash_requested.emit()
        elif key == Qt.Key.Key_Escape and len(self.selected_rows()) > 1:
            self.select_current()
        elif key == Qt.Key.Key_Up and self._layout.is_in_first_line(index.row()):
            self.left_upwards.emit()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.selectAll()
        elif event.text().isprintable() and event.text():
            event.ignore()  # Qt would jump to a file of that name
        else:
            super().press_key(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if hit := self._hits.hit(self.indexAt(event.position().toPoint()).row()):
            self.open_requested.emit(hit)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if hit := self._hits.hit(index.row()):
            spot = self.viewport().mapToGlobal(self.visualRect(index).center()) if by_key else event.globalPos()
            self.menu_requested.emit(hit, spot)

    def _toggle_weak(self, index: QModelIndex) -> None:
        """Show or hide the weak hits, if ``index`` is the divider before them."""
        divider = self._hits.divider(index.row())
        if divider and divider.action:
            row = index.row()
            self._hits.toggle_weak()
            self.select_row(row)

    def _on_scrolled(self, value: int) -> None:
        self.viewport().update()
        if value > self._layout.height - _PRELOAD_PAGES * self.viewport().height():
            self.near_end.emit()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setOpacity(_DIMMED if self._dimmed else 1.0)
        offset, area = self.verticalOffset(), event.rect()
        for row, rect in self._layout.rows_between(area.top() + offset, area.bottom() + offset):
            self._paint_row(painter, row, rect.translated(0, -offset))
        self.paint_frame(painter)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int, rect: QRect) -> None:
        option, index = QStyleOptionViewItem(), self._hits.index(row)
        self.initViewItemOption(option)
        option.rect = rect
        if self.selectionModel().isSelected(index):
            option.state |= QStyle.StateFlag.State_Selected
        if rect.contains(self.viewport().mapFromGlobal(self.cursor().pos())) and self.underMouse():
            option.state |= QStyle.StateFlag.State_MouseOver
        self.itemDelegate().paint(painter, option, index)
