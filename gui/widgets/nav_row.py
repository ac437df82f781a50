"""A row of the folders pane: an icon or a dot, a name, and a figure at the right."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from bowerbird.core.state import FolderState
from bowerbird.gui.theme import Theme, sized

_HEIGHT = 31


class NavRow(QAbstractButton):
    """Painted here, so that long names are elided and figures stay aligned."""

    def __init__(self, theme: Theme, name: str, *, icon: str = "", parent: QWidget | None = None) -> None:
        """Show ``name``, after an icon if one is named, else after a dot in the colour of the folder's state."""
        super().__init__(parent)
        self._theme, self._icon = theme, icon
        self._figure, self._state = "", FolderState.READY
        self.setText(name)
        self.setCheckable(True)
        self.setAutoExclusive(True)  # for screen readers one of several; whether none may be chosen, its group says
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_figure(self, figure: str, state: FolderState = FolderState.READY) -> None:
        """Set the text at the right, and the folder's state."""
        if (figure, state) != (self._figure, self._state):
            self._figure, self._state = figure, state
            self.setAccessibleName(f"{self.text()}, {figure}" if figure else self.text())
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, rect = self._theme.colours, self.rect()
        self._draw_background(painter, rect)
        text_colour = colours.blue if self.isChecked() else colours.ink
        if self._icon:
            icon = self._theme.icon(self._icon, text_colour)
            icon.paint(painter, QRect(8, rect.center().y() - 7, 16, 16))
        else:
            self._draw_state(painter, rect.center().y())
        self._draw_texts(painter, rect, text_colour)

    def _draw_texts(self, painter: QPainter, rect: QRect, colour: str) -> None:
        painter.setPen(QColor(self._theme.colours.muted))
        painter.setFont(self._theme.font)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(0, 0, -8, 0), Qt.AlignmentFlag.AlignRight | middle, self._figure)
        figure_width = QFontMetrics(self._theme.font).horizontalAdvance(self._figure)
        font = sized(self._theme.font, 13, bold=self.isChecked())
        name_rect = rect.adjusted(33 if self._icon else 32, 0, -figure_width - 16, 0)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        name = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideMiddle, name_rect.width())
        painter.drawText(name_rect, Qt.AlignmentFlag.AlignLeft | middle, name)

    def _draw_background(self, painter: QPainter, rect: QRect) -> None:
        colours = self._theme.colours
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(QColor(colours.wash))
            painter.drawRoundedRect(rect, 7, 7)
        elif self.underMouse():
            painter.setBrush(QColor(colours.line))
            painter.drawRoundedRect(rect, 7, 7)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.blue), 1.5))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 7, 7)

    def _draw_state(self, painter: QPainter, middle_y: int) -> None:
        colours = self._theme.colours
        colour = {
            FolderState.READY: colours.green,
            FolderState.INDEXING: colours.straw,
            FolderState.OFFLINE: colours.muted,
            FolderState.PARTLY_OFFLINE: colours.muted,
            FolderState.UNREADABLE: colours.straw,
        }[self._state]
        hollow = self._state not in (FolderState.READY, FolderState.INDEXING)
        painter.setPen(QPen(QColor(colour), 1.25))
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else QColor(colour))
        painter.drawEllipse(QRectF(12.5, middle_y - 2.5, 6, 6))
