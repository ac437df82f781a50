"""The forms in which a library has what is typed: stems by language, compounds, parts of names, beginnings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.search.wording import (
    Form,
    Occurrences,
    Term,
    Wording,
    identifiers,
    starred,
    without_stars,
    words_of,
)
from bowerbird.core.words import stem
from tests.core.catalog.texts import put

_TEXTS = {
    "de": ("Die Dampfschifffahrt auf dem Fluss", "Häuser stehen am Hang", "Kamera und Kamerad", "den Häusern nahe"),
    "es": ("las organizaciones hablan", "la organización", "norma general"),
    "ru": ("у большого дома", "большие книги"),
    "en": ("a universe of universities", "running dogs", "userName and IMG2034 in INV-2024-0031"),
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogReader]:
    path = tmp_path_factory.mktemp("wording") / "catalog.sqlite3"
    with closing(Catalog(path)) as catalog:
        for language, texts in _TEXTS.items():
            for number, text in enumerate(texts):
                put(catalog, f"{language}{number}.txt", text, language)
    connections = ReadConnections(path)
    yield CatalogReader(connections)
    connections.close()


def _forms(reader: CatalogReader, text: str) -> dict[str, str]:
    """The forms of a word, and the language in which each counts, if not in all."""
    (term,) = Wording(reader).terms(text)
    return {word: "/".join(sorted(form.languages or ())) for word, form in term.forms.items()}


@pytest.mark.parametrize(
    ("typed", "form", "language"),
    [
        ("Haus", "hausern", "de"), ("Häusern", "hauser", "de"), ("hablaban", "hablan", "es"),
        ("большой", "большого", "ru"), ("книга", "книги", "ru"), ("Schiff", "dampfschifffahrt", "de"),
        ("Schiffe", "dampfschifffahrt", "de"),
        ("name", "username", ""), ("2034", "img2034", ""), ("norm*", "norma", ""), ("orga*", "organizaciones", ""),
    ],
)  # fmt: skip
def test_a_word_is_found_in_the_forms_that_texts_have(
    reader: CatalogReader, typed: str, form: str, language: str
) -> None:
    forms = _forms(reader, typed)
    assert form in forms and language in forms[form].split("/")


@pytest.mark.parametrize("typed", ["rad", "un*", "dogs", "nothing", "0031", "東"])
def test_there_is_no_more_to_a_word_than_that(reader: CatalogReader, typed: str) -> None:
    assert _forms(reader, typed) == {}


def test_a_beginning_counts_in_every_language(reader: CatalogReader) -> None:
    (term,) = Wording(reader).terms("dam*")
    assert term.forms["dampfschifffahrt"] == Form(passages=1)


def test_a_form_counts_in_texts_of_its_language_alone(reader: CatalogReader) -> None:
    terms = [Term("haus", {"hauser": Form(languages=frozenset({"de"}), passages=2)}, 2)]
    occurrences = Occurrences(terms, *reader.vocabulary.index_size())
    scores = [occurrences.score("Häuser", language) for language in ("de", "", "en")]
    assert scores[0] == scores[1] and scores[0][0] > 0 and scores[0][1]
    assert scores[2] == (0.0, False)


def test_the_word_itself_counts_more_than_one_that_it_is_a_part_of(reader: CatalogReader) -> None:
    terms = Wording(reader).terms("Schiff")
    occurrences = Occurrences(terms, *reader.vocabulary.index_size())
    whole, part = (occurrences.score(text, "de")[0] for text in ("Ein Schiff fährt", "Die Dampfschifffahrt fährt"))
    assert whole > part > 0


def test_without_other_forms_the_score_is_that_of_the_index(reader: CatalogReader) -> None:
    for text in ("dogs", "universe of houses", "die den", "running universities"):
        words = [term.word for term in Wording(reader).terms(text)]
        frequencies = reader.vocabulary.frequencies([stem(word) for word in words])
        terms = [Term(word, {}, frequencies.get(stem(word), 0)) for word in words]
        occurrences = Occurrences(terms, *reader.vocabulary.index_size())
        scores = dict(reader.by_words(" OR ".join(f'"{word}"' for word in words), 50, None))
        assert scores
        for number, row in reader.segments(scores).items():
            assert occurrences.score(row.text, "")[0] == pytest.approx(scores[number]), (text, row.text)


def test_stars_are_no_part_of_words() -> None:
    assert without_stars("photog* of 2 * 3 f*x dog*") == "photog of 2 * 3 f*x dog"
    assert starred("Photog* of 2 * 3 f*x foo.bar*") == {"photog", "bar"}
    assert words_of([Term("a", {"b": Form(), "a": Form()}), Term("b")]) == ["a", "b"]


def test_identifiers_are_what_is_typed_as_one() -> None:
    text = "Invoice INV-2024-0031 of foo.bar@example.com, snake_case version 1.2.3* well-known and/or 2024 end."
    assert identifiers(text) == ["INV-2024-0031", "foo.bar@example.com,", "snake_case", "1.2.3"]


@pytest.mark.parametrize(
    "text",
    ["x" * 10_000, "word" + " word".join(map(str, range(2000))), "* ** *a", "שלום*", "🙂*", '"NEAR( AND*', "a*" * 500],
)
def test_whatever_is_typed_has_terms_or_none(reader: CatalogReader, text: str) -> None:
    assert len(Wording(reader).terms(text)) <= 2001
