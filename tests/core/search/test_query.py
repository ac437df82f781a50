from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bowerbird.core.errors import UsageError
from bowerbird.core.search.query import FILTERS, example, parse, parse_date
from bowerbird.core.types import Example, Kind, Near, Query


def test_filters_phrases_and_exclusions_leave_the_words() -> None:
    typed = 'a dog kind:photo after:2024-05 before:2025 under:"/tmp/my trips" -blurry "on the truck" barking'
    assert parse(typed) == Query(
        "a dog barking",
        phrases=("on the truck",),
        without=("blurry",),
        kinds=frozenset({Kind.PHOTO}),
        under=(Path("/tmp/my trips"),),
        after=date(2024, 5, 1),
        before=date(2025, 1, 1),
    )


@pytest.mark.parametrize("typed", ["“on the truck”", "„on the truck“", "«on the truck»", "＂on the truck＂"])
def test_a_phrase_may_be_quoted_as_other_keyboards_do(typed: str) -> None:
    assert parse(f"a dog {typed}") == Query("a dog", phrases=("on the truck",))
    assert parse(f"a dog author:{typed}") == Query("a dog", authors=("on the truck",))


@pytest.mark.parametrize("plain", ["ratio 3:4", "well-known - or so", "re: your letter", 'a 6" nail'])
def test_what_only_looks_like_a_filter_is_text(plain: str) -> None:
    assert parse(plain) == Query(plain)


def test_a_filter_typed_twice_adds_to_the_first_but_a_date_takes_its_place() -> None:
    twice = parse("kind:photo kind:clip under:/a under:/b after:2023 after:2024")
    assert twice.kinds == {Kind.PHOTO, Kind.CLIP}
    assert twice.under == (Path("/a"), Path("/b"))
    assert twice.after == date(2024, 1, 1)


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_sets_a_field_of_the_query(name: str) -> None:
    value = {"kind": "photo", "under": "/a", "place": "Bolzano", "near": "Bolzano"}.get(name, "2024")
    assert getattr(parse(f"{name}:{value}"), FILTERS[name].field) != getattr(Query(), FILTERS[name].field)


def test_several_kinds_in_the_plural() -> None:
    assert parse("kind:photos,documents").kinds == {Kind.PHOTO, Kind.DOCUMENT}


@pytest.mark.parametrize(
    "wrong",
    [
        "kind:smell",
        "after:soon",
        "before:2024-13",
        "under:",
        "place:nowhereland",
        "near:nowhereland",
        "near:91,0",
        "near:0,181",
        "near:46.5",
        "near:1,2,3,4",
        "near:,",
        "near:Bolzano,far",
    ],
)
def test_a_filter_that_makes_no_sense_says_so(wrong: str) -> None:
    with pytest.raises(UsageError):
        parse(wrong)


def test_dates_name_the_first_day_of_a_period() -> None:
    assert [parse_date(text) for text in ("2024", "2024-5", "2024-05-31")] == [
        date(2024, 1, 1),
        date(2024, 5, 1),
        date(2024, 5, 31),
    ]


def test_an_example_may_be_a_part(tmp_path: Path) -> None:
    whole = tmp_path / "a.wav"
    assert example(f"{whole}#t=12,17.5") == Example(whole, 12.0, 17.5)
    assert example(f"{whole}#t=,3") == Example(whole, 0.0, 3.0)
    assert example(str(whole)) == Example(whole)
    odd = tmp_path / "b#t=1,2"
    odd.touch()
    assert example(str(odd)) == Example(odd)


def test_points_and_what_is_around_them() -> None:
    assert parse("near:-46.5,11.35").near == Near(-46.5, 11.35, 25.0)
    assert parse("near:46.5,-11.35,2mi").near == Near(46.5, -11.35, 2 * 1.609344)
    near = parse('near:"New York,50 km"').near
    assert near and near.km == 50 and (near.latitude, near.longitude) == pytest.approx((40.714, -74.006), abs=0.01)
