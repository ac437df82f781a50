"""The page shown while the library is being opened, is in use elsewhere, or cannot be opened."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bowerbird.gui.widgets.widgets import Action, button, label


class WaitingPage(QWidget):
    """A title, a sentence, and a button to try again."""

    def __init__(self, retry: Action) -> None:
        """Blank at first: opening mostly takes a moment only, and a text that flashes by disturbs."""
        super().__init__()
        self.setObjectName("page")
        self.title = label("", "title", centre=True)
        self.text = label("", "muted", centre=True, wrap=True)
        self.retry = button("Try again", retry)
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 48, 48, 48)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addSpacing(12)
        column.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        self.show_message("", "")

    def show_message(self, title: str, text: str, *, retry: bool = False) -> None:
        """Show this, with the button if ``retry``."""
        self.title.setText(title)
        self.text.setText(text)
        self.retry.setVisible(retry)
