"""What the window shows until its panes are built: the colours of their columns."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from bowerbird.gui.theme import Colours

_LEFT = 224
_UNSEEN_MS = 300  # a window that starts minimized is never painted, but must be built all the same


class Shell(QWidget):
    """Paints the empty columns and reports when that has been seen."""

    seen = Signal()
    """Emitted once: after the first painting, or after a short while without one."""

    def __init__(self, colours: Colours) -> None:
        """In these colours."""
        super().__init__()
        self._colours = colours
        self._emitted = False
        QTimer.singleShot(_UNSEEN_MS, self, self._emit_once)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._colours.background))
        painter.fillRect(0, 0, _LEFT - 1, self.height(), QColor(self._colours.panel))
        painter.fillRect(_LEFT - 1, 0, 1, self.height(), QColor(self._colours.line))
        QTimer.singleShot(0, self, self._emit_once)

    def _emit_once(self) -> None:
        if not self._emitted:
            self._emitted = True
            self.seen.emit()
