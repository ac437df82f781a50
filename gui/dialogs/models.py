"""The models: what each is good for, whether it is here, and how to get it. The one place for their names."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from bowerbird.core.state import ModelState
from bowerbird.gui.desk import Desk
from bowerbird.gui.parts import button, label, remove, scrolling
from bowerbird.gui.wording import size


class ModelsDialog(QDialog):
    """A line per model."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        """Show the models of this desk's library."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self.setWindowTitle("Models")
        self.resize(600, 480)
        self._inside = QWidget()
        self._rows = QVBoxLayout(self._inside)
        self._rows.setContentsMargins(0, 0, 8, 0)
        self._rows.setSpacing(0)
        self._place()
        desk.models_changed.connect(self.refresh)
        self.refresh()

    def _place(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        column.addWidget(label("Models", "title"))
        says = "They read your files on this computer. The more that are here, the better Bowerbird understands."
        column.addWidget(label(says, "muted", wrap=True))
        column.addWidget(scrolling(self._inside), 1)
        column.addWidget(button("Close", self.accept), 0, Qt.AlignmentFlag.AlignRight)

    def refresh(self) -> None:
        """Ask again which models there are."""
        self._desk.bridge.latest("models", lambda library: library.models(), self._show)

    def _show(self, models: tuple[ModelState, ...]) -> None:
        while item := self._rows.takeAt(0):
            if widget := item.widget():
                remove(widget)
        for model in models:
            self._rows.addWidget(_row(model))
        self._rows.addStretch(1)


def _row(model: ModelState) -> QWidget:
    row = QWidget()
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 10, 0, 10)
    column.setSpacing(3)
    first = QHBoxLayout()
    first.addWidget(label(model.title, "strong"), 1)
    first.addWidget(label("installed" if model.installed else "not installed", "small"))
    column.addLayout(first)
    column.addWidget(label(model.purpose, wrap=True))
    facts = " · ".join(part for part in (size(model.size_bytes) if model.size_bytes else "", model.licence) if part)
    column.addWidget(label(facts, "small"))
    advice = model.problem or ("" if model.installed else model.how_to_get)
    if advice:
        column.addWidget(_advice(advice))
    return row


def _advice(text: str) -> QLabel:
    said = label(text, "small", wrap=True)
    said.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return said
