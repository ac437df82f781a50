"""Reads what a person typed: ``kind:photo after:2024-05 under:~/Trips -blurry "exact words" and the rest``."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from bowerbird.core.errors import UsageError
from bowerbird.core.paths import absolute
from bowerbird.core.types import Example, Kind, Query

# A quoted phrase; or a word, which may be a filter, whose value may be quoted.
_TOKEN = re.compile(r'"(?P<phrase>[^"]+)"|(?P<filter>kind|under|after|before):(?P<value>"[^"]*"|\S*)|(?P<word>\S+)')
_PART = re.compile(r"(.+)#t=(\d+(?:\.\d+)?)?(?:,(\d+(?:\.\d+)?))?")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


def parse(text: str) -> Query:
    """A query from typed text.

    Raises:
        UsageError: a filter's value makes no sense.
    """
    query, words = Query(), list[str]()
    for token in _TOKEN.finditer(text):
        if token["phrase"]:
            query = replace(query, phrases=(*query.phrases, token["phrase"]))
        elif token["filter"]:
            query = _filtered(query, token["filter"], token["value"].strip('"'))
        elif token["word"].startswith("-") and len(token["word"]) > 1:
            query = replace(query, without=(*query.without, token["word"][1:]))
        else:
            words.append(token["word"])
    return replace(query, text=" ".join(words))


def example(text: str) -> Example:
    """An example from a file's name; ``#t=12,17.5`` behind it names a part in seconds (W3C Media Fragments 1.0)."""
    if not Path(text).exists() and (part := _PART.fullmatch(text)):
        return Example(absolute(part[1]), float(part[2] or 0), float(part[3]) if part[3] else None)
    return Example(absolute(text))


def parse_date(text: str) -> date:
    """A day from ``2024``, ``2024-05`` or ``2024-05-31``: the first of the period named.

    Raises:
        UsageError: it is no date.
    """
    match = _DATE.fullmatch(text)
    try:
        if not match:
            raise ValueError
        year, month, day = (int(part) if part else 1 for part in match.groups())
        return date(year, month, day)
    except ValueError:
        raise UsageError(f'"{text}" is no date; write 2024, 2024-05 or 2024-05-31.') from None


def parse_kind(text: str) -> Kind:
    """A kind by its name.

    Raises:
        UsageError: there is no such kind.
    """
    try:
        return Kind(text.lower().removesuffix("s"))
    except ValueError:
        raise UsageError(f'"{text}" is no kind; use {", ".join(Kind)}.') from None


def _filtered(query: Query, name: str, value: str) -> Query:
    if not value:
        raise UsageError(f"{name}: needs a value.")
    if name == "kind":
        return replace(query, kinds=query.kinds | {parse_kind(part) for part in value.split(",")})
    if name == "under":
        return replace(query, under=(*query.under, absolute(value)))
    return replace(query, **{name: parse_date(value)})  # type: ignore[arg-type]
