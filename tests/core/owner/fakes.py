"""A library that remembers what it was asked, and peers that speak the protocol of other versions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from bowerbird.core.answers import DuplicateFile, DuplicateGroup, Results
from bowerbird.core.errors import EnvironmentFailure
from bowerbird.core.owner.protocol import HELLO, RESULT, VERSION, Endpoint, LibraryCalls
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Query
from bowerbird.core.state import Check, Failure, IndexReport, ModelState, Progress, SavedSearchState, Status
from bowerbird.core.types import Kind

REPORT = IndexReport({"seen": 1}, 2, 0.5, ())
FAILURE = Failure(Path("/a"), "It is empty.")
SAVED = SavedSearchState("Sea", "boats", 3)
_FILE = DuplicateFile(Path("/a"), 1, datetime(2024, 5, 1))
GROUP = DuplicateGroup(Kind.PHOTO, _FILE, (_FILE,))
CHECK = Check("disk", True, "12 GB are free.")


class FakeLibrary(LibraryCalls):
    """Answers at once, unless ``hold`` was called."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.raises: Exception | None = None
        self.held = threading.Event()
        self._go_on = threading.Event()
        self._go_on.set()

    def hold(self) -> None:
        """Keep callers waiting until ``release``; ``held`` is set when one waits."""
        self._go_on.clear()

    def release(self) -> None:
        self._go_on.set()

    def _answer(self, *call: Any) -> None:
        self.calls.append(call)
        if not self._go_on.is_set():
            self.held.set()
            assert self._go_on.wait(60)
        if self.raises:
            raise self.raises

    def index(self, folders: Sequence[Path], on_progress: Callable[[Progress], None]) -> IndexReport:
        for done in range(3):
            on_progress(Progress(done, 3))
        self._answer("index", folders)
        return REPORT

    def search(self, query: Query) -> Results:
        self._answer("search", query)
        return Results((), notice=query.text)

    def browse(self, query: Query) -> Results:
        self._answer("browse", query)
        return Results((), notice=query.text)

    def status(self) -> Status:
        self._answer("status")
        return Status(Path("/library"), {}, (), Progress(), 0, 0, 7, ())

    def failures(self) -> tuple[Failure, ...]:
        self._answer("failures")
        return (FAILURE,)

    def retry(self, paths: Sequence[Path] = ()) -> int:
        self._answer("retry", paths)
        return len(paths)

    def remove_folder(self, folder: Path) -> None:
        self._answer("remove_folder", folder)

    def duplicates(self) -> tuple[DuplicateGroup, ...]:
        self._answer("duplicates")
        return (GROUP,)

    def saved_searches(self) -> tuple[SavedSearchState, ...]:
        self._answer("saved_searches")
        return (SAVED,)

    def saved_question(self, name: str) -> str:
        self._answer("saved_question", name)
        return SAVED.question

    def save_search(self, name: str, question: str) -> None:
        self._answer("save_search", name, question)

    def remove_saved(self, name: str) -> None:
        self._answer("remove_saved", name)

    def recent_questions(self) -> tuple[str, ...]:
        self._answer("recent_questions")
        return ("a dog",)

    def remember_question(self, question: str) -> None:
        self._answer("remember_question", question)

    def forget_questions(self) -> None:
        self._answer("forget_questions")

    def models(self) -> tuple[ModelState, ...]:
        self._answer("models")
        return ()

    def get_model(
        self, name: str, origin: Path | None = None, on_bytes: Callable[[int, int], None] = lambda *_: None
    ) -> None:
        on_bytes(5, 10)
        self._answer("get_model", name, origin)

    def use_model(self, name: str) -> None:
        self._answer("use_model", name)

    def remove_model(self, name: str) -> None:
        self._answer("remove_model", name)

    def verify_model(self, name: str = "") -> tuple[Check, ...]:
        self._answer("verify_model", name)
        return (CHECK,)

    def doctor(self) -> tuple[Check, ...]:
        self._answer("doctor")
        return (CHECK,)

    def activate(self) -> bool:
        self._answer("activate")
        return True


def connect(directory: Path) -> Connection:
    """A caller that has proved who it is, and said nothing yet."""
    endpoint = Endpoint.read(LibraryPaths(directory).endpoint_file)
    return Client(endpoint.address, authkey=bytes.fromhex(endpoint.key))


def greet(caller: Connection) -> None:
    """Say hello as a client of this version."""
    caller.send((HELLO, (VERSION,)))
    assert caller.recv() == (RESULT, VERSION)


Answer = Callable[[Connection, str, tuple[Any, ...]], None]


@contextmanager
def owner(directory: Path, answer: Answer) -> Iterator[list[str]]:
    """An owner that answers each call as ``answer`` does; the names of the calls that came."""
    paths, key, names = LibraryPaths(directory), b"k" * 32, list[str]()

    def serve() -> None:
        with suppress(OSError, EOFError):
            while True:
                with listener.accept() as caller, suppress(EOFError, ConnectionError):
                    while True:
                        name, arguments = caller.recv()
                        names.append(name)
                        answer(caller, name, arguments)

    with suppress(FileNotFoundError), Listener(str(paths.socket), authkey=key) as listener:
        Endpoint(str(paths.socket), key.hex()).write(paths.endpoint_file)
        threading.Thread(target=serve, daemon=True).start()
        yield names
        # The next owner may have removed the socket, as that of one that was killed.


def answer_as_before_hello(caller: Connection, name: str, arguments: tuple[Any, ...]) -> None:
    """What owners answered until commit 5820043, which knew no greeting."""
    if name == "status":
        caller.send(("result", "a status"))
    else:
        error = EnvironmentFailure(f"The other Bowerbird does not know {name}; it may be an older version.")
        caller.send(("error", error))
