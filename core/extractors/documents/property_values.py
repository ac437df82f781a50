"""Puts what documents say of themselves into the form of ``Properties``: names, keywords, prose and dates."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from bowerbird.core.extractors.pictures.dates import parse_date
from bowerbird.core.extractors.segments import label

_MAX_PROSE = 5_000  # characters
_MAX_NAMES = 100
_MAX_KEYWORDS = 200
_BREAK = re.compile(r"</?(?:p|br|div|li|ul|ol|h\d)\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_SEPARATORS = re.compile(r"[;,，、；\n]")
# What programs write where nobody has typed anything.
_DEFAULTS = frozenset(
    {"", "untitled", "anonymous", "unspecified", "unknown", "(anonymous)", "(unspecified)", "openpyxl", "python-docx"}
    | {"powerpoint presentation", "powerpoint-präsentation", "présentation powerpoint", "presentación de powerpoint"}
)


def line(text: object) -> str:
    """A title or a subject on one line; empty where a program has filled it in for want of one."""
    cleaned = label(_repaired(text) if isinstance(text, str) else "")
    return "" if cleaned.casefold() in _DEFAULTS else cleaned


def prose(text: object) -> str:
    """A description without markup, at most 5,000 characters long."""
    plain = html.unescape(_TAG.sub("", _BREAK.sub(" ", text))) if isinstance(text, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())[:_MAX_PROSE]


def names(texts: Iterable[object]) -> str:
    """Names of people, each once, joined by "; ". A text may hold several that are separated so already."""
    found = dict.fromkeys(line(name) for text in texts if isinstance(text, str) for name in text.split(";"))
    return "; ".join([name for name in found if name][:_MAX_NAMES])


def keywords(texts: Iterable[object]) -> tuple[str, ...]:
    """Keywords, each once. A text may hold several, separated by commas or semicolons."""
    found = dict.fromkeys(line(word) for text in texts if isinstance(text, str) for word in _SEPARATORS.split(text))
    return tuple([word for word in found if word][:_MAX_KEYWORDS])


def moment(text: object) -> datetime | None:
    """The local time in a date of ISO 8601, of which all but the year may be missing."""
    if not isinstance(text, str):
        return None
    cleaned = text.strip()[:26]
    for pattern in ("%Y", "%Y-%m"):
        with suppress(ValueError):
            return datetime.strptime(cleaned, pattern)  # a local time has no zone
    with suppress(ValueError):
        return datetime.fromisoformat(cleaned).replace(tzinfo=None)
    return parse_date(cleaned)


def _repaired(text: str) -> str:
    """Text that is UTF-8 but was taken for Latin-1, as some programs write it; other text hardly ever looks so."""
    try:
        return text.encode("latin-1").decode("utf-8") if not text.isascii() else text
    except UnicodeError:
        return text
