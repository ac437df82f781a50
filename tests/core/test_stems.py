"""Words of one stem in languages, parts of compounds and of names."""

from __future__ import annotations

import pytest

from bowerbird.core.stems import ALGORITHMS, names_part, rests, spellings, stem_in, unlinked


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "haus häuser häusern hauses"), ("es", "organización organizaciones"), ("fr", "cheval chevaux"),
        ("it", "ragazzo ragazzi ragazza"), ("pt", "menino meninos"), ("ru", "большой большая больших"),
        ("nl", "werkt werken"), ("sv", "bilar bilarna"), ("fi", "talo talossa"), ("tr", "evler evlerin"),
    ],
)  # fmt: skip
def test_inflected_words_have_one_stem(language: str, words: str) -> None:
    assert len({stem_in(language, word) for word in words.split()}) == 1


def test_every_language_has_a_stemmer() -> None:
    assert {stem_in(language, "a") for language in ALGORITHMS} == {"a"}


def test_stems_are_folded() -> None:
    assert stem_in("de", "straße") == "strass"
    assert stem_in("es", "acción") == "accion"


@pytest.mark.parametrize(
    ("part", "form", "expected"),
    [
        ("name", "userName", True), ("user", "userName", True), ("2034", "IMG2034", True), ("img", "IMG2034", True),
        ("ser", "userName", False), ("203", "IMG2034", False), ("uber", "ÜberSicht", True), ("name", "rename", False),
    ],
)  # fmt: skip
def test_names_are_made_of_parts(part: str, form: str, expected: bool) -> None:
    assert names_part(part, form) is expected


@pytest.mark.parametrize(
    ("part", "word", "expected"),
    [
        ("schiff", "dampfschifffahrt", ("dampf", "fahrt")), ("schiff", "raumschiffe", ("raum", "")),
        ("schiff", "schiffe", None), ("schiff", "schiff", None), ("schiff", "boot", None),
        ("zeit", "jahreszeiten", ("jahres", "")), ("land", "tlandt", None),
    ],
)  # fmt: skip
def test_a_compound_has_words_before_or_behind_its_part(part: str, word: str, expected: tuple[str, str] | None) -> None:
    assert rests(part, word) == expected


def test_parts_are_linked_by_letters() -> None:
    assert {"jahre", "jahr", "jahres"} <= set(unlinked("jahres", before=True))
    assert "meister" in unlinked("smeister", before=False)


def test_spellings_tell_accents_and_capitals_within() -> None:
    assert spellings("Häuser HÄUSER userName Straße plain 東京都 e\u0301te\u0301") == {
        "hauser": "häuser", "username": "userName", "strasse": "straße", "plain": None, "東京": None, "京都": None,
        "ete": "été",
    }  # fmt: skip
