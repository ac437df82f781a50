from __future__ import annotations

import random
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from bowerbird.core.catalog.filters.table import FILTERS, NAMES, SYNTAX
from bowerbird.core.catalog.filters.values import Bytes
from bowerbird.core.conditions import EVERYTHING, AllOf, AnyOf, Is, Not, all_of, filters_of
from bowerbird.core.questions import Near, Query, Side
from bowerbird.core.search.query import parse, phrases_of, ranks
from bowerbird.core.search.wording import without_stars
from bowerbird.core.types import Kind
from tests.queries import typed, where

PHOTO, CLIP = (Is("kind", frozenset({kind})) for kind in (Kind.PHOTO, Kind.CLIP))


def word(text: str) -> Is:
    return Is("word", text)


def test_filters_phrases_and_exclusions_leave_the_words() -> None:
    text = 'a dog kind:photo after:2024-05 before:2025 under:"/tmp/my trips" -blurry "on the truck" barking'
    assert parse(text).query == Query(
        "a dog barking",
        where=all_of(
            PHOTO,
            Is("after", date(2024, 5, 1)),
            Is("before", date(2025, 1, 1)),
            Is("under", Path("/tmp/my trips")),
            Not(word("blurry")),
            Is("phrase", "on the truck"),
        ),
    )


@pytest.mark.parametrize(
    "quoted", ["“on the truck”", "„on the truck“", "«on the truck»", "＂on the truck＂", "「on the truck」"]
)
def test_a_phrase_may_be_quoted_as_other_keyboards_do(quoted: str) -> None:
    assert typed(f"a dog {quoted}") == Query("a dog", where=Is("phrase", "on the truck"))
    assert typed(f"a dog author:{quoted}") == Query("a dog", where=Is("author", "on the truck"))
    assert typed(f"a dog -{quoted}") == Query("a dog", where=Not(Is("phrase", "on the truck")))


@pytest.mark.parametrize(
    "plain",
    [
        "ratio 3:4", "well-known - or so", "re: your letter", 'a 6" nail', "--help", "-++", "f(x) a)b", "OR", "a OR",
        "SELECT * FROM t; DROP TABLE t", "NEAR(a b, 3) AND NOT c*", "% _ ' \\", '"', '""', '"open', "🙂 :)", "…",
        "מה שלום", "\u202eabc", "http://a.b/c?d=e&f", "C:\\d", "x\0y", "\udcff", "or and not",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_filter_is_text(plain: str) -> None:
    assert typed(plain) == Query(plain)


def test_a_filter_typed_twice_lets_through_one_of_both_or_what_passes_both() -> None:
    assert where("kind:photo kind:clip under:/a under:/b") == all_of(
        AnyOf((PHOTO, CLIP)), AnyOf((Is("under", Path("/a")), Is("under", Path("/b"))))
    )
    assert where("tag:a tag:b") == AllOf((Is("tag", "a"), Is("tag", "b")))


def test_a_minus_goes_before_whatever_is_typed() -> None:
    assert where("-kind:photo -dog") == AllOf((Not(PHOTO), Not(word("dog"))))
    assert typed("-(dog kind:photo)") == Query(where=Not(all_of(word("dog"), PHOTO)))
    assert typed("-(dog OR (-cat ++))") == Query(where=Not(AnyOf((word("dog"), Not(word("cat"))))))


def test_an_or_of_filters_is_a_filter() -> None:
    assert typed("dog (kind:photo OR -after:2024)") == Query(
        "dog", where=AnyOf((PHOTO, Not(Is("after", date(2024, 1, 1)))))
    )


def test_an_or_of_words_has_sides_with_all_that_goes_with_each() -> None:
    assert typed("old (dog OR cat kind:clip) -red") == Query(
        "old dog old cat",
        where=AnyOf((Not(word("red")), AllOf((CLIP, Not(word("red")))))),
        either=(Side("old dog", Not(word("red"))), Side("old cat", AllOf((CLIP, Not(word("red")))))),
    )
    assert [side.where for side in typed('"a b" OR "c d"').either] == [Is("phrase", "a b"), Is("phrase", "c d")]


def test_too_many_ors_are_said() -> None:
    asked = parse("(a OR b) (c OR d) (e OR f) (g OR h) (i OR j) kind:photo")
    assert asked.query == Query("a b c d e f g h i j", where=PHOTO)
    assert "ORs" in asked.problems[0].sentence


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("minus", ["", "-"])
def test_every_filter_is_typed_as_its_table_shows(name: str, minus: str) -> None:
    each = NAMES[name]
    expected = Is(each.name, each.parse(each.example.strip('"')))
    assert where(f"{minus}{name}:{each.example}") == (Not(expected) if minus else expected)
    assert where(f"({minus}{name.upper()}:{each.example})") == (Not(expected) if minus else expected)


@pytest.mark.parametrize("each", FILTERS.values(), ids=lambda each: each.name)
def test_every_value_that_is_offered_makes_sense(each) -> None:
    for value in each.values:
        assert where(f"{each.name}:{value}" if each.several_words else f'{each.name}:"{value}"') != EVERYTHING


def test_what_else_can_be_typed_makes_sense() -> None:
    assert all(typed(text) != Query(without_stars(text)) for text, _ in SYNTAX)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("photo", {Kind.PHOTO}), ("PICTURES", {Kind.PHOTO}), ("image", {Kind.PHOTO}), ("Video", {Kind.CLIP}),
        ("movies,audio", {Kind.CLIP, Kind.RECORDING}), ("docs", {Kind.DOCUMENT}), ("recordings", {Kind.RECORDING}),
    ],
)  # fmt: skip
def test_kinds_are_called_many_things(text: str, kinds: set[Kind]) -> None:
    assert where(f"kind:{text}") == Is("kind", frozenset(kinds))


