"""What is said in a recording or clip, line by line, following along."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from bowerbird.core.types import Line
from bowerbird.core.words import clock
from bowerbird.gui.theme import Theme, sized
from bowerbird.gui.widgets import marked_text
from bowerbird.gui.widgets.marked_text import Passage
from bowerbird.gui.widgets.widgets import Index
from bowerbird.gui.wording import shown

_LINE_ROLE = Qt.ItemDataRole.UserRole + 1
_TIME = 54
_PAD = 6
_MOST_ROWS = 6
_NOWHERE = QModelIndex()


class _Lines(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()

    def show(self, lines: tuple[Line, ...]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.lines[index.row()]
        if role == _LINE_ROLE:
            return line
        said = f"{clock(line.start_s)} {shown(line.text)}"
        return said if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None


class _LineDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme, self._view = theme, parent

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Line = index.data(_LINE_ROLE)
        colours, place = self._theme.colours, option.rect
        now = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if now or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.wash if now else colours.panel))
            painter.drawRoundedRect(place, 6, 6)
        painter.setFont(self._theme.font)
        painter.setPen(QColor(colours.ink if now else colours.muted))
        top = place.adjusted(8, _PAD, 0, 0)
        painter.drawText(top, Qt.AlignmentFlag.AlignTop, clock(line.start_s))
        self._said(painter, top.adjusted(_TIME - 8, 0, -_PAD, 0), line, now)
        painter.restore()

    def _said(self, painter: QPainter, place: QRect, line: Line, now: bool) -> None:
        colours = self._theme.colours
        colour = colours.ink if now else colours.muted
        passage = Passage(shown(line.text), line.marks, sized(self._theme.font, 13), colour, _MOST_ROWS)
        marked_text.draw(painter, place, passage, colours)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line: Line = index.data(_LINE_ROLE)
        metrics = QFontMetrics(self._theme.font)
        width = max(80, self._view.viewport().width())
        flags = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
        rows = metrics.boundingRect(0, 0, width - _TIME - _PAD, 0, flags, shown(line.text)).height()
        tall = min(_MOST_ROWS * metrics.height(), rows)
        return QSize(width, round(tall * 1.12) + 2 * _PAD)


class Transcript(QListView):
    """A list of lines; the one being said is selected."""

    sought = Signal(float)

    def __init__(self, theme: Theme, highest: int, parent: QWidget | None = None) -> None:
        """Never higher than ``highest``."""
        super().__init__(parent)
        self._highest = highest
        self._lines = _Lines(self)
        self.setObjectName("transcript")
        self.setModel(self._lines)
        self.setItemDelegate(_LineDelegate(theme, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("What is said")
        self.setTabKeyNavigation(False)
        self.clicked.connect(self._chosen)
        self.activated.connect(self._chosen)
        theme.changed.connect(self.viewport().update)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these."""
        self._lines.show(tuple(lines))
        self._starts = [line.start_s for line in lines]
        self._fit()

    _starts: Sequence[float] = ()

    def follow(self, at_s: float) -> None:
        """Stand at what is said then."""
        row = bisect_right(self._starts, at_s + 0.05) - 1
        if row != self.currentIndex().row() and row >= 0:
            index = self._lines.index(row)
            self.setCurrentIndex(index)
            self.scrollTo(index, QListView.ScrollHint.PositionAtCenter)
        elif row < 0:
            self.clearSelection()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.scheduleDelayedItemsLayout()
            self._fit()

    def _fit(self) -> None:
        """No higher than the lines ask for."""
        high = 4
        for row in range(self._lines.rowCount()):
            high += self.sizeHintForRow(row)
            if high > self._highest:
                break
        self.setFixedHeight(min(self._highest, high))

    def _chosen(self, index: QModelIndex) -> None:
        self.sought.emit(self._lines.lines[index.row()].start_s)
