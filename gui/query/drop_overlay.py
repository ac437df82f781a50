"""Lies over the window while something is dragged across it, and says what dropping it does."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bowerbird.gui.theme import Theme, sized


class DropOverlay(QWidget):
    """Hidden until ``cover``."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        """For this window."""
        super().__init__(window)
        self._window, self._theme = window, theme
        self._says = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self, paths: tuple[Path, ...]) -> None:
        """Cover the window."""
        folders = bool(paths) and all(path.is_dir() for path in paths)
        self._says = "Drop to look after this folder" if folders else "Drop to search by it"
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        ground = QColor(colours.wash)
        ground.setAlpha(232)
        painter.fillRect(self.rect(), ground)
        painter.setPen(QPen(QColor(colours.blue), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(12, 12, -12, -12), 12, 12)
        painter.setFont(sized(self._theme.font, 28, bold=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._says)