@pytest.mark.parametrize(
    "wrong",
    [
        "kind:smell", "kind:", "after:soon", "before:2024-13", "under:", "under:~nobodyatall/x", "place:nowhereland",
        "near:nowhereland", "near:91,0", "near:0,181", "near:46.5", "near:1,2,3,4", "near:,", "near:Bolzano,far",
        "size:big", "size:<0", "size:2MB..1MB", "size:9999999TB", "ext:", "ext:a/b", "in:/", "lang:klingonese",
        "word:++", "phrase:!", '"%"', 'date:"2021..2019"', "date:5/4/2024", "after:..2020", 'tag:""', '-kind:smell',
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_said_where_it_stands_and_costs_nothing_else(wrong: str) -> None:
    asked = parse(f"old dog {wrong} kind:photo")
    (problem,) = asked.problems
    assert asked.query == Query("old dog", where=PHOTO)
    assert problem.start == 8 + wrong.startswith("-") and problem.end == 8 + len(wrong)
    assert problem.sentence.endswith(".") and "\n" not in problem.sentence


def test_in_an_or_a_filter_that_makes_no_sense_is_left_out() -> None:
    assert parse("kind:smell OR kind:photo").query == Query(where=PHOTO)
    assert parse("-(kind:smell)").query == Query()


def test_values_of_several_words_need_no_quotation_marks() -> None:
    assert typed("date:last week beach") == typed('date:"last week" beach')
    assert typed("after:May 2023 -dog") == typed('after:"may 2023" -dog')
    assert typed("(size:>10 MB) report") == typed("size:>10MB report")
    assert typed("place:New York skyline") == typed('place:"New York" skyline')
    assert typed("date:2023 to 2024 kind:photo") == typed("date:2023..2024 kind:photo")


@pytest.mark.parametrize(
    ("text", "least", "end"),
    [
        (">10MB", 10_000_001, 2**63 - 1), (">= 1.5 kb", 1500, 2**63 - 1), ("<1KiB", 0, 1024), ("<=1k", 0, 1001),
        ("1MB..2MB", 1_000_000, 2_000_001), ("..1g", 0, 1_000_000_001), ("3MB", 2_500_000, 3_500_000),
        ("1.5gb", 1_450_000_000, 1_550_000_000), ("17", 17, 18), ("2 bytes", 2, 3), ("0,5MB", 450_000, 550_000),
        ("1,000KB", 999_500, 1_000_500), ("12,345,678", 12_345_678, 12_345_679),
    ],
)  # fmt: skip
def test_sizes(text: str, least: int, end: int) -> None:
    assert where(f'size:"{text}"') == Is("size", Bytes(least, end)) == where(f"size:{text}")


def test_points_and_what_is_around_them() -> None:
    assert where("near:-46.5,11.35") == Is("near", Near(-46.5, 11.35, 25.0))
    assert where("near:46.5,-11.35,2mi") == Is("near", Near(46.5, -11.35, 2 * 1.609344))
    assert where('near:"Bolzano 20km"') == where('near:"Bolzano, 20 km"') == where("near:Bolzano 20km")
    near = where('near:"New York,50 km"')
    assert isinstance(near, Is)
    assert near.value.km == 50 and (near.value.latitude, near.value.longitude) == pytest.approx(
        (40.714, -74.006), abs=0.01
    )


def test_filters_alone_rank_nothing() -> None:
    assert not ranks(typed("kind:photo -dog")) and ranks(typed('"a dog"')) and ranks(typed("dog"))
    assert phrases_of(where('"a b" -"c d" ("e f" OR kind:photo)')) == ("a b", "e f")


@pytest.mark.parametrize(
    "text", ["(" * 10_000, "-" * 10_000, "-(" * 5_000, '"' * 10_000, "word " * 2_000, "-a " * 3_300, "a OR " * 2_000,
             "kind:photo " * 900, ")" * 10_000, "🙂" * 10_000, "x" * 10_000, "()" * 5_000,
             "-" + "-(a" * 3_000, "-(" + "a " * 5_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_ten_thousand_characters(text: str) -> None:
    asked = parse(text)
    assert all(problem.sentence for problem in asked.problems)
    assert len(list(filters_of(asked.query.where))) <= 50


@pytest.mark.parametrize("behind", ["word ", " ", "x"])
def test_a_long_text_behind_a_quotation_mark_that_is_not_closed_takes_no_time(behind: str) -> None:
    started = time.perf_counter()
    assert parse('"' + behind * 50_000).query.where == EVERYTHING
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "text", ["tag:caf\udce9", "phrase:caf\udce9", "-caf\udce9", "place:caf\udce9", "near:caf\udce9", '"caf\udce9"']
)
def test_bytes_that_are_no_characters_are_none_of_a_value(text: str) -> None:
    assert all("\udce9" not in str(each.value) for each in filters_of(parse(text).query.where))


def test_any_characters_in_any_order() -> None:
    source = random.Random(5)
    pieces = ['"', "(", ")", "-", " ", "OR ", "kind:", "photo", "after:", "2024", "date:", "last", "week", "size:", ">",
              "1MB", "-", "near:", "1,", "é", "東京", "“", "”", "\t", "\n", "%", "_", ":", "..",
              "in:", "/", "tag:", "\0", "ש", "🙂"]  # fmt: skip
    for _ in range(3_000):
        text = "".join(source.choice(pieces) for _ in range(source.randint(1, 14)))
        asked = parse(text)
        assert all(0 <= problem.start < problem.end <= len(text) for problem in asked.problems), text


def test_dates_are_days_in_the_users_zone() -> None:
    today = date.today()
    days = where("date:yesterday")
    assert isinstance(days, Is)
    assert (days.value.first, days.value.end) in {
        (today - timedelta(days=1), today),
        (date.today() - timedelta(days=1), date.today()),
    }


def test_what_restricts_is_told_as_it_was_typed() -> None:
    text = 'dog kind:photo -blurry "red car" date:last week (kind:clip OR lang:fr) (cat OR ext:pdf)'
    assert [each.text for each in parse(text).filters] == [
        "kind:photo",
        "-blurry",
        '"red car"',
        "date:last week",
        "(kind:clip OR lang:fr)",
    ]
    assert parse("dog kind:nonsense").filters == ()
