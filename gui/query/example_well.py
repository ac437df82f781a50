"""The lower pane of the query box: the examples, each as a card, and a place to drop more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from bowerbird.core.questions import Example
from bowerbird.gui.query.example_card import ExampleCard
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import on_click

_HEIGHT = 116
_MARGIN = 12
_EMPTY = "Drop a photo, page, recording or clip here,\npaste it, or click to choose one"
_MORE = "Drop more,\npaste or choose"


class ExampleWell(QFrame):
    """Hidden, or open below the words."""

    pick_requested = Signal()
    """The user wants to choose a file to search by."""
    part_requested = Signal(object)
    """An ``Example``, of which another part is to be chosen."""

    def __init__(self, session: SearchSession) -> None:
        """Follow the examples of this session's question."""
        super().__init__()
        self.setObjectName("well")
        self.setAccessibleName("Examples")
        self._session = session
        self.cards: list[ExampleCard] = []
        self.drop_zone = QPushButton(_EMPTY)
        self.drop_zone.setObjectName("dropZone")
        self.drop_zone.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.drop_zone.setAccessibleDescription("Ctrl+O chooses a file to search by, Ctrl+V pastes one")
        on_click(self.drop_zone, self.pick_requested)
        self._place_widgets()
        session.question_changed.connect(self._show_question)
        self._show_question(session.question)

    def _place_widgets(self) -> None:
        self.setFixedHeight(_HEIGHT)
        content = QWidget()
        self._row = QHBoxLayout(content)
        self._row.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        self._row.setSpacing(8)
        self._row.addWidget(self.drop_zone, 1)
        self._strip = QScrollArea()
        self._strip.setWidgetResizable(True)
        self._strip.setFrameShape(QFrame.Shape.NoFrame)
        self._strip.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._strip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._strip.setWidget(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._strip)

    def take_focus(self) -> None:
        """Give the keyboard to the first example, or to the place for one."""
        first = self.cards[0].part if self.cards else self.drop_zone
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_question(self, question: Question) -> None:
        self.cards, gone = matched(self.cards, question.like, self._card)
        for card in gone:
            card.hide()
            card.deleteLater()
        for place, card in enumerate(self.cards):
            self._row.insertWidget(place, card)
        self.drop_zone.setText(_MORE if self.cards else _EMPTY)
        self.drop_zone.setMinimumWidth(120 if self.cards else 0)

    def _card(self, example: Example) -> ExampleCard:
        card = ExampleCard(self._session, example)
        card.part_requested.connect(self.part_requested)
        return card


class ShowsExample(Protocol):
    """A card or a chip."""

    example: Example

    def show_example(self, example: Example) -> None: ...


Shown = TypeVar("Shown", bound=ShowsExample)


def matched(
    widgets: Sequence[Shown], examples: Sequence[Example], make: Callable[[Example], Shown]
) -> tuple[list[Shown], list[Shown]]:
    """A widget for each example, and those that are left over.

    One that shows the same file is kept, and with it the keyboard focus, when only the part or how it counts changes.
    """
    left, chosen = list(widgets), list[Shown]()
    for example in examples:
        alike = [widget for widget in left if widget.example.path == example.path]
        widget = next((each for each in alike if each.example == example), alike[0] if alike else None)
        if widget is None:
            widget = make(example)
        else:
            left.remove(widget)
            widget.show_example(example)
        chosen.append(widget)
    return chosen, left
