"""Words that stand in a row, as they were typed or as they sound."""

from __future__ import annotations

import pytest

from bowerbird.core.search import ranking
from bowerbird.core.search.phrases import Row


@pytest.mark.parametrize(
    ("text", "share"),
    [("my white horse", 1.0), ("a White, Horse", 1.0), ("horse of a white farm", 0.0), ("", 0.0)],
)
def test_words_that_follow_each_other_as_typed(text: str, share: float) -> None:
    assert Row("white horse", ()).in_text(text) == ranking.VERBATIM * share


def test_of_some_words_in_a_row_their_share() -> None:
    assert Row("the old white horse", ()).in_text("a white horse") == pytest.approx(ranking.VERBATIM / 3)


def test_phrases_count_where_they_stand_to_the_letter() -> None:
    row = Row("white horses", ("white horses",))
    assert row.in_text("two white horses") == ranking.EXACT
    assert row.in_text("two white horse") == 0


@pytest.mark.parametrize(
    ("typed", "written_down"),
    [
        ("the wet season too then", "I suppose that's the wet season 2 then."),
        ("it's the wet season will you", "It's the wet season. Well, you have to."),
        ("their white boat", "there white boat"),
        ("Würde der Menschen", "Die Würde der Menschen"),
    ],
)
def test_what_was_heard_is_found_by_what_sounds_like_it(typed: str, written_down: str) -> None:
    assert Row(typed, ()).in_transcript(written_down) == ranking.VERBATIM


def test_other_sounds_are_other_words() -> None:
    assert Row("the wet season", ()).in_transcript("the dry seaside") == 0


def test_a_text_that_was_written_is_taken_at_its_word() -> None:
    assert Row("wet season too", ()).in_text("wet season 2") < Row("wet season too", ()).in_transcript("wet season 2")
