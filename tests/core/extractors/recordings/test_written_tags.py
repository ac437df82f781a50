"""Tags of MP3s as the world's programs write them, those included that FFmpeg passes over."""

from __future__ import annotations

import struct
from datetime import datetime
from pathlib import Path

import pytest

from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.recordings.written_tags import written_tags
from bowerbird.core.extractors.source import MemorySource
from bowerbird.core.types import Extraction
from tests.makers import extract
from tests.media_makers import recording, tone

UTF16 = b"\xff\xfe"


def seven_bits(number: int) -> bytes:
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


def id3(version: int, *frames: tuple[str, bytes], flags: int = 0) -> bytes:
    out = b""
    for name, data in frames:
        size = {2: len(data).to_bytes(3, "big"), 3: len(data).to_bytes(4, "big") + b"\0\0"}
        out += name.encode() + size.get(version, seven_bits(len(data)) + b"\0\0") + data
    return b"ID3" + bytes([version, 0, flags]) + seven_bits(len(out)) + out


def ape(**items: str) -> bytes:
    data = b"".join(
        struct.pack("<II", len(value.encode()), 0) + name.encode() + b"\0" + value.encode()
        for name, value in items.items()
    )
    return data + b"APETAGEX" + struct.pack("<IIII8x", 2000, len(data) + 32, len(items), 0x80000000)


CASES = {
    "several artists": (id3(4, ("TPE1", b"\3Ann\0Bob")), {"artist": "Ann; Bob"}),
    "UTF-16 without a mark": (id3(3, ("TIT2", b"\1" + "Größe".encode("utf-16-le"))), {"title": "Größe"}),
    "lyrics of version 2.2": (id3(2, ("ULT", b"\0eng\0the boiler")), {"lyrics": "the boiler"}),
    "lyrics in UTF-16": (
        id3(3, ("USLT", b"\1eng" + UTF16 + b"\0\0" + UTF16 + "Größe\n2".encode("utf-16-le"))),
        {"lyrics": "Größe\n2"},
    ),
    "lyrics with times": (
        id3(3, ("SYLT", b"\0eng\2\1\0the boiler\0\0\0\0\1in the cellar\0\0\0\0\2")),
        {"syncedlyrics": "the boiler\nin the cellar\n"},
    ),
    "a podcast": (id3(4, ("TDES", b"\3about boilers")), {"description": "about boilers"}),
    "APE at the end": (bytes(50) + ape(Title="Größe", Artist="Ann", Cover="x"), {"title": "Größe", "artist": "Ann"}),
    "APE before ID3v1": (bytes(50) + ape(Title="Größe") + b"TAG" + bytes(125), {"title": "Größe"}),
    "bytes that keep decoders from being misled": (
        id3(3, ("TIT2", b"\1\xff\0\xfe" + "Größe".encode("utf-16-le")), flags=0x80),
        {"title": "Größe"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_tags(case: str) -> None:
    data, expected = CASES[case]
    assert written_tags(MemorySource("a.mp3", data)) == expected


@pytest.mark.parametrize("case", CASES)
def test_damaged_tags_are_read_as_far_as_they_go(case: str) -> None:
    data, _ = CASES[case]
    for end in range(len(data)):
        written_tags(MemorySource("a.mp3", data[:end]))
    written_tags(MemorySource("a.mp3", data.replace(b"\0", b"\xff")))


def read(tmp_path: Path, tag: bytes) -> Extraction:
    path = recording(tmp_path / "a.mp3", tone(1.0, rate=48_000), "mp3", 48_000)
    path.write_bytes(tag + path.read_bytes())
    return extract(path, Limits(only_tags=True))


def test_they_fill_properties(tmp_path: Path) -> None:
    extraction = read(tmp_path, id3(4, ("TPE1", b"\3Ann\0Bob"), ("TDES", b"\3about boilers")))
    assert (extraction.properties.author, extraction.properties.description) == ("Ann; Bob", "about boilers")


def test_japanese_that_is_mostly_chinese_characters(tmp_path: Path) -> None:
    tag = id3(3, ("TIT2", b"\0" + "日本語の歌".encode("cp932")), ("TPE1", b"\0" + "髙橋".encode("cp932")))
    properties = read(tmp_path, tag).properties
    assert (properties.title, properties.author) == ("日本語の歌", "髙橋")


def test_broadcast_wave_has_its_time_beside_its_date(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav", tone(1.0), "pcm_s16le", 16_000)
    data, bext = path.read_bytes(), bytes(256 + 64) + b"2011-07-05" + b"10:11:12" + bytes(8 + 2 + 64 + 190)
    data = data[:12] + b"bext" + struct.pack("<I", len(bext)) + bext + data[12:]
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
    assert extract(path, Limits(only_tags=True)).properties.taken_at == datetime(2011, 7, 5, 10, 11, 12)
