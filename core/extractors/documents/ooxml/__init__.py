"""Reads Office Open XML (ISO/IEC 29500), strict and transitional: Word, Excel, PowerPoint; Visio and XPS beside them.

By the parts' own XML, since kreuzberg, as of 4.10, leaves out comments, charts, SmartArt, alternative texts and speaker
notes, and shows numbers and dates as they are stored.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from xml.etree import ElementTree as ET

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments, sniff
from bowerbird.core.extractors.base import DAMAGED, LOCKED, Limits
from bowerbird.core.extractors.documents.ooxml import properties, sheets, slides, word, xps
from bowerbird.core.extractors.documents.ooxml.package import Package
from bowerbird.core.extractors.segments import Part
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Properties

_READERS: tuple[tuple[frozenset[str], Callable[[Package], Iterator[Part]]], ...] = (
    (frozenset({".docx", ".docm", ".dotx", ".dotm"}), word.read),
    (frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"}), sheets.read),
    (frozenset({".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm"}), slides.read),
    (frozenset({".vsdx", ".vsdm", ".vstx", ".vssx"}), slides.read_drawing),
    (frozenset({".xps", ".oxps"}), xps.read),
)
SUFFIXES = frozenset[str]().union(*(suffixes for suffixes, _ in _READERS))


def properties_of(source: Source) -> Properties:
    """What a workbook in Excel's binary form, which others read, says of itself; nothing if it is damaged."""
    with (
        suppress(zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError),
        zipfile.ZipFile(source.open()) as archive,
    ):
        return properties.read(Package(archive))
    return Properties()


def extract(source: Source, form: str, limits: Limits) -> Extraction:
    """The text, a locator for each chapter, sheet or slide, and what the document says of itself.

    Raises:
        FileError: it cannot be read.
    """
    try:
        with zipfile.ZipFile(source.open()) as archive:
            package = Package(archive)
            read = next(read for suffixes, read in _READERS if form in suffixes)
            return segments.document(read(package), limits, properties.read(package))
    except (ET.ParseError, zipfile.BadZipFile, KeyError, NotImplementedError, zlib.error, EOFError) as error:
        raise FileError(LOCKED if sniff.is_encrypted_office(source) else DAMAGED) from error
