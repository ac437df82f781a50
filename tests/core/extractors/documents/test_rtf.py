"""What is read of RTF beside its text."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.core.extractors.documents import rtf
from tests.makers import extract


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (rb"Caf\'e9", "Café"),
        (rb"\u268?\u382?ivot", "Čživot"),
        (rb"a\{b\}c", "a{b}c"),
        (rb"one\par two", "one two"),
        (rb"an otter \u-10178?\u-8746?", "an otter 🧖"),
        (rb"{\b bold} and {\i slanted}", "bold and slanted"),
    ],
)
def test_title(group: bytes, expected: str) -> None:
    assert rtf.properties(rb"{\rtf1\ansi\ansicpg1252{\info{\title " + group + rb"}}}").title == expected


def test_notes_with_their_authors() -> None:
    data = rb"{\rtf1{\*\atnauthor Ann}{\*\annotation{\*\atndate 17}First.}{\*\atnauthor Bob}{\*\annotation Second.}}"
    assert list(rtf.notes(data)) == ["Ann: First.", "Bob: Second."]


def test_notes_without_an_end_take_no_time() -> None:
    assert len(list(rtf.notes(rb"{\*\annotation " * 20_000))) < 20_000


@pytest.mark.parametrize(
    "data",
    [
        rb"{\rtf1\mac Gr\'9a\'a7e}",
        rb"{\rtf1\pca Gr\'94\'e1e}",
        "{\\rtf1\\ansi\\ansicpg1252 Größe}".encode("cp1252"),
        "{\\rtf1\\ansi\\ansicpg1252 Größe}".encode(),
    ],
)
def test_characters_as_others_than_windows_write_them(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.rtf").write_bytes(data)
    assert "Größe" in extract(tmp_path / "a.rtf").segments[0].text


def test_fixed_spaces_and_hyphens_and_halves_of_a_character(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(rb"{\rtf1\ansi 5\~km co\_op C:\\~x {\b b}\~c \u-10179?\u-8704? end}")
    text = "".join(segment.text for segment in extract(tmp_path / "a.rtf").segments)
    assert " ".join(text.split()).startswith("5 km co-op C:\\~x b") and "\U0001f600" in text and "end" in text
