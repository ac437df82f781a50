"""Puts several records of one file's properties together, those of its standards and its sidecars, the best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

from bowerbird.core.extractors.pictures.captions import words_of
from bowerbird.core.types import Properties

_MAX_LISTED = 500  # keywords, names
_MAX_TEXT = 20_000  # characters


def reconciled(*readings: Properties) -> Properties:
    """One record of several, the most trustworthy first."""
    titles = [title for reading in readings if (title := words_of(reading.title))]
    captions = [caption for reading in readings for caption in words_of(reading.description).splitlines()]
    place = next((reading for reading in readings if reading.latitude is not None), Properties())
    return replace(
        Properties(**{field.name: _first(readings, field.name) for field in fields(Properties)}),
        title=titles[0] if titles else "",
        author="; ".join(_union(reading.author.split(";") for reading in readings)),
        description="\n".join(_distinct([*titles[1:], *captions], besides=titles[:1]))[:_MAX_TEXT],
        keywords=_union(reading.keywords for reading in readings),
        people=_union(reading.people for reading in readings),
        latitude=place.latitude,
        longitude=place.longitude,
    )


def _first(readings: Iterable[Properties], name: str) -> Any:
    values = [getattr(reading, name) for reading in readings]
    return next((value for value in values if value not in (None, "", ())), getattr(Properties(), name))


def _union(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Each text once, however it is capitalised."""
    found = dict[str, str]()
    for text in (text.strip() for texts in lists for text in texts):
        if text:
            found.setdefault(text.casefold(), text)
    return tuple(found.values())[:_MAX_LISTED]


def _distinct(texts: Iterable[str], besides: Iterable[str]) -> Iterator[str]:
    """Those that neither ``besides`` nor an earlier one says already."""
    known = [text.casefold() for text in besides]
    for text in (text.strip() for text in texts):
        if text and not any(text.casefold() in other for other in known):
            known.append(text.casefold())
            yield text
