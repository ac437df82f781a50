"""Reads web pages with Python's own parser.

Not through kreuzberg: as of 4.10 it keeps only the paragraphs, lists and tables of a page.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from html.parser import HTMLParser

from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.documents.property_values import keywords, line, names, prose
from bowerbird.core.extractors.encodings import decode
from bowerbird.core.extractors.segments import Part, from_parts, label
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Properties

SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_SILENT = frozenset({"script", "style", "template", "iframe", "object", "annotation", "metadata"})
_SILENT_WITHIN = {"rt": "ruby", "rp": "ruby", "title": "svg", "desc": "svg"}  # readings, and tool tips of icons
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCK_TAGS = (
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form header "
    "hr li main math nav ol p pre section summary svg table tbody text tfoot thead title tr ul"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_GAPS = {"br": "\n", "option": "\n"}
_CELLS = frozenset({"td", "th"})
_UNTYPED = frozenset({"hidden", "password", "checkbox", "radio", "file", "image", "color", "range"})
"""Controls whose values are no text that is shown."""
_SPACE = re.compile(r"[^\S\xa0]+")
_LINES = re.compile(r"[ \t]*\n[ \t\n]*\n[ \t]*"), re.compile(r"[ \t]*\n[ \t]*")
_AUTHOR, _DATES = "author", ("article:published_time", "date", "dcterms.created", "dc.date")


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The text that a browser would show, in sections by headings.

    Raises:
        FileError: the file holds binary data.
    """
    page = _parse(decode(source.read(8 * limits.max_characters), cut=True))
    text = from_parts(page.parts(), limits.max_characters)
    return Extraction(Kind.DOCUMENT, text, page.properties())


def page_text(source: str) -> str:
    """The text of an HTML page, such as the body of a mail."""
    return "".join(text for _, text in _parse(source).parts())


def page_parts(data: bytes) -> list[Part]:
    """The text of a page within another document, such as a chapter of a book, in sections by headings."""
    return _parse(decode(data)).parts()


class _Page(HTMLParser):
    """Collects the text of a page under its headings while the parser runs over it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._sections: list[tuple[list[str], list[str]]] = [([], [])]  # each heading, and the text from it on
        self._silent = ""  # the element being left out
        self._title: list[str] = []
        self._inside: set[str] = set()  # elements that are open
        self._metadata: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            return
        if tag in _SILENT or _SILENT_WITHIN.get(tag) in self._inside:
            self._silent = tag
        elif tag == "body":
            self._inside.discard("title")  # left open, it would swallow the page
        elif tag == "meta":
            self._note({name: value or "" for name, value in attrs})
        elif tag in _HEADINGS:
            self._sections.append(([], []))
        elif tag == "tr" or tag in _CELLS:
            self._end_cell(tag)
        self._inside.add("heading" if tag in _HEADINGS else tag)
        self._gap(tag)
        if shown := _shown(tag, dict(attrs)):
            self.handle_data(f" {shown} ")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag in (self._silent, _SILENT_WITHIN.get(self._silent)):  # readings may be left open
            self._silent = ""
        self._inside.discard("heading" if tag in _HEADINGS else tag)
        self._gap(tag)
        if tag in _CELLS and not self._silent:
            self._sections[-1][1].append("\t")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if "title" in self._inside:
            self._title.append(data)
            return
        heading, texts = self._sections[-1]
        if "heading" in self._inside:
            heading.append(data)
        texts.append(data if "pre" in self._inside else _SPACE.sub(" ", data))

    def parts(self) -> list[Part]:
        """The text, a locator for each heading."""
        return [(Locator(section=label("".join(heading))), _tidy("".join(texts))) for heading, texts in self._sections]

    def properties(self) -> Properties:
        """Title, author, description, keywords and date, from ``<title>`` and ``<meta>``."""
        dates = [self._metadata[name] for name in _DATES if name in self._metadata]
        taken = None
        with suppress(ValueError, IndexError):
            taken = datetime.fromisoformat(dates[0]).replace(tzinfo=None)
        return Properties(
            title=line("".join(self._title)) or line(self._metadata.get("og:title")),
            author=names([self._metadata.get(_AUTHOR)]),
            description=prose(self._metadata.get("description") or self._metadata.get("og:description")),
            keywords=keywords([self._metadata.get("keywords")]),
            taken_at=taken,
        )

    def _gap(self, tag: str) -> None:
        if not self._silent and (tag in _BLOCKS or tag in _HEADINGS or tag in _GAPS):
            self._sections[-1][1].append(_GAPS.get(tag, "\n\n" if tag in _HEADINGS or tag in ("p", "title") else "\n"))

    def _end_cell(self, tag: str) -> None:
        """The cell before need not say where it ends."""
        if tag in _CELLS and self._inside & _CELLS:
            self._sections[-1][1].append("\t")
        self._inside -= _CELLS

    def _note(self, attributes: dict[str, str]) -> None:
        name = (attributes.get("name") or attributes.get("property") or "").lower()
        self._metadata.setdefault(name, attributes.get("content", ""))


def _shown(tag: str, attributes: dict[str, str | None]) -> str:
    """What stands in for a picture, or in a field of a form."""
    if tag == "img":
        return attributes.get("alt") or ""
    if tag == "input" and (attributes.get("type") or "").lower() not in _UNTYPED:
        return attributes.get("value") or attributes.get("placeholder") or ""
    return ""


def _parse(source: str) -> _Page:
    page = _Page()
    page.feed(source)
    page.close()
    return page


def _tidy(text: str) -> str:
    paragraphs, lines = _LINES
    return lines.sub("\n", paragraphs.sub("\n\n", text)).strip(" \n") + "\n\n"
