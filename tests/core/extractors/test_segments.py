"""Segments: disjoint, complete, of a length that models read."""

from __future__ import annotations

import pytest

from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import LENGTH, from_parts, pieces
from bowerbird.core.types import Locator, Properties

SENTENCE = "The otter slid down the bank and was gone before anyone had seen it. "


@pytest.mark.parametrize(
    "text",
    [
        "short", SENTENCE * 100, "\n\n".join([SENTENCE * 5] * 40), "x" * 5_000, "word " * 2_000,
        "水獭滑下河岸，不见了。" * 300, "水" * 3_000, "👩🏽\u200d🚀" * 1_000, "e\u0301" * 3_000, "a\n" * 4_000,
    ],
)  # fmt: skip
def test_pieces_joined_are_the_text(text: str) -> None:
    cut = list(pieces(text))
    assert "".join(cut) == text
    assert max(map(len, cut)) <= LENGTH


def test_cuts_fall_between_paragraphs_sentences_and_words() -> None:
    paragraphs = "\n\n".join([SENTENCE * 9] * 10)
    assert all(piece.endswith("\n\n") for piece in list(pieces(paragraphs))[:-1])
    assert all(piece.endswith(". ") for piece in pieces(SENTENCE * 50))
    assert all(piece.endswith(" ") for piece in pieces("word " * 1_000))
    assert all(piece.endswith("。") for piece in pieces("水獭滑下河岸，不见了。" * 300))


def test_wide_scripts_get_shorter_pieces() -> None:
    assert max(map(len, pieces("水獭滑下河岸，不见了。" * 300))) <= LENGTH // 3


def test_marks_stay_with_their_letters() -> None:
    assert not any(piece.startswith("\u0301") for piece in pieces("e\u0301" * 3_000))


def test_blank_text_gives_nothing_and_control_characters_go() -> None:
    assert list(pieces(" \n\t\n")) == []
    assert list(pieces("a\0b\x07c\ufeff")) == ["abc"]


def test_no_segment_crosses_a_place() -> None:
    first, second = Locator(page=1), Locator(page=2)
    segments = from_parts([(first, "one "), (first, "more "), (second, "two")], 100)
    assert [(segment.locator, segment.text) for segment in segments] == [(first, "one more "), (second, "two")]
    assert sum(len(segment.text) for segment in from_parts([(first, "x" * 80), (second, "y" * 80)], 100)) == 100


def test_a_document_of_very_many_places_is_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "_MAX_PLACES", 3)
    parts = [(Locator(section=f"Chapter {n}"), f"Text {n}. ") for n in range(8)]
    start: float | None = 0.0
    texts = list[str]()
    while start is not None:
        extraction = segments.document(parts, Limits(start_at=start), Properties(title="On otters"))
        assert bool(extraction.properties.title) == (not start)
        assert len(extraction.segments) <= 3 and not extraction.omissions
        texts += [segment.text for segment in extraction.segments]
        start = extraction.next_at
    assert texts == [text for _, text in parts]
