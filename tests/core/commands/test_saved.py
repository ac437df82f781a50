from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bowerbird.core.answers import Results
from bowerbird.core.commands.output import Output
from bowerbird.core.commands.parser import parse_arguments
from bowerbird.core.commands.saved import recent, saved
from bowerbird.core.errors import UsageError
from bowerbird.core.questions import Query
from bowerbird.core.state import SavedSearchState


class FakeLibrary:
    """Has one saved search, and notes the calls it gets."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def saved_searches(self) -> tuple[SavedSearchState, ...]:
        return SavedSearchState("Sea", "boats", 1), SavedSearchState("Hills", "hills", 200, more=True)

    def saved_question(self, name: str) -> str:
        return f"{name} kind:photo"

    def status(self) -> Any:
        return SimpleNamespace(notices=("saved.toml cannot be read.",))

    def recent_questions(self) -> tuple[str, ...]:
        return ("a dog",)

    def search(self, query: Query) -> Results:
        self.calls.append(("search", query.text, query.limit))
        return Results(())

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.calls.append((name, *arguments))


def run(library: FakeLibrary, *argv: str) -> Output:
    arguments = parse_arguments(argv)
    (answer,) = (saved if arguments.command == "saved" else recent)(library, arguments)  # type: ignore[arg-type]
    return answer


def test_they_are_listed_with_what_they_find() -> None:
    listed = run(FakeLibrary(), "saved")
    assert listed.value[0] == {"name": "Sea", "question": "boats", "files": 1, "more": False}
    assert (listed.lines[0], listed.lines[2]) == ("Sea  1 file", "Hills  200 or more files")


@pytest.mark.parametrize("command", ["saved", "recent"])
def test_a_list_comes_with_what_is_wrong_with_its_file(command: str) -> None:
    assert run(FakeLibrary(), command).notice == "saved.toml cannot be read."


@pytest.mark.parametrize(
    ("argv", "call"),
    [
        (("saved", "add", "Sea", "boats"), ("save_search", "Sea", "boats")),
        (("saved", "remove", "Sea"), ("remove_saved", "Sea")),
        (("saved", "run", "Sea", "--limit", "3"), ("search", "Sea", 3)),
        (("recent", "clear"), ("forget_questions",)),
    ],
)
def test_an_action_is_one_call(argv: tuple[str, ...], call: tuple[Any, ...]) -> None:
    library = FakeLibrary()
    run(library, *argv)
    assert library.calls == [call]


@pytest.mark.parametrize("argv", [("add", "Sea"), ("add",), ("remove",), ("run",)])
def test_what_is_missing_is_said(argv: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=f"bowerbird saved {argv[0]} NAME"):
        run(FakeLibrary(), "saved", *argv)


def test_the_last_questions_are_listed() -> None:
    assert run(FakeLibrary(), "recent").value == ["a dog"]
