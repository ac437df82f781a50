"""One model of the Models page: what it is for, how it stands, and what one can do with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from bowerbird.core.state import ModelState
from bowerbird.gui.parts import button, label
from bowerbird.gui.wording import count, size

Act = Callable[[ModelState], None]


class ModelRow(QFrame):
    """Follows its model's state; ``tell_bytes`` may be called from any thread."""

    _bytes = Signal(object)

    def __init__(self, model: ModelState, get: Act, use: Act, stop: Act) -> None:
        """A row whose buttons do this."""
        super().__init__()
        self.model = model
        self.busy = False
        self._state = label("", "small")
        self._facts = label("", "small", wrap=True)
        self._advice = label("", "small", wrap=True)
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self._advice.setTextInteractionFlags(selectable)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(f"Progress of {model.title}")
        self.get = button("Get…", lambda: get(self.model))
        self.use = button("Use", lambda: use(self.model), "primary" if model.recommended else "")
        self.stop = button("Stop using…", lambda: stop(self.model))
        for one in (self.get, self.use, self.stop):
            one.setAutoDefault(False)
            one.setAccessibleName(f"{one.text()} {model.title}")
        self._place()
        self._bytes.connect(self._show_bytes, Qt.ConnectionType.QueuedConnection)

    def _place(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(3)
        first = QHBoxLayout()
        first.addWidget(label(self.model.title, "strong"))
        if self.model.recommended:
            first.addWidget(label("best for this computer", "small"))
        first.addStretch(1)
        first.addWidget(self._state)
        column.addLayout(first)
        second = QHBoxLayout()
        second.setSpacing(12)
        told = QVBoxLayout()
        told.addWidget(label(self.model.purpose, wrap=True))
        for line in (self._facts, self._advice, self._bar):
            told.addWidget(line)
        second.addLayout(told, 1)
        for one in (self.get, self.use, self.stop):
            second.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(second)

    def show_state(self, model: ModelState) -> None:
        """How it stands now."""
        self.model = model
        self._facts.setText(_facts(model))
        by_hand = f"{model.url} has it." if model.url and not model.installed else ""
        self._advice.setText(model.problem or by_hand)
        self._advice.setVisible(bool(self._advice.text()))
        self.get.setVisible(not model.installed)
        self.get.setText("Get…" if model.source else "Choose its file…")
        self.use.setVisible(model.installed and not model.used)
        self.stop.setVisible(model.used)
        for one in (self.get, self.use, self.stop):
            one.setEnabled(not self.busy)
        if not self.busy:
            self._state.setText(_state(model))
            self._show_bar(*(model.built or (0, 0)))

    def begin(self, says: str) -> None:
        """Something is being done with it."""
        self.busy = True
        self._state.setText(says)
        self._show_bar(0, 1)
        self._bar.setRange(0, 0)
        self.show_state(self.model)

    def end(self) -> None:
        """It is done, or failed."""
        self.busy = False

    def tell_bytes(self, done: int, whole: int) -> None:
        """So much of it has come."""
        self._bytes.emit((done, whole))

    def _show_bytes(self, told: tuple[int, int]) -> None:
        if self.busy:
            done, whole = told
            self._state.setText(f"{size(done)} of {size(whole)}" if whole else size(done))
            self._show_bar(done, whole)

    def _show_bar(self, done: int, whole: int) -> None:
        self._bar.setVisible(bool(whole))
        self._bar.setRange(0, 1000)
        self._bar.setValue(min(1000, round(1000 * done / max(1, whole))))


def _state(model: ModelState) -> str:
    if model.built:
        return f"reading what is there: {model.built[0]:,} of {count(model.built[1], 'piece')}"
    return "in use" if model.used else "here, not in use" if model.installed else "not here"


def _facts(model: ModelState) -> str:
    how_large = size(model.size_bytes) if model.size_bytes else ""
    measured = f"{model.ms:,.0f} ms a piece here" if model.ms else ""
    return " · ".join(filter(None, (how_large, model.licence, measured, model.quality)))
