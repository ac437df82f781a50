"""Shows numbers and dates as Excel does, by their number formats (ISO/IEC 29500-1, 18.8.30 and 18.8.31)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache

# Formats that files name by number only. Those that follow the reader's own country are written as ISO 8601 has them.
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy-mm-dd",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss", **dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy-mm-dd"),
}  # fmt: skip
_EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))
_MAX_DAYS = 2_958_466  # the end of the year 9999
# Of a format's text: quoted and escaped characters, what is in brackets, padding, a date's letters, digits, the rest.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]'
    r"|_.|\*.|(?P<noon>AM/PM|A/P)|(?P<date>y+|m+|d+|h+|s+|e+)|(?P<digits>[#0?][#0?,.]*|\.[#0?]+)"
    r"|(?P<exponent>E[+-][0#?]+)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
Token = tuple[str, str]
"""The kind of a token, and its text."""


def shown(value: float, code: int, custom: str | None, *, since_1904: bool = False) -> str:
    """A cell's number as its format shows it, or as it is where the format is none we know.

    Args:
        value: as it is stored; of a date, days.
        code: the number of the format.
        custom: the format as the file has it; None for one that is known by its number.
        since_1904: how the file counts days.
    """
    positive, *others = _sections(custom if custom is not None else _BUILT_IN.get(code, ""))
    tokens = others[0] if value < 0 and others else positive
    kinds = {kind for kind, _ in tokens}
    if kinds & {"date", "elapsed", "noon"}:
        return _date(value, tokens, since_1904=since_1904)
    if "digits" not in kinds or "exponent" in kinds:
        return general(value)
    return _number(abs(value) if others else value, tokens)


def general(value: float) -> str:
    """A number in the fewest digits, without an exponent if it is whole."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e21 else f"{value:.15g}"


@cache
def _sections(code: str) -> tuple[tuple[Token, ...], ...]:
    """The tokens of a format, for each of its parts, of positive and of negative numbers and so on."""
    sections: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(code[:1000] if code.lower() != "general" else ""):
        kind = match.lastgroup
        if kind == "plain" and match[0] == ";":
            sections.append([])
        elif kind is not None:
            sections[-1].append((kind, match[kind]))
    return tuple(tuple(section) for section in sections)


def _number(value: float, tokens: tuple[Token, ...]) -> str:
    if (filled := _filled(value, tokens)) is not None:
        return filled
    digits = next(text for kind, text in tokens if kind == "digits")
    if any(token == ("plain", "%") for token in tokens):
        value *= 100
    scaled = digits.rstrip(",")
    value /= 1000 ** (len(digits) - len(scaled))
    whole, _, fraction = scaled.partition(".")
    text = f"{value:.{min(len(fraction), 30)}f}"
    if optional := len(fraction) - len(fraction.rstrip("#")):
        text = text[:-optional] + text[-optional:].rstrip("0")
    text = text.rstrip(".").rjust(whole.count("0"), "0")
    grouped = _grouped(text) if "," in whole else text
    around = "".join(grouped if kind == "digits" else text for kind, text in _once(tokens)).strip()
    return around if grouped == text else f"{around} ({text})"


def _filled(value: float, tokens: tuple[Token, ...]) -> str | None:
    """A whole number in a format with signs between its digits, such as that of a telephone number; else None."""
    runs = [text for kind, text in tokens if kind == "digits"]
    if len(runs) < 2 or not value.is_integer() or value < 0 or any(set(run) - set("0#?") for run in runs):
        return None
    if any(token in (("plain", "%"), ("plain", "/")) for token in tokens):
        return None
    left, out = f"{int(value):0{sum(run.count('0') for run in runs)}}", list[str]()
    for kind, text in reversed(tokens):
        if kind == "digits" and len(runs) > 1:
            left, text = left[: -len(text)], left[-len(text) :]
            runs.pop()
        elif kind == "digits":
            text = left
        out.append(text)
    return "".join(reversed(out)).strip()


def _once(tokens: tuple[Token, ...]) -> list[Token]:
    """The tokens with the first run of digits only: others belong to fractions, and telephone numbers."""
    first = next(number for number, (kind, _) in enumerate(tokens) if kind == "digits")
    return [token for number, token in enumerate(tokens) if token[0] != "digits" or number == first]


def _grouped(text: str) -> str:
    whole, point, fraction = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.removeprefix('-') or 0):,}{point}{fraction}"


def _date(value: float, tokens: tuple[Token, ...], *, since_1904: bool) -> str:
    if not 0 <= value < _MAX_DAYS:
        return general(value)
    moment = _EPOCHS[since_1904] + timedelta(seconds=round(value * 86_400))
    half = any(kind == "noon" for kind, _ in tokens)
    out, clock = list[str](), False  # the letter m is of minutes after hours and before seconds
    for number, (kind, text) in enumerate(tokens):
        following = next((t[0].lower() for k, t in tokens[number + 1 :] if k == "date"), "")
        if kind == "date":
            clock = clock or (text[0] in "mM" and following == "s")
            out.append(_field(moment, text.lower(), half=half, clock=clock))
            clock = text[0] in "hH"
        elif kind == "elapsed":
            out.append(str(int(value * {"h": 24, "m": 1440, "s": 86_400}[text[0].lower()] + 1e-6)))
            clock = True
        elif kind == "noon":
            out.append("AM" if moment.hour < 12 else "PM")
        else:
            out.append(text if kind != "digits" else "")
    return "".join(out).strip(" @.;")


def _field(moment: datetime, text: str, *, half: bool, clock: bool) -> str:
    letter, width = text[0], len(text)
    if letter in "ye":
        return f"{moment.year:04}" if width > 2 or letter == "e" else f"{moment.year % 100:02}"
    if letter == "m" and not clock:
        return f"{moment.month:0{width}}" if width < 3 else _MONTHS[moment.month - 1][: 3 if width == 3 else None]
    if letter == "d":
        return f"{moment.day:0{width}}" if width < 3 else _DAYS[moment.weekday()][: 3 if width == 3 else None]
    value = {"h": (moment.hour - 1) % 12 + 1 if half else moment.hour, "m": moment.minute, "s": moment.second}[letter]
    return f"{value:0{min(width, 2)}}"
