"""Finds the texts that kreuzberg, as of 4.10, passes over in Word, PowerPoint and Excel files from before 2007.

Of Word (MS-DOC) footnotes, headers, comments, endnotes and text boxes; of PowerPoint (MS-PPT) notes and comments; of
Excel (MS-XLS) comments, text boxes, headers and the titles of charts.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from bowerbird.core.extractors.documents import ole
from bowerbird.core.extractors.segments import Part
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Locator

_STORIES = ("", "Footnotes", "Header and footer", "", "Comments", "Endnotes", "Text boxes", "Header and footer")
_STORY_LENGTHS, _PIECES = 0x4C, 0x1A2  # of Word's FibRgLw97 and FibRgFcLcb97, where these stand in the stream
_FIELD = re.compile("\x13[^\x13-\x15]{0,5000}\x14?")  # the instruction of a field, and its mark before the result
_MARKS = {
    0x07: "\t",
    0x0B: "\n",
    0x0C: "\n",
    0x0D: "\n",
    0x1E: "-",
    **dict.fromkeys((1, 2, 5, 8, 0x14, 0x15, 0x1F), ""),
}
_WIDE, _NARROW, _NAME = 4000, 4008, 4026  # PowerPoint's atoms of text
_COMMENT, _BLOB, _MASTERS = 12_000, 5003, frozenset({1016, 4041})
_MAX_DEPTH = 30
_TEXT_OBJECT, _CONTINUE, _SERIES_TEXT, _PRINTED = 0x1B6, 0x3C, 0x100D, frozenset({0x14, 0x15})
_CODES = re.compile(r'&"[^"]*"|&\d+|&.')
_MAX = 256 << 20  # bytes of a stream


def beside(source: Source, form: str, text: str) -> Iterator[Part]:
    """Texts that do not stand in ``text``, each once. Damage ends them: the document is good without."""
    said = "".join(text.split())
    with suppress(OSError, struct.error, ValueError, IndexError), ole.opened(source) as container:
        for section, found in _READERS[form](container):
            squeezed = "".join(found.split())
            if squeezed and squeezed not in said:
                said += squeezed
                yield Locator(section=section), f"{found.strip()}\n"


def _stream(container: Any, *names: str) -> bytes:
    name = next((name for name in names if container.exists(name)), "")
    return bytes(container.openstream(name).read(_MAX)) if name else b""


def _word(container: Any) -> Iterator[tuple[str, str]]:
    data = _stream(container, "WordDocument")
    table = _stream(container, "1Table" if data[0x0B] & 2 else "0Table")
    start, size = struct.unpack_from("<II", data, _PIECES)
    text = "".join(_pieces(data, table[start : start + size]))
    at = 0
    for section, length in zip(_STORIES, struct.unpack_from("<8I", data, _STORY_LENGTHS), strict=True):
        if section:
            story = text[at : at + length].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            for line in _FIELD.sub("", story).translate(_MARKS).splitlines():
                yield section, line
        at += length


def _pieces(data: bytes, table: bytes) -> Iterator[str]:
    """The text in its order, from the table of pieces (MS-DOC, 2.4.1): a character for each unit of UTF-16."""
    at = 0
    while table[at] == 1:  # formatting, which comes first
        at += 3 + struct.unpack_from("<H", table, at + 1)[0]
    count = (struct.unpack_from("<I", table, at + 1)[0] - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", table, at + 5)
    for number in range(count):
        place = struct.unpack_from("<I", table, at + 5 + 4 * (count + 1) + 8 * number + 2)[0]
        length = max(0, ends[number + 1] - ends[number])
        if place & 0x40000000:
            begin = (place & 0x3FFFFFFF) // 2
            yield data[begin : begin + length].decode("cp1252", "replace")
        else:
            yield "".join(map(chr, struct.unpack_from(f"<{length}H", data, place)))


def _slides(container: Any) -> Iterator[tuple[str, str]]:
    yield from _atoms(_stream(container, "PowerPoint Document"), 0)


def _atoms(data: bytes, depth: int) -> Iterator[tuple[str, str]]:
    """The texts of records within records; of a comment, the name and the text."""
    at = 0
    while at + 8 <= len(data) and depth < _MAX_DEPTH:
        version, kind, size = struct.unpack_from("<HHI", data, at)
        inner, at = data[at + 8 : at + 8 + size], at + 8 + size
        if kind == _COMMENT:
            yield "Comments", ": ".join(text for _, text in list(_names(inner))[:2])
        elif kind in (_WIDE, _NARROW):
            yield "Notes", inner.decode("utf-16-le" if kind == _WIDE else "latin-1", "replace").translate(_MARKS)
        elif (version & 0xF == 0xF and kind not in _MASTERS) or kind == _BLOB:
            yield from _atoms(inner, depth + 1)


def _names(data: bytes) -> Iterator[tuple[int, str]]:
    at = 0
    while at + 8 <= len(data):
        version, kind, size = struct.unpack_from("<HHI", data, at)
        if kind == _NAME:
            yield version >> 4, data[at + 8 : at + 8 + size].decode("utf-16-le", "replace")
        at += 8 + size


def _sheets(container: Any) -> Iterator[tuple[str, str]]:
    records = list(_records(_stream(container, "Workbook", "Book")))
    for number, (kind, record) in enumerate(records):
        if kind in _PRINTED and len(record) > 3:
            yield "Header and footer", " ".join(_CODES.sub(" ", _string(record[2:], *record[:2])).split())
        elif kind == _SERIES_TEXT and len(record) > 4:
            yield "Chart", _string(record[3:], record[2])
        elif kind == _TEXT_OBJECT and len(record) >= 12 and number + 1 < len(records):
            following, text = records[number + 1]
            length = struct.unpack_from("<H", record, 10)[0]
            if following == _CONTINUE and length:
                yield "Comments and shapes", _string(text, length)


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        yield kind, data[at + 4 : at + 4 + size]
        at += 4 + size


def _string(data: bytes, length: int, high: int = 0) -> str:
    """A string of so many characters: a byte says whether each has one byte or two (MS-XLS, 2.5.294)."""
    length += high << 8
    if data[0] & 1:
        return data[1 : 1 + 2 * length].decode("utf-16-le", "replace")
    return data[1 : 1 + length].decode("latin-1")


_READERS: Mapping[str, Callable[[Any], Iterator[tuple[str, str]]]] = {
    **dict.fromkeys((".doc", ".dot"), _word),
    **dict.fromkeys((".ppt", ".pps", ".pot"), _slides),
    **dict.fromkeys((".xls", ".xlt"), _sheets),
}
FORMS = frozenset(_READERS)
"""The formats that have such texts."""
