"""Web pages, by Python's own parser: kreuzberg, as of 4.10, keeps only the paragraphs, lists and tables of a page."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import label, of_parts
from bowerbird.core.extractors.text import decoded
from bowerbird.core.types import Extraction, Kind, Locator, Properties

SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_SILENT = frozenset({"script", "style", "template", "svg", "math", "iframe", "object"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_APART_TAGS = (
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form header "
    "hr li main nav ol p pre section summary table tbody tfoot thead title tr ul"
)
_APART = frozenset(_APART_TAGS.split())
_GAPS = {"br": "\n", "td": "\t", "th": "\t", "option": "\n"}
_SPACE = re.compile(r"[^\S\xa0]+")
_LINES = re.compile(r"[ \t]*\n[ \t\n]*\n[ \t]*"), re.compile(r"[ \t]*\n[ \t]*")
_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w-]{2,30})""", re.IGNORECASE)
_AUTHOR, _DATES = "author", ("article:published_time", "date", "dcterms.created", "dc.date")


def extract(path: Path, _form: str, limits: Limits) -> Extraction:
    """The text a browser would show, by headings.

    Raises:
        FileError: the file holds binary data.
    """
    with path.open("rb") as file:
        page = _read(_decoded(file.read(8 * limits.max_characters)))
    found = of_parts(page.parts(), limits.max_characters)
    return Extraction(Kind.DOCUMENT, found, page.properties())


def plain(source: str) -> str:
    """The text of a page."""
    return "".join(text for _, text in _read(source).parts())


class _Page(HTMLParser):
    """Collects text by headings, as the parser comes upon it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: list[tuple[list[str], list[str]]] = [([], [])]  # each heading, and the text from there on
        self._silent = ""
        self._title: list[str] = []
        self._in: set[str] = set()
        self._told: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            return
        if tag in _SILENT:
            self._silent = tag
        elif tag == "body":
            self._in.discard("title")  # left open, it would swallow the page
        elif tag == "meta":
            self._note({name: value or "" for name, value in attrs})
        elif tag in _HEADINGS:
            self._found.append(([], []))
        self._in.add("heading" if tag in _HEADINGS else tag)
        self._gap(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        self._in.discard("heading" if tag in _HEADINGS else tag)
        self._gap(tag)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if "title" in self._in:
            self._title.append(data)
            return
        heading, texts = self._found[-1]
        if "heading" in self._in:
            heading.append(data)
        texts.append(data if "pre" in self._in else _SPACE.sub(" ", data))

    def parts(self) -> list[tuple[Locator, str]]:
        """The text, a locator for each heading."""
        return [(Locator(section=label("".join(heading))), _tidied("".join(texts))) for heading, texts in self._found]

    def properties(self) -> Properties:
        """What the page says of itself."""
        dates = [self._told[name] for name in _DATES if name in self._told]
        taken = None
        with suppress(ValueError, IndexError):
            taken = datetime.fromisoformat(dates[0]).replace(tzinfo=None)
        return Properties(title=label("".join(self._title)), author=label(self._told.get(_AUTHOR, "")), taken_at=taken)

    def _gap(self, tag: str) -> None:
        if not self._silent and (tag in _APART or tag in _HEADINGS or tag in _GAPS):
            self._found[-1][1].append(_GAPS.get(tag, "\n\n" if tag in _HEADINGS or tag in ("p", "title") else "\n"))

    def _note(self, told: dict[str, str]) -> None:
        name = (told.get("name") or told.get("property") or "").lower()
        self._told.setdefault(name, told.get("content", ""))


def _read(source: str) -> _Page:
    page = _Page()
    page.feed(source)
    page.close()
    return page


def _tidied(text: str) -> str:
    paragraphs, lines = _LINES
    return lines.sub("\n", paragraphs.sub("\n\n", text)).strip(" \n") + "\n\n"


def _decoded(data: bytes) -> str:
    """As UTF-8 if it is that, else as the page says it is, else as it looks."""
    said = _CHARSET.search(data[:4096])
    if said is not None:
        with suppress(UnicodeDecodeError):
            return data.decode("utf-8")
        with suppress(LookupError, UnicodeDecodeError):
            return data.decode(said[1].decode())
    return decoded(data)
