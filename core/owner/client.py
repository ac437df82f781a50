"""A library that another process owns, as this one sees it."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from bowerbird.core.answers import DuplicateGroup, Results
from bowerbird.core.errors import EnvironmentFailure, OwnerAway
from bowerbird.core.owner.protocol import (
    ERROR,
    HELLO,
    RESULT,
    VERSION,
    Endpoint,
    LibraryCalls,
    call_table,
    greeting_deadline,
)
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Query
from bowerbird.core.state import Check, Failure, IndexReport, ModelState, Progress, SavedSearchState, Status

P = ParamSpec("P")
T = TypeVar("T")

_OTHER_VERSION = "Another version of Bowerbird has the library open. Close its window or command, then try again."


class OpenLibrary(LibraryCalls, Protocol):
    """A library that was opened here or elsewhere."""

    def close(self) -> None:
        """Let go of it."""


class RemoteLibrary(OpenLibrary):
    """Passes each call of ``LibraryCalls`` on to the owner, one at a time, and raises what the owner raised.

    It has a method for each of those calls, which is why there are more than twenty.
    """

    def __init__(self, directory: Path, reopen: Callable[[], OpenLibrary] | None = None) -> None:
        """Connect, and make sure that both speak the same version.

        ``reopen`` opens the library anew when the owner has ended: the call that it left unanswered is made again
        there, and so are all others. Without it such a call raises ``OwnerAway``.

        Raises:
            OwnerAway: nobody answers.
            EnvironmentFailure: the owner is of another version.
        """
        self._reopen = reopen
        self._successor: OpenLibrary | None = None
        try:
            endpoint = Endpoint.read(LibraryPaths(directory).endpoint_file)
            self._owner = Client(endpoint.address)
            with ExitStack() as unless_greeted:
                unless_greeted.callback(self._owner.close)
                self._greet(bytes.fromhex(endpoint.key))
                unless_greeted.pop_all()
        except (OSError, ValueError, EOFError, AuthenticationError, OwnerAway) as error:
            remedy = "Try again." if shutil.disk_usage(directory).free else "Make some room on its disk, which is full."
            raise OwnerAway(f"Another Bowerbird has {directory} open and does not answer. {remedy}") from error

    def _greet(self, key: bytes) -> None:
        with greeting_deadline(self._owner):
            answer_challenge(self._owner, key)
            deliver_challenge(self._owner, key)
            version = self._version()
        if version != VERSION:
            raise EnvironmentFailure(_OTHER_VERSION)

    def _version(self) -> object:
        """The owner's; None if it is older than ``HELLO``, and does not know that call."""
        try:
            return self._ask(HELLO, (VERSION,), None)
        except OwnerAway:
            raise
        except EnvironmentFailure:
            return None

    def close(self) -> None:
        """Hang up."""
        self._owner.close()
        if self._successor is not None:
            self._successor.close()

    def index(self, folders: Sequence[Path], on_progress: Callable[[Progress], None]) -> IndexReport:
        report: IndexReport = self._exchange("index", (tuple(folders),), on_progress)
        return report

    def search(self, query: Query) -> Results:
        return self._call(LibraryCalls.search, query)

    def browse(self, query: Query) -> Results:
        return self._call(LibraryCalls.browse, query)

    def status(self) -> Status:
        return self._call(LibraryCalls.status)

    def failures(self) -> tuple[Failure, ...]:
        return self._call(LibraryCalls.failures)

    def retry(self, paths: Sequence[Path] = ()) -> int:
        return self._call(LibraryCalls.retry, tuple(paths))

    def remove_folder(self, folder: Path) -> None:
        self._call(LibraryCalls.remove_folder, folder)

    def duplicates(self) -> tuple[DuplicateGroup, ...]:
        return self._call(LibraryCalls.duplicates)

    def saved_searches(self) -> tuple[SavedSearchState, ...]:
        return self._call(LibraryCalls.saved_searches)

    def saved_question(self, name: str) -> str:
        return self._call(LibraryCalls.saved_question, name)

    def save_search(self, name: str, question: str) -> None:
        self._call(LibraryCalls.save_search, name, question)

    def remove_saved(self, name: str) -> None:
        self._call(LibraryCalls.remove_saved, name)

    def recent_questions(self) -> tuple[str, ...]:
        return self._call(LibraryCalls.recent_questions)

    def remember_question(self, question: str) -> None:
        self._call(LibraryCalls.remember_question, question)

    def forget_questions(self) -> None:
        self._call(LibraryCalls.forget_questions)

    def models(self) -> tuple[ModelState, ...]:
        return self._call(LibraryCalls.models)

    def get_model(
        self, name: str, origin: Path | None = None, on_bytes: Callable[[int, int], None] = lambda *_: None
    ) -> None:
        self._exchange("get_model", (name, origin), on_bytes)

    def use_model(self, name: str) -> None:
        self._call(LibraryCalls.use_model, name)

    def remove_model(self, name: str) -> None:
        self._call(LibraryCalls.remove_model, name)

    def verify_model(self, name: str = "") -> tuple[Check, ...]:
        return self._call(LibraryCalls.verify_model, name)

    def doctor(self) -> tuple[Check, ...]:
        return self._call(LibraryCalls.doctor)

    def activate(self) -> bool:
        return self._call(LibraryCalls.activate)

    def _call(self, call: Callable[Concatenate[LibraryCalls, P], T], *arguments: P.args, **_: P.kwargs) -> T:
        result: T = self._exchange(call.__name__, arguments, None)
        return result

    def _exchange(self, name: str, arguments: tuple[Any, ...], on_progress: Callable[..., None] | None) -> Any:
        """The answer to a call, of the owner or of whoever came after it."""
        if self._successor is None:
            try:
                return self._ask(name, arguments, on_progress)
            except OwnerAway:
                if self._reopen is None:
                    raise
                self._successor = self._reopen()
        return call_table(self._successor)[name](*arguments, *([on_progress] if on_progress else []))

    def _ask(self, name: str, arguments: tuple[Any, ...], on_progress: Callable[..., None] | None) -> Any:
        """The owner's answer to a call.

        Raises:
            OwnerAway: the owner ended meanwhile.
            EnvironmentFailure: it answered what this version cannot read.
        """
        try:
            self._owner.send((name, arguments))
            while True:
                what, value = self._owner.recv()
                if what == RESULT:
                    return value
                if what == ERROR:
                    raise value
                if on_progress:
                    on_progress(*value)
        except (EOFError, ConnectionError) as error:
            raise OwnerAway("The other Bowerbird was closed meanwhile. Try again.") from error
        except (AttributeError, ImportError, pickle.UnpicklingError) as error:
            raise EnvironmentFailure(_OTHER_VERSION) from error


def come_forward(directory: Path) -> bool:
    """Ask the window that owns a library to come to the front; False if no window does."""
    try:
        remote = RemoteLibrary(directory)
        try:
            return remote.activate()
        finally:
            remote.close()
    except EnvironmentFailure:
        return False
