"""Reads dBASE tables (dBASE III to V, FoxPro): a line for each row, with a tab between the fields."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, Limits
from bowerbird.core.extractors.segments import Part
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

SUFFIXES = frozenset({".dbf"})
# The code page by the language driver in byte 29, as FoxPro numbers them; others are Western.
_CODE_PAGES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x04: "mac-roman", 0x57: "cp1252", 0x64: "cp852", 0x65: "cp866",
    0x66: "cp865", 0x67: "cp861", 0x6A: "cp737", 0x6B: "cp857", 0x78: "big5", 0x79: "cp949", 0x7A: "gbk",
    0x7B: "cp932", 0x7C: "cp874", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253",
}  # fmt: skip
_FIELD = 32  # bytes of a field's description
_END, _DELETED = b"\r", b"*"
_SHOWN = frozenset("CNFDL")  # types whose values are text: characters, numbers, dates, yes or no


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The names of the fields and the rows.

    Raises:
        FileError: it is damaged.
    """
    try:
        return segments.document(_rows(source), limits, Properties())
    except (struct.error, ValueError) as error:
        raise FileError(DAMAGED) from error


def _rows(source: Source) -> Iterator[Part]:
    with source.open() as file:
        head = file.read(32)
        count, begin, size = struct.unpack_from("<IHH", head, 4)
        encoding = _CODE_PAGES.get(head[29], "cp1252")
        fields = list(_fields(file.read(max(0, begin - 32)), encoding))
        if not fields or size < 2:
            raise ValueError("no table")
        yield Locator(), "\t".join(name for name, _, _ in fields) + "\n"
        for _ in range(count):
            row = file.read(size)
            if len(row) < size:
                return
            if not row.startswith(_DELETED):
                yield Locator(), "\t".join(_values(row, fields, encoding)) + "\n"


def _fields(described: bytes, encoding: str) -> Iterator[tuple[str, int, int]]:
    """The name of each field that is text, and where in a row it begins and ends."""
    start = 1
    for at in range(0, len(described) - _FIELD + 1, _FIELD):
        field = described[at : at + _FIELD]
        if field.startswith(_END):
            return
        end = start + field[16]
        if chr(field[11]) in _SHOWN:
            yield field[:11].partition(b"\0")[0].decode(encoding, "replace"), start, end
        start = end


def _values(row: bytes, fields: list[tuple[str, int, int]], encoding: str) -> Iterator[str]:
    for _, start, end in fields:
        yield row[start:end].decode(encoding, "replace").strip(" \0")
