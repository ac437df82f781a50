"""Reads what FFmpeg passes over in the tags of MP3s: several artists, lyrics with times, podcasts, APE, odd encodings.

The formats are ID3v2.2, 2.3 and 2.4 (id3.org) and APEv2 (Hydrogenaudio's wiki).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from bowerbird.core.extractors.source import Source

_MAX_TAG = 16 << 20  # bytes that are read
_MAX_ITEMS = 500
# FFmpeg's names of what is read here, by frames.
_TEXTS = {
    "TIT2": "title", "TT2": "title", "TPE1": "artist", "TP1": "artist", "TPE2": "album_artist", "TP2": "album_artist",
    "TCOM": "composer", "TCM": "composer", "TALB": "album", "TAL": "album", "TIT1": "grouping", "TT1": "grouping",
    "TIT3": "subtitle", "TT3": "subtitle", "TDES": "description", "TKWD": "keywords",
}  # fmt: skip
_LYRICS, _TIMED_LYRICS = frozenset({"USLT", "ULT"}), frozenset({"SYLT", "SLT"})
_APE = frozenset("title artist album comment genre composer lyrics subtitle description".split())
_APE_MARK, _APE_FOOTER, _ID3V1 = b"APETAGEX", 32, 128
_UNSYNCHRONISED, _EXTENDED = 0x80, 0x40  # of a tag
_PACKED = {3: 0xC0, 4: 0x0C}  # of a frame: compressed or encrypted
_UNSYNCHRONISED_FRAME, _LENGTH_TOLD = 0x02, 0x01  # of a frame of 2.4


class _Frame(NamedTuple):
    name: str
    data: bytes


def written_tags(source: Source) -> dict[str, str]:
    """The tags by FFmpeg's names; empty for a file that has none of these two sorts."""
    with source.open() as file:
        tags = dict(_ape(file, source.size))
        for frame in _frames(file):
            tags |= {name: value for name, value in _read(frame) if value.strip("\0 \r\n")}
    return tags


def _read(frame: _Frame) -> Iterator[tuple[str, str]]:
    encoding, data = frame.data[:1], frame.data[1:]
    if name := _TEXTS.get(frame.name):
        yield name, "; ".join(filter(str.strip, _decoded(data, encoding).split("\0")))
    elif frame.name in _LYRICS:
        yield "lyrics", _decoded(_cut(data[3:], encoding)[1], encoding)
    elif frame.name in _TIMED_LYRICS:
        _, timed = _cut(data[5:], encoding)
        yield "syncedlyrics", "".join(_lines(timed, encoding))


def _lines(data: bytes, encoding: bytes) -> Iterator[str]:
    """Syllables or lines, each before four bytes that say when it is sung."""
    while data:
        line, data = _cut(data, encoding)
        data = data[4:]
        text = _decoded(line, encoding)
        yield text if "\n" in text else f"{text}\n"


def _cut(data: bytes, encoding: bytes) -> tuple[bytes, bytes]:
    """What is before the first zero character, and what is behind it."""
    if encoding in (b"\0", b"\3"):
        before, _, after = data.partition(b"\0")
        return before, after
    end = next((at for at in range(0, len(data) - 1, 2) if data[at : at + 2] == b"\0\0"), len(data))
    return data[:end], data[end + 2 :]


def _decoded(data: bytes, encoding: bytes) -> str:
    """Text; what is said to be Latin-1 as that, and ``media_tags`` puts it right."""
    if encoding == b"\3":
        return data.decode("utf-8", "surrogateescape")
    if encoding not in (b"\1", b"\2"):
        return data.decode("latin-1")
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2])
    text = data.decode(wide or ("utf-16-be" if encoding == b"\2" else "utf-16-le"), "replace")
    return text.replace("\ufeff", "")


def _frames(file: BinaryIO) -> Iterator[_Frame]:
    file.seek(0)
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10 or head[3] not in (2, 3, 4):
        return
    version, flags = head[3], head[5]
    data = file.read(min(_MAX_TAG, _seven_bits(head[6:])))
    if flags & _UNSYNCHRONISED and version < 4:
        data = data.replace(b"\xff\0", b"\xff")
    if flags & _EXTENDED and version > 2:
        data = data[_seven_bits(data[:4]) if version == 4 else int.from_bytes(data[:4], "big") + 4 :]
    at, size = 0, 6 if version == 2 else 10
    while data[at : at + 1].isalnum() and at + size < len(data):
        name, length, flags = _head(data[at : at + size], version)
        at += size + length
        if not flags & _PACKED.get(version, 0):
            yield _Frame(name, _plain(data[at - length : at], flags if version == 4 else 0))


def _head(head: bytes, version: int) -> tuple[str, int, int]:
    """Name, length and flags of a frame."""
    if version == 2:
        return head[:3].decode("latin-1"), int.from_bytes(head[3:6], "big"), 0
    length = _seven_bits(head[4:8]) if version == 4 else int.from_bytes(head[4:8], "big")
    return head[:4].decode("latin-1"), length, head[9]


def _plain(data: bytes, flags: int) -> bytes:
    data = data[4:] if flags & _LENGTH_TOLD else data
    return data.replace(b"\xff\0", b"\xff") if flags & _UNSYNCHRONISED_FRAME else data


def _seven_bits(data: bytes) -> int:
    """A number in seven bits of each byte."""
    number = 0
    for byte in data:
        number = number << 7 | byte & 0x7F
    return number


def _ape(file: BinaryIO, size: int) -> Iterator[tuple[str, str]]:
    """The items of a tag at the end of the file, or before an ID3v1 there; with several values, all of them."""
    for end in (size, size - _ID3V1):
        footer = _at(file, end - _APE_FOOTER, _APE_FOOTER)
        if footer[:8] != _APE_MARK:
            continue
        length, count = struct.unpack("<II", footer[12:20])
        if _APE_FOOTER <= length <= min(_MAX_TAG, end):
            yield from _ape_items(_at(file, end - length, length - _APE_FOOTER), count)
            return


def _ape_items(data: bytes, count: int) -> Iterator[tuple[str, str]]:
    at = 0
    for _ in range(min(count, _MAX_ITEMS)):
        with suppress(struct.error):
            length, flags = struct.unpack_from("<II", data, at)
            name, _, _ = data[at + 8 : at + 8 + 256].partition(b"\0")
            at += 9 + len(name) + length
            if (known := name.decode("latin-1").lower()) in _APE and not flags & 0b110:  # else it is no text
                yield known, data[at - length : at].decode("utf-8", "surrogateescape").replace("\0", "; ")


def _at(file: BinaryIO, offset: int, count: int) -> bytes:
    if offset < 0:
        return b""
    file.seek(offset)
    return file.read(count)
