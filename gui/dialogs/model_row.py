"""A model in the models dialog: its purpose, its state, and buttons for what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QVBoxLayout

from bowerbird.core.state import ModelState
from bowerbird.gui.widgets.widgets import add_action, button, label
from bowerbird.gui.wording import count, size

ModelAction = Callable[[ModelState], None]


@dataclass(frozen=True, slots=True)
class ModelActions:
    """What the buttons of a row do with its model."""

    get: ModelAction
    use: ModelAction
    check: ModelAction
    drop: ModelAction
    """Stop using it, and delete what was fetched."""
    cancel: ModelAction


class ModelRow(QFrame):
    """Shows the state of a model, also of work on it that another dialog or process has started."""

    def __init__(self, model: ModelState, actions: ModelActions) -> None:
        """A row for ``model`` whose buttons run ``actions``."""
        super().__init__()
        self.model = model
        self._current_work = ""
        self._state = label("", "small")
        self._facts = label("", "small", wrap=True)
        self._advice = label("", "small", wrap=True)
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self._advice.setTextInteractionFlags(selectable)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(f"Progress of {model.title}")
        self.get = button("Get…", lambda: actions.get(self.model))
        self.use = button("Use", lambda: actions.use(self.model), "primary" if model.recommended else "")
        self.stop = button("Stop using…", lambda: actions.drop(self.model))
        self.cancel = button("Cancel", lambda: actions.cancel(self.model))
        self.more = button("More", lambda: None)
        menu = QMenu(self.more)
        self.check = add_action(menu, "Check its files and results", lambda: actions.check(self.model))
        self.delete = add_action(menu, "Delete its files…", lambda: actions.drop(self.model))
        self.more.setMenu(menu)
        self._buttons = (self.get, self.use, self.stop, self.cancel, self.more)
        for widget in self._buttons:
            widget.setAutoDefault(False)
            widget.setAccessibleName(f"{widget.text()} {model.title}")
        self._place_widgets()

    def _place_widgets(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(3)
        title_row = QHBoxLayout()
        title_row.addWidget(label(self.model.title, "strong"))
        if self.model.recommended:
            title_row.addWidget(label("best for this computer", "small"))
        title_row.addStretch(1)
        title_row.addWidget(self._state)
        column.addLayout(title_row)
        body_row = QHBoxLayout()
        body_row.setSpacing(12)
        texts = QVBoxLayout()
        texts.addWidget(label(self.model.purpose, wrap=True))
        for line in (self._facts, self._advice, self._bar):
            texts.addWidget(line)
        body_row.addLayout(texts, 1)
        for widget in self._buttons:
            body_row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(body_row)

    def show_state(self, model: ModelState) -> None:
        """Show another state of the same model."""
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
        self._state.setText(_state(model) or self._current_work or "working on it…")
        done, total = (model.fetched or (0, 0)) if model.busy else (model.built or (0, 0))
        self._bar.setVisible(model.busy or bool(total))
        self._bar.setRange(0, 1000 if total else 0)
        self._bar.setValue(min(1000, round(1000 * done / max(1, total))))

    def begin(self, work: str) -> None:
        """Show at once that some work on the model starts, named for the user; later states replace this."""
        self._current_work = work
        self.show_state(replace(self.model, busy=True, fetched=None, result=""))


def _state(model: ModelState) -> str:
    """The state as a text; empty for a busy model of which no bytes are fetched."""
    if model.busy:
        done, total = model.fetched or (0, 0)
        return f"{size(done)} of {size(total)}" if total else size(done) if done else ""
    if model.built:
        return f"reading what is there: {model.built[0]:,} of {count(model.built[1], 'piece')}"
    if not model.installed:
        return "not here"
    return "in use" if model.used else "here, not in use"


def _facts(model: ModelState) -> str:
    file_size = size(model.size_bytes) if model.size_bytes else ""
    speed = f"{model.ms:,.0f} ms a piece here" if model.ms else ""
    return " · ".join(filter(None, (file_size, model.licence, speed, model.quality)))
