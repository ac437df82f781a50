from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest

from bowerbird.core.answers import Hit, Reason, Results
from bowerbird.core.commands.parser import parse_arguments
from bowerbird.core.commands.search import search
from bowerbird.core.errors import FileError, UsageError
from bowerbird.core.types import Example, Kind, Query


class FakeLibrary:
    """Answers every query with one hit named after it, and remembers what was asked."""

    def __init__(self) -> None:
        self.searched: list[Query] = []
        self.browsed: list[Query] = []

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


def test_options_join_the_filters_of_the_text(library: FakeLibrary) -> None:
    ask(
        library,
        "kind:photo under:/a -blurry a dog",
        "--kind",
        "clip",
        "--under",
        "/b",
        "--after",
        "2024",
        "--limit",
        "3",
    )
    assert library.searched == [
        Query(
            text="a dog",
            without=("blurry",),
            kinds=frozenset({Kind.PHOTO, Kind.CLIP}),
            under=(Path("/a"), Path("/b")),
            after=date(2024, 1, 1),
            limit=3,
        )
    ]


def test_an_option_wins_over_the_same_filter_in_the_text(library: FakeLibrary) -> None:
    ask(library, "dog after:2020 before:2021", "--after", "2024")
    (query,) = library.searched
    assert (query.after, query.before) == (date(2024, 1, 1), date(2021, 1, 1))


def test_filters_alone_list_the_newest_files(library: FakeLibrary) -> None:
    ask(library, "--kind", "photo")
    assert not library.searched and library.browsed == [Query(kinds=frozenset({Kind.PHOTO}), limit=20)]


@pytest.mark.parametrize(
    "argv", [[], ["--kind", "smell"], ["x", "--after", "soon"], ["--batch", "/nowhere"], ["--batch", "/"]]
)
def test_what_makes_no_sense_is_an_error(library: FakeLibrary, argv: list[str]) -> None:
    with pytest.raises(UsageError):
        ask(library, *argv)
    assert not library.searched and not library.browsed


def test_a_batch_answers_each_line_by_itself(library: FakeLibrary, tmp_path: Path) -> None:
    lines = ['{"text": "one"}', "", "no json", "[]", '{"text": 3}', '{"text": "unreadable"}', '{"limit": "few"}',
             '{"text": "x", "kind": "smell"}', '{"text": "two"}']  # fmt: skip
    (tmp_path / "batch").write_text("\n".join(lines))
    answers = ask(library, "--batch", str(tmp_path / "batch"))
    assert [answer["hits"][0]["path"] if answer["hits"] else answer["error"][:9] for answer in answers] == [
        "/one", "This line", "This line", "This line", "The examp", "This line", '"smell" i', "/two",
    ]  # fmt: skip


def test_the_fields_of_a_line(library: FakeLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"text": "kind:photo dog", "like": "/a.mp3#t=1,2", "kind": ["clip"], "under": "/x", "limit": 5}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(fields)))
    ask(library, "--batch", "-")
    assert library.searched == [
        Query(
            text="dog",
            like=(Example(Path("/a.mp3"), 1.0, 2.0),),
            kinds=frozenset({Kind.PHOTO, Kind.CLIP}),
            under=(Path("/x"),),
            limit=5,
        )
    ]


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
