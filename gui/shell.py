"""What the window is before it is furnished: the colours of its columns, painted at once."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from bowerbird.gui.theme import Colours

_LEFT = 224
_UNSEEN_MS = 300  # a window that starts minimized is never painted, and must be furnished all the same


class Shell(QWidget):
    """Tells when it has been seen, once."""

    seen = Signal()

    def __init__(self, colours: Colours) -> None:
        """In these colours."""
        super().__init__()
        self._colours = colours
        self._told = False
        QTimer.singleShot(_UNSEEN_MS, self, self._tell)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._colours.background))
        painter.fillRect(0, 0, _LEFT - 1, self.height(), QColor(self._colours.panel))
        painter.fillRect(_LEFT - 1, 0, 1, self.height(), QColor(self._colours.line))
        QTimer.singleShot(0, self, self._tell)

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self.seen.emit()
