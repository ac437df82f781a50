"""Reads Excel workbooks: the cells of each sheet as they are shown, hidden ones too, then its comments and drawings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bowerbird.core.extractors.documents.markup import collect, local
from bowerbird.core.extractors.documents.ooxml import numbers
from bowerbird.core.extractors.documents.ooxml.package import Package
from bowerbird.core.extractors.documents.ooxml.paragraphs import Paragraphs
from bowerbird.core.extractors.segments import Part, label
from bowerbird.core.types import Locator

_MAX = 64 << 20  # bytes of a part that is read as a whole
_MAX_GAP = 20  # empty cells that are shown between two others
_PRINTED = frozenset(f"{pages}{place}" for pages in ("odd", "even", "first") for place in ("Header", "Footer"))
_VALUES = frozenset({"v", "t"}) | _PRINTED
_CODES = re.compile(r'&"[^"]*"|&K[0-9A-F]{6}|&\d+|&.')  # of fonts, places and page numbers
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")  # of characters that XML does not hold (22.9.2.19)
_DRAWN = ("chart", "chartEx", "diagramData")


@dataclass(frozen=True, slots=True)
class _Book:
    """What the cells of all sheets refer to."""

    strings: Sequence[str]
    formats: Sequence[tuple[int, str | None]]
    """Of each style of cells, the number of its format, and the format itself if the file defines it."""
    since_1904: bool


def read(package: Package) -> Iterator[Part]:
    """The sheets in their order: a line for each row, with a tab between cells."""
    main = package.main("xl/workbook.xml")
    with package.open(main) as file:
        root = ET.fromstring(file.read(_MAX))  # noqa: S314  # expat bounds expansion
    book = _Book(list(_strings(package, main)), _formats(package, main), _since_1904(root))
    persons = dict(_persons(package, main))
    for name, part in _sheets(package, main, root):
        locator = Locator(section=label(name))
        yield locator, f"{name}\n\n"
        yield from ((locator, text) for text in _texts(package, part, book, persons))


def _texts(package: Package, part: str, book: _Book, persons: Mapping[str, str]) -> Iterator[str]:
    with package.open(part) as file:
        yield from (f"{row}\n" for row in collect(file, _Rows(book)))
    drawings = list(package.related(part, "drawing"))
    beside = [
        *((name, Paragraphs()) for name in package.related(part, "comments")),
        *((name, Paragraphs(authors=persons)) for name in package.related(part, "threadedComment")),
        *((name, Paragraphs()) for name in drawings),
        *((name, Paragraphs()) for drawing in drawings for name in package.related(drawing, *_DRAWN)),
    ]
    for name, collector in beside:
        with suppress(ET.ParseError), package.open(name) as file:
            yield from dict.fromkeys(f"{paragraph.text}\n" for paragraph in collect(file, collector))


class _Rows:
    """A ``markup.Collector`` of the rows of a sheet, and of what is printed above and below it."""

    def __init__(self, book: _Book) -> None:
        self._book = book
        self._ready: list[str] = []
        self._cells: list[str] = []
        self._kind, self._style, self._column = "", 0, 0
        self._value: list[str] = []
        self._listening, self._silent = False, False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "c":
            style = attributes.get("s", "")
            self._kind, self._style = attributes.get("t", ""), int(style) if style.isdecimal() else 0
            self._column = _column(attributes.get("r", ""))
            self._value = []
        elif name in _PRINTED:
            self._value = []
        elif name == "rPh":
            self._silent = True
        self._listening = name in _VALUES and not self._silent

    def data(self, text: str) -> None:
        if self._listening:
            self._value.append(text)

    def end(self, tag: str) -> None:
        name, self._listening = local(tag), False
        if name == "c":
            self._add(self._shown("".join(self._value)))
        elif name == "row":
            if any(self._cells):
                self._ready.append("\t".join(self._cells))
            self._cells = []
        elif name == "rPh":
            self._silent = False
        elif name in _PRINTED and (text := " ".join(_CODES.sub(" ", "".join(self._value)).split())):
            self._ready.append(text)

    def take(self) -> list[str]:
        ready, self._ready = self._ready, []
        return ready

    def _add(self, text: str) -> None:
        """Put a cell's text into its column, unless it is far off: then beside the one before."""
        gap = self._column - len(self._cells) - 1
        if text:
            text = " ".join(_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text).split())
            self._cells += [""] * (gap if 0 < gap <= _MAX_GAP else 0) + [text]

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            number = int(value) if value.strip().isdecimal() else -1
            return self._book.strings[number] if 0 <= number < len(self._book.strings) else ""
        if self._kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value.strip(), value)
        if self._kind in ("str", "inlineStr", "d"):
            return value
        return "" if self._kind == "e" else self._number(value.strip())

    def _number(self, value: str) -> str:
        formats = self._book.formats
        code, custom = formats[self._style] if self._style < len(formats) else (0, None)
        try:
            return numbers.shown(float(value), code, custom, since_1904=self._book.since_1904)
        except (ValueError, OverflowError):
            return value


