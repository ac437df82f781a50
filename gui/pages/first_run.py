"""The page of the first run: which folders should be watched?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from bowerbird.core.types import Kind
from bowerbird.gui.session import SearchSession
from bowerbird.gui.theme import Theme, sized
from bowerbird.gui.widgets.painting import draw_focus_ring
from bowerbird.gui.widgets.widgets import button, label, remove
from bowerbird.gui.wording import kind_counts, name_of, shown

_NUMBERS = ("", "", "two", "three", "four", "five", "six")
Suggestions = tuple[tuple[Path, Mapping[Kind, int]], ...]
"""Folders, each with the number of files of each kind that a quick look counted in it."""


class FolderCard(QAbstractButton):
    """A suggested folder, to be checked or unchecked, with what it holds."""

    def __init__(self, theme: Theme, path: Path, counts: Mapping[Kind, int] | None) -> None:
        """Checked if ``counts``, its number of files of each kind, are not all zero; None: the user chose it."""
        super().__init__()
        self.path, self._theme = path, theme
        self._counts = shown(str(path.parent)) if counts is None else kind_counts(counts)
        chosen, counts = counts is None, counts or {}
        commonest = max(counts, key=lambda kind: counts[kind], default=None)
        self._icon = commonest.value if commonest and counts[commonest] else "folder"
        self.setText(name_of(path))
        self.setCheckable(True)
        self.setChecked(chosen or any(counts.values()))
        self.setAccessibleName(f"{self.text()}, {self._counts}")
        self.setToolTip(shown(str(path)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(256, 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, checked = self._theme.colours, self.isChecked()
        card = self.rect().adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(colours.blue if checked else colours.line), 1))
        painter.setBrush(QColor(colours.wash if checked else colours.card))
        painter.drawRoundedRect(card, 10, 10)
        if self.hasFocus():
            draw_focus_ring(painter, QRectF(card).adjusted(3, 3, -3, -3), 7, colours.blue)
        self._theme.icon(self._icon, colours.blue if checked else colours.ink).paint(painter, QRect(15, 22, 16, 16))
        self._draw_texts(painter, card.width() - 56)

    def _draw_texts(self, painter: QPainter, width: int) -> None:
        colours, elide = self._theme.colours, Qt.TextElideMode.ElideRight
        bold, small = sized(self._theme.font, 13, bold=True), sized(self._theme.font, 11)
        painter.setFont(bold)
        painter.setPen(QColor(colours.ink))
        painter.drawText(42, 27, QFontMetrics(bold).elidedText(self.text(), elide, width))
        painter.setFont(small)
        painter.setPen(QColor(colours.muted))
        painter.drawText(42, 44, QFontMetrics(small).elidedText(self._counts, elide, width))


class FirstRunPage(QWidget):
    """Shown while no folder is watched: cards of suggested folders, and a button to start."""

    def __init__(self, session: SearchSession) -> None:
        """Without cards until ``suggest_folders``."""
        super().__init__()
        self.setObjectName("page")
        self._session = session
        self.cards: list[FolderCard] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(10)
        self.start = button("Start", self._add_checked, "primary")
        self._other = button("Choose other folders…", session.folder_requested)
        self._note = label("Looking for your folders…", "muted", centre=True)
        self._note.setWordWrap(True)
        self._place_widgets()
        session.message_changed.connect(lambda sentence: self._note.setText(sentence) if sentence else None)

    def _place_widgets(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(label("What should Bowerbird look after?", "question", centre=True))
        column.addSpacing(12)
        promise = "It reads these folders on this computer, and nothing leaves it."
        column.addWidget(label(promise, "lead", centre=True))
        column.addSpacing(24)
        column.addLayout(self._grid)
        column.addSpacing(20)
        column.addLayout(self._buttons())
        column.addSpacing(20)
        column.addWidget(self._note)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(column)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(5)
        outer.addLayout(row)
        outer.addStretch(6)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for widget in (self.start, self._other):
            widget.setMinimumHeight(38)
            row.addWidget(widget)
        row.addStretch(1)
        self.start.hide()
        return row

    def suggest_folders(self) -> None:
        """Show a card for each folder that the library suggests; counting their files takes it a moment."""
        self._session.bridge.latest("suggest", lambda library: library.suggest_folders(), self._show_cards)

    def _show_cards(self, suggestions: Suggestions) -> None:
        chosen = [card.path for card in self.cards if card.isChecked()]
        for card in self.cards:
            remove(card)
        self.cards = []
        for path, counts in suggestions:
            self._add_card(FolderCard(self._session.theme, path, counts))
        for path in chosen:
            self.choose(path)
        self._note.setText("You can search while it reads. You can also drop a folder here.")
        self._update_buttons()
        if self.cards and self.isVisible():
            self.start.setFocus()

    def choose(self, folder: Path) -> None:
        """Add a folder that the user picked or dropped to those that are checked; nothing is read before the start."""
        card = next((card for card in self.cards if card.path == folder), None)
        if card is None:
            card = FolderCard(self._session.theme, folder, None)
            self._add_card(card)
        card.setChecked(True)
        self._update_buttons()

    def _add_card(self, card: FolderCard) -> None:
        number = len(self.cards)
        self._grid.addWidget(card, number // 2, number % 2)
        card.toggled.connect(self._update_buttons)
        self.setTabOrder(self.cards[-1] if self.cards else self, card)
        self.setTabOrder(card, self.start)
        self.setTabOrder(self.start, self._other)
        self.cards.append(card)

    def _update_buttons(self) -> None:
        checked = sum(card.isChecked() for card in self.cards)
        these = "this one" if checked == 1 else f"these {_NUMBERS[checked]}" if checked < len(_NUMBERS) else "these"
        self.start.setText(f"Start with {these}" if checked else "Start")
        self.start.setEnabled(checked > 0)
        self.start.setVisible(bool(self.cards))
        self._other.setText("Choose other folders…" if self.cards else "Choose folders…")

    def _add_checked(self) -> None:
        self.start.setEnabled(False)
        for card in self.cards:
            if card.isChecked():
                self._session.library.add_folder(card.path)
