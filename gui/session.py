"""What the panes share: the question, its results, the selected hit, and the library they come from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from bowerbird.core.answers import Hit, Results
from bowerbird.core.conditions import demanded
from bowerbird.core.errors import BowerbirdError
from bowerbird.core.questions import Order, Query
from bowerbird.core.search.query import Typed, TypedFilter, ranks
from bowerbird.core.types import Kind
from bowerbird.gui.bridge import Bridge
from bowerbird.gui.desktop import show_in_folder
from bowerbird.gui.example_set import ExampleSet
from bowerbird.gui.history import History
from bowerbird.gui.library_state import LibraryState
from bowerbird.gui.question import FIRST_LIMIT, Period, Question
from bowerbird.gui.saved_list import SavedList
from bowerbird.gui.theme import Theme
from bowerbird.gui.widgets.thumbnails import Thumbnails
from bowerbird.gui.widgets.widgets import single_shot

if TYPE_CHECKING:
    from bowerbird.core.library import Library

_TYPING_MS = 120
_REMEMBERED_MS = 3000  # a question that stands so long is remembered
_REFRESH_MS = 1200  # results are brought up to date no more often than this while files come in


class SearchSession(QObject):
    """Panes read its attributes, call its methods and listen to its signals; they do not know each other."""

    question_changed = Signal(object)
    """A ``Question``."""
    searching = Signal()
    """A new question went to the library; ``results_changed`` follows."""
    results_changed = Signal(object)
    """``Results``."""
    hit_changed = Signal(object)
    """The selected ``Hit``, or None."""
    message_changed = Signal(str)
    """A sentence for the user; empty when there is nothing to say any more."""
    recent_changed = Signal()
    """A question is now among the last ones."""
    settings_requested = Signal()
    models_requested = Signal()
    failures_requested = Signal()
    folder_requested = Signal()
    folder_chosen = Signal(object)
    """A ``Path`` that the user picked or dropped, to be watched."""
    playing_elsewhere = Signal()
    """Something else than the preview pane begins to show the selected file: what plays there stops."""
    shortcuts_requested = Signal()

    def __init__(self, bridge: Bridge, theme: Theme, thumbnails: Thumbnails, parent: QObject) -> None:
        """An empty question and no results; nothing goes to the library yet."""
        super().__init__(parent)
        self.bridge, self.theme, self.thumbnails = bridge, theme, thumbnails
        self.library = LibraryState(bridge, self)
        self.saved = SavedList(bridge, self)
        self.examples = ExampleSet(self)
        self.question = Question()
        self.query = Query(limit=FIRST_LIMIT)
        """The query that ``results`` answers."""
        self.typed = Typed(self.query)
        """What the text of the last answer asks for: its filters, and what of it makes no sense."""
        self.results = Results(())
        self._history = History()
        self._sent: Question | None = None
        self._answered: Question | None = None
        self.hit: Hit | None = None
        self._typing_timer = single_shot(self, _TYPING_MS, self.search)
        self._refresh_timer = single_shot(self, _REFRESH_MS, self.search)
        self._remember_timer = single_shot(self, _REMEMBERED_MS, self._remember)
        thumbnails.unreadable.connect(self.library.restore_thumbnail)
        self.library.thumbnails_changed.connect(thumbnails.load_again)
        self.library.content_changed.connect(self._search_later)
        self.library.folder_removed.connect(self.search)

        bridge.call_failed.connect(lambda error: self.message_changed.emit(str(error)))

    @property
    def current(self) -> bool:
        """Whether ``results`` answer the question as it is now: while one types or waits, they are of another."""
        return self._answered is not None and replace(self._answered, limit=0) == replace(self.question, limit=0)

    def ask(self, question: Question, *, typing: bool = False) -> None:
        """Search for something else, after a pause if the user is still ``typing``; ``results_changed`` follows."""
        if question == self.question:
            return
        self._history.visit(question, typing=typing)
        self.question = question
        self.question_changed.emit(question)
        self._typing_timer.start(_TYPING_MS if typing else 0)
        self._remember_timer.start()

    def set_text(self, text: str) -> None:
        """Search for this text, with the same examples and filters, once the user pauses typing."""
        self.ask(replace(self.question, text=text, limit=FIRST_LIMIT), typing=True)

    def go(self, by: int) -> None:
        """Ask the question before this one again (``by`` is -1), or the one that was gone back from (1)."""
        self.ask(self._history.step(by))

    def clear(self) -> None:
        """Ask for everything that passes the filters: without words and examples."""
        self.ask(replace(self.question, text="", like=(), limit=FIRST_LIMIT))

    def filter_kind(self, kind: Kind | None) -> None:
        """Only files of this kind, or of all kinds, also if another one is typed."""
        typed = (each for each in self.typed.filters if "kind" in {part.name for part in demanded(each.where)})
        self.ask(replace(self.question.without(*typed), kind=kind, limit=FIRST_LIMIT))

    def remove_typed(self, typed: TypedFilter) -> None:
        """Take a filter out of the text."""
        self.ask(replace(self.question.without(typed), limit=FIRST_LIMIT))

    def tell_apart(self, apart: bool) -> None:
        """Have each file of a shot be a result of its own, or all be one."""
        self.ask(replace(self.question, apart=apart))

    def sort(self, order: Order) -> None:
        """List those that match well in this order."""
        self.ask(replace(self.question, order=order, limit=FIRST_LIMIT))

    def filter_folder(self, folder: Path | None) -> None:
        """Only files in this folder, or in all folders."""
        self.ask(replace(self.question, folder=folder, limit=FIRST_LIMIT))

    def filter_period(self, period: Period) -> None:
        """Only files of these days."""
        self.ask(replace(self.question, period=period, limit=FIRST_LIMIT))

    def load_more(self) -> None:
        """Ask for more results of the same question, if there may be more; those that are there stay meanwhile."""
        if len(self.results.hits) >= self.question.limit:
            self.ask(self.question.with_higher_limit())

    def _remember(self) -> None:
        self._history.settle()
        text = self.question.text
        if text.strip():
            self.bridge.call(lambda library: library.remember_question(text), lambda _: self.recent_changed.emit())

    def search(self) -> None:
        """Send the question to the library now."""
        question = self.question
        if question != self._sent:  # the same one again, since files have come in, is not worth announcing
            self.searching.emit()
        self._sent = question
        self.bridge.latest(
            "search",
            lambda library: _answer(library, question),
            lambda answer: self._on_results(question, *answer),
            lambda error: self._on_search_failed(question, error),
        )

    def select_hit(self, hit: Hit | None) -> None:
        """Show this hit in the preview."""
        self.hit = hit
        self.hit_changed.emit(hit)

    def show_in_folder(self, path: Path) -> None:
        """Show a file where it lies, or say that nothing on this computer can."""
        show_in_folder(path, lambda: self.message_changed.emit(f"No program on this computer shows {path.parent}."))

    def remove_folder(self, folder: Path) -> None:
        """Watch a folder no longer, and drop the filter that shows only it."""
        if self.question.folder == folder:
            self.filter_folder(None)
        self.library.remove_folder(folder)

    def _on_results(self, question: Question, typed: Typed, results: Results) -> None:
        self.typed, self.query, self.results, self._answered = typed, typed.query, results, question
        self.message_changed.emit(" ".join(problem.sentence for problem in typed.problems))
        self.results_changed.emit(results)

    def _on_search_failed(self, question: Question, error: BowerbirdError) -> None:
        self.results, self._answered = Results(()), question
        self.results_changed.emit(self.results)
        self.message_changed.emit(str(error))

    def _search_later(self) -> None:
        if not self._refresh_timer.isActive():
            self._refresh_timer.start()


def _answer(library: Library, question: Question) -> tuple[Typed, Results]:
    """What a question asks for, and the answer. In a thread: the first place that is typed takes a second."""
    typed = question.typed()
    return typed, library.search(typed.query) if ranks(typed.query) else library.browse(typed.query)
