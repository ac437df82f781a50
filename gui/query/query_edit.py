"""The line in which words are typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy

from bowerbird.gui.desktop import paths_of
from bowerbird.gui.query.completion import FilterCompleter

PLACEHOLDER = "Describe what you are looking for"
PLACEHOLDER_BESIDE = "and words, if you like"


class QueryEdit(QLineEdit):
    """The text field. Keys that concern the examples or the results become signals."""

    left_downwards = Signal()
    """Down."""
    entered = Signal()
    backspace_at_start = Signal()
    cleared = Signal()
    """Escape, while nothing is typed."""
    paste_requested = Signal()
    """Paste, while the clipboard holds files or a picture."""
    focus_changed = Signal(bool)

    def __init__(self) -> None:
        """Offers filters as one types."""
        super().__init__()
        self.setPlaceholderText(PLACEHOLDER)
        self.setAccessibleName("Search")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)  # as high as the box
        self.setAcceptDrops(False)  # a dropped file is an example: the window takes it
        self.offers = FilterCompleter(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.offers.takes(event.key()):
            event.ignore()
        elif event.key() == Qt.Key.Key_Down and self.offers.offer_recent():
            event.accept()
        elif event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Escape:
            self.cleared.emit()
        elif event.key() == Qt.Key.Key_Backspace and self.cursorPosition() == 0 and not self.hasSelectedText():
            self.backspace_at_start.emit()
        elif event.matches(QKeySequence.StandardKey.Paste) and clipboard_has_example():
            self.paste_requested.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.offers.offer_recent()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)


def clipboard_has_example() -> bool:
    """True if the clipboard holds files, or a picture and no text."""
    mime = QGuiApplication.clipboard().mimeData()
    return bool(paths_of(mime)) or (mime.hasImage() and not mime.hasText())
