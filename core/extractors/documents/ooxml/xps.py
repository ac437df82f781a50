"""Reads XPS and OpenXPS (ECMA-388): what is printed on each page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from xml.etree import ElementTree as ET

from bowerbird.core.extractors.documents.markup import collect, local
from bowerbird.core.extractors.documents.ooxml.package import Package
from bowerbird.core.extractors.segments import Part
from bowerbird.core.types import Locator

_ESCAPE = "{}"  # before a text that begins with a brace
_ADVANCE = 0.5  # of a glyph whose width is not told; all in ems
_GAP = 0.35  # between two runs of glyphs: with less they are parts of a word


def read(package: Package) -> Iterator[Part]:
    """The pages in the order of their numbers: what stands at one height is a line."""
    for number, part in enumerate(package.parts("documents/", ".fpage"), 1):
        with suppress(ET.ParseError), package.open(part) as file:
            yield Locator(page=number), "".join(collect(file, _Glyphs())) + "\n"


class _Glyphs:
    """A ``markup.Collector`` of runs of glyphs, with a space or a break before those that begin a word or a line."""

    def __init__(self) -> None:
        self._ready: list[str] = []
        self._line, self._end = "", 0.0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        text = attributes.get("UnicodeString", "").removeprefix(_ESCAPE)
        if local(tag) != "Glyphs" or not text:
            return
        line, em = attributes.get("OriginY", ""), _number(attributes.get("FontRenderingEmSize")) or 1.0
        left = _number(attributes.get("OriginX"))
        apart = not 0 - _GAP <= (left - self._end) / em <= _GAP
        gap = "" if not self._line else "\n" if line != self._line else " " if apart else ""
        self._line, self._end = line, left + em * _width(text, attributes)
        self._ready.append(gap + text)

    def data(self, text: str) -> None: ...

    def end(self, tag: str) -> None: ...

    def take(self) -> list[str]:
        ready, self._ready = self._ready, []
        return ready


def _width(text: str, attributes: Mapping[str, str]) -> float:
    """The width of a run in ems, by the advances that ``Indices`` gives in hundredths."""
    told = [index.split(",") for index in attributes.get("Indices", "").split(";")]
    advances = [_number(index[1]) / 100 for index in told if len(index) > 1 and index[1]]
    return sum(advances) + _ADVANCE * max(0, len(text) - len(advances))


def _number(text: str | None) -> float:
    with suppress(ValueError, TypeError):
        return float(text or 0)
    return 0.0
