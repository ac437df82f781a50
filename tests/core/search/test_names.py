"""When a typed text is the name of a file."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from bowerbird.core.search.names import folder_with, share_held, share_of_name, weights_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("IMG_2034.jpg", "IMG_2034.jpg"),
        ("img 2034", "IMG_2034.jpg"),
        ("img2034", "IMG_2034.jpg"),
        ("budget 2024 final", "Budget-2024_final.xlsx"),
        ("summer trip", "SummerTrip.mov"),
        ("summertrip", "summer trip.mov"),
        ("Übersicht", unicodedata.normalize("NFD", "Übersicht.pdf")),
        (unicodedata.normalize("NFD", "Café menu.PDF"), "café menu.pdf"),
        ("会议记录", "会议记录.docx"),
        ("हिन्दी", "हिन्दी.txt"),
        (".bashrc", ".bashrc"),
        ("archive.tar.gz", "archive.tar.gz"),
    ],
)
def test_a_whole_name_however_it_is_typed(text: str, name: str) -> None:
    assert share_of_name(text, Path("/files") / name) == 1.0


@pytest.mark.parametrize(
    ("text", "name", "share"),
    [
        ("report", "report 24.pdf", 6 / 8),
        ("2034", "IMG_2034.jpg", 4 / 7),
        ("会议记", "会议记录.docx", 3 / 4),
        ("annual report.pdf", "my annual report.pdf", 15 / 17),
    ],
)
def test_a_part_of_a_name_counts_by_its_length(text: str, name: str, share: float) -> None:
    assert share_of_name(text, Path(name)) == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("port", "report.pdf"),  # not a whole word
        ("dog", "dogs.jpg"),
        ("jpg", "a.jpg"),  # the ending
        ("the annual report of the year", "annual report.pdf"),  # says more than the name
        ("report annual", "annual report.pdf"),
        ("!?", "what.txt"),
        ("", "what.txt"),
    ],
)
def test_what_is_no_part_of_a_name(text: str, name: str) -> None:
    assert share_of_name(text, Path(name)) == 0.0


def test_the_innermost_folder_with_a_word_is_named() -> None:
    assert folder_with(["dog"], Path("/home/Dogs/old dogs/2020/IMG_1.jpg")) == "old dogs"
    assert folder_with(["dog"], Path("/home/dog.jpg")) == ""


@pytest.mark.parametrize(
    ("word", "name"),
    [("cat", "location.txt"), ("art", "Quarterly.pdf"), ("port", "report.pdf"), ("13", "1-28135-B.ogg")],
)
def test_a_short_word_within_a_longer_one_is_there_by_chance(word: str, name: str) -> None:
    assert share_held([word], name) == dict(weights_in(name, [word]))[word] == 0.5


@pytest.mark.parametrize(
    ("word", "name"),
    [("cat", "catalogue.txt"), ("2034", "IMG2034b.jpg"), ("name", "userNames.txt"), ("schiff", "Dampfschiffe.jpg")],
)
def test_what_begins_a_word_of_a_name_or_is_long_is_meant(word: str, name: str) -> None:
    assert dict(weights_in(name, [word]))[word] == 1.0
    assert share_held([word], name) == 0.9, "less than a whole word"


def test_each_character_of_an_unspaced_script_begins_a_word() -> None:
    assert dict(weights_in("北京会议记录.docx", ["会议"])) == {"会议": 1.0}
