"""Reads documents of pages some pages a call, so that no call takes longer or returns more than it may."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import Part, from_parts
from bowerbird.core.types import Extraction, Kind, Properties

_PART_S = 20.0  # seconds after which the rest is for the next call, well within a decoder's deadline


def read(page: Callable[[int], Iterable[Part]], count: int, limits: Limits) -> tuple[list[Part], range]:
    """The texts of the pages from ``limits.start_at`` on, and which pages these are.

    Args:
        page: reads the texts of a page, counted from 0.
        count: how many pages there are.
        limits: a call reads ``max_pages`` of them, or as many as have ``max_characters``, but one at least.
    """
    parts, characters, until = list[Part](), 0, time.monotonic() + _PART_S
    first = max(0, min(int(limits.start_at), count - 1))
    last = min(first + limits.max_pages, count)
    for number in range(first, last):
        found = list(page(number))
        characters += sum(len(text) for _, text in found)
        if number > first and characters > limits.max_characters:
            return parts, range(first, number)
        parts += found
        if time.monotonic() > until:
            return parts, range(first, number + 1)
    return parts, range(first, last)


def extraction(
    parts: list[Part], pages: range, count: int, limits: Limits, properties: Properties, thumbnail: bytes
) -> Extraction:
    """The document of these texts, or its part of these pages, and where the next part begins."""
    cut = sum(len(text) for _, text in parts) > limits.max_characters
    return Extraction(
        Kind.DOCUMENT,
        from_parts(parts, limits.max_characters),
        properties,
        thumbnail,
        next_at=float(pages.stop) if pages.stop < count else None,
        omissions=(f"The first {limits.max_characters:,} characters of page {pages.stop:,} are read.",) if cut else (),
    )
