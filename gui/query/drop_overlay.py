"""What happens when something is dragged over the window and dropped on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bowerbird.gui.desktop import paths_of
from bowerbird.gui.query.query_box import QueryBox
from bowerbird.gui.session import SearchSession
from bowerbird.gui.theme import Theme, sized


class DropOverlay(QWidget):
    """Covers the window during a drag and shows what a drop would do. Hidden until ``cover``."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        """Over this window."""
        super().__init__(window)
        self._window, self._theme = window, theme
        self._text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self, paths: tuple[Path, ...]) -> None:
        """Cover the window while these files or folders, or a picture without a path, are dragged."""
        folders = bool(paths) and all(path.is_dir() for path in paths)
        self._text = "Drop to look after this folder" if folders else "Drop to search by it"
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        background = QColor(colours.wash)
        background.setAlpha(232)
        painter.fillRect(self.rect(), background)
        painter.setPen(QPen(QColor(colours.blue), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(12, 12, -12, -12), 12, 12)
        painter.setFont(sized(self._theme.font, 28, bold=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)


def can_drop(event: QDropEvent) -> bool:
    """True for files, folders and pictures from elsewhere: a hit that is let go over the window is not asked for."""
    mime = event.mimeData()
    return event.source() is None and (bool(paths_of(mime)) or mime.hasImage())


def drop(mime: QMimeData, session: SearchSession, query: QueryBox) -> None:
    """Watch the folders that were dropped; search by the files, or by the picture if it has no path."""
    paths = paths_of(mime)
    for folder in (path for path in paths if path.is_dir()):
        session.folder_chosen.emit(folder)
    if files := tuple(path for path in paths if path.is_file()):
        session.examples.add(files)
        query.open_well()
    elif not paths:
        query.take_image(mime)
        query.open_well()
