"""Reads Word documents: the body by chapters, then headers, footers, notes, comments, charts and diagrams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from xml.etree import ElementTree as ET

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.documents.markup import collect, local
from bowerbird.core.extractors.documents.ooxml.package import Package
from bowerbird.core.extractors.documents.ooxml.paragraphs import Paragraphs
from bowerbird.core.extractors.documents.web import page_parts
from bowerbird.core.extractors.segments import Part, label
from bowerbird.core.types import Locator

_BESIDE = {
    "header": "Header",
    "footer": "Footer",
    "footnotes": "Footnotes",
    "endnotes": "Endnotes",
    "comments": "Comments",
    "chart": "Chart",
    "chartEx": "Chart",
    "diagramData": "Diagram",
}
_MAX_STYLES = 32 << 20  # bytes
_MAX_CHUNK = 16 << 20  # bytes of a page that Word has yet to take over
_HEADING = re.compile(r"heading \d", re.IGNORECASE)  # names of built-in styles are not translated in the file


def read(package: Package) -> Iterator[Part]:
    """The body in sections by headings, and a section for each kind of part beside it."""
    main = package.main("word/document.xml")
    yield from _body(package, main)
    yield from _chunks(package, main)
    for kind, section in _BESIDE.items():
        yield from beside(package, main, kind, Locator(section=section))


def beside(package: Package, part: str, kind: str, locator: Locator) -> Iterator[Part]:
    """The texts of the parts that another one refers to as of some kind. What repeats itself is said once.

    Damage in them does not cost the document.
    """
    said = set[str]()
    with suppress(ET.ParseError):
        for name in package.related(part, kind):
            with package.open(name) as file:
                for paragraph in collect(file, Paragraphs()):
                    if paragraph.text not in said:
                        said.add(paragraph.text)
                        yield locator, f"{paragraph.text}\n"


def _chunks(package: Package, main: str) -> Iterator[Part]:
    """The pages that programs put into a document for Word to take over (17.17.2.1), alone or as a saved page."""
    for name in package.related(main, "aFChunk"):
        with suppress(FileError), package.open(name) as file:
            data = file.read(_MAX_CHUNK)
            pages = [data] if data.lstrip().startswith(b"<") else _pages(data)
            for page in pages:
                yield from page_parts(page)


def _pages(data: bytes) -> Iterator[bytes]:
    for part in message_from_bytes(data).walk():
        if part.get_content_type() == "text/html" and isinstance(page := part.get_payload(decode=True), bytes):
            yield page


def _body(package: Package, main: str) -> Iterator[Part]:
    locator = Locator()
    with package.open(main) as file:
        for paragraph in collect(file, Paragraphs(_headings(package, main))):
            if paragraph.heading:
                locator = Locator(section=label(paragraph.text))
            yield locator, f"{paragraph.text}\n\n" if paragraph.heading else f"{paragraph.text}\n"


def _headings(package: Package, main: str) -> frozenset[str]:
    """The ids of the styles of headings: those named so, or with a level in the outline."""
    found = set[str]()
    for part in [*package.related(main, "styles")] or package.parts("word/styles.xml"):
        with suppress(ET.ParseError), package.open(part) as file:
            for style in ET.fromstring(file.read(_MAX_STYLES)):  # noqa: S314  # expat bounds expansion
                values = [(local(e.tag), v) for e in style.iter() for n, v in e.attrib.items() if local(n) == "val"]
                if any(_is_heading(tag, value) for tag, value in values):
                    found.update(value for name, value in style.attrib.items() if local(name) == "styleId")
    return frozenset(found)


def _is_heading(tag: str, value: str) -> bool:
    return (tag == "name" and bool(_HEADING.fullmatch(value))) or (tag == "outlineLvl" and value in "012345678")
