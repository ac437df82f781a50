"""One line of the left pane: an icon or a dot, a name, and a figure at the end."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from bowerbird.core.state import FolderState
from bowerbird.gui.theme import Theme, sized

_HEIGHT = 31


class NavRow(QAbstractButton):
    """Painted by hand so that names elide and figures keep their place."""

    def __init__(self, theme: Theme, name: str, *, icon: str = "", parent: QWidget | None = None) -> None:
        """A row with this name."""
        super().__init__(parent)
        self._theme, self._icon = theme, icon
        self._figure, self._state = "", FolderState.READY
        self.setText(name)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_figure(self, figure: str, state: FolderState = FolderState.READY) -> None:
        """What stands at the end, and the state that the dot shows."""
        if (figure, state) != (self._figure, self._state):
            self._figure, self._state = figure, state
            self.setAccessibleName(f"{self.text()}, {figure}" if figure else self.text())
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, place = self._theme.colours, self.rect()
        self._ground(painter, place)
        ink = colours.blue if self.isChecked() else colours.ink
        self._sign(painter, place, ink)
        painter.setPen(QColor(colours.muted))
        painter.setFont(self._theme.font)
        end = place.adjusted(0, 0, -8, 0)
        painter.drawText(end, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._figure)
        taken = QFontMetrics(self._theme.font).horizontalAdvance(self._figure)
        font = sized(self._theme.font, 13, bold=self.isChecked())
        room = place.adjusted(33 if self._icon else 32, 0, -taken - 16, 0)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        name = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)

    def _ground(self, painter: QPainter, place: QRect) -> None:
        colours = self._theme.colours
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(QColor(colours.wash))
            painter.drawRoundedRect(place, 7, 7)
        elif self.underMouse():
            painter.setBrush(QColor(colours.line))
            painter.drawRoundedRect(place, 7, 7)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.blue), 1.5))
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 7, 7)

    def _sign(self, painter: QPainter, place: QRect, ink: str) -> None:
        middle = place.center().y()
        if self._icon:
            self._theme.icon(self._icon, ink).paint(painter, QRect(8, middle - 7, 16, 16))
            return
        colours = self._theme.colours
        colour = {
            FolderState.READY: colours.green,
            FolderState.INDEXING: colours.straw,
            FolderState.OFFLINE: colours.muted,
            FolderState.UNREADABLE: colours.straw,
        }[self._state]
        hollow = self._state in (FolderState.OFFLINE, FolderState.UNREADABLE)
        painter.setPen(QPen(QColor(colour), 1.25))
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else QColor(colour))
        painter.drawEllipse(QRectF(12.5, middle - 2.5, 6, 6))
