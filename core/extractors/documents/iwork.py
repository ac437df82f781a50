"""Reads Pages, Numbers and Keynote: today's packages through kreuzberg, those of iWork '09 by their XML."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree as ET

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, LOCKED, Limits
from bowerbird.core.extractors.documents import office
from bowerbird.core.extractors.segments import Part
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

_APPLE = "application/x-iwork-"
_TYPES = {".pages": "pages-sffpages", ".numbers": "numbers-sffnumbers", ".key": "keynote-sffkey"}
SUFFIXES = frozenset(_TYPES)
_INDEXES = ("index.xml", "index.apxl")
_NAMES = "{http://developer.apple.com/namespaces/%s}%s"
_PARAGRAPH, _CELL, _STRING = _NAMES % ("sf", "p"), _NAMES % ("sf", "ct"), _NAMES % ("sfa", "s")
_SLIDE = _NAMES % ("keynote2", "slide")


def extract(source: Source, form: str, limits: Limits) -> Extraction:
    """The text; of a presentation of '09, by slide.

    Raises:
        FileError: it cannot be read.
    """
    try:
        with zipfile.ZipFile(source.open()) as archive:
            index = next((name for name in _INDEXES if name in archive.namelist()), None)
            if index is not None:
                with archive.open(index) as file:
                    return segments.document(_parts(file), limits, Properties())
    except RuntimeError as error:
        raise FileError(LOCKED) from error
    except (zipfile.BadZipFile, ET.ParseError, NotImplementedError) as error:
        raise FileError(DAMAGED) from error
    text = office.read(source.read(), _APPLE + _TYPES[form]).content
    if not text.strip():
        raise FileError("There is no text in this document that Bowerbird can read; it may be locked with a password.")
    return segments.document([(Locator(), text)], limits, Properties())


def _parts(file: IO[bytes]) -> Iterator[Part]:
    slide, locator = 0, Locator()
    for event, element in ET.iterparse(file, events=("start", "end")):  # noqa: S314  # expat bounds expansion
        if event == "start" and element.tag == _SLIDE:
            slide += 1
            locator = Locator(page=slide)
        elif event == "end" and element.tag in (_PARAGRAPH, _CELL):
            text = "".join(element.itertext()) if element.tag == _PARAGRAPH else element.get(_STRING, "")
            element.clear()
            if text.strip():
                yield locator, f"{text.strip()}\n"
