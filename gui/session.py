"""What the panes share: the question, its results, the hit looked at, and the library's state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from bowerbird.core.answers import Hit, Results
from bowerbird.core.errors import BowerbirdError, UsageError
from bowerbird.core.state import Event, EventKind, Progress, Status
from bowerbird.core.types import Example, Kind, Query
from bowerbird.gui.bridge import Bridge
from bowerbird.gui.question import FIRST_LIMIT, Period, Question
from bowerbird.gui.theme import Theme
from bowerbird.gui.widgets.thumbnails import Thumbnails
from bowerbird.gui.widgets.widgets import once

_TYPING_MS = 120
_STATUS_MS = 400
_REFRESH_MS = 1200  # new files join the results shown no oftener than this


class SearchSession(QObject):
    """Panes read its attributes, call its methods and listen to its signals; they do not know each other."""

    status_changed = Signal(object)
    progressed = Signal(object)
    question_changed = Signal(object)
    searching = Signal()
    """A new question went to the library; ``results_changed`` follows."""
    results_changed = Signal(object)
    hit_changed = Signal(object)
    failures_changed = Signal()
    models_changed = Signal()
    said = Signal(str)
    """A sentence for the user."""
    wants_models = Signal()
    wants_failures = Signal()
    wants_settings = Signal()
    wants_folder = Signal()
    wants_shortcuts = Signal()
    wants_front = Signal()

    def __init__(self, bridge: Bridge, theme: Theme, thumbnails: Thumbnails, parent: QObject) -> None:
        """Nothing is asked and nothing known yet."""
        super().__init__(parent)
        self.bridge, self.theme, self.thumbnails = bridge, theme, thumbnails
        self.status: Status | None = None
        self.question = Question()
        self.query = Query(limit=FIRST_LIMIT)
        self.results = Results(())
        self.hit: Hit | None = None
        self._typing = once(self, _TYPING_MS, self.search)
        self._later = once(self, _REFRESH_MS, self.search)
        self._stale = once(self, _STATUS_MS, self.refresh)
        bridge.happened.connect(self._hear)
        bridge.failed.connect(lambda error: self.said.emit(str(error)))

    @property
    def folders(self) -> tuple[Path, ...]:
        """The watched folders."""
        return tuple(folder.path for folder in self.status.folders) if self.status else ()

    # asking

    def ask(self, question: Question, *, typing: bool = False) -> None:
        """Put a question; the answer comes as ``results_changed``."""
        if question == self.question:
            return
        self.question = question
        self.question_changed.emit(question)
        self._typing.start(_TYPING_MS if typing else 0)

    def type_text(self, text: str) -> None:
        """The text changed under the user's fingers."""
        self.ask(replace(self.question, text=text, limit=FIRST_LIMIT), typing=True)

    def show_kind(self, kind: Kind | None) -> None:
        """Only this kind, or all."""
        self.ask(replace(self.question, kind=kind, limit=FIRST_LIMIT))

    def show_folder(self, folder: Path | None) -> None:
        """Only this folder, or all."""
        self.ask(replace(self.question, folder=folder, limit=FIRST_LIMIT))

    def show_period(self, period: Period) -> None:
        """Only these days."""
        self.ask(replace(self.question, period=period, limit=FIRST_LIMIT))

    def add_examples(self, paths: tuple[Path, ...]) -> None:
        """Search by these files too."""
        like = tuple(dict.fromkeys((*self.question.like, *(Example(path) for path in paths))))
        self.ask(replace(self.question, like=like, limit=FIRST_LIMIT))

    def drop_example(self, example: Example) -> None:
        """Search by this file, or this part of it, no more."""
        like = tuple(one for one in self.question.like if one != example)
        self.ask(replace(self.question, like=like, limit=FIRST_LIMIT))

    def find_similar(self, path: Path, start_s: float | None = None, end_s: float | None = None) -> None:
        """Search by this file alone, or by a part of a recording or clip."""
        self.ask(Question(like=(Example(path, start_s, end_s),)))

    def more(self) -> None:
        """More answers to the same question."""
        if len(self.results.hits) >= self.question.limit:
            self.ask(self.question.wider())

    def search(self) -> None:
        """Ask the library now."""
        try:
            query = self.question.query()
        except UsageError as error:
            self.said.emit(str(error))
            return
        if query != self.query:  # the same again, because files have come, is nothing to wait for
            self.searching.emit()
        browsing = not (query.text or query.like or query.phrases)
        self.bridge.latest(
            "search",
            lambda library: library.browse(query) if browsing else library.search(query),
            lambda results: self._answered(query, results),
            self._unanswered,
        )

    def _answered(self, query: Query, results: Results) -> None:
        self.query, self.results = query, results
        self.said.emit("")
        self.results_changed.emit(results)

    def _unanswered(self, error: BowerbirdError) -> None:
        self.results = Results(())
        self.results_changed.emit(self.results)
        self.said.emit(str(error))

    def look_at(self, hit: Hit | None) -> None:
        """Show this hit large."""
        self.hit = hit
        self.hit_changed.emit(hit)

    # the library

    def refresh(self) -> None:
        """Ask the library how it stands."""
        self.bridge.latest("status", lambda library: library.status(), self._stands)

    def _stands(self, status: Status) -> None:
        self.status = status
        self.status_changed.emit(status)
        self.progressed.emit(status.progress)

    def add_folder(self, folder: Path) -> None:
        """Watch one more folder."""
        self.bridge.call(lambda library: library.add_folder(folder), lambda _: self.refresh())

    def remove_folder(self, folder: Path) -> None:
        """Forget a folder."""
        if self.question.folder == folder:
            self.show_folder(None)
        self.bridge.call(lambda library: library.remove_folder(folder), lambda _: self._changed())

    def pause(self, paused: bool) -> None:
        """Stop reading, or go on."""
        self.bridge.call(lambda library: library.pause() if paused else library.resume(), lambda _: self.refresh())

    def retry(self, paths: tuple[Path, ...] = ()) -> None:
        """Read failed files again, all of them if none is named."""
        self.bridge.call(lambda library: library.retry(paths), lambda _: self.failures_changed.emit())

    def _changed(self) -> None:
        self.refresh()
        self.search()

    def _hear(self, event: Event) -> None:
        if event.kind is EventKind.ACTIVATE:
            self.wants_front.emit()
        elif event.kind is EventKind.PROGRESS:
            self._progressed(event.progress)
        elif event.kind is EventKind.FAILURES:
            self.failures_changed.emit()
        elif event.kind is EventKind.MODELS:
            self.models_changed.emit()
        if event.kind in (EventKind.FILES, EventKind.FOLDERS, EventKind.MODELS) and not self._later.isActive():
            self._later.start()
        if event.kind is not EventKind.ACTIVATE and not self._stale.isActive():
            self._stale.start()

    def _progressed(self, progress: Progress | None) -> None:
        if progress:
            self.progressed.emit(progress)
