from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bowerbird.core.answers import Hit, Reason, Results
from bowerbird.core.commands.parser import parse_arguments
from bowerbird.core.commands.search import search
from bowerbird.core.conditions import all_of
from bowerbird.core.errors import FileError, UsageError
from bowerbird.core.questions import Example, Query
from bowerbird.core.types import Kind
from tests.queries import typed, where


class FakeLibrary:
    """Answers every query with one hit named after it, and remembers what was asked."""

    def __init__(self) -> None:
        self.searched: list[Query] = []
        self.browsed: list[Query] = []
        self.remembered: list[str] = []

    def remember_question(self, question: str) -> None:
        self.remembered.append(question)

    def search(self, query: Query) -> Results:
        self.searched.append(query)
        if query.text == "unreadable":
            raise FileError("The example cannot be read.")
        return Results((Hit(Path("/", query.text), Kind.DOCUMENT, 0.5, True, (Reason("by its name", 0.5),)),))

    def browse(self, query: Query) -> Results:
        self.browsed.append(query)
        return Results(())


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


def ask(library: FakeLibrary, *argv: str) -> list:
    return [answer.value for answer in search(library, parse_arguments(["search", *argv]))]


def test_options_narrow_what_was_typed(library: FakeLibrary) -> None:
    options = [
        "--kind",
        "clips",
        "--kind",
        "photo",
        "--under",
        "/b",
        "--under",
        "/c",
        "--after",
        "2024",
        "--limit",
        "3",
    ]
    ask(library, "under:/a -blurry a dog", *options)
    asked = typed("a dog under:/a -blurry kind:clip,photo (under:/b under:/c) after:2024", limit=3)
    assert library.searched == [asked]


def test_options_narrow_every_side_of_an_or(library: FakeLibrary) -> None:
    ask(library, "dog OR cat", "--kind", "photo")
    assert library.searched == [typed("(dog OR cat) kind:photo", limit=20)]


def test_filters_alone_list_the_newest_files(library: FakeLibrary) -> None:
    ask(library, "--kind", "photo")
    assert not library.searched and library.browsed == [typed("kind:photo", limit=20)]


def test_what_makes_no_sense_is_said_and_the_rest_is_answered(library: FakeLibrary) -> None:
    (answer,) = ask(library, "a dog kind:smell place:nowhereland")
    assert library.searched == [Query("a dog", limit=20)]
    assert [(problem["start"], problem["end"]) for problem in answer["problems"]] == [(6, 16), (17, 34)]
    assert all(problem["sentence"] for problem in answer["problems"])


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["(("],
        ["kind:smell"],
        ["--kind", "smell"],
        ["x", "--after", "soon"],
        ["--batch", "/nowhere"],
        ["--batch", "/"],
    ],
)
def test_what_makes_no_sense_is_an_error(library: FakeLibrary, argv: list[str]) -> None:
    with pytest.raises(UsageError):
        ask(library, *argv)
    assert not library.searched and not library.browsed


def test_a_batch_answers_each_line_by_itself(library: FakeLibrary, tmp_path: Path) -> None:
    lines = ['{"text": "one"}', "", "no json", "[]", '{"text": 3}', '{"text": "unreadable"}', '{"limit": "few"}',
             '{"text": "x", "kind": "smell"}', '{"text": "kind:smell two"}', '{"text": "kind:smell"}',
             '{"text": "two"}']  # fmt: skip
    (tmp_path / "batch").write_text("\n".join(lines))
    answers = ask(library, "--batch", str(tmp_path / "batch"))
    assert [answer["hits"][0]["path"] if answer["hits"] else answer["error"][:9] for answer in answers] == [
        "/one", "This line", "This line", "This line", "The examp", "This line", '"smell" i', "/two",
        '"smell" i', "/two",
    ]  # fmt: skip


def test_the_fields_of_a_line(library: FakeLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"text": "kind:photo dog", "like": "/a.mp3#t=1,2", "kind": ["clip"], "under": "/x", "limit": 5}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(fields)))
    ask(library, "--batch", "-")
    asked = typed("dog kind:photo kind:clip under:/x", like=(Example(Path("/a.mp3"), 1.0, 2.0),), limit=5)
    assert library.searched == [replace(asked, where=all_of(*map(where, ("kind:photo", "kind:clip", "under:/x"))))]


def test_a_line_of_filters_alone_lists_the_newest_files(library: FakeLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"text": "kind:photo -after:2024"}'))
    ask(library, "--batch", "-")
    assert not library.searched and library.browsed == [typed("kind:photo -after:2024", limit=20)]


def test_a_batch_is_answered_line_by_line_as_it_comes(library: FakeLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    def typed():
        yield '{"text": "one"}\n'
        assert [query.text for query in library.searched] == ["one"]
        yield '{"text": "two"}\n'

    monkeypatch.setattr("sys.stdin", typed())
    assert len(ask(library, "--batch", "-")) == 2


def test_bytes_that_are_no_text_in_a_batch_spoil_one_line_at_most(library: FakeLibrary, tmp_path: Path) -> None:
    (tmp_path / "batch").write_bytes(b'{"text": "caf\xe9"}\n{"text": "two"}\n')
    assert ask(library, "--batch", str(tmp_path / "batch"))[1]["hits"][0]["path"] == "/two"


def test_files_of_one_shot_are_apart_if_that_is_asked_for(library: FakeLibrary) -> None:
    ask(library, "a dog", "--apart")
    ask(library, "a dog")
    ask(library, "kind:photo", "--apart")
    assert [query.apart for query in (*library.searched, *library.browsed)] == [True, False, True]
    with pytest.raises(UsageError):
        ask(library, "--apart")


def test_questions_of_people_are_remembered_and_those_of_programs_are_not(library: FakeLibrary) -> None:
    ask(library, "a dog")
    ask(library, "a cat", "--json")
    assert library.remembered == ["a dog"]
