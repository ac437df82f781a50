"""Parses a typed search: ``kind:photo after:2024-05 under:~/Trips -blurry "exact words" and the rest``.

To add a filter: a field of ``Query`` (core/types.py), a line in ``FILTERS`` below, and the SQL condition that the
catalog puts on files for that field (``_conditions`` in core/catalog/reader.py).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from bowerbird.core.errors import UsageError
from bowerbird.core.paths import absolute
from bowerbird.core.places import coordinates_of, ids_of
from bowerbird.core.types import Example, Kind, Near, Query

_PART = re.compile(r"(.+)#t=(\d+(?:\.\d+)?)?(?:,(\d+(?:\.\d+)?))?")
_NEAR = re.compile(
    r"(?:(?P<latitude>[+-]?\d+(?:\.\d+)?)\s*,\s*(?P<longitude>[+-]?\d+(?:\.\d+)?)|(?P<name>[^,\d][^,]*))"
    r"(?:\s*,\s*(?P<radius>\d+(?:\.\d+)?)\s*(?P<unit>km|m|mi)?)?"
)
_KM = {"km": 1.0, "m": 0.001, "mi": 1.609344}
_NEAR_KM = 25.0
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


def parse_date(text: str) -> date:
    """A day from ``2024``, ``2024-05`` or ``2024-05-31``: the first of the period named.

    Raises:
        UsageError: it is no date.
    """
    if match := _DATE.fullmatch(text):
        year, month, day = (int(part) if part else 1 for part in match.groups())
        with suppress(ValueError):  # the 31st of June
            return date(year, month, day)
    raise UsageError(f'"{text}" is no date; write 2024, 2024-05 or 2024-05-31.')


def parse_kind(text: str) -> Kind:
    """A kind by its name, in the singular or plural.

    Raises:
        UsageError: there is no such kind.
    """
    try:
        return Kind(text.lower().removesuffix("s"))
    except ValueError:
        raise UsageError(f'"{text}" is no kind; use {", ".join(Kind)}.') from None


def _kinds(text: str) -> frozenset[Kind]:
    return frozenset(parse_kind(part) for part in text.split(","))


def _folders(text: str) -> tuple[Path, ...]:
    return (absolute(text),)


def _texts(text: str) -> tuple[str, ...]:
    return (text,)


def parse_place(text: str) -> frozenset[int]:
    """The towns, regions and countries of a name, in whichever language.

    Raises:
        UsageError: nothing is called so.
    """
    if ids := ids_of(text):
        return ids
    raise UsageError(f'Bowerbird knows no place called "{text}".')


def parse_near(text: str) -> Near:
    """A point and what is around it, from ``Bolzano``, ``Bolzano,20km``, ``46.5,11.35`` or ``46.5,11.35,20km``.

    Raises:
        UsageError: it is no point, or not on the globe.
    """
    match = _NEAR.fullmatch(text)
    km = float(match["radius"]) * _KM[match["unit"] or "km"] if match and match["radius"] else _NEAR_KM
    if match and match["latitude"]:
        at = float(match["latitude"]), float(match["longitude"])
        if abs(at[0]) <= 90 and abs(at[1]) <= 180:
            return Near(*at, km)
    elif match and (found := coordinates_of(match["name"])):
        return Near(*found, km)
    raise UsageError(f'Bowerbird finds nothing near "{text}"; write near:Bolzano,20km or near:46.5,11.35.')


def _latest(_: object, value: object) -> object:
    return value


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that can be typed as ``name:value``."""

    field: str
    """The field of ``Query`` that it sets."""
    parse: Callable[[str], Any]
    """Reads the value; raises ``UsageError`` if it makes no sense."""
    combine: Callable[[Any, Any], Any] = _latest
    """What the field becomes when the filter is typed again: of the value so far and the new one."""


FILTERS: Mapping[str, Filter] = {
    "kind": Filter("kinds", _kinds, operator.or_),
    "under": Filter("under", _folders, operator.add),
    "after": Filter("after", parse_date),
    "before": Filter("before", parse_date),
    "place": Filter("places", parse_place, operator.or_),
    "near": Filter("near", parse_near),
    "author": Filter("authors", _texts, operator.add),
    "from": Filter("senders", _texts, operator.add),
    "subject": Filter("subjects", _texts, operator.add),
    "camera": Filter("cameras", _texts, operator.add),
}
"""Every filter, by the name it is typed with."""

# A quoted phrase; or a word, which may be a filter, whose value may be quoted.
_QUOTE = '"“”„«»＂'  # as phones, word processors and keyboards of other languages write it
_TOKEN = re.compile(
    rf"[{_QUOTE}](?P<phrase>[^{_QUOTE}]+)[{_QUOTE}]|"
    rf"(?P<filter>{'|'.join(FILTERS)}):(?P<value>[{_QUOTE}][^{_QUOTE}]*[{_QUOTE}]|\S*)|(?P<word>\S+)"
)


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
            query = _filtered(query, token["filter"], token["value"].strip(_QUOTE))
        elif token["word"].startswith("-") and len(token["word"]) > 1:
            query = replace(query, without=(*query.without, token["word"][1:]))
        else:
            words.append(token["word"])
    return replace(query, text=" ".join(words))


def _filtered(query: Query, name: str, value: str) -> Query:
    if not value:
        raise UsageError(f"{name}: needs a value.")
    chosen = FILTERS[name]
    return replace(query, **{chosen.field: chosen.combine(getattr(query, chosen.field), chosen.parse(value))})


def example(text: str) -> Example:
    """An example from a file's name; ``#t=12,17.5`` behind it names a part in seconds (W3C Media Fragments 1.0)."""
    if not Path(text).exists() and (part := _PART.fullmatch(text)):
        return Example(absolute(part[1]), float(part[2] or 0), float(part[3]) if part[3] else None)
    return Example(absolute(text))
