"""Reads the dates that cameras, phones and programs write into headers and into the names of files."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta

_FIRST_YEAR, _LAST_YEAR = 1826, 2100  # from the first photograph on; a clock that is set wrong is still a clock
_FIRST_DIGITAL_YEAR = 1990  # of dates in the names of files
# The first three letters of the months in English, German, French, Spanish, Italian, Portuguese and Dutch.
_MONTHS = (
    "jan ene gen", "feb fév fev", "mar mär mrz maa", "apr avr abr", "may mai mag maj mei", "jun jui giu",
    "jul lug", "aug aoû aou ago", "sep set", "oct okt ott out", "nov", "dec dez déc dic",
)  # fmt: skip
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_JULY = ("juil", "juli", "july")  # French and others share three letters with June
_DATES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})\s*(?P<gap>[:./_-])\s*(?P<month>\d{1,2})\s*(?P=gap)\s*(?P<day>\d{1,2})(?!\d)(?P<time>.*)",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<time>(?!\d(?!\d)).*)",
        r"(?P<first>\d{1,2})\s*(?P<gap>[./-])\s*(?P<other>\d{1,2})\s*(?P=gap)\s*(?P<year>\d{4})(?!\d)(?P<time>.*)",
        r"(?:[^\W\d]+\.?,?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th|\.|er)?(?:\s+de)?[\s-]+(?P<word>[^\W\d]{3,})\.?,?"
        r"(?:\s+de)?[\s-]+(?P<year>\d{4})(?!\d)(?P<time>.*)",
        r"(?:[^\W\d]+\.?,?\s+)?(?P<word>[^\W\d]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+"
        r"(?P<time>\d{1,2}:\d\d:\d\d\s+(?:[A-Z]{3,4}(?:[+-]\d\d:?\d\d)?\s+)?)?(?P<year>\d{4})(?!\d)(?P<rest>.*)",
        r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]?(?P<time>.*)",
    )
)
_TIME = re.compile(
    r"[\sT,:]*(?P<hour>\d{1,2})\s*[:.h]\s*(?P<minute>\d{1,2})(?:\s*[:.]\s*(?P<second>\d{1,2})(?:[.,:]\d+)?)?"
    r"\s*(?P<half>[AP]\.?M\b\.?)?\s*(?P<zone>Z\b|UTC|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_COMPACT_TIME = re.compile(
    r"[\sT,]*(?P<hour>\d\d)(?P<minute>\d\d)(?:(?P<second>\d\d)(?:[.,]\d+)?)?(?P<half>)\s*(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?"
    r"(?!\d)",
    re.IGNORECASE,
)
_DASHED = re.compile(r"(?<=[\sT])(\d\d)-(\d\d)-(\d\d)(?!\d)")
_HALF_BEFORE = re.compile(r"(?:(上午|午前|오전)|下午|午後|오후)\s*(\d{1,2}:\d\d(?::\d\d)?)")
# Numbers and clocks as they are written in Chinese, Japanese and Korean: 二〇一一年七月十四号 3点20分.
_HAN_DIGITS = "〇一二三四五六七八九"
_HAN_NUMBER = re.compile(r"([〇零一二三四五六七八九十]{1,4})(?=\s*[年月日号號時时点點分秒])")
_DAY = re.compile(r"(?<=\d)\s*[号號]")
_CLOCK = re.compile(r"(\d{1,2})\s*[時时点點시]\s*(?:(\d{1,2})\s*[分분](?:\s*(\d{1,2})\s*[秒초])?)?")
_EAST_ASIAN = re.compile(r"(?<!\d)\d{4}\s*[年년]\s*\d{1,2}\s*[月월].*")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
# In names: 2024-07-01 and 20240701, then perhaps a time, after a word such as "at" or "um".
_NAMED = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<gap>[-_.]?)(?P<month>\d\d)(?P=gap)(?P<day>\d\d)"
    r"(?:(?:[-_.,T\s]{0,3}|\s+[^\W\d]{1,6}\.?\s+)"
    r"(?P<hour>[01]\d|2[0-3]|\d(?=[.:]))(?P<colon>[-_.:h]?)(?P<minute>[0-5]\d)(?:(?P=colon)(?P<second>[0-5]\d)(?:[-_.]?\d{3})?)?"
    r"(?!\d)(?:\s*(?P<half>[AP]M)\b)?|(?!\d))",
    re.IGNORECASE,
)
_EPOCH_MS = re.compile(r"(?<!\d)(\d{13})(?!\d)")


def parse_date(text: str, offset: str = "") -> datetime | None:
    """The local time, where it was, that a header names; None without a day, or if there is no such day.

    The zone that a date is written with is where its clock stood, and is dropped. But a time in UTC is moved by
    ``offset``, as in ``+02:00``, if there is one. Between day and month of ``05/07/2011`` decides which can be a month,
    else whether the clock has twelve hours, as where months come first.
    """
    text = _in_figures(_DASHED.sub(r"\1:\2:\3", " ".join(text.replace("\0", " ").split())))
    text = _HALF_BEFORE.sub(lambda half: f" {half[2]} {'AM' if half[1] else 'PM'}", text)
    for form in _DATES:
        if date := form.match(text):
            parts = date.groupdict()
            time = parts["time"] or parts.get("rest") or ""
            if found := _moment(parts, _TIME.match(time) or _COMPACT_TIME.match(time), offset):
                return found
    return None


def date_in_name(name: str) -> datetime | None:
    """The local time in the name of a photo or clip, as phones and messengers give it; None if there is none.

    A number of milliseconds since 1970 counts too; other numbers do not.
    """
    latest = datetime.now() + timedelta(days=2)
    earliest = datetime(_FIRST_DIGITAL_YEAR, 1, 1)
    for match in _NAMED.finditer(name):
        moment = _moment(match.groupdict(), match if match["hour"] else None, "")
        if moment and earliest <= moment <= latest:
            return moment
    if east_asian := _EAST_ASIAN.search(_in_figures(name)):
        moment = parse_date(east_asian[0])
        if moment and earliest <= moment <= latest:
            return moment
    for number in _EPOCH_MS.findall(name):
        with suppress(ValueError, OverflowError, OSError):
            moment = datetime.fromtimestamp(int(number) / 1000).replace(microsecond=0)
            if earliest <= moment <= latest:
                return moment
    return None


def _in_figures(text: str) -> str:
    """With East Asian numbers and times of day as other languages write them."""
    text = _HAN_NUMBER.sub(lambda number: _figures(number[1].replace("零", "〇")), text)
    return _CLOCK.sub(lambda time: f"{time[1]}:{time[2] or '00'}:{time[3] or '00'}", _DAY.sub("日", text))


def _figures(number: str) -> str:
    """二〇一一 is 2011 and 二十四 is 24."""
    if "十" not in number:
        return "".join(str(_HAN_DIGITS.index(digit)) for digit in number)
    tens, _, ones = number.partition("十")
    return f"{_HAN_DIGITS.index(tens[-1]) if tens else 1}{_HAN_DIGITS.index(ones[0]) if ones else 0}"


def local_time(moment: datetime) -> datetime:
    """A time with a zone, on the clock of this computer."""
    return moment.astimezone().replace(tzinfo=None)


def offset_of(text: str) -> timedelta | None:
    """How far a zone such as ``+02:00`` or ``-0800`` is ahead of UTC."""
    if not (match := _OFFSET.fullmatch(text.strip())):
        return None
    ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return (ahead if match[1] == "+" else -ahead) if ahead <= timedelta(hours=15) else None


def _moment(parts: dict[str, str | None], time: re.Match[str] | None, offset: str) -> datetime | None:
    year, (month, day) = int(parts["year"] or 0), _month_and_day(parts, time)
    with suppress(ValueError, OverflowError):
        date = datetime(year, month, day)
        if _FIRST_YEAR <= year <= _LAST_YEAR:
            return date + _since_midnight(time, offset) if time else date
    return None


def _month_and_day(parts: dict[str, str | None], time: re.Match[str] | None) -> tuple[int, int]:
    if parts.get("word"):
        word = str(parts["word"]).lower()
        return 7 if word.startswith(_JULY) else _MONTH_OF.get(word[:3], 0), int(parts["day"] or 0)
    if not parts.get("first"):
        return int(parts["month"] or 0), int(parts["day"] or 0)
    first, other = int(parts["first"] or 0), int(parts["other"] or 0)
    month_first = other > 12 or (first <= 12 and time is not None and bool(time["half"]))
    return (first, other) if month_first and parts["gap"] != "." else (other, first)


def _since_midnight(time: re.Match[str], offset: str) -> timedelta:
    """Some clocks write 24:00, and the second 60. A time that makes no sense is midnight."""
    hour, minute, second = (int(time[part] or 0) for part in ("hour", "minute", "second"))
    if time["half"] and hour <= 12:
        hour = hour % 12 + (12 if time["half"].lower().startswith("p") else 0)
    if hour > 24 or minute > 59 or second > 60:
        return timedelta()
    in_utc = (time.groupdict().get("zone") or "").upper() in ("Z", "UTC")
    moved = (in_utc and offset_of(offset)) or timedelta()
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59)) + moved
