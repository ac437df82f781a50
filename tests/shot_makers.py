"""Makes photos and clips that belong together, as phones write them."""

from __future__ import annotations

import struct
from pathlib import Path

from PIL import Image

from tests.makers import photo
from tests.media_makers import clip, scenes, tone

_EXIF, _MAKER_NOTE, _TAKEN, _MODEL = 0x8769, 0x927C, 0x9003, 0x0110
BURST_ID, LIVE_ID = 0x0B, 0x11
"""Numbers of Apple's tags."""
NOON = "2024:07:01 12:00:00"
ASCII, LONG = 2, 4
"""Types of tags."""


def live_picture(path: Path, live_id: str, seed: int = 0) -> Path:
    """The picture of a Live Photo."""
    return taken(path, seed=seed, note=apple_note({LIVE_ID: live_id}))


def live_clip(path: Path, live_id: str) -> Path:
    """Its clip: half a second of red and half a second of blue, with a tone."""
    pictures, name = scenes((200, 30, 30), (30, 30, 200), each=5), "com.apple.quicktime.content.identifier"
    return clip(path, pictures, samples=tone(1.0), **{name: live_id} if live_id else {})


def taken(path: Path, *, at: str = NOON, model: str = "iPhone 15", note: bytes = b"", seed: int = 0) -> Path:
    """A photo that a camera took."""
    exif = Image.Exif()
    exif[_MODEL] = model
    exif.get_ifd(_EXIF).update({_TAKEN: at, **({_MAKER_NOTE: note} if note else {})})
    return photo(path, seed, exif=exif.tobytes())


def apple_note(entries: dict[int, str], order: str = ">", form: int = ASCII) -> bytes:
    """A maker note of Apple's phones: one short tag, and these texts."""
    tags = len(entries) + 1
    directory = struct.pack(f"{order}H", tags) + struct.pack(f"{order}HHII", 1, LONG, 1, 15)
    offset, values = 14 + 2 + 12 * tags + 4, b""
    for number, text in entries.items():
        data = text.encode() + b"\0"
        directory += struct.pack(f"{order}HHII", number, form, len(data), offset + len(values))
        values += data
    mark = b"MM" if order == ">" else b"II"
    return b"Apple iOS\0\0\x01" + mark + directory + bytes(4) + values


def samsung_trailer(clip: bytes, *, form: int = 0x0A30) -> bytes:
    """What Samsung puts behind a picture: the clip and a further entry, each behind its name, then the directory."""
    name, other = b"MotionPhoto_Data", b"Image_UTC_Data"
    data = struct.pack("<HHI", 0, form, len(name)) + name + clip
    more = struct.pack("<HHI", 0, 0x0A01, len(other)) + other + b"1500000000000"
    entries = struct.pack("<HHII", 0, form, len(data) + len(more), len(data))
    entries += struct.pack("<HHII", 0, 0x0A01, len(more), len(more))
    directory = b"SEFH" + struct.pack("<II", 106, 2) + entries
    return data + more + directory + struct.pack("<I", len(directory)) + b"SEFT"
