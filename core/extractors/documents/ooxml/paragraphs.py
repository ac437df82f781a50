"""Collects the paragraphs and table rows of WordprocessingML and DrawingML, in which all of Office writes its text.

Elements are known by their local names: both languages, and the strict form of each, have the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from bowerbird.core.extractors.documents.markup import local

# What is not shown: deleted and moved text, what older programs are to show instead, tab stops, former formatting,
# the numbers of charts.
_SILENT = frozenset("del moveFrom Fallback tabs pPrChange rPrChange rPh numCache".split())
_TEXTS = frozenset({"t", "text", "v", "author"})
_PARAGRAPHS = frozenset({"p", "rt", "text", "v", "author"})
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_COMMENTS = frozenset({"comment", "cm", "reply", "threadedComment"})
_DESCRIBED = {"docPr": ("title", "descr"), "cNvPr": ("title", "descr"), "textpath": ("string",), "shape": ("alt",)}
_BODY_LEVEL = "9"  # ISO/IEC 29500-1, 17.3.1.20: no heading


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or a row of a table with a tab between its cells."""

    text: str
    heading: bool = False


@dataclass(slots=True)
class _Open:
    """A paragraph that has begun."""

    texts: list[str] = field(default_factory=list)
    heading: bool = False


class Paragraphs:
    """A ``markup.Collector`` of paragraphs."""

    def __init__(
        self, headings: frozenset[str] = frozenset(), authors: Mapping[str, str] | None = None, *, master: bool = False
    ) -> None:
        """Collect nothing yet.

        Args:
            headings: the ids of the styles of headings.
            authors: the names of those who comment, by their ids.
            master: whether placeholders are left out, whose text is only a prompt.
        """
        self._headings, self._authors, self._master = headings, dict(authors or {}), master
        self._ready: list[Paragraph] = []
        self._open: list[_Open] = []
        self._cells: list[list[str]] = []  # the texts of each cell that has begun, innermost last
        self._rows: list[list[str]] = []  # the cells of each row that has begun
        self._choices: list[str] = []  # of a drop-down list, the number of the chosen one before them
        self._silent, self._texts, self._placeholder, self._prefix = 0, 0, False, ""
        self._starts: Mapping[str, Callable[[dict[str, str]], None]] = {
            "pStyle": self._styled,
            "outlineLvl": self._styled,
            "tr": lambda _: self._rows.append([]),
            "tc": lambda _: self._cells.append([]),
            "ph": self._holds_place,
            "ddList": lambda _: self._choices.clear(),
            "result": lambda attributes: self._choices.append(_value(attributes)),
            "listEntry": lambda attributes: self._choices.append(_value(attributes)),
            **dict.fromkeys(_COMMENTS, self._comments),
            **{name: partial(self._describe, keys) for name, keys in _DESCRIBED.items()},
            **{name: partial(self._break, gap) for name, gap in _BREAKS.items()},
        }

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if self._silent or name in _SILENT or _is_number(name, attributes):
            self._silent += 1
            return
        if name in _PARAGRAPHS:
            self._open.append(_Open())
        if name in _TEXTS:
            self._texts += 1
        elif start := self._starts.get(name):
            start(attributes)

    def data(self, text: str) -> None:
        if self._texts and self._open and not self._silent:
            self._open[-1].texts.append(text)

    def end(self, tag: str) -> None:
        name = local(tag)
        if self._silent:
            self._silent -= 1
            return
        if name in _TEXTS:
            self._texts -= 1
        if name in _PARAGRAPHS:
            self._close(name, self._open.pop())
        elif name == "tc" and self._cells and self._rows:
            self._rows[-1].append(" ".join(" ".join(self._cells.pop()).split()))
        elif name == "tr" and self._rows:
            self._emit("\t".join(self._rows.pop()).rstrip("\t"))
        elif name == "ddList" and self._choices:
            self._choose()
        elif name == "sp":
            self._placeholder = False

    def take(self) -> list[Paragraph]:
        ready, self._ready = self._ready, []
        return ready

    def _close(self, name: str, paragraph: _Open) -> None:
        text = "".join(paragraph.texts)
        if name == "author":
            self._authors.setdefault(str(len(self._authors)), text)
        else:
            self._emit(text, paragraph.heading)

    def _emit(self, text: str, heading: bool = False) -> None:
        if not text.strip() or self._placeholder:
            return
        if self._cells:
            self._cells[-1].append(text)
        else:
            self._ready.append(Paragraph(self._prefix + text, heading))
            self._prefix = ""

    def _styled(self, attributes: dict[str, str]) -> None:
        if self._open:
            value = _value(attributes)
            self._open[-1].heading = value in self._headings or (value.isdecimal() and value < _BODY_LEVEL)

    def _holds_place(self, _: dict[str, str]) -> None:
        self._placeholder = self._master

    def _comments(self, attributes: dict[str, str]) -> None:
        by = {local(name): value for name, value in attributes.items()}
        author = by.get("author") or self._authors.get(by.get("authorId") or by.get("personId") or "", "")
        if author.startswith("tc="):  # a note for programs that know no threads, of which this is one
            self._silent = 1
        self._prefix = f"{author}: " if author else ""

    def _describe(self, keys: tuple[str, ...], attributes: dict[str, str]) -> None:
        for key in keys:
            self._emit(attributes.get(key, ""))

    def _break(self, gap: str, _: dict[str, str]) -> None:
        if self._open:
            self._open[-1].texts.append(gap)

    def _choose(self) -> None:
        number, *entries = self._choices
        if self._open and number.isdecimal() and int(number) < len(entries):
            self._open[-1].texts.append(entries[int(number)])


def _is_number(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element holds the number of a slide, which is no text."""
    return name == "fld" and attributes.get("type") == "slidenum"


def _value(attributes: Mapping[str, str]) -> str:
    return next((value for name, value in attributes.items() if local(name) == "val"), "")
