"""Reads OpenDocument (ISO/IEC 26300), packed or flat: paragraphs by slide, sheet or chapter."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import IO
from xml.etree import ElementTree as ET

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import DAMAGED, LOCKED, Limits
from bowerbird.core.extractors.encodings import xml_as_utf8
from bowerbird.core.extractors.segments import from_parts, label
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Properties

SUFFIXES = frozenset({".odt", ".ods", ".odp", ".ott", ".ots", ".otp", ".fodt", ".fods", ".fodp"})

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}%s"
_PARAGRAPH, _HEADING = _NAMES % ("text", "p"), _NAMES % ("text", "h")
_GAPS = {_NAMES % ("text", "s"): " ", _NAMES % ("text", "tab"): "\t", _NAMES % ("text", "line-break"): "\n"}
_BODY = _NAMES % ("office", "body")
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_METADATA = {f"{_DUBLIN_CORE}title": "title", f"{_DUBLIN_CORE}creator": "author", f"{_DUBLIN_CORE}date": "date"}
_SLIDE, _SHEET, _SHEET_NAME = _NAMES % ("drawing", "page"), _NAMES % ("table", "table"), _NAMES % ("table", "name")


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The text, a locator for each slide, sheet or chapter.

    Raises:
        FileError: it cannot be read.
    """
    try:
        with _open(source, "content.xml") as file:
            text = from_parts(_parts(file), limits.max_characters)
        with _open(source, "meta.xml") as file:
            properties = _properties(file)
    except (ET.ParseError, zipfile.BadZipFile, KeyError, NotImplementedError, zlib.error, EOFError) as error:
        raise FileError(LOCKED if _is_locked(source) else DAMAGED) from error
    return Extraction(Kind.DOCUMENT, text, properties)


def _open(source: Source, name: str) -> IO[bytes]:
    """The part of a packed document, or the flat one."""
    file = source.open()
    if zipfile.is_zipfile(file):
        return zipfile.ZipFile(file).open(name)
    try:
        return BytesIO(xml_as_utf8(source.read()))
    except FileError as error:
        raise FileError(DAMAGED) from error


def _is_locked(source: Source) -> bool:
    try:
        with zipfile.ZipFile(source.open()) as archive:
            return b"encryption-data" in archive.read("META-INF/manifest.xml")
    except (zipfile.BadZipFile, KeyError, OSError, NotImplementedError):
        return False


def _parts(file: IO[bytes]) -> Iterator[tuple[Locator, str]]:
    locator, slides = Locator(), 0
    for event, element in ET.iterparse(file, events=("start", "end")):  # noqa: S314  # expat bounds expansion
        if event == "start" and element.tag in (_SLIDE, _SHEET):
            slides += element.tag == _SLIDE
            locator = _locator(element, slides)
        elif event == "end" and element.tag in _GAPS:
            element.text = _GAPS[element.tag]
        elif event == "end" and element.tag in (_PARAGRAPH, _HEADING):
            text = "".join(element.itertext())
            if element.tag == _HEADING and not slides:
                locator = _locator(element, slides)
            yield locator, f"{text}\n"
            tail = element.tail
            element.clear()
            element.tail = tail


def _properties(file: IO[bytes]) -> Properties:
    metadata: dict[str, str] = {}
    for _, element in ET.iterparse(file):  # noqa: S314  # expat bounds expansion
        if element.tag in _METADATA and element.text:
            metadata.setdefault(_METADATA[element.tag], element.text.strip())
        elif element.tag == _BODY:
            element.clear()
    taken = None
    with suppress(ValueError):
        taken = datetime.fromisoformat(metadata.get("date", "")[:26]).replace(tzinfo=None)
    return Properties(title=label(metadata.get("title", "")), author=label(metadata.get("author", "")), taken_at=taken)


def _locator(element: ET.Element, slide: int) -> Locator:
    if element.tag == _SLIDE:
        return Locator(page=slide)
    name = element.get(_SHEET_NAME) if element.tag == _SHEET else "".join(element.itertext())
    return Locator(section=label(name or ""))
