"""One model of the Models page: what it is for, how it stands, and what one can do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QVBoxLayout

from bowerbird.core.state import ModelState
from bowerbird.gui.widgets.widgets import button, label
from bowerbird.gui.wording import count, size

Act = Callable[[ModelState], None]


@dataclass(frozen=True, slots=True)
class Acts:
    """What a row's buttons do with its model."""

    get: Act
    use: Act
    check: Act
    drop: Act
    """Stop using it, and delete what was fetched."""
    cancel: Act


class ModelRow(QFrame):
    """Shows its model's state, wherever what is being done with it was begun."""

    def __init__(self, model: ModelState, acts: Acts) -> None:
        """A row whose buttons do this."""
        super().__init__()
        self.model = model
        self._doing = ""
        self._state = label("", "small")
        self._facts = label("", "small", wrap=True)
        self._advice = label("", "small", wrap=True)
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self._advice.setTextInteractionFlags(selectable)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(f"Progress of {model.title}")
        self.get = button("Get…", lambda: acts.get(self.model))
        self.use = button("Use", lambda: acts.use(self.model), "primary" if model.recommended else "")
        self.stop = button("Stop using…", lambda: acts.drop(self.model))
        self.cancel = button("Cancel", lambda: acts.cancel(self.model))
        self.more = button("More", lambda: None)
        menu = QMenu(self.more)
        self.check = menu.addAction("Check its files and results", lambda: acts.check(self.model))
        self.delete = menu.addAction("Delete its files…", lambda: acts.drop(self.model))
        self.more.setMenu(menu)
        self._buttons = (self.get, self.use, self.stop, self.cancel, self.more)
        for one in self._buttons:
            one.setAutoDefault(False)
            one.setAccessibleName(f"{one.text()} {model.title}")
        self._place()

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
        for one in self._buttons:
            second.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(second)

    def show_state(self, model: ModelState) -> None:
        """How it stands now."""
        self.model = model
        self._facts.setText(_facts(model))
        by_hand = f"{model.url} has it." if model.url and not model.installed else ""
        self._advice.setText(" ".join(dict.fromkeys(filter(None, (model.problem, model.result or by_hand)))))
        self._advice.setVisible(bool(self._advice.text()))
        self.get.setText("Get…" if model.source else "Choose its file…")
        self._show_buttons(model)
        self._show_progress(model)

    def _show_buttons(self, model: ModelState) -> None:
        self.cancel.setVisible(model.busy)
        self.get.setVisible(not (model.busy or model.installed))
        self.use.setVisible(not (model.busy or model.used) and model.installed)
        self.stop.setVisible(not model.busy and model.used)
        self.more.setVisible(not model.busy and model.installed)
        self.delete.setVisible(model.deletable and not model.used)

    def _show_progress(self, model: ModelState) -> None:
        self._state.setText(_state(model) or self._doing or "working on it…")
        done, whole = (model.fetched or (0, 0)) if model.busy else (model.built or (0, 0))
        self._bar.setVisible(model.busy or bool(whole))
        self._bar.setRange(0, 1000 if whole else 0)
        self._bar.setValue(min(1000, round(1000 * done / max(1, whole))))

    def begin(self, doing: str) -> None:
        """This is about to be done with it."""
        self._doing = doing
        self.show_state(replace(self.model, busy=True, fetched=None, result=""))


def _state(model: ModelState) -> str:
    """In words; empty if all there is to say is what is being done."""
    if model.busy:
        done, whole = model.fetched or (0, 0)
        return f"{size(done)} of {size(whole)}" if whole else size(done) if done else ""
    if model.built:
        return f"reading what is there: {model.built[0]:,} of {count(model.built[1], 'piece')}"
    if not model.installed:
        return "not here"
    return "in use" if model.used else "here, not in use"


def _facts(model: ModelState) -> str:
    how_large = size(model.size_bytes) if model.size_bytes else ""
    measured = f"{model.ms:,.0f} ms a piece here" if model.ms else ""
    return " · ".join(filter(None, (how_large, model.licence, measured, model.quality)))
