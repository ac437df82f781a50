"""An example in the well: its picture, its name, the part that is searched by, and how it counts."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout

from bowerbird.core.questions import Example, Liking
from bowerbird.gui.query.example_button import ExampleButton
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, describe, label, on_click, tool
from bowerbird.gui.wording import LIKING_NAMES, name_of, part_of, shown

_WIDTH, _HEIGHT = 292, 92
_PICTURE = QSize(88, 72)
_NAME_WIDTH = 138


class ExampleCard(QFrame):
    """Changes its example in the session's question."""

    part_requested = Signal(object)
    """An ``Example``, of which another part is to be chosen."""

    def __init__(self, session: SearchSession, example: Example) -> None:
        """Show this example, which is in the session's question."""
        super().__init__()
        self.setObjectName("exampleCard")
        self.setFixedSize(_WIDTH, _HEIGHT)
        self._session = session
        self.example = example
        self.picture = ExampleButton(session, example, _PICTURE)
        self._name = label("", "strong")
        self.part = button("", self._choose_part, "link")
        self.remove = tool("", lambda: session.examples.remove(self.example), 12)
        self.likings = {liking: self._liking_button(liking) for liking in Liking}
        self._group = QButtonGroup(self)
        for liking_button in self.likings.values():
            self._group.addButton(liking_button)
        self._place_widgets()
        session.theme.changed.connect(self._draw_icon)
        self._draw_icon()
        self.show_example(example)

    def show_example(self, example: Example) -> None:
        """Show another part of the file, or that it counts otherwise."""
        self.example = example
        self.picture.show_example(example)
        name, part = name_of(example.path), part_of(example)
        self._name.setText(self._name.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH))
        self._name.setToolTip(shown(str(example.path)))
        self.part.setText(part or "Choose a part…")
        self.part.setAccessibleName(f"Searched by: {part or 'all'} of {name}, choose a part")
        self.likings[example.liking].setChecked(True)
        for liking, liking_button in self.likings.items():
            liking_button.setAccessibleName(f"{name}: {LIKING_NAMES[liking]}")
        describe(self.picture, f"Choose a part of {name}")
        describe(self.remove, f"Search by {name} no more")

    def _liking_button(self, liking: Liking) -> QToolButton:
        widget = QToolButton()
        widget.setObjectName("liking")
        widget.setText(LIKING_NAMES[liking])
        widget.setCheckable(True)
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        on_click(widget, partial(self._count_as, liking))
        return widget

    def _place_widgets(self) -> None:
        self.picture.setObjectName("examplePicture")
        self.picture.setFixedSize(_PICTURE)
        self.picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the line beside it does the same
        self.picture.setCursor(Qt.CursorShape.PointingHandCursor)
        on_click(self.picture, self._choose_part)
        self.part.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        top = QHBoxLayout()
        top.addWidget(self._name, 1)
        top.addWidget(self.remove)
        likings = QHBoxLayout()
        likings.setSpacing(2)
        for liking_button in self.likings.values():
            likings.addWidget(liking_button)
        likings.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.part)
        column.addStretch(1)
        column.addLayout(likings)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 9, 6, 9)
        row.setSpacing(10)
        row.addWidget(self.picture)
        row.addLayout(column, 1)

    def _draw_icon(self) -> None:
        self.remove.setIcon(self._session.theme.icon("close", self._session.theme.colours.muted))

    def _choose_part(self) -> None:
        self.part_requested.emit(self.example)

    def _count_as(self, liking: Liking) -> None:
        self._session.examples.change(self.example, replace(self.example, liking=liking))
