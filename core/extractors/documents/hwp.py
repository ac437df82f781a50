"""Reads Hangul Word Processor 5 documents ("HWP Document File Formats 5.0"): the text of the paragraphs."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, LOCKED, Limits
from bowerbird.core.extractors.documents import ole
from bowerbird.core.extractors.segments import Part
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator

SUFFIXES = frozenset({".hwp"})
_PARAGRAPH = 67  # the kind of a record with a paragraph's text
_LONG = 0xFFF  # a size that does not fit into a record's header
_COMPRESSED, _ENCRYPTED, _DISTRIBUTED = 1, 2, 4  # flags of the document
_GAPS = {9: "\t", 10: "\n", 13: "\n", 24: "-", 30: " ", 31: " "}
_SINGLE = frozenset({0, 10, 13, *range(24, 32)})  # controls that take one character; others take eight
_MAX_SECTION = 256 << 20  # bytes


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The text, without what is drawn.

    Raises:
        FileError: it is damaged or locked.
    """
    try:
        with ole.opened(source) as container:
            flags = struct.unpack_from("<I", container.openstream("FileHeader").read(), 36)[0]
            if flags & (_ENCRYPTED | _DISTRIBUTED):
                raise FileError(LOCKED)
            parts = _parts(container, compressed=bool(flags & _COMPRESSED))
            return segments.document(parts, limits, ole.properties(source))
    except (OSError, struct.error, zlib.error) as error:
        raise FileError(DAMAGED) from error


def _parts(container: Any, *, compressed: bool) -> Iterator[Part]:
    names = [name for name in container.listdir() if name[0] == "BodyText" and len(name) == 2]
    for name in sorted(names, key=lambda name: (len(name[1]), name[1])):
        data = container.openstream(name).read()
        if compressed:
            data = zlib.decompressobj(-15).decompress(data, _MAX_SECTION)
        yield from ((Locator(), f"{_text(record)}\n") for record in _paragraphs(data))


def _paragraphs(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 <= len(data):
        header, at = struct.unpack_from("<I", data, at)[0], at + 4
        size = header >> 20
        if size == _LONG and at + 4 <= len(data):
            size, at = struct.unpack_from("<I", data, at)[0], at + 4
        if header & 0x3FF == _PARAGRAPH:
            yield data[at : at + size]
        at += size


def _text(record: bytes) -> str:
    units, out, at = memoryview(record[: len(record) // 2 * 2]).cast("H"), bytearray(), 0
    while at < len(units):
        unit = units[at]
        if unit >= 32:
            out += unit.to_bytes(2, "little")
        elif gap := _GAPS.get(unit):
            out += gap.encode("utf-16-le")
        at += 1 if unit >= 32 or unit in _SINGLE else 8
    return out.decode("utf-16-le", "replace").rstrip("\n")
