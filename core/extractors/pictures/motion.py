"""Finds the clip that phones put behind the picture of a Motion Photo, in the same file."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.source import Source

_MAX_TRAILER = 1 << 16  # bytes of Samsung's directory; a photo has a dozen entries of twelve
_MAX_CLIP = 256 << 20  # bytes; they last three seconds
_MOTION = 0x0A30  # its entry with the clip, ``MotionPhoto_Data``


def clip_bytes(source: Source, said: int | None) -> int | None:
    """How many bytes at the end of a picture begin with a clip; None if there is none.

    Args:
        source: the file.
        said: what its XMP says of that, which is believed if there is an MP4 or QuickTime file there.
    """
    with source.open() as file:
        size = source.size
        for length in (said, _samsung(file, size)):
            if length and 8 < length < size and _at(file, size - length + 4, 4) == b"ftyp":
                return length
    return None


def clip(path: Path, length: int) -> bytes:
    """The clip at the end of a Motion Photo, to be played; it is not opened here.

    Args:
        path: the picture.
        length: what ``clip_bytes`` has found.

    Raises:
        FileError: the file cannot be read, or has changed since.
    """
    with Source.at(path) as source, source.open() as file:
        data = _at(file, source.size - length, length) if length <= _MAX_CLIP else b""
    if data[4:8] != b"ftyp":
        raise FileError("The clip in this photo is no longer where it was. Wait until the photo has been read again.")
    return data


def _samsung(file: BinaryIO, size: int) -> int | None:
    """Where Samsung's trailer says that a clip is: a directory between SEFH and SEFT, at the very end.

    Each entry has a type, how far before SEFH its data begin, and how long they are, with their own name before them.
    """
    end = _at(file, size - 8, 8)
    length = int.from_bytes(end[:4], "little")
    if end[4:] != b"SEFT" or not 12 <= length <= min(_MAX_TRAILER, size - 8):
        return None
    start = size - 8 - length
    directory = _at(file, start, length)
    if directory[:4] != b"SEFH":
        return None
    for at in range(12, length - 11, 12):
        form, back = struct.unpack("<2xHI4x", directory[at : at + 12])
        if form == _MOTION and 8 < back <= start:
            name = int.from_bytes(_at(file, start - back + 4, 4), "little")
            return size - start + int(back) - 8 - name
    return None


def _at(file: BinaryIO, offset: int, count: int) -> bytes:
    if offset < 0:
        return b""
    file.seek(offset)
    return file.read(count)
