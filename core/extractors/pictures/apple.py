"""What Apple's cameras note of a shot in the maker note of its EXIF, tag 0x927C.

It is a directory of TIFF behind ``Apple iOS``, with offsets from its own beginning. Apple documents none of it; the
numbers of the tags are those that ExifTool lists.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from bowerbird.core.extractors.segments import label

_NAME, _START = b"Apple iOS\0", 14  # where the directory begins, behind the order of bytes
_BURST, _LIVE = 0x000B, 0x0011
_TEXT = 2  # type of a tag: ASCII
_ORDERS = {b"MM": ">", b"II": "<"}


def shot_ids(note: bytes) -> tuple[str, str]:
    """What the picture and clip of a Live Photo share, and what the photos of a burst share; empty where missing."""
    order = _ORDERS.get(note[12:14])
    found = dict(_texts(note, order)) if note.startswith(_NAME) and order else {}
    return found.get(_LIVE, ""), found.get(_BURST, "")


def _texts(note: bytes, order: str) -> Iterator[tuple[int, str]]:
    """Number and value of the tags that are texts too long to stand in the directory itself."""
    count = int.from_bytes(note[_START : _START + 2], "big" if order == ">" else "little")
    for at in range(_START + 2, min(len(note) - 11, _START + 2 + 12 * count), 12):
        number, form, length, offset = struct.unpack(f"{order}HHII", note[at : at + 12])
        if form == _TEXT and 4 < length <= len(note) - offset:
            yield number, label(note[offset : offset + length].rstrip(b"\0").decode("ascii", "replace"))
