"""What an Office Open XML document says of itself, in its core and extended properties (ISO/IEC 29500-2, 11)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from xml.etree import ElementTree as ET

from bowerbird.core.extractors.documents.ooxml.package import Package
from bowerbird.core.extractors.documents.property_values import keywords, line, moment, names, prose
from bowerbird.core.types import Properties

_MAX = 4 << 20  # bytes of such a part
_PARTS = {"core-properties": "docProps/core.xml", "extended-properties": "docProps/app.xml"}
_COUNTED = ("Pages", "Slides")


def read(package: Package) -> Properties:
    """Title, author, subject, description, keywords and categories, date, pages or slides."""
    core, extended = (_texts(package, kind) for kind in _PARTS)
    return Properties(
        title=line(core.get("title")),
        author=names([core.get("creator")]),
        subject=line(core.get("subject")),
        description=prose(core.get("description")),
        keywords=keywords([core.get("keywords"), core.get("category")]),
        taken_at=moment(core.get("modified")) or moment(core.get("created")),
        pages=next((count for name in _COUNTED if (count := _number(extended.get(name)))), None),
    )


def _texts(package: Package, kind: str) -> Mapping[str, str]:
    """The texts of the elements, by their names without namespaces."""
    part = next(package.related("", kind), _PARTS[kind])
    with suppress(KeyError, ET.ParseError), package.open(part) as file:
        root = ET.fromstring(file.read(_MAX))  # noqa: S314  # expat bounds expansion
        return {element.tag.rpartition("}")[2]: " ".join(element.itertext()).strip() for element in root}
    return {}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and 0 < len(text) < 8 and int(text) else None
