"""Reads EPUB (2 and 3): the chapters in their order, each a web page, and what the book says of itself."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, LOCKED, Limits
from bowerbird.core.extractors.documents.markup import local
from bowerbird.core.extractors.documents.property_values import keywords, line, moment, names, prose
from bowerbird.core.extractors.documents.web import page_parts
from bowerbird.core.extractors.segments import Part
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

SUFFIXES = frozenset({".epub"})
_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
_MAX = 16 << 20  # bytes of a chapter
_SAID = frozenset({"title", "creator", "contributor", "description", "subject", "date"})


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The text, a locator for each heading.

    Raises:
        FileError: it is damaged, or its chapters are encrypted.
    """
    try:
        with zipfile.ZipFile(source.open()) as archive:
            package = _package_name(archive)
            root = _package(archive, package)
            chapters = [name for name in _chapters(root, posixpath.dirname(package)) if name in archive.namelist()]
            if chapters and all(name in _encrypted(archive) for name in chapters):
                raise FileError(LOCKED)
            return segments.document(_parts(archive, chapters), limits, _properties(root))
    except (ET.ParseError, zipfile.BadZipFile, KeyError, StopIteration) as error:
        raise FileError(DAMAGED) from error


def _xml(archive: zipfile.ZipFile, name: str) -> ET.Element:
    with archive.open(name) as file:
        return ET.fromstring(file.read(_MAX))  # noqa: S314  # expat bounds expansion


def _package(archive: zipfile.ZipFile, name: str) -> ET.Element:
    """The part that lists all others; one that is not well-formed, of pages as they lie in the archive."""
    with suppress(ET.ParseError):
        return _xml(archive, name)
    root, folder = ET.Element("package"), posixpath.dirname(name)
    for page in (page for page in archive.namelist() if page.lower().endswith((".xhtml", ".html", ".htm"))):
        link = quote(posixpath.relpath(page, folder or "."))
        ET.SubElement(root, "item", {"id": page, "href": link, "media-type": _PAGES[0]})
    return root


def _package_name(archive: zipfile.ZipFile) -> str:
    """The part that lists all others: as the container says, or by its suffix."""
    with suppress(KeyError, ET.ParseError):
        for element in _xml(archive, _CONTAINER).iter():
            if local(element.tag) == "rootfile" and element.get("full-path") in archive.namelist():
                return element.get("full-path", "")
    return next(name for name in archive.namelist() if name.lower().endswith(".opf"))


def _chapters(root: ET.Element, folder: str) -> list[str]:
    """The names of the pages in reading order; those that the order does not name come last, but for the contents."""
    items = {
        element.get("id", ""): posixpath.normpath(posixpath.join(folder, unquote(element.get("href", ""))))
        for element in root.iter()
        if local(element.tag) == "item"
        and element.get("media-type") in _PAGES
        and "nav" not in element.get("properties", "").split()
    }
    order = [element.get("idref", "") for element in root.iter() if local(element.tag) == "itemref"]
    return list(dict.fromkeys(items[key] for key in [*order, *items] if key in items))


def _encrypted(archive: zipfile.ZipFile) -> set[str]:
    with suppress(KeyError, ET.ParseError):
        root = _xml(archive, _ENCRYPTION)
        return {unquote(e.get("URI", "")) for e in root.iter() if local(e.tag) == "CipherReference"}
    return set()


def _parts(archive: zipfile.ZipFile, chapters: list[str]) -> Iterator[Part]:
    locator = Locator()
    for name in chapters:
        with archive.open(name) as file:
            for found, text in page_parts(file.read(_MAX)):
                locator = found if found.section else locator
                yield locator, text


def _properties(root: ET.Element) -> Properties:
    texts: dict[str, list[str]] = {}
    for element in root.iter():
        if local(element.tag) in _SAID and (text := " ".join("".join(element.itertext()).split())):
            texts.setdefault(local(element.tag), []).append(text)
    dates = [date for text in texts.get("date", []) if (date := moment(text))]
    return Properties(
        title=line(next(iter(texts.get("title", [])), "")),
        author=names([*texts.get("creator", []), *texts.get("contributor", [])]),
        description=prose(" ".join(texts.get("description", []))),
        keywords=keywords(texts.get("subject", [])),
        taken_at=dates[0] if dates else None,
    )
