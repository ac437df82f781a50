"""The transcript of a recording or clip, with the line that is being said selected."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from bowerbird.core.types import Line
from bowerbird.core.words import clock
from bowerbird.gui.theme import Theme, sized
from bowerbird.gui.widgets import marked_text
from bowerbird.gui.widgets.marked_text import Passage
from bowerbird.gui.widgets.widgets import Index
from bowerbird.gui.wording import shown

_LINE_ROLE = Qt.ItemDataRole.UserRole + 1
_TIME_WIDTH = 54
_PADDING = 6
_MAX_ROWS = 6
_NOWHERE = QModelIndex()


class _LineModel(QAbstractListModel):
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
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{clock(line.start_s)} {shown(line.text)}"
        return None


class _LineDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme, self._view = theme, parent
        self._heights: dict[tuple[Line, int], int] = {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Line = index.data(_LINE_ROLE)
        colours, rect = self._theme.colours, option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        text_colour = colours.ink if selected else colours.muted
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.wash if selected else colours.panel))
            painter.drawRoundedRect(rect, 6, 6)
        painter.setFont(self._theme.font)
        painter.setPen(QColor(text_colour))
        time_rect = rect.adjusted(8, _PADDING, 0, 0)
        painter.drawText(time_rect, Qt.AlignmentFlag.AlignTop, clock(line.start_s))
        text_rect = QRect(time_rect.left() + _TIME_WIDTH - 8, time_rect.top(), self._text_width, rect.height())
        marked_text.draw(painter, text_rect, self._passage(line, text_colour), colours)
        painter.restore()

    def _passage(self, line: Line, colour: str) -> Passage:
        return Passage(shown(line.text), line.marks, sized(self._theme.font, 13), colour, _MAX_ROWS)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line, width = index.data(_LINE_ROLE), self._text_width
        if (line, width) not in self._heights:
            self._heights[line, width] = marked_text.height(self._passage(line, ""), width) + 2 * _PADDING
        return QSize(self._view.viewport().width(), self._heights[line, width])

    @property
    def _text_width(self) -> int:
        """As wide as beside the scroll bar: without one, lines do not break anew."""
        bar = self._view.verticalScrollBar().sizeHint().width()
        return max(80, self._view.width() - bar - _TIME_WIDTH - _PADDING)

    def forget(self) -> None:
        """Measured lines are not needed any more."""
        self._heights.clear()


class Transcript(QListView):
    """A list of lines; a click on one seeks to it."""

    seek_requested = Signal(float)
    """A time in seconds."""

    def __init__(self, theme: Theme, max_height: int, parent: QWidget | None = None) -> None:
        """As high as its lines, but at most ``max_height`` pixels."""
        super().__init__(parent)
        self._max_height = max_height
        self._lines = _LineModel(self)
        self._starts_s: Sequence[float] = ()
        self.setObjectName("transcript")
        self.setModel(self._lines)
        self._delegate = _LineDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("What is said")
        self.setTabKeyNavigation(False)
        self.clicked.connect(self._request_seek)
        self.activated.connect(self._request_seek)
        theme.changed.connect(self.viewport().update)

    def limit(self, max_height: int) -> None:
        """Be at most this high from now on, in pixels."""
        self._max_height = max_height
        self._fit_height()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Replace the lines, which are in the order of their times."""
        self._delegate.forget()
        self._lines.show(tuple(lines))
        self._starts_s = [line.start_s for line in lines]
        self._fit_height()

    def follow(self, at_s: float) -> None:
        """Select the line that is said at this time, in seconds."""
        row = bisect_right(self._starts_s, at_s + 0.05) - 1
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
            self._fit_height()

    def _fit_height(self) -> None:
        height = 4
        for row in range(self._lines.rowCount()):
            height += self.sizeHintForRow(row)
            if height > self._max_height:
                break
        self.setFixedHeight(min(self._max_height, height))

    def _request_seek(self, index: QModelIndex) -> None:
        self.seek_requested.emit(self._lines.lines[index.row()].start_s)
