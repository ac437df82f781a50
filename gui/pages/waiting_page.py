"""A page of one sentence: the library is being opened, is in use elsewhere, or cannot be opened."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from bowerbird.gui.widgets.widgets import label


class WaitingPage(QWidget):
    """A title, a sentence, and a button to try again."""

    def __init__(self) -> None:
        """Blank: opening takes a moment only, and a word that flashes by disturbs."""
        super().__init__()
        self.setObjectName("page")
        self.title = label("", "title", centre=True)
        self.text = label("", "muted", centre=True, wrap=True)
        self.again = QPushButton("Try again")
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 48, 48, 48)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addSpacing(12)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        self.say("", "")

    def say(self, title: str, text: str, *, again: bool = False) -> None:
        """Say this, with or without the button."""
        self.title.setText(title)
        self.text.setText(text)
        self.again.setVisible(again)
