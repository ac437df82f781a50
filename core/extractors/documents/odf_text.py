"""Collects the texts of OpenDocument's content: paragraphs, rows of tables, notes, comments, descriptions, forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from bowerbird.core.extractors.documents.markup import local
from bowerbird.core.extractors.segments import Part, label
from bowerbird.core.types import Locator

# Deleted text, what a flat document says of itself, numbers that fields stand for, readings, prompts, scripts.
_SILENT = frozenset(
    "text:deletion text:note-citation text:ruby-text text:page-number text:page-count text:sheet-name "
    "text:sender-initials dc:date meta:date-string meta:creator-initials office:meta office:scripts "
    "office:binary-data office:settings presentation:footer presentation:header presentation:date-time".split()
)
_LINES = frozenset(
    "text:p text:h dc:creator svg:title svg:desc presentation:footer-decl presentation:header-decl".split()
)
_FIELDS = frozenset(
    f"form:{name}"
    for name in "text textarea formatted-text number date time combobox checkbox radio fixed-text".split()
)
_MAX_SPACES = 100
_TABLE, _CELL, _ROW = "table:table", "table:table-cell", "table:table-row"


class Texts:
    """A ``markup.Collector`` of texts and their places."""

    def __init__(self) -> None:
        self._ready: list[Part] = []
        self._open: list[list[str]] = []  # the texts of each line that has begun, innermost last
        self._cells: list[list[str]] = []
        self._rows: list[list[str]] = []
        self._locator, self._slides, self._silent, self._in_sheets = Locator(), 0, 0, False
        self._author = ""
        self._starts: Mapping[str, Callable[[Mapping[str, str]], None]] = {
            "office:spreadsheet": self._begin_sheets,
            "draw:page": self._begin_slide,
            _TABLE: self._begin_table,
            _ROW: lambda _: self._rows.append([]),
            _CELL: lambda _: self._cells.append([]),
            "text:s": self._space,
            "text:tab": lambda _: self._add("\t"),
            "text:line-break": lambda _: self._add("\n"),
            "form:option": self._option,
            **dict.fromkeys(_FIELDS, self._field),
        }

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = short(tag)
        if self._silent or name in _SILENT:
            self._silent += 1
        elif name in _LINES:
            self._open.append([])
        elif start := self._starts.get(name):
            start({local(key): value for key, value in attributes.items()})

    def data(self, text: str) -> None:
        if not self._silent:
            self._add(text)

    def end(self, tag: str) -> None:
        name = short(tag)
        if self._silent:
            self._silent -= 1
        elif name in _LINES:
            self._close(name, "".join(self._open.pop()))
        elif name == _CELL and self._cells and self._rows:
            self._rows[-1].append(" ".join(" ".join(self._cells.pop()).split()))
        elif name == _ROW and self._rows:
            self._emit("\t".join(self._rows.pop()).rstrip("\t"))

    def take(self) -> list[Part]:
        ready, self._ready = self._ready, []
        return ready

    def _close(self, name: str, text: str) -> None:
        if name == "dc:creator":
            self._author = text.strip()
            return
        if name == "text:h" and not self._slides and not self._cells:
            self._locator = Locator(section=label(text))
        if text.strip():
            self._emit(f"{self._author}: {text}" if self._author else text)
            self._author = ""

    def _emit(self, text: str) -> None:
        if not text.strip():
            return
        if self._cells:
            self._cells[-1].append(text)
        else:
            self._ready.append((self._locator, f"{text}\n"))

    def _add(self, text: str) -> None:
        if self._open:
            self._open[-1].append(text)

    def _space(self, attributes: Mapping[str, str]) -> None:
        count = attributes.get("c", "1")
        self._add(" " * (min(int(count), _MAX_SPACES) if count.isdecimal() else 1))

    def _begin_slide(self, _: Mapping[str, str]) -> None:
        self._slides += 1
        self._locator = Locator(page=self._slides)

    def _begin_sheets(self, _: Mapping[str, str]) -> None:
        self._in_sheets = True

    def _begin_table(self, attributes: Mapping[str, str]) -> None:
        """A table of a workbook is a sheet; one within a text, a slide or a cell is not."""
        if self._in_sheets and not self._cells:
            name = attributes.get("name", "")
            self._locator = Locator(section=label(name))
            self._emit(name)

    def _field(self, attributes: Mapping[str, str]) -> None:
        """What a control of a form says, and what was typed or chosen in it."""
        value = attributes.get("current-value") or attributes.get("value") or ""
        self._emit(": ".join(text for text in (attributes.get("label", ""), value) if text))

    def _option(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("current-selected") == "true":
            self._emit(attributes.get("label", ""))


@lru_cache(1000)
def short(tag: str) -> str:
    """The name of an element with the prefix that the standard gives its namespace."""
    namespace, _, name = tag.rpartition("}")
    prefix = "dc" if "purl.org/dc/" in namespace else namespace.removesuffix(":1.0").rpartition(":")[2]
    return f"{ {'drawing': 'draw', 'svg-compatible': 'svg'}.get(prefix, prefix) }:{name}"
