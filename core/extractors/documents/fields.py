"""Reads XML of which only some elements and attributes are text: maps, tracks, mind maps, outlines, drawings, notes."""

from __future__ import annotations

import base64
import io
import json
import plistlib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.parsers.expat import ExpatError

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, Limits
from bowerbird.core.extractors.documents import text
from bowerbird.core.extractors.documents.markup import collect, local
from bowerbird.core.extractors.documents.web import page_text
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties


@dataclass(frozen=True, slots=True)
class _Form:
    """Which elements of a format hold text, and which of their attributes; in lower case."""

    elements: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    html: bool = False
    """Whether the texts are HTML themselves."""


def _form(elements: str = "", attributes: str = "", *, html: bool = False) -> _Form:
    return _Form(frozenset(elements.split()), frozenset(attributes.split()), html)


_KML = _form("name description address phonenumber snippet value displayname text", html=True)
_DRAWING = _form("", "value label name", html=True)  # of diagrams.net
_FORMS: Mapping[str, _Form] = {
    ".gpx": _form("name cmt desc keywords author text"),
    ".tcx": _form("name notes"),
    ".kml": _KML,
    ".kmz": _KML,
    ".mm": _form("p", "text"),
    ".opml": _form("title ownername", "text _note"),
    ".enex": _form("title content tag author recognition-none", html=True),
    ".drawio": _DRAWING,
    ".dio": _DRAWING,
    ".xmind": _form("title plain"),
    ".abw": _form("p"),
}
SUFFIXES = frozenset({*_FORMS, ".webloc"})
_SPACE = b"\xef\xbb\xbf \t\r\n"
_MAX = 64 << 20  # bytes of what is unpacked or read as a whole


def extract(source: Source, form: str, limits: Limits) -> Extraction:
    """The texts, a line each.

    Raises:
        FileError: it is damaged.
    """
    if form == ".mm" and not source.read(64).lstrip(_SPACE).startswith(b"<"):
        return text.extract(source, form, limits)  # Objective-C++ has the suffix of FreeMind's maps
    read = {".drawio": _diagrams, ".dio": _diagrams, ".xmind": _mind_map, ".webloc": _link, ".kmz": _packed_map}.get(
        form, _plain
    )
    try:
        lines = (line for found in read(source, form) if (line := found.strip()))
        return segments.document(((Locator(), f"{line}\n") for line in lines), limits, Properties())
    except (ET.ParseError, ExpatError, zipfile.BadZipFile, KeyError, ValueError, zlib.error) as error:
        raise FileError(DAMAGED) from error


def _plain(source: Source, form: str) -> Iterator[str]:
    with source.open() as file:
        yield from collect(file, _Texts(_FORMS[form]))


def _packed_map(source: Source, form: str) -> Iterator[str]:
    with zipfile.ZipFile(source.open()) as archive:
        for name in archive.namelist():
            if name.lower().endswith(".kml"):
                with archive.open(name) as file:
                    yield from collect(file, _Texts(_FORMS[form]))


def _mind_map(source: Source, form: str) -> Iterator[str]:
    """XMind: JSON since 2020, XML before."""
    with zipfile.ZipFile(source.open()) as archive:
        if "content.json" in archive.namelist():
            with archive.open("content.json") as file:
                yield from _titles(json.loads(file.read(_MAX)))
        else:
            with archive.open("content.xml") as file:
                yield from collect(file, _Texts(_FORMS[form]))


def _diagrams(source: Source, form: str) -> Iterator[str]:
    """The texts of diagrams, each of which may be packed: deflated XML with escapes as in addresses, in Base64."""
    with source.open() as file:
        root = ET.fromstring(file.read(_MAX))  # noqa: S314  # expat bounds expansion
    yield from collect(io.BytesIO(ET.tostring(root)), _Texts(_FORMS[form]))
    for diagram in root.iter("diagram"):
        if not len(diagram) and diagram.text:
            packed = zlib.decompressobj(-15).decompress(base64.b64decode(diagram.text), _MAX)
            yield from collect(io.BytesIO(unquote(packed.decode()).encode()), _Texts(_FORMS[form]))


def _titles(node: Any) -> Iterator[str]:
    """The titles of topics and the plain texts of notes, however they are nested."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            yield from (found for key in ("title", "content") if isinstance(found := node.get(key), str))
            pending += reversed(node.values())
        elif isinstance(node, list):
            pending += reversed(node)


def _link(source: Source, _form: str) -> Iterator[str]:
    said = plistlib.loads(source.read(1 << 20))
    if isinstance(said, dict):
        yield from (value for value in said.values() if isinstance(value, str))


class _Texts:
    """A ``markup.Collector`` of the texts of a format."""

    def __init__(self, form: _Form) -> None:
        self._form = form
        self._ready: list[str] = []
        self._open: list[list[str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if local(name).lower() in self._form.attributes:
                self._add(value)
        if self._reads(tag):
            self._open.append([])

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].append(text)

    def end(self, tag: str) -> None:
        if self._reads(tag) and self._open:
            self._add("".join(self._open.pop()))

    def take(self) -> list[str]:
        ready, self._ready = self._ready, []
        return ready

    def _reads(self, tag: str) -> bool:
        return local(tag).lower() in self._form.elements

    def _add(self, text: str) -> None:
        self._ready.append(page_text(text) if self._form.html and "<" in text else text)
