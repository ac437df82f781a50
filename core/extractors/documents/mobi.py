"""Reads Kindle and Mobipocket books (MOBI, AZW, AZW3) that are not locked: records of HTML in a Palm database.

As https://wiki.mobileread.com/wiki/MOBI describes them; text is compressed as in PalmDOC, or not at all.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, LOCKED, Limits
from bowerbird.core.extractors.documents.property_values import keywords, line, moment, names, prose
from bowerbird.core.extractors.documents.web import page_parts
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Properties

SUFFIXES = frozenset({".mobi", ".prc", ".azw", ".azw3"})
_RECORDS, _FIRST = 76, 78  # where the database says how many records it has, and where they begin
_PLAIN, _PALMDOC = 1, 2
_ENCODINGS = {1252: "cp1252", 65001: "utf-8"}
_AUTHOR, _DESCRIPTION, _SUBJECT, _DATE, _TITLE = 100, 103, 105, 106, 503  # types of EXTH records
_MAX_TEXT = 16 << 20  # bytes of a book, which is parsed as one page


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The text in sections by headings, title, authors, subjects and description.

    Raises:
        FileError: it is damaged, locked, or compressed in a way that Bowerbird does not read.
    """
    try:
        records = _records(source.read())
        compression, count, locked = struct.unpack_from(">H6xH2xH", records[0])
    except (struct.error, IndexError) as error:
        raise FileError(DAMAGED) from error
    if locked:
        raise FileError(LOCKED)
    if compression not in (_PLAIN, _PALMDOC):
        raise FileError("This book is compressed in a way that Bowerbird does not read.")
    encoding = _ENCODINGS.get(_number(records[0], 28), "utf-8")
    text = _text(records[: count + 1], compression)
    page = text.decode(encoding, "replace").encode()
    document = segments.document(page_parts(page), limits, _properties(records[0], encoding))
    cut = (f"The first {_MAX_TEXT >> 20} MB of this book are read.",) if len(text) > _MAX_TEXT else ()
    return replace(document, omissions=(*document.omissions, *cut))


def _text(records: list[bytes], compression: int) -> bytes:
    """The text of a book in the records after the first, which says what follows the text in each."""
    header, text = records[0], bytearray()
    flags = _number(header, 240) & 0xFFFF if header[16:20] == b"MOBI" and _number(header, 20) >= 228 else 0
    for record in records[1:]:
        text += _unpacked(_without_trailers(record, flags), compression)
        if len(text) > _MAX_TEXT:
            break
    return bytes(text)


def _records(data: bytes) -> list[bytes]:
    count = struct.unpack_from(">H", data, _RECORDS)[0]
    starts = [struct.unpack_from(">I", data, _FIRST + 8 * number)[0] for number in range(count)]
    return [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]


def _number(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "big")


def _without_trailers(record: bytes, flags: int) -> bytes:
    """A record of text without what follows it: entries whose size stands at their end, then part of a character."""
    for _ in range((flags >> 1).bit_count()):
        size = 0
        for byte in record[-4:]:
            size = (0 if byte & 0x80 else size) << 7 | byte & 0x7F
        record = record[: max(0, len(record) - size)]
    return record[: max(0, len(record) - (record[-1] & 3) - 1)] if flags & 1 and record else record


def _unpacked(data: bytes, compression: int) -> bytes:
    """A record's text: literal bytes, runs of them, a space with a letter, or a copy of what came before."""
    if compression == _PLAIN:
        return data
    out, at = bytearray(), 0
    while at < len(data):
        byte, at = data[at], at + 1
        if 1 <= byte <= 8:
            out += data[at : at + byte]
            at += byte
        elif byte < 0x80:
            out.append(byte)
        elif byte >= 0xC0:
            out += bytes((32, byte ^ 0x80))
        else:
            pair = (byte << 8 | (data[at] if at < len(data) else 0)) & 0x3FFF
            at += 1
            distance = pair >> 3
            if not 0 < distance <= len(out):
                break
            for _ in range((pair & 7) + 3):
                out.append(out[-distance])
    return bytes(out)


def _properties(header: bytes, encoding: str) -> Properties:
    said = _exth(header, encoding)
    full = header[_number(header, 84) :][: _number(header, 88)].decode(encoding, "replace")
    return Properties(
        title=line(next(iter(said.get(_TITLE, [])), full)),
        author=names(said.get(_AUTHOR, [])),
        description=prose(" ".join(said.get(_DESCRIPTION, []))),
        keywords=keywords(said.get(_SUBJECT, [])),
        taken_at=next((date for text in said.get(_DATE, []) if (date := moment(text))), None),
    )


def _exth(header: bytes, encoding: str) -> Mapping[int, list[str]]:
    """What the book says of itself, by the type of the record."""
    found: dict[int, list[str]] = {}
    with suppress(struct.error):
        for kind, value in _entries(header[16 + _number(header, 20) :]):
            found.setdefault(kind, []).append(value.decode(encoding, "replace"))
    return found


def _entries(block: bytes) -> Iterator[tuple[int, bytes]]:
    if not block.startswith(b"EXTH"):
        return
    at = 12
    for _ in range(min(_number(block, 8), 1_000)):
        kind, size = struct.unpack_from(">II", block, at)
        yield kind, block[at + 8 : at + max(8, size)]
        at += max(8, size)
