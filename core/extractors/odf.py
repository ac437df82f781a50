"""OpenDocument (ISO/IEC 26300), packed or flat: paragraphs by slide, sheet or chapter."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import segments
from bowerbird.core.types import Extraction, Kind, Locator, Properties, Segment

SUFFIXES = frozenset({".odt", ".ods", ".odp", ".ott", ".ots", ".otp", ".fodt", ".fods", ".fodp"})

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}%s"
_PARAGRAPH, _HEADING = _NAMES % ("text", "p"), _NAMES % ("text", "h")
_SLIDE, _SHEET, _SHEET_NAME = _NAMES % ("drawing", "page"), _NAMES % ("table", "table"), _NAMES % ("table", "name")


def extract(path: Path, limits: Limits) -> Extraction:
    """The text, a locator for each slide, sheet or chapter.

    Raises:
        FileError: it cannot be read.
    """
    try:
        with _content(path) as file:
            parts = list(_parts(file, limits.max_characters))
    except (ElementTree.ParseError, zipfile.BadZipFile, KeyError, NotImplementedError) as error:
        raise FileError("The document is damaged, or not what its name says.") from error
    except RuntimeError as error:
        raise FileError("The document is locked with a password.") from error
    found: list[Segment] = []
    for locator, text in parts:
        found += segments(text, locator)
    return Extraction(Kind.DOCUMENT, tuple(found), Properties())


def _content(path: Path) -> IO[bytes]:
    return zipfile.ZipFile(path).open("content.xml") if zipfile.is_zipfile(path) else path.open("rb")


def _parts(file: IO[bytes], most: int) -> Iterator[tuple[Locator, str]]:
    where, lines, slides, characters = Locator(), list[str](), 0, 0
    for event, element in ElementTree.iterparse(file, events=("start", "end")):  # noqa: S314: expat bounds entities
        begins = event == "start" and element.tag in (_SLIDE, _SHEET)
        if begins or (event == "end" and element.tag == _HEADING):
            yield where, "\n".join(lines) + "\n"
            slides += element.tag == _SLIDE
            where, lines = _locator(element, slides), []
        if event == "end" and element.tag in (_PARAGRAPH, _HEADING):
            lines.append(text := "".join(element.itertext()))
            characters += len(text)
            element.clear()
        if characters > most:
            break
    yield where, "\n".join(lines)


def _locator(element: ElementTree.Element, slide: int) -> Locator:
    if element.tag == _SLIDE:
        return Locator(page=slide)
    name = element.get(_SHEET_NAME) if element.tag == _SHEET else "".join(element.itertext())
    return Locator(section=(name or "").strip()[:120])
