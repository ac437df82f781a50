"""Dates as people write them, on Monday, 30 November 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bowerbird.core.catalog.filters.dates import Days, parse_days
from bowerbird.core.errors import UsageError

TODAY = date(2026, 11, 30)


def read(text: str) -> tuple[str, str]:
    days = parse_days(text, TODAY)
    last = days.end - timedelta(days=1) if days.end else None
    return str(days.first or "ever"), str(last or "ever")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-5", "2024-05-01", "2024-05-31"),
        ("2024-12", "2024-12-01", "2024-12-31"),
        ("2024-05-31", "2024-05-31", "2024-05-31"),
        ("2024/05/31", "2024-05-31", "2024-05-31"),
        ("31.5.2024", "2024-05-31", "2024-05-31"),
        ("31. 5. 2024", "2024-05-31", "2024-05-31"),
        ("5/31/2024", "2024-05-31", "2024-05-31"),
        ("31/5/2024", "2024-05-31", "2024-05-31"),
        ("5/5/2024", "2024-05-05", "2024-05-05"),
        ("May 2023", "2023-05-01", "2023-05-31"),
        ("SEPT. 2022", "2022-09-01", "2022-09-30"),
        ("may", "2026-05-01", "2026-05-31"),
        ("December", "2025-12-01", "2025-12-31"),
        ("2 May 2023", "2023-05-02", "2023-05-02"),
        ("2nd of May 2023", "2023-05-02", "2023-05-02"),
        ("May 2, 2023", "2023-05-02", "2023-05-02"),
        ("24 dec", "2025-12-24", "2025-12-24"),
        ("today", "2026-11-30", "2026-11-30"),
        ("Yesterday", "2026-11-29", "2026-11-29"),
        ("day before yesterday", "2026-11-28", "2026-11-28"),
        ("monday", "2026-11-30", "2026-11-30"),
        ("last Monday", "2026-11-23", "2026-11-23"),
        ("tue", "2026-11-24", "2026-11-24"),
        ("this week", "2026-11-30", "2026-12-06"),
        ("last week", "2026-11-23", "2026-11-29"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("3 days ago", "2026-11-27", "2026-11-27"),
        ("two weeks ago", "2026-11-16", "2026-11-22"),
        ("12 months ago", "2025-11-01", "2025-11-30"),
        ("a year ago", "2025-01-01", "2025-12-31"),
        ("last 7 days", "2026-11-24", "2026-11-30"),
        ("the past 2 weeks", "2026-11-17", "2026-11-30"),
        ("last 9 months", "2026-03-01", "2026-11-30"),
        ("last 2 years", "2024-12-01", "2026-11-30"),
        ("2019..2021", "2019-01-01", "2021-12-31"),
        ("2019-2021", "2019-01-01", "2021-12-31"),
        ("2019 – 2021", "2019-01-01", "2021-12-31"),
        ("May 2023 to yesterday", "2023-05-01", "2026-11-29"),
        ("..2020", "ever", "2020-12-31"),
        ("last week..", "2026-11-23", "ever"),
    ],
)
def test_days(text: str, first: str, last: str) -> None:
    assert read(text) == (first, last)


@pytest.mark.parametrize(
    "wrong",
    ["", "..", "soon", "2024-13", "2024-02-30", "32 May", "0000", "9999-12-31", "9999 years ago", "maybe", "2021..2019",
     "1 month ago ago", "last", "week", "2024..soon", "may june", "12", "1/2",
     "2019..2020..2021", "2019.." * 3_000],
)  # fmt: skip
def test_what_is_no_date(wrong: str) -> None:
    with pytest.raises(UsageError):
        parse_days(wrong, TODAY)


def test_a_date_that_could_be_two_is_not_guessed() -> None:
    with pytest.raises(UsageError, match="5 April or 4 May; write 2024-04-05 or 2024-05-04"):
        parse_days("5/4/2024", TODAY)


def test_months_are_of_their_length() -> None:
    months = [parse_days(f"2024-{month}") for month in range(1, 13)]
    assert [first.end for first in months[:-1]] == [following.first for following in months[1:]]
    assert parse_days("last 1 months", date(2024, 3, 31)) == Days(date(2024, 3, 1), date(2024, 4, 1))
