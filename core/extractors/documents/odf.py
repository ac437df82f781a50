"""Reads OpenDocument (ISO/IEC 26300), packed or flat: by slide, sheet or chapter, with notes and comments."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import IO
from xml.etree import ElementTree as ET

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, LOCKED, Limits
from bowerbird.core.extractors.documents import odf_text
from bowerbird.core.extractors.documents.markup import collect
from bowerbird.core.extractors.documents.property_values import keywords, line, moment, names, prose
from bowerbird.core.extractors.encodings import xml_as_utf8
from bowerbird.core.extractors.segments import Part
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

SUFFIXES = frozenset(".odt .ods .odp .odg .odf .ott .ots .otp .otg .odm .fodt .fods .fodp .fodg".split())

_MAX_OBJECTS = 1_000
_SAID = frozenset(
    "dc:title dc:subject dc:description dc:creator dc:date meta:keyword meta:initial-creator meta:creation-date".split()
)


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The text, a locator for each slide, sheet or chapter, and what the document says of itself.

    Raises:
        FileError: it cannot be read.
    """
    try:
        with _open(source, "meta.xml") as file:
            properties = _properties(file)
    except (KeyError, ET.ParseError):
        properties = Properties()  # other programs than offices may leave it out
    try:
        return segments.document(_parts(source), limits, properties)
    except (ET.ParseError, zipfile.BadZipFile, KeyError, NotImplementedError, zlib.error, EOFError) as error:
        raise FileError(LOCKED if _is_locked(source) else DAMAGED) from error


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


def _parts(source: Source) -> Iterator[Part]:
    """The texts of the document, of charts and other objects in it, and what is printed on every page."""
    with _open(source, "content.xml") as file:
        yield from collect(file, odf_text.Texts())
    for name in _beside(source):
        section = "Header and footer" if name == "styles.xml" else "Object"
        with suppress(ET.ParseError, KeyError), _open(source, name) as file:
            texts = (text for _, text in collect(file, odf_text.Texts()) if any(map(str.isalnum, text)))
            yield from ((Locator(section=section), text) for text in texts)


def _beside(source: Source) -> list[str]:
    """The names of other parts with text; none if the document is flat."""
    if not zipfile.is_zipfile(source.open()):
        return []
    with zipfile.ZipFile(source.open()) as archive:
        found = archive.namelist()
    objects = [name for name in found if name.endswith("/content.xml")]
    return [name for name in found if name == "styles.xml"] + objects[:_MAX_OBJECTS]


def _properties(file: IO[bytes]) -> Properties:
    texts: dict[str, list[str]] = {}
    for _, element in ET.iterparse(file):  # noqa: S314  # expat bounds expansion
        name = odf_text.short(element.tag)
        if name in _SAID and element.text:
            texts.setdefault(name, []).append(element.text.strip())
        elif name == "office:meta":
            break  # of a flat document, whose text comes after
    first = {name: values[0] for name, values in texts.items()}
    return Properties(
        title=line(first.get("dc:title")),
        author=names([first.get("meta:initial-creator"), first.get("dc:creator")]),
        subject=line(first.get("dc:subject")),
        description=prose(first.get("dc:description")),
        keywords=keywords(texts.get("meta:keyword", [])),
        taken_at=moment(first.get("dc:date")) or moment(first.get("meta:creation-date")),
    )
