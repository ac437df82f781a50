"""What is typed and what is set with the mouse become one query."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bowerbird.core.types import Kind
from bowerbird.gui.question import ANY_TIME, FIRST_LIMIT, Question, between, periods
from tests.queries import typed

_PHOTOS = Path("/photos")


def test_typed_filters_take_precedence_over_the_mouse() -> None:
    query = Question(text="kind:document dog after:2024", kind=Kind.PHOTO, folder=_PHOTOS).typed().query
    assert query == typed("kind:document dog after:2024 under:/photos", limit=FIRST_LIMIT)


def test_what_is_kept_out_goes_with_what_the_mouse_has_set() -> None:
    query = Question(text="dog -kind:clip -in:Rome", kind=Kind.PHOTO, folder=_PHOTOS).typed().query
    assert query == typed("dog -kind:clip -in:Rome kind:photo under:/photos", limit=FIRST_LIMIT)


def test_filters_of_the_mouse_hold_on_every_side_of_an_or() -> None:
    query = Question(text="dog OR cat", kind=Kind.PHOTO).typed().query
    assert query == typed("(dog OR cat*) kind:photo", limit=FIRST_LIMIT)


def test_the_last_word_may_still_be_the_beginning_of_one() -> None:
    for text in ("photog", "dog photog", "kind:photo photog", "dogs OR photog", "-dog IMG_20"):
        assert Question(text=text).typed().query == typed(f"{text}*", limit=FIRST_LIMIT), text
    for text in (
        "photog ",
        '"dog photog"',
        "place:New York",
        "kind:photo",
        "dog date:last week",
        "dog)",
        "dog -cat",
        "",
    ):
        assert Question(text=text).typed().query == typed(text, limit=FIRST_LIMIT), text


def test_periods_begin_on_their_first_day() -> None:
    starts = {period.name: period.after for period in periods(date(2026, 3, 4))}
    assert starts == {
        "Any time": None,
        "Today": date(2026, 3, 4),
        "This week": date(2026, 3, 2),
        "This month": date(2026, 3, 1),
        "This year": date(2026, 1, 1),
        "Last year": date(2025, 1, 1),
    }


def test_chosen_days_are_both_included() -> None:
    period = between(date(2024, 5, 31), date(2024, 5, 1))
    assert (period.after, period.before) == (date(2024, 5, 1), date(2024, 6, 1))


def test_without_filters_text_and_examples_stay() -> None:
    question = Question(text="dog", kind=Kind.PHOTO, folder=_PHOTOS, limit=360)
    assert question.filtered
    assert question.unfiltered() == Question(text="dog", limit=FIRST_LIMIT)
    assert not question.unfiltered().filtered
    assert question.unfiltered().period == ANY_TIME


def test_a_question_of_spaces_is_empty() -> None:
    assert Question(text="  ").empty
    assert not Question(text="dog").empty


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Question(" a dog "), "a dog"),
        (Question("a dog", kind=Kind.PHOTO, folder=Path("/my photos")), 'a dog kind:photo under:"/my photos"'),
        (Question("a dog OR a cat", kind=Kind.PHOTO), "(a dog OR a cat) kind:photo"),
        (Question("a dog kind:clip", kind=Kind.PHOTO), "a dog kind:clip"),
        (Question(period=between(date(2024, 5, 1), date(2024, 5, 31))), "date:2024-05-01..2024-05-31"),
        (Question("x", period=periods(date(2024, 5, 8))[2]), 'x date:"this week"'),
    ],
)
def test_a_question_as_one_would_type_it(question: Question, expected: str) -> None:
    assert question.as_typed() == expected
    assert Question(expected).as_typed() == expected


def test_every_period_of_the_menu_can_be_typed() -> None:
    today = date.today()
    for period in periods(today)[1:]:
        typed = Question(Question(period=period).as_typed()).typed()
        assert not typed.problems
        if period.name != "Last year":
            assert typed.query.where.value.first == period.after  # type: ignore[union-attr]
