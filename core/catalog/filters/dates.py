"""Dates as people write them, in English and in numbers: ``yesterday``, ``last week``, ``May 2023``, ``2019..2021``.

Written by hand: the libraries that read dates give moments, not periods, and bring their own clock and many languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from bowerbird.core.errors import UsageError

_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_RANGE = re.compile(r"(.*?)\s*(?:\.\.+|…|\sto\s|\s[–-]\s)\s*(.*)")
_YEARS = re.compile(r"(\d{4})[–-](\d{4})")


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day up to, and without, ``end``. None: from ever, or for ever."""

    first: date | None
    end: date | None


def parse_days(text: str, today: date | None = None) -> Days:
    """The days that a text names, in the user's time zone: a day, week, month or year, or from one to another.

    Weeks begin on Monday. A month or a day of the week without more is the latest that has begun.

    Raises:
        UsageError: it is no date, or could be two.
    """
    today = today or date.today()
    return _range(_tidy(text), today) or _period(text, today)


def _tidy(text: str) -> str:
    return " ".join(text.casefold().replace(",", " ").split())


def _period(text: str, today: date) -> Days:
    """One that is no range."""
    for pattern, read in _FORMS.items():
        if match := pattern.fullmatch(_tidy(text)):
            with suppress(ValueError, OverflowError):  # the 31st of June, the year 0
                return read(match, today)
    raise UsageError(f'"{text}" is no date; write 2024, May 2024, 2024-05-31, yesterday, last week or 2019..2021.')


def _range(text: str, today: date) -> Days | None:
    match = _RANGE.fullmatch(text) or _YEARS.fullmatch(text)
    if not match or not any(match.groups()):
        return None
    start, end = (_period(part, today) if part else Days(None, None) for part in match.groups())
    if start.first and end.end and start.first >= end.end:
        raise UsageError(f'"{text}" ends before it begins.')
    return Days(start.first, end.end)


def _day(day: date) -> Days:
    return Days(day, day + timedelta(days=1))


def _month(year: int, month: int) -> Days:
    """Months are counted on over the years: the 0th is December of the year before."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return Days(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))


def _year(year: int) -> Days:
    return Days(date(year, 1, 1), date(year + 1, 1, 1))


def _iso(match: re.Match[str], _: date) -> Days:
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if day:
        return _day(date(year, month, day))
    return _month(*_valid(year, month)) if match[2] else _year(year)


def _valid(year: int, month: int) -> tuple[int, int]:
    return date(year, month, 1).year, month  # raises ValueError for the 13th month


def _european(match: re.Match[str], _: date) -> Days:
    """31.5.2024."""
    return _day(date(int(match[3]), int(match[2]), int(match[1])))


def _slashed(match: re.Match[str], _: date) -> Days:
    """31/5/2024 and 5/31/2024, where only one of both can be meant."""
    first, second, year = (int(part) for part in match.groups())
    if first <= 12 and second <= 12 and first != second:
        raise UsageError(
            f'"{match[0]}" could be {first} {_MONTHS[second - 1].title()} or {second} {_MONTHS[first - 1].title()}; '
            f"write {year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}."
        )
    return _day(date(year, min(first, second), max(first, second)))


def _named_month(match: re.Match[str], today: date) -> Days:
    """May, May 2024."""
    month = _number_of(match["month"], _MONTHS)
    year = int(match["year"]) if match["year"] else today.year - (month > today.month)
    return _month(year, month)


def _named_day(match: re.Match[str], today: date) -> Days:
    """2 May, May 2nd, 2 May 2024."""
    month, day = _number_of(match["month"], _MONTHS), int(match["day"])
    year = int(match["year"]) if match["year"] else today.year - ((month, day) > (today.month, today.day))
    return _day(date(year, month, day))


def _weekday(match: re.Match[str], today: date) -> Days:
    """Monday, last Monday: today does not count as the last."""
    ago = (today.weekday() - _number_of(match["weekday"], _WEEKDAYS) + 1) % 7
    return _day(today - timedelta(days=ago or (7 if match["last"] else 0)))


def _word(match: re.Match[str], today: date) -> Days:
    return _day(today - timedelta(days=("today", "yesterday").index(match[0])))


def _before_yesterday(_: re.Match[str], today: date) -> Days:
    return _day(today - timedelta(days=2))


def _unit(match: re.Match[str], today: date) -> Days:
    """This week, last month: a whole one of the calendar."""
    return _units_ago(match["unit"], match["which"] in ("last", "previous", "past"), today)


def _ago(match: re.Match[str], today: date) -> Days:
    """3 days ago, two years ago: the whole day, week, month or year that this falls into."""
    return _units_ago(match["unit"], _count(match), today)


def _units_ago(unit: str, count: int, today: date) -> Days:
    if unit == "day":
        return _day(today - timedelta(days=count))
    if unit == "week":
        monday = today - timedelta(days=today.weekday(), weeks=count)
        return Days(monday, monday + timedelta(weeks=1))
    return _month(today.year, today.month - count) if unit == "month" else _year(today.year - count)


def _lately(match: re.Match[str], today: date) -> Days:
    """Last 3 weeks: as many days, today the last one."""
    count, unit = _count(match), match["unit"]
    if unit in ("day", "week"):
        first = today - timedelta(days=count * (7 if unit == "week" else 1) - 1)
    else:
        month = _month(today.year, today.month - count * (12 if unit == "year" else 1))
        assert month.first and month.end
        first = min(month.first + timedelta(days=today.day), month.end)
    return Days(first, today + timedelta(days=1))


def _count(match: re.Match[str]) -> int:
    return _NUMBERS.get(match["count"]) or int(match["count"])


def _number_of(start: str, names: list[str]) -> int:
    """From 1. Names may be cut short.

    Raises:
        ValueError: none begins so.
    """
    numbers = [number for number, name in enumerate(names, 1) if name.startswith(start.rstrip("."))]
    if not numbers:
        raise ValueError(start)
    return numbers[0]


_MONTH, _WEEKDAY = r"(?P<month>[a-z]{3,9}\.?)", r"(?P<weekday>[a-z]{3,9}\.?)"
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?", r"(?: (?P<year>\d{4}))?"
_COUNT, _UNIT = rf"(?P<count>\d{{1,4}}|{'|'.join(_NUMBERS)})", "(?P<unit>day|week|month|year)"
_FORMS: Mapping[re.Pattern[str], Callable[[re.Match[str], date], Days]] = {
    re.compile(pattern): read
    for pattern, read in {
        r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?": _iso,
        r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})": _european,
        r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})": _slashed,
        rf"{_MONTH}{_YEAR}": _named_month,
        rf"{_DAY} (?:of )?{_MONTH}{_YEAR}": _named_day,
        rf"{_MONTH} {_DAY}{_YEAR}": _named_day,
        rf"(?P<last>last )?{_WEEKDAY}": _weekday,
        "today|yesterday": _word,
        "(?:the )?day before yesterday": _before_yesterday,
        rf"(?P<which>this|last|previous|past) {_UNIT}": _unit,
        rf"{_COUNT} {_UNIT}s? ago": _ago,
        rf"(?:the )?(?:last|past) {_COUNT} {_UNIT}s?": _lately,
    }.items()
}
