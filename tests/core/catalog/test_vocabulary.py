"""The words of all texts: kept with them, listed later where an earlier version has indexed them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bowerbird.core.catalog import refolding, schema
from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.vocabulary import Vocabulary, Word
from bowerbird.core.catalog.writer import Catalog
from tests.core.catalog.texts import FOLDER, put

_TEXTS = ("Häuser, Häuser und userName", "die Häuser", "das Dampfschiff 東京都")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite3"


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    with closing(Catalog(path)) as catalog:
        yield catalog


@pytest.fixture
def connections(catalog: Catalog, path: Path) -> Iterator[ReadConnections]:
    connections = ReadConnections(path)
    yield connections
    connections.close()


@pytest.fixture
def vocabulary(connections: ReadConnections) -> Vocabulary:
    return Vocabulary(connections)


def _fill(catalog: Catalog) -> None:
    for number, text in enumerate(_TEXTS):
        put(catalog, f"{number}.txt", text)


def _rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO word_parts(word_parts, rank) VALUES ('integrity-check', 1)")
        return dict(database.execute("SELECT word, passages FROM vocabulary"))


def test_each_word_is_there_once_with_its_form_and_how_many_passages_have_it(
    catalog: Catalog, vocabulary: Vocabulary
) -> None:
    _fill(catalog)
    known = vocabulary.of(["hauser", "username", "dampfschiff", "東京", "nothing"])
    assert set(known.values()) == {
        Word("hauser", "häuser", 2), Word("username", "userName", 1), Word("dampfschiff", "dampfschiff", 1),
        Word("東京", "東京", 1),
    }  # fmt: skip


def test_a_word_that_was_plain_first_takes_the_form_of_a_later_text(catalog: Catalog, vocabulary: Vocabulary) -> None:
    for number, text in enumerate(("username hauser", "userName Häuser", "USERNAME hauser")):
        put(catalog, f"{number}.txt", text)
    known = vocabulary.of(["username", "hauser"])
    assert known == {"username": Word("username", "userName", 3), "hauser": Word("hauser", "häuser", 3)}


def test_words_are_found_by_their_beginning_and_by_what_is_in_them(catalog: Catalog, vocabulary: Vocabulary) -> None:
    _fill(catalog)
    assert vocabulary.beginning("h", 9) == [Word("hauser", "häuser", 2)]
    assert {word.word for word in vocabulary.beginning("d", 9)} == {"die", "das", "dampfschiff"}
    assert {word.word for word in vocabulary.beginning("d", 9, longest=3)} == {"die", "das"}
    assert [word.word for word in vocabulary.containing("schif", 9)] == ["dampfschiff"]
    assert vocabulary.containing("sc", 9) == []
    assert vocabulary.containing("a" * 10_000, 9) == vocabulary.beginning("a" * 10_000, 9) == []


def test_words_go_with_the_last_text_that_has_them(catalog: Catalog, path: Path) -> None:
    _fill(catalog)
    with catalog.transaction():
        catalog.files.forget([FOLDER / "0.txt", FOLDER / "2.txt"])
    catalog.drop_orphans()
    assert _rows(path) == {"die": 1, "hauser": 1}


def test_what_was_there_before_is_listed_in_steps_and_deleted_meanwhile(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refolding, "_ROWS", 1)
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:8])
    with closing(Catalog(path)) as catalog:
        _fill(catalog)
    monkeypatch.undo()
    monkeypatch.setattr(refolding, "_ROWS", 1)
    with closing(Catalog(path)) as catalog:
        assert catalog.refolding.left and _rows(path) == {}
        catalog.refolding.step()
        assert _rows(path) == {"hauser": 1, "und": 1, "username": 1}
        with catalog.transaction():  # one that is listed, and one that is not yet
            catalog.files.forget([FOLDER / "0.txt", FOLDER / "2.txt"])
        catalog.drop_orphans()
        put(catalog, "new.txt", "die Häuser")
        while catalog.refolding.left:
            catalog.refolding.step()
    assert _rows(path) == {"die": 2, "hauser": 2}


def test_the_languages_of_contents_are_known_as_far_as_they_were_found(
    catalog: Catalog, vocabulary: Vocabulary, connections: ReadConnections
) -> None:
    german, unknown = put(catalog, "a", "eins", "de"), put(catalog, "b", "two")
    put(catalog, "c", "zwei", "de")
    put(catalog, "d", "three", "en")
    assert vocabulary.languages() == ["de", "en"]
    assert vocabulary.languages_of([german, unknown]) == {german: "de"}


def test_the_size_of_the_index_is_read_from_it(catalog: Catalog, path: Path) -> None:
    connections = ReadConnections(path)
    reader = CatalogReader(connections)
    assert reader.vocabulary.index_size() == (0, 0)
    for number in range(200):
        put(catalog, f"{number}.txt", "one two three")
    assert reader.vocabulary.index_size() == (200, 600)
    connections.close()
