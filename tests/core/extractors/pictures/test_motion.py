"""Motion Photos as phones of Google and Samsung write them: a clip behind the picture."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PIL import Image

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.pictures import xmp
from bowerbird.core.extractors.pictures.motion import clip, clip_bytes
from bowerbird.core.extractors.source import MemorySource
from tests.makers import extract
from tests.shot_makers import samsung_trailer

CLIP = struct.pack(">I4s4sI", 16, b"ftyp", b"mp42", 0) + b"moving pictures" * 20
PICTURE = b"\xff\xd8" + bytes(500) + b"\xff\xd9"
RDF = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
CAMERA = "xmlns:GCamera='http://ns.google.com/photos/1.0/camera/'"
ITEMS = (
    "xmlns:Container='http://ns.google.com/photos/1.0/container/' "
    "xmlns:Item='http://ns.google.com/photos/1.0/container/item/'"
)
MICRO = f"<rdf:Description {CAMERA} GCamera:MicroVideo='1' GCamera:MicroVideoOffset='{{}}'/>"
MOTION = (
    f"<rdf:Description {CAMERA} {ITEMS} GCamera:MotionPhoto='1'><Container:Directory><rdf:Seq>"
    "<rdf:li rdf:parseType='Resource'><Container:Item Item:Mime='image/jpeg' Item:Semantic='Primary' "
    "Item:Length='0'/></rdf:li><rdf:li rdf:parseType='Resource'><Container:Item Item:Mime='video/mp4' "
    "Item:Semantic='MotionPhoto' Item:Length='{}'/></rdf:li></rdf:Seq></Container:Directory></rdf:Description>"
)


def packet(description: str, length: object) -> bytes:
    rdf = f"<rdf:RDF {RDF}>{description.format(length)}</rdf:RDF>"
    return f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{rdf}</x:xmpmeta>".encode()


def found(data: bytes, said: int | None = None) -> bytes | None:
    """What is found as a clip: the end of the file from where it begins."""
    length = clip_bytes(MemorySource("a.jpg", data), said)
    return data[-length:] if length else None


@pytest.mark.parametrize("description", [MICRO, MOTION])
def test_xmp_says_how_long_the_clip_is(description: str) -> None:
    assert xmp.read(packet(description, 4321)).clip_bytes == 4321
    assert xmp.read(packet(description, "many")).clip_bytes is None


@pytest.mark.parametrize("description", [MICRO, MOTION])
def test_a_motion_photo_of_google(tmp_path: Path, description: str) -> None:
    path = tmp_path / "PXL.jpg"
    Image.new("RGB", (64, 48), (200, 90, 10)).save(path, xmp=packet(description, len(CLIP)))
    assert extract(path).properties.clip_bytes is None, "it is said to be there, and is not"
    path.write_bytes(path.read_bytes() + CLIP)
    assert extract(path).properties.clip_bytes == len(CLIP)


def test_a_motion_photo_of_samsung(tmp_path: Path) -> None:
    path = tmp_path / "20180101_120000.jpg"
    Image.new("RGB", (64, 48), (200, 90, 10)).save(path)
    path.write_bytes(path.read_bytes() + samsung_trailer(CLIP))
    length = extract(path).properties.clip_bytes
    assert length and path.read_bytes()[-length:].startswith(CLIP)


def test_the_clip_is_taken_out_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "moving.jpg"
    path.write_bytes(PICTURE + CLIP)
    assert clip(path, len(CLIP)) == CLIP
    path.write_bytes(PICTURE + CLIP + b"more")
    for length in (len(CLIP), len(PICTURE + CLIP) + 5, 1 << 40):
        with pytest.raises(FileError, match="no longer"):
            clip(path, length)


def test_what_is_no_clip_is_none() -> None:
    assert found(PICTURE + CLIP, len(CLIP)) == CLIP
    assert found(PICTURE + samsung_trailer(b"no clip" * 9)) is None
    assert found(PICTURE + samsung_trailer(CLIP, form=0x0A31)) is None
    assert found(PICTURE + CLIP, len(CLIP) + 1) is None
    assert found(PICTURE + CLIP, -5) is None
    assert found(PICTURE + CLIP, 10**12) is None
    assert found(b"", 20) is None


@pytest.mark.parametrize("length", [0, 11, 12, 40, 1 << 20, 0xFFFFFFFF])
def test_a_directory_of_a_wrong_length_is_none(length: int) -> None:
    assert found(PICTURE + samsung_trailer(CLIP)[:-8] + struct.pack("<I", length) + b"SEFT") is None


def test_an_entry_from_before_the_file_is_none() -> None:
    whole = samsung_trailer(CLIP)
    back = whole.index(b"SEFH") + 12 + 4
    assert found(whole[:back] + struct.pack("<I", 1 << 30) + whole[back + 4 :]) is None
