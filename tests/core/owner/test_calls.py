"""Every call of the protocol, from the client through the socket to the library and back."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.core.errors import BowerbirdError, EnvironmentFailure, FileError, ModelUnavailable, UsageError
from bowerbird.core.library import Library
from bowerbird.core.owner.client import RemoteLibrary
from bowerbird.core.owner.protocol import REPORTING, LibraryCalls, call_table
from bowerbird.core.questions import Example
from bowerbird.core.state import Progress
from tests.core.owner.fakes import CHECK, FAILURE, GROUP, REPORT, SAVED, FakeLibrary
from tests.queries import typed

QUERY = typed("a dog kind:photo -after:2024 near:46,11 size:>1MB", like=(Example(Path("/x.jpg")),))
ROUND_TRIPS = {
    "index": (lambda remote: remote.index([Path("/a")], ignore), ("index", (Path("/a"),)), REPORT),
    "search": (lambda remote: remote.search(QUERY).notice, ("search", QUERY), "a dog"),
    "browse": (lambda remote: remote.browse(QUERY).notice, ("browse", QUERY), "a dog"),
    "status": (lambda remote: remote.status().segments, ("status",), 7),
    "failures": (lambda remote: remote.failures(), ("failures",), (FAILURE,)),
    "retry": (lambda remote: remote.retry([Path("/a"), Path("/b")]), ("retry", (Path("/a"), Path("/b"))), 2),
    "remove_folder": (lambda remote: remote.remove_folder(Path("/a")), ("remove_folder", Path("/a")), None),
    "duplicates": (lambda remote: remote.duplicates(), ("duplicates",), (GROUP,)),
    "saved_searches": (lambda remote: remote.saved_searches(), ("saved_searches",), (SAVED,)),
    "saved_question": (lambda remote: remote.saved_question("Sea"), ("saved_question", "Sea"), "boats"),
    "save_search": (lambda remote: remote.save_search("Sea", "boats"), ("save_search", "Sea", "boats"), None),
    "remove_saved": (lambda remote: remote.remove_saved("Sea"), ("remove_saved", "Sea"), None),
    "recent_questions": (lambda remote: remote.recent_questions(), ("recent_questions",), ("a dog",)),
    "remember_question": (lambda remote: remote.remember_question("a"), ("remember_question", "a"), None),
    "forget_questions": (lambda remote: remote.forget_questions(), ("forget_questions",), None),
    "models": (lambda remote: remote.models(), ("models",), ()),
    "get_model": (lambda remote: remote.get_model("m", Path("/o")), ("get_model", "m", Path("/o")), None),
    "use_model": (lambda remote: remote.use_model("m"), ("use_model", "m"), None),
    "remove_model": (lambda remote: remote.remove_model("m"), ("remove_model", "m"), None),
    "verify_model": (lambda remote: remote.verify_model("m"), ("verify_model", "m"), (CHECK,)),
    "doctor": (lambda remote: remote.doctor(), ("doctor",), (CHECK,)),
    "activate": (lambda remote: remote.activate(), ("activate",), True),
}


def ignore(*_: object) -> None:
    """Nobody looks."""


def public_methods(kind: type) -> dict[str, Callable[..., Any]]:
    return {name: value for name, value in vars(kind).items() if inspect.isfunction(value) and name[0] != "_"}


def test_the_table_holds_the_calls_of_the_protocol_and_no_others(library: FakeLibrary) -> None:
    table = call_table(library)
    assert table.keys() == public_methods(LibraryCalls).keys() == ROUND_TRIPS.keys()
    for name, call in table.items():
        assert call == getattr(library, name), f"{name} is answered by {call.__name__}"


def test_the_client_passes_on_every_call_and_the_library_answers_each() -> None:
    calls = public_methods(LibraryCalls)
    assert public_methods(RemoteLibrary).keys() == {*calls, "close"}
    assert calls.keys() <= public_methods(Library).keys()


def test_the_calls_that_report_are_those_whose_last_argument_is_a_callable() -> None:
    last = {
        name: [*inspect.signature(call).parameters.values()][-1] for name, call in public_methods(LibraryCalls).items()
    }
    assert {name for name, parameter in last.items() if "Callable" in str(parameter.annotation)} == REPORTING


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_arguments_and_results_arrive(remote: RemoteLibrary, library: FakeLibrary, name: str) -> None:
    call, arrived, result = ROUND_TRIPS[name]
    assert call(remote) == result
    assert library.calls == [arrived]


def test_progress_arrives_in_order_and_before_the_result(remote: RemoteLibrary) -> None:
    reported: list[Progress] = []
    assert remote.index([], reported.append) == REPORT
    assert reported == [Progress(0, 3), Progress(1, 3), Progress(2, 3)]
    fetched: list[tuple[int, int]] = []
    remote.get_model("m", None, lambda done, total: fetched.append((done, total)))
    assert fetched == [(5, 10)]


@pytest.mark.parametrize(
    "error",
    [
        UsageError("/a is not watched."),
        FileError("a.jpg: It is damaged."),
        EnvironmentFailure("The disk is full."),
        ModelUnavailable("CLIP is not here.", "Get it."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_library_raises_is_raised_here(
    remote: RemoteLibrary, library: FakeLibrary, error: BowerbirdError
) -> None:
    library.raises = error
    with pytest.raises(type(error)) as raised:
        remote.remove_folder(Path("/a"))
    assert (str(raised.value), vars(raised.value)) == (str(error), vars(error))
    library.raises = None
    assert remote.activate(), "the line is still open"


def test_a_mistake_of_ours_is_one_line_here_and_logged_there(
    remote: RemoteLibrary, library: FakeLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    library.raises = ZeroDivisionError("by zero")
    with caplog.at_level(logging.ERROR), pytest.raises(EnvironmentFailure, match="its log has the details"):
        remote.status()
    assert "answering status" in caplog.text and "ZeroDivisionError" in caplog.text
    library.raises = None
    assert remote.status().segments == 7
