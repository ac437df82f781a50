"""Stand-ins at the seam between the window and the core."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from bowerbird.core.answers import Hit, Preview, Reason, Results
from bowerbird.core.errors import BowerbirdError
from bowerbird.core.questions import Query
from bowerbird.core.state import Progress, SavedSearchState, Status
from bowerbird.core.types import Kind, Locator


def photo(name: str, *, strong: bool = True, named: bool = False) -> Hit:
    """A hit for a photo."""
    return Hit(Path("/photos") / name, Kind.PHOTO, 0.5, strong, (Reason("looks like: dog", 0.7),), named=named)


def empty_status() -> Status:
    """The status of a library without folders."""
    return Status(Path("/library"), {}, (), Progress(), 0, 0, 0, ())


class FakeLibrary:
    """Notes the calls it gets, each as a tuple of name and arguments, and answers with what it is given."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.results = Results(())
        self.suggestions: tuple[tuple[Path, dict[Kind, int]], ...] = ()
        self.error: BowerbirdError | None = None
        self.saved: tuple[SavedSearchState, ...] = ()
        self.recent: tuple[str, ...] = ()

    def search(self, query: Query) -> Results:
        return self._answer("search", query)

    def browse(self, query: Query) -> Results:
        return self._answer("browse", query)

    def status(self) -> Status:
        self.calls.append(("status",))
        return empty_status()

    def saved_searches(self) -> tuple[SavedSearchState, ...]:
        return self.saved

    def recent_questions(self) -> tuple[str, ...]:
        return self.recent

    def suggest_folders(self) -> tuple[tuple[Path, dict[Kind, int]], ...]:
        return self.suggestions

    def preview(self, path: Path, query: Query, moment: Locator | None, max_side: int) -> Preview:
        return Preview(path, None)

    def _answer(self, name: str, query: Query) -> Results:
        self.calls.append((name, query))
        if self.error:
            raise self.error
        return self.results

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: self.calls.append((name, *arguments))


class FakeBridge(QObject):
    """Calls a ``FakeLibrary`` at once, in the UI thread."""

    event_received = Signal(object)
    call_failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.library = FakeLibrary()

    def call(
        self,
        op: Callable[[FakeLibrary], Any],
        success: Callable[[Any], None] = lambda _: None,
        failure: Callable[[BowerbirdError], None] | None = None,
        *,
        slow: bool = False,
    ) -> None:
        try:
            result = op(self.library)
        except BowerbirdError as error:
            (failure or self.call_failed.emit)(error)
        else:
            success(result)

    def latest(
        self,
        lane: str,
        op: Callable[[FakeLibrary], Any],
        success: Callable[[Any], None],
        failure: Callable[[BowerbirdError], None] | None = None,
    ) -> None:
        self.call(op, success, failure)

    def forget(self, lane: str) -> None:
        pass
