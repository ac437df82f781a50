"""The results: justified rows in the order of their rank, by mouse, wheel and keyboard."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyle, QStyleOptionViewItem, QWidget

from bowerbird.core.answers import Hit
from bowerbird.core.types import Kind
from bowerbird.gui.results.hit_delegate import CAPTION, HitDelegate
from bowerbird.gui.results.hit_model import HitModel
from bowerbird.gui.results.justified import rows
from bowerbird.gui.widgets.widgets import Index

_HEIGHT, _GAP, _BELOW = 168, 14, 15
EDGE = 6
"""Room around the hits, for the ring of the chosen one."""
_BAR = 14  # room for the scroll bar, whether it shows or not
_PARTING = 40
_CARD_ASPECT = 1.38


@dataclass(frozen=True, slots=True)
class _Band:
    """A row of hits, or the parting line, where it lies in the whole."""

    top: int
    bottom: int
    first: int
    places: tuple[QRect, ...]


class ResultsView(QAbstractItemView):
    """Shows a ``HitModel``. Its current row is the hit looked at."""

    opened = Signal(object)
    looked = Signal(object)
    """The current hit is another one, or None."""
    peeked = Signal(object)
    """Space: show it large."""
    menu_wanted = Signal(object, QPoint)
    left_above = Signal()
    """Up from the first row: back to the query."""
    near_end = Signal()

    def __init__(self, model: HitModel, delegate: HitDelegate, parent: QWidget | None = None) -> None:
        """Show this model with this delegate."""
        super().__init__(parent)
        self._bands: list[_Band] = []
        self._tops: list[int] = []
        self._height = 0
        self._hits = model
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QAbstractItemView { background: transparent; border: none; }")
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Results")
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.clicked.connect(self._clicked)

    # what is chosen

    def current_hit(self) -> Hit | None:
        """The hit looked at."""
        return self._hits.hit(self.currentIndex().row())

    def choose(self, row: int) -> None:
        """Look at the hit of this row."""
        self.setCurrentIndex(self._hits.index(row))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.looked.emit(self._hits.hit(current.row()))

    # laying out

    def reset(self) -> None:
        super().reset()
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()
        super().resizeEvent(event)

    def _lay_out(self) -> None:
        width = self.width() - 2 * EDGE - _BAR
        count = self._hits.rowCount()
        parting = next((row for row in range(count) if self._hits.hit(row) is None), count)
        self._bands, self._height = [], EDGE
        if width > 0:
            self._place(0, parting, width)
            if parting < count:
                self._place_parting(parting, width)
                self._place(parting + 1, count, width)
        self._tops = [band.top for band in self._bands]
        self.updateGeometries()
        self.viewport().update()

    def _place(self, first: int, end: int, width: int) -> None:
        aspects = [_aspect(self._hits.hit(row)) for row in range(first, end)]
        for row in rows(aspects, width, _HEIGHT, _GAP):
            top, tall = self._height, row.height + CAPTION
            places = tuple(
                QRect(EDGE + left, top, wide, tall) for left, wide in zip(row.lefts, row.widths, strict=True)
            )
            self._bands.append(_Band(top, top + tall, first + row.first, places))
            self._height = top + tall + _BELOW

    def _place_parting(self, row: int, width: int) -> None:
        top = self._height
        self._bands.append(_Band(top, top + _PARTING, row, (QRect(EDGE, top, width, _PARTING),)))
        self._height = top + _PARTING + _BELOW

    def updateGeometries(self) -> None:
        super().updateGeometries()
        bar, page = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(page)
        bar.setSingleStep(56)
        bar.setRange(0, max(0, self._height - page))

    # where things are

    def _band_at(self, y: int) -> int:
        return max(0, bisect_right(self._tops, y) - 1)

    def _place_of(self, row: int) -> QRect:
        for band in self._bands[self._band_of(row) : self._band_of(row) + 1]:
            if 0 <= row - band.first < len(band.places):
                return band.places[row - band.first]
        return QRect()

    def _band_of(self, row: int) -> int:
        return max(0, bisect_right(self._bands, row, key=lambda band: band.first) - 1)

    def visualRect(self, index: Index) -> QRect:
        return self._place_of(index.row()).translated(0, -self.verticalOffset())

    def indexAt(self, point: QPoint) -> QModelIndex:
        spot = point + QPoint(0, self.verticalOffset())
        if self._bands:
            band = self._bands[self._band_at(spot.y())]
            for number, place in enumerate(band.places):
                if place.contains(spot):
                    return self._hits.index(band.first + number)
        return QModelIndex()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        place = self._place_of(index.row()).adjusted(0, -EDGE, 0, EDGE)
        bar, page = self.verticalScrollBar(), self.viewport().height()
        if place.top() < bar.value():
            bar.setValue(place.top())
        elif place.bottom() > bar.value() + page:
            bar.setValue(place.bottom() - page)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        index = self.indexAt(rect.center())
        self.selectionModel().select(QItemSelection(index, index) if index.isValid() else QItemSelection(), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region = QRegion()
        for index in selection.indexes():
            region += self.visualRect(index).adjusted(-EDGE, -EDGE, EDGE, EDGE)
        return region

    # keys and mouse

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        act, row, last = QAbstractItemView.CursorAction, self.currentIndex().row(), self._hits.rowCount() - 1
        page = max(1, self.viewport().height() // (_HEIGHT + CAPTION + _BELOW))
        steps = {act.MoveUp: -1, act.MoveDown: 1, act.MovePageUp: -page, act.MovePageDown: page}
        if row < 0 or action == act.MoveHome:
            target = 0
        elif action == act.MoveEnd:
            target = last
        elif action in steps:
            target = self._above_or_below(row, steps[action])
        else:
            target = row + (-1 if action in (act.MoveLeft, act.MovePrevious) else 1)
        return self._hits.index(min(last, max(0, target)))

    def _above_or_below(self, row: int, step: int) -> int:
        band = self._bands[min(len(self._bands) - 1, max(0, self._band_of(row) + step))]
        middle = self._place_of(row).center().x()
        nearest = min(range(len(band.places)), key=lambda number: abs(band.places[number].center().x() - middle))
        return band.first + nearest

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, hit = event.key(), self.current_hit()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(hit) if hit else self._clicked(self.currentIndex())
        elif key == Qt.Key.Key_Space:
            self.peeked.emit(hit) if hit else self._clicked(self.currentIndex())
        elif key == Qt.Key.Key_Up and self._band_of(self.currentIndex().row()) == 0:
            self.left_above.emit()
        elif event.text().isprintable() and event.text():
            event.ignore()  # letters are not for jumping to names
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if hit := self._hits.hit(self.indexAt(event.position().toPoint()).row()):
            self.opened.emit(hit)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if hit := self._hits.hit(index.row()):
            spot = self.viewport().mapToGlobal(self.visualRect(index).center()) if by_key else event.globalPos()
            self.menu_wanted.emit(hit, spot)

    def _clicked(self, index: Index) -> None:
        if index.isValid() and self._hits.hit(index.row()) is None and self._hits.line[1]:
            row = index.row()
            self._hits.toggle_weak()
            self.choose(row)

    def _scrolled(self, value: int) -> None:
        self.viewport().update()
        if value > self._height - 3 * self.viewport().height():
            self.near_end.emit()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        offset, area = self.verticalOffset(), event.rect()
        for band in self._bands[self._band_at(area.top() + offset - _BELOW) :]:
            if band.top - offset > area.bottom() + EDGE:
                break
            for number, place in enumerate(band.places):
                self._paint_one(painter, band.first + number, place.translated(0, -offset))
        painter.end()

    def _paint_one(self, painter: QPainter, row: int, place: QRect) -> None:
        option, index = QStyleOptionViewItem(), self._hits.index(row)
        self.initViewItemOption(option)
        option.rect = place
        if index == self.currentIndex():
            option.state |= QStyle.StateFlag.State_Selected
        if place.contains(self.viewport().mapFromGlobal(self.cursor().pos())) and self.underMouse():
            option.state |= QStyle.StateFlag.State_MouseOver
        self.itemDelegate().paint(painter, option, index)


def _aspect(hit: Hit | None) -> float:
    if hit is None or hit.kind not in (Kind.PHOTO, Kind.CLIP):
        return _CARD_ASPECT
    wide, tall = hit.properties.width, hit.properties.height
    return wide / tall if wide and tall else _CARD_ASPECT
