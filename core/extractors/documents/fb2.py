"""Reads FictionBook 2: kreuzberg, as of 4.10, leaves out tables and keywords, and shows links as Markdown has them."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as ET

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, Limits
from bowerbird.core.extractors.documents.markup import collect, local
from bowerbird.core.extractors.documents.property_values import keywords, line, moment, names, prose
from bowerbird.core.extractors.encodings import xml_as_utf8
from bowerbird.core.extractors.segments import Part, label
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

SUFFIXES = frozenset({".fb2"})
_LINES = frozenset({"p", "v", "subtitle", "text-author", "date"})
_CELLS = frozenset({"td", "th"})
_SAID = ("book-title", "annotation", "keywords", "genre")
_DESCRIPTION = re.compile(rb"<((?:\w+:)?description)\b.*?</\1\s*>", re.DOTALL)
_STRAY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)(?:[A-Za-z]\w{1,30};)?")
_MAX_DESCRIPTION = 1 << 20  # bytes


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The text, a locator for each title, and what the book says of itself.

    Raises:
        FileError: it is damaged.
    """
    data = _STRAY.sub(_repaired, xml_as_utf8(source.read()))
    damage = list[str]()
    document = segments.document(_parts(data, damage), limits, _properties(data))
    if damage and not document.segments and not limits.start_at:
        raise FileError(DAMAGED)
    return replace(document, omissions=(*document.omissions, *damage))


def _parts(data: bytes, damage: list[str]) -> Iterator[Part]:
    try:
        yield from collect(io.BytesIO(data), _Texts())
    except ET.ParseError:
        damage.append("The book is damaged: what comes after is not read.")


def _repaired(entity: re.Match[bytes]) -> bytes:
    """What programs write that take a book for a page: its entities, and ampersands that are none."""
    character = html.unescape(entity[0].decode())
    return b"&amp;" + entity[0][1:] if character == entity[0].decode() else character.encode()


@dataclass(slots=True)
class _Texts:
    """A ``markup.Collector`` of the bodies' lines; a title is a heading."""

    _ready: list[Part] = field(default_factory=list)
    _line: list[str] = field(default_factory=list)
    _title: list[str] = field(default_factory=list)
    _row: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _locator: Locator = field(default_factory=Locator)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open.append(local(tag))
        if self._open[-1] == "image":
            self._line.append(next((text for name, text in attributes.items() if local(name) == "alt"), ""))

    def data(self, text: str) -> None:
        if "body" in self._open[:3]:
            self._line.append(text)

    def end(self, tag: str) -> None:
        name = local(tag)
        self._open.pop()
        if name in _LINES or name in _CELLS or name in ("tr", "title"):
            self._close(name, " ".join("".join(self._line).split()))

    def take(self) -> list[Part]:
        ready, self._ready = self._ready, []
        return ready

    def _close(self, name: str, text: str) -> None:
        self._line = []
        if name in _CELLS:
            self._row.append(text)
        elif name == "tr":
            self._emit("\t".join(self._row))
            self._row = []
        elif name == "title":
            self._locator = Locator(section=label(" ".join(self._title)))
            self._emit("\n".join(self._title))
            self._title = []
        elif "title" in self._open:
            self._title.append(text)
        else:
            self._emit(text)

    def _emit(self, text: str) -> None:
        if text.strip():
            self._ready.append((self._locator, f"{text}\n\n"))


def _properties(data: bytes) -> Properties:
    """From the part before the bodies, which is searched for, as what comes after may be damaged."""
    if (found := _DESCRIPTION.search(data, 0, _MAX_DESCRIPTION)) is None:
        return Properties()
    try:
        root = ET.fromstring(re.sub(rb"(</?|\s)[\w.-]+:(?=[\w.-]+[\s=/>])", rb"\1", found[0]))  # noqa: S314  # no entities
    except ET.ParseError:
        return Properties()
    book = next((element for element in root if element.tag == "title-info"), root)
    texts = {name: [" ".join("".join(e.itertext()).split()) for e in _children(book, name)] for name in _SAID}
    date = next(_children(book, "date"), None)
    return Properties(
        title=line(next(iter(texts["book-title"]), "")),
        author=names(_person(author) for author in (*_children(book, "author"), *_children(book, "translator"))),
        description=prose(" ".join(texts["annotation"])),
        keywords=keywords([*texts["keywords"], *texts["genre"]]),
        taken_at=None if date is None else moment(date.get("value")) or moment(date.text),
    )


def _children(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (child for child in element if child.tag == name)


def _person(element: ET.Element) -> str:
    parts = [element.findtext(name, "").strip() for name in ("first-name", "middle-name", "last-name")]
    return " ".join(filter(None, parts)) or element.findtext("nickname", "").strip()
