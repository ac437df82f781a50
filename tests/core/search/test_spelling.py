"""One typo is forgiven in words that neither texts nor names have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from bowerbird.core.answers import Correction
from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.questions import Query
from bowerbird.core.search.spelling import Spelling, notice_of
from bowerbird.core.search.wording import Wording
from tests.core.catalog.texts import put
from tests.queries import typed

_TEXTS = ("an elephant and elephants", "elephant", "Häuser am Fluss", "a bench", "большой дом", "code 2034 and abcd")


@pytest.fixture(scope="module")
def spelling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spelling]:
    path = tmp_path_factory.mktemp("spelling") / "catalog.sqlite3"
    with closing(Catalog(path)) as catalog:
        for number, text in enumerate(_TEXTS):
            put(catalog, f"{number}-beech.txt", text)
    connections = ReadConnections(path)
    reader = CatalogReader(connections)
    yield Spelling(reader, Wording(reader))
    connections.close()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("elefant", "elephant"), ("elephnat", "elephant"), ("elephan", "elephant"), ("eelephant", "elephant"),
        ("elephamt", "elephant"),
        ("leephant", "elephant"), ("zlephant", ""), ("hauzer", "häuser"), ("белшой", ""), ("болшой", "большой"),
    ],
)  # fmt: skip
def test_the_word_that_was_meant_is_one_edit_away(spelling: Spelling, asked: str, shown: str) -> None:
    meant, corrections = spelling.corrected(Query(f"{asked} fluss"))
    assert [each.shown for each in corrections] == ([shown] if shown else [])
    assert meant.text == (f"{shown} fluss" if shown else f"{asked} fluss")


@pytest.mark.parametrize(
    "asked", ["elephants", "beech", "abc", "2035", "elep*", "эле", "xyzzyx", "東京都庁", "a" * 500]
)
def test_what_there_is_or_nothing_comes_near_to_stays(spelling: Spelling, asked: str) -> None:
    assert spelling.corrected(Query(asked)) == (Query(asked), ())


def test_a_word_that_is_being_typed_is_corrected_once_nothing_begins_so(spelling: Spelling) -> None:
    assert spelling.corrected(Query("elefant*"))[0] == Query("elephant")


def test_a_word_among_several_that_are_known_is_no_typo(spelling: Spelling) -> None:
    assert spelling.corrected(Query("elefant bench fluss")) == (Query("elefant bench fluss"), ())
    assert spelling.corrected(Query("elefant bench"))[0] == Query("elephant bench")


def test_words_that_names_have_are_known(spelling: Spelling) -> None:
    assert spelling.corrected(Query("elefant beech bench")) == (Query("elefant beech bench"), ())


def test_many_words_that_nothing_has_take_no_time(spelling: Spelling) -> None:
    many = " ".join("abcdefgh"[at] * 4 + "z" * (at + number) for at in range(8) for number in range(30))
    assert spelling.corrected(Query(many)) == (Query(many), ())


def test_each_side_of_an_or_is_corrected(spelling: Spelling) -> None:
    meant, corrections = spelling.corrected(typed("elefant, OR (bnech kind:photo)"))
    assert meant == typed("elephant OR (bench kind:photo)")
    assert corrections == (Correction("elefant", "elephant"), Correction("bnech", "bench"))
    assert notice_of(corrections[0]) == 'Nothing has "elefant"; showing "elephant".'