def _column(reference: str) -> int:
    """The number of a cell's column, from 1: A1 is in the first; 0 if it does not say."""
    number = 0
    for letter in reference.rstrip("0123456789").upper()[:3]:
        number = number * 26 + ord(letter) - 64
    return max(0, number)


def _strings(package: Package, main: str) -> Iterator[str]:
    for part in package.related(main, "sharedStrings"):
        with package.open(part) as file:
            yield from collect(file, _Strings())


class _Strings:
    """A ``markup.Collector`` of shared strings, empty ones too: cells name them by number."""

    def __init__(self) -> None:
        self._ready: list[str] = []
        self._texts: list[str] = []
        self._listening, self._silent = False, False

    def start(self, tag: str, _: dict[str, str]) -> None:
        name = local(tag)
        if name == "si":
            self._texts = []
        self._silent = self._silent or name == "rPh"
        self._listening = name == "t" and not self._silent

    def data(self, text: str) -> None:
        if self._listening:
            self._texts.append(text)

    def end(self, tag: str) -> None:
        name, self._listening = local(tag), False
        if name == "si":
            self._ready.append("".join(self._texts))
        elif name == "rPh":
            self._silent = False

    def take(self) -> list[str]:
        ready, self._ready = self._ready, []
        return ready


def _formats(package: Package, main: str) -> list[tuple[int, str | None]]:
    for part in package.related(main, "styles"):
        with suppress(ET.ParseError, ValueError), package.open(part) as file:
            root = ET.fromstring(file.read(_MAX))  # noqa: S314  # expat bounds expansion
            elements = {local(element.tag): element for element in root}
            custom = {int(e.get("numFmtId", "0")): e.get("formatCode", "") for e in elements.get("numFmts", ())}
            codes = [int(style.get("numFmtId", "0")) for style in elements.get("cellXfs", ())]
            return [(code, custom.get(code)) for code in codes]
    return []


def _since_1904(root: ET.Element) -> bool:
    return any(element.get("date1904") in ("1", "true") for element in root if local(element.tag) == "workbookPr")


def _sheets(package: Package, main: str, root: ET.Element) -> Iterator[tuple[str, str]]:
    """The names of the sheets, hidden ones too, and their parts."""
    parts = {relation.id: relation.part for relation in package.relations(main)}
    known = set(package.related(main, "worksheet", "chartsheet", "dialogsheet"))
    for element in root.iter():
        if local(element.tag) == "sheet":
            key = next((value for name, value in element.attrib.items() if name.endswith("}id")), "")
            if (part := parts.get(key, "")) in known:
                yield element.get("name", ""), part


def _persons(package: Package, main: str) -> Iterator[tuple[str, str]]:
    for part in package.related(main, "person"):
        with suppress(ET.ParseError), package.open(part) as file:
            for element in ET.fromstring(file.read(_MAX)):  # noqa: S314  # expat bounds expansion
                yield element.get("id", ""), element.get("displayName", "")
