"""What other processes may ask of the process that owns a library, and how they say it.

A message is a pickled tuple over an authenticated local socket: the client sends ``(call, arguments)``, the owner
answers ``(PROGRESS, arguments)`` any number of times, then ``(RESULT, value)`` or ``(ERROR, exception)``. The first
call is ``HELLO`` with the client's ``VERSION``, which both sides must share: what they pickle are their own classes.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from bowerbird.core.answers import DuplicateGroup, Results
from bowerbird.core.paths import write_whole
from bowerbird.core.questions import Query
from bowerbird.core.state import Check, Failure, IndexReport, ModelState, Progress, SavedSearchState, Status

VERSION = 7
"""To be raised whenever a call, or a class that travels in one, changes. Owners before 2 know no ``HELLO``."""
HELLO = "hello"
RESULT, ERROR, PROGRESS = "result", "error", "progress"


class LibraryCalls(Protocol):
    """The calls that cross the socket: ``Library`` answers them, ``RemoteLibrary`` passes them on."""

    def index(self, folders: Sequence[Path], on_progress: Callable[[Progress], None]) -> IndexReport:
        """Watch these folders too, read all that is new, and wait until that is done.

        Raises:
            UsageError: one of them cannot be watched.
            EnvironmentFailure: the library cannot be written.
        """

    def search(self, query: Query) -> Results:
        """The files that answer a query best.

        Raises:
            FileError: an example cannot be read.
        """

    def browse(self, query: Query) -> Results:
        """The newest files that pass a query's filters."""

    def status(self) -> Status:
        """The library at a glance."""

    def failures(self) -> tuple[Failure, ...]:
        """The files that could not be read, and why."""

    def retry(self, paths: Sequence[Path] = ()) -> int:
        """Queue these failed files again, or all of them; how many were queued."""

    def remove_folder(self, folder: Path) -> None:
        """Forget a watched folder and what was read from it. The user's files are not touched.

        Raises:
            UsageError: it is not watched.
        """

    def duplicates(self) -> tuple[DuplicateGroup, ...]:
        """Files that hold the same, those that take the most room first. Nothing is deleted."""

    def saved_searches(self) -> tuple[SavedSearchState, ...]:
        """The saved searches, with how many files each finds now."""

    def saved_question(self, name: str) -> str:
        """The question that is saved under a name.

        Raises:
            UsageError: there is none.
            EnvironmentFailure: the saved searches cannot be read.
        """

    def save_search(self, name: str, question: str) -> None:
        """Save a question as it is typed, in place of any that has this name.

        Raises:
            UsageError: it asks for nothing, or the name is none.
            EnvironmentFailure: it cannot be kept.
        """

    def remove_saved(self, name: str) -> None:
        """Forget a saved search.

        Raises:
            UsageError: there is none of this name.
            EnvironmentFailure: that cannot be kept.
        """

    def recent_questions(self) -> tuple[str, ...]:
        """The last questions, the newest first."""

    def remember_question(self, question: str) -> None:
        """Keep a question as the newest, unless the settings say otherwise."""

    def forget_questions(self) -> None:
        """Forget the last questions.

        Raises:
            EnvironmentFailure: their file cannot be written.
        """

    def models(self) -> tuple[ModelState, ...]:
        """Every model of the registry, whether it is here, and whether it is used."""

    def get_model(
        self, name: str, origin: Path | None = None, on_bytes: Callable[[int, int], None] = lambda *_: None
    ) -> None:
        """Fetch a model's files, from ``origin``, a folder or file, or from where the registry says.

        ``on_bytes`` is told how many bytes have come, of how many (0 if unknown). "starter" is the whole starter pack.

        Raises:
            UsageError: there is no such model.
            ModelUnavailable: its files cannot be had, or are not what they should be; what was there stays.
        """

    def use_model(self, name: str) -> None:
        """Use a model that is here: its spaces are built in the background beside those that are searched.

        Raises:
            UsageError: there is no such model.
            ModelUnavailable: it is not here, or gives wrong results; the models in use stay as they are.
        """

    def remove_model(self, name: str) -> None:
        """Use a model no longer, forget its vectors, and delete its files unless they are an installed package's.

        Raises:
            UsageError: there is no such model.
        """

    def verify_model(self, name: str = "") -> tuple[Check, ...]:
        """Hash the files of a model, or of all that are here, again, and test it.

        Raises:
            UsageError: there is no such model.
        """

    def doctor(self) -> tuple[Check, ...]:
        """Self-test: stores, disk, models."""

    def activate(self) -> bool:
        """Bring the window of this library to the front; False if it has none."""


def call_table(library: LibraryCalls) -> Mapping[str, Callable[..., Any]]:
    """Every call by its name on the wire, bound to the library that answers it."""
    return {
        "index": library.index,
        "search": library.search,
        "browse": library.browse,
        "status": library.status,
        "failures": library.failures,
        "retry": library.retry,
        "remove_folder": library.remove_folder,
        "duplicates": library.duplicates,
        "saved_searches": library.saved_searches,
        "saved_question": library.saved_question,
        "save_search": library.save_search,
        "remove_saved": library.remove_saved,
        "recent_questions": library.recent_questions,
        "remember_question": library.remember_question,
        "forget_questions": library.forget_questions,
        "models": library.models,
        "get_model": library.get_model,
        "use_model": library.use_model,
        "remove_model": library.remove_model,
        "verify_model": library.verify_model,
        "doctor": library.doctor,
        "activate": library.activate,
    }


REPORTING = frozenset({"index", "get_model"})
"""The calls whose last argument is told how far they are: they may take hours."""

_GREETING_S = 20.0  # a loaded computer takes a while to start a command


@contextmanager
def greeting_deadline(peer: Connection) -> Iterator[None]:
    """Hang up on a peer that does not greet in time: whoever waits for it then reads the end of the conversation.

    A pipe of Windows cannot be ended from another thread; there the waiting goes on.
    """
    deadline = threading.Timer(_GREETING_S, _hang_up, (peer,))
    deadline.daemon = True
    deadline.start()
    try:
        yield
    finally:
        deadline.cancel()


def _hang_up(peer: Connection) -> None:
    if sys.platform != "win32":
        with suppress(OSError), socket.socket(fileno=os.dup(peer.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the owner answers, and the key that proves a caller may read this user's files."""

    address: str
    key: str
    """Hexadecimal."""

    def write(self, path: Path) -> None:
        """Keep it for this user's other processes, whole from its first moment."""
        write_whole(path, json.dumps(asdict(self)).encode())

    @staticmethod
    def read(path: Path) -> Endpoint:
        """What an owner has written.

        Raises:
            OSError: nothing was written.
            ValueError: it is no endpoint.
        """
        values = json.loads(path.read_text())
        try:
            return Endpoint(str(values["address"]), str(values["key"]))
        except (TypeError, KeyError) as error:
            raise ValueError(f"{path} names no endpoint") from error
