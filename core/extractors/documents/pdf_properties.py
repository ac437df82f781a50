"""What a PDF says of itself: its Info dictionary, and what that lacks from its XMP packet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from xml.etree import ElementTree as ET

from pypdfium2 import PdfDocument

from bowerbird.core.extractors.documents.property_values import keywords, line, moment, names, prose
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Properties

_NEAR = 1 << 20  # bytes at the beginning and at the end in which the packet is looked for
# XMP specification, part 3, 1.1.2: packets are there to be found by scanning, and so left uncompressed.
_BEGIN, _END = b"<rdf:RDF", b"</rdf:RDF>"
_MAX_PACKET, _MAX_PACKETS = 100_000, 50  # bytes; before the last ones come those of pictures
_WRAPPER = b'<x xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">%s</x>'
_ITEM = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
_NAMES = {
    "{http://purl.org/dc/elements/1.1/}title": "title",
    "{http://purl.org/dc/elements/1.1/}creator": "creator",
    "{http://purl.org/dc/elements/1.1/}description": "description",
    "{http://purl.org/dc/elements/1.1/}subject": "keywords",
    "{http://ns.adobe.com/pdf/1.3/}Keywords": "keywords",
    "{http://ns.adobe.com/xap/1.0/}CreateDate": "date",
}


def read(document: PdfDocument, source: Source) -> Properties:
    """Title, author, subject, keywords, date and number of pages."""
    info, xmp = document.get_metadata_dict(), _xmp(source)
    subject = line(info.get("Subject"))
    description = prose(" ".join(xmp.get("description", [])[:1]))
    return Properties(
        title=line(info.get("Title")) or line(next(iter(xmp.get("title", [])), "")),
        author=names([info.get("Author")]) or names(xmp.get("creator", [])),
        subject=subject,
        description="" if description.startswith(subject or "\0") else description,
        keywords=keywords([info.get("Keywords"), *xmp.get("keywords", [])]),
        taken_at=_date(info.get("CreationDate", "")) or moment(next(iter(xmp.get("date", [])), "")),
        pages=len(document),
    )


def _xmp(source: Source) -> Mapping[str, list[str]]:
    """The texts of the last packet that names a title, an author or keywords: earlier ones belong to pictures."""
    with source.open() as file:
        data = file.read(_NEAR)
        if source.size > _NEAR:
            file.seek(max(_NEAR, source.size - _NEAR))
            data += file.read(_NEAR)
    for packet in _packets(data):
        with suppress(ET.ParseError):
            if texts := _texts(ET.fromstring(_WRAPPER % packet)):  # noqa: S314  # expat bounds expansion
                return texts
    return {}


def _packets(data: bytes) -> Iterator[bytes]:
    """What is between the marks of packets, the last first."""
    start = len(data)
    for _ in range(_MAX_PACKETS):
        start = data.rfind(_BEGIN, 0, start)
        if start < 0:
            return
        end = data.find(_END, start, start + _MAX_PACKET)
        if end > 0:
            yield data[start : end + len(_END)]


def _texts(root: ET.Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in root.iter():
        pairs = [(name, value) for name, value in element.attrib.items() if name in _NAMES]
        if element.tag in _NAMES:
            items = [item.text or "" for item in element.iter(_ITEM)] or [element.text or ""]
            pairs += [(element.tag, item) for item in items]
        for name, value in pairs:
            if value.strip():
                found.setdefault(_NAMES[name], []).append(value.strip())
    return found


def _date(text: str) -> datetime | None:
    """A PDF date, ``D:20240131120000+01'00'``: the local time in it."""
    digits = text.removeprefix("D:")[:14]
    try:
        # Whatever follows the year may be missing.
        return datetime.strptime(digits, "%Y%m%d%H%M%S"[: len(digits) - 2]) if len(digits) >= 4 else None
    except ValueError:
        return None
