"""Cuts text into segments: disjoint pieces that, joined, are the text, each about as long as a text model reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Properties, Segment

# MiniLM reads 256 tokens, about 1,100 characters of English; over Cranfield 1,200 measured better than 900.
LENGTH = 1_100
"""Characters of a segment at the most."""
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_WIDE_TOKENS = 4  # a character of these scripts weighs about as much as four Latin ones
_BREAKS = (re.compile(r"\n\s*\n"), re.compile(r"[.!?…]['\")\]]*\s|[。！？]|\n"), re.compile(r"\s"))
_COMBINING = re.compile("[\u0300-\u036f\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")  # belong to the character before
_LABEL = 200  # characters
_MAX_PLACES = 20_000  # of one part of a document: each is a segment at least
_NOWHERE = Locator()
Part = tuple[Locator, str]
"""A text, and where in its file it stands."""
_CONTROLS = dict.fromkeys((*range(9), 11, *range(14, 32), 127, 0xFEFF, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)))


def document(parts: Iterable[Part], limits: Limits, properties: Properties) -> Extraction:
    """A document of texts and their places, or the part of it that begins ``limits.start_at`` characters into the text.

    For formats that are read from the beginning each time, and therefore no further than ``max_total`` characters. The
    properties come with the first part.
    """
    start = int(limits.start_at)
    until = min(start + limits.max_characters, limits.max_total)
    window, end, more = _window(parts, start, until)
    on = more and start < end and until < limits.max_total
    omissions = (f"The first {end:,} characters are read.",) if more and not on else ()
    return Extraction(
        Kind.DOCUMENT,
        from_parts(window, limits.max_characters),
        Properties() if start else properties,
        next_at=float(end) if on else None,
        omissions=omissions,
    )


def _window(parts: Iterable[Part], start: int, end: int) -> tuple[list[Part], int, bool]:
    """The texts between two character offsets, where they end, at a gap between words, and whether there are more."""
    window, position, places = list[Part](), 0, set[Locator]()
    for locator, text in parts:
        if position >= start:
            places.add(locator)
            if len(places) > _MAX_PLACES:
                return window, position, True
        room = max(0, end - position)
        if len(text) > room and text[room:].strip():
            gap = max(text.rfind(" ", 0, room), text.rfind("\n", 0, room)) + 1
            cut = gap if gap > max(room - LENGTH, start - position, 0) else room
            return [*window, (locator, text[max(0, start - position) : cut])], position + cut, True
        window.append((locator, text[max(0, start - position) :]))
        position += len(text)
    return window, min(position, end), False


def from_parts(parts: Iterable[Part], max_characters: int) -> tuple[Segment, ...]:
    """Segments of texts and their places, none across two places, with ``max_characters`` together at the most."""
    result, left = list[Segment](), max_characters
    for locator, group in groupby(parts, key=lambda part: part[0]):
        text = "".join(text for _, text in group)[:left]
        left -= len(text)
        result += segments(text, locator)
        if left <= 0:
            break
    return tuple(result)


def label(text: str) -> str:
    """A heading, title or name on one line, at most 200 characters long."""
    return " ".join(text.translate(_CONTROLS).split())[:_LABEL]


def segments(text: str, locator: Locator = _NOWHERE) -> Iterator[Segment]:
    """TEXT segments of at most ``LENGTH`` characters, cut between paragraphs, else sentences, else words."""
    for piece in pieces(text):
        yield Segment(Modality.TEXT, locator, piece)


def pieces(text: str) -> Iterator[str]:
    """The texts of these segments, without control characters. Blank text gives none."""
    text = text.translate(_CONTROLS)
    start = 0
    while start < len(text):
        end = _end(text, start)
        if text[start:end].strip():
            yield text[start:end]
        start = end


def _end(text: str, start: int) -> int:
    """Where the piece that begins at ``start`` ends."""
    window = text[start : start + LENGTH]
    wide = len(_WIDE.findall(window))
    room = max(LENGTH // _WIDE_TOKENS, LENGTH - (_WIDE_TOKENS - 1) * wide)
    if len(text) - start <= room:
        return len(text)
    for pattern in _BREAKS:
        ends = [gap.end() for gap in pattern.finditer(text, start + room // 2, start + room)]
        if ends:
            return ends[-1]
    end = start + room
    while end > start + 1 and _COMBINING.match(text[end]):
        end -= 1
    return end
