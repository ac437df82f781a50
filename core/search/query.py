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
from bowerbird.core.types import Example, Kind, Query

_PART = re.compile(r"(.+)#t=(\d+(?:\.\d+)?)?(?:,(\d+(?:\.\d+)?))?")
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
    "author": Filter("authors", _texts, operator.add),
    "from": Filter("senders", _texts, operator.add),
    "subject": Filter("subjects", _texts, operator.add),
    "camera": Filter("cameras", _texts, operator.add),
}
"""Every filter, by the name it is typed with."""

# A quoted phrase; or a word, which may be a filter, whose value may be quoted.
_TOKEN = re.compile(rf'"(?P<phrase>[^"]+)"|(?P<filter>{"|".join(FILTERS)}):(?P<value>"[^"]*"|\S*)|(?P<word>\S+)')


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
