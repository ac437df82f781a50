"""The first question: which folders?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from bowerbird.core.types import Kind
from bowerbird.gui.session import SearchSession
from bowerbird.gui.theme import Theme, sized
from bowerbird.gui.widgets.widgets import button, label, remove
from bowerbird.gui.wording import kinds_found, name_of, shown

_NUMBERS = ("", "", "two", "three", "four", "five", "six")
Suggestions = tuple[tuple[Path, Mapping[Kind, int]], ...]


class FolderCard(QAbstractButton):
    """A folder one may choose, with what a quick look found in it."""

    def __init__(self, theme: Theme, path: Path, found: Mapping[Kind, int]) -> None:
        """Chosen if it holds photos or documents."""
        super().__init__()
        self.path, self._theme = path, theme
        self._found = kinds_found(found)
        most = max(found, key=lambda kind: found[kind], default=None)
        self._icon = most.value if most and found[most] else "folder"
        self.setText(name_of(path))
        self.setCheckable(True)
        self.setChecked(any(found.values()))
        self.setAccessibleName(f"{self.text()}, {self._found}")
        self.setToolTip(shown(str(path)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(256, 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, chosen = self._theme.colours, self.isChecked()
        place = self.rect().adjusted(1, 1, -1, -1)
        edge = colours.blue if chosen or self.hasFocus() else colours.line
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(colours.wash if chosen else colours.card))
        painter.drawRoundedRect(place, 10, 10)
        self._theme.icon(self._icon, colours.blue if chosen else colours.ink).paint(painter, QRect(15, 22, 16, 16))
        name, small = sized(self._theme.font, 13, bold=True), sized(self._theme.font, 11)
        room = place.width() - 56
        painter.setFont(name)
        painter.setPen(QColor(colours.ink))
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(42, 27, QFontMetrics(name).elidedText(self.text(), elide, room))
        painter.setFont(small)
        painter.setPen(QColor(colours.muted))
        painter.drawText(42, 44, QFontMetrics(small).elidedText(self._found, elide, room))


class FirstRunPage(QWidget):
    """Shown while no folder is watched."""

    def __init__(self, session: SearchSession) -> None:
        """Ask the library for suggestions with ``look``."""
        super().__init__()
        self.setObjectName("page")
        self._session = session
        self.cards: list[FolderCard] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(10)
        self.start = button("Start", self._begin, "primary")
        self._other = button("Choose other folders…", session.wants_folder)
        self._note = label("Looking for your folders…", "muted", centre=True)
        self._note.setWordWrap(True)
        self._place()
        session.said.connect(lambda sentence: self._note.setText(sentence) if sentence else None)

    def _place(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(label("What should Bowerbird look after?", "question", centre=True))
        column.addSpacing(12)
        says = "It reads these folders on this computer, and nothing leaves it."
        column.addWidget(label(says, "lead", centre=True))
        column.addSpacing(24)
        column.addLayout(self._grid)
        column.addSpacing(20)
        column.addLayout(self._buttons())
        column.addSpacing(20)
        column.addWidget(self._note)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addLayout(column)
        across.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(5)
        outer.addLayout(across)
        outer.addStretch(6)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for one in (self.start, self._other):
            one.setMinimumHeight(38)
            row.addWidget(one)
        row.addStretch(1)
        self.start.hide()
        return row

    def look(self) -> None:
        """Ask which folders there are; counting them takes a moment."""
        self._session.bridge.latest("suggest", lambda library: library.suggest_folders(), self._show)

    def _show(self, suggestions: Suggestions) -> None:
        for card in self.cards:
            remove(card)
        self.cards = [FolderCard(self._session.theme, path, found) for path, found in suggestions]
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // 2, number % 2)
            card.toggled.connect(self._count)
        self._note.setText("You can search while it reads. You can also drop a folder here.")
        self._count()

    def _count(self) -> None:
        many = len([card for card in self.cards if card.isChecked()])
        these = "this one" if many == 1 else f"these {_NUMBERS[many]}" if many < len(_NUMBERS) else "these"
        self.start.setText(f"Start with {these}" if many else "Start")
        self.start.setEnabled(many > 0)
        self.start.setVisible(bool(self.cards))
        self._other.setText("Choose other folders…" if self.cards else "Choose folders…")

    def _begin(self) -> None:
        self.start.setEnabled(False)
        for card in self.cards:
            if card.isChecked():
                self._session.add_folder(card.path)
