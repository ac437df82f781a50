from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from bowerbird.core.extractors.pictures.photo_metadata import properties, reconciled
from bowerbird.core.types import Properties
from tests.core.extractors.pictures.test_iptc import data_set
from tests.core.extractors.pictures.test_xmp import bag, packet

XMP = packet(bag("dc:subject", "Zanzibar", "Cousin Leopold"))


def small() -> Image.Image:
    return Image.new("RGB", (40, 30), (200, 30, 40))


def read(path: Path) -> Properties:
    with Image.open(path) as image:
        return properties(image, path.name)


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def with_segments(path: Path, *segments: bytes) -> Path:
    """A JPEG with further segments at its start."""
    small().save(path)
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"".join(segments) + data[2:])
    return path


def photoshop(iptc: bytes) -> bytes:
    """Its resources, as they lie in a JPEG: one with a name, then IPTC's."""
    named = b"8BIM\x04\x25\x03abc" + struct.pack(">I", 3) + b"xyz\0"
    return named + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + bytes(len(iptc) % 2)


def heif(path: Path) -> None:
    import pillow_heif

    pillow_heif.from_pillow(small()).save(path, xmp=XMP)
    pillow_heif.register_heif_opener()


def gif(path: Path) -> None:
    """As the standard has it: raw behind an application block, and a magic trailer of 258 bytes."""
    small().save(path)
    data = path.read_bytes()
    head = 13 + 3 * 2 ** ((data[10] & 7) + 1) if data[10] & 0x80 else 13
    block = b"\x21\xff\x0bXMP DataXMP" + XMP + b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    path.write_bytes(data[:head] + block + data[head:])


def png_text(path: Path) -> None:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", XMP.decode())
    small().save(path, pnginfo=chunks)


def tiff(path: Path) -> None:
    small().save(path, tiffinfo={700: XMP})


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.jpg", lambda path: small().save(path, xmp=XMP)),
        ("a.webp", lambda path: small().save(path, xmp=XMP)),
        ("a.avif", lambda path: small().save(path, xmp=XMP)),
        ("a.png", png_text),
        ("a.tif", tiff),
        ("a.heic", heif),
        ("a.gif", gif),
    ],
)
def test_xmp_of_every_format(tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    make(tmp_path / name)
    assert read(tmp_path / name) == Properties(keywords=("Zanzibar", "Cousin Leopold"), width=40, height=30)


@pytest.mark.parametrize("where", ["jpeg", "tiff", "tiff, photoshop"])
def test_iptc_of_every_format(tmp_path: Path, where: str) -> None:
    iptc = data_set(120, b"Philomena at the lighthouse")
    if where == "jpeg":
        path = with_segments(tmp_path / "a.jpg", segment(0xED, b"Photoshop 3.0\0" + photoshop(iptc)))
    else:
        path = tmp_path / "a.tif"
        small().save(path, tiffinfo={33723: iptc} if where == "tiff" else {34377: photoshop(iptc)})
    assert read(path).description == "Philomena at the lighthouse"


def test_the_extension_of_a_packet(tmp_path: Path) -> None:
    identifier = b"0123456789ABCDEF" * 2
    extension = packet(bag("dc:subject", *(f"tag {number}" for number in range(400))))
    head = b"http://ns.adobe.com/xmp/extension/\0" + identifier + struct.pack(">I", len(extension))
    halves = ((0, extension[:9000]), (9000, extension[9000:]))
    parts = [segment(0xE1, head + struct.pack(">I", start) + part) for start, part in halves]
    main = packet("", f'xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="{identifier.decode()}"')
    path = with_segments(tmp_path / "a.jpg", segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + main), *reversed(parts))
    assert len(read(path).keywords) == 400
    other = with_segments(tmp_path / "b.jpg", segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP), *parts)
    assert read(other).keywords == ("Zanzibar", "Cousin Leopold")


def test_comments(tmp_path: Path) -> None:
    small().save(tmp_path / "a.jpg", comment=b"Philomena at the lighthouse")
    small().save(tmp_path / "b.gif", comment=b"Philomena at the lighthouse")
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Description", "Philomena at the lighthouse")
    chunks.add_text("Creation Time", "Tue, 5 Jul 2011 12:30:15 +0200")
    small().save(tmp_path / "c.png", pnginfo=chunks)
    for name in ("a.jpg", "b.gif", "c.png"):
        assert read(tmp_path / name).description == "Philomena at the lighthouse"
    assert read(tmp_path / "c.png").taken_at == datetime(2011, 7, 5, 12, 30, 15)
    small().save(tmp_path / "d.jpg", comment=b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90")
    assert read(tmp_path / "d.jpg").description == ""


def test_every_comment_of_a_jpeg(tmp_path: Path) -> None:
    path = with_segments(tmp_path / "a.jpg", segment(0xFE, b"At the lighthouse"), segment(0xFE, "Größe".encode()))
    assert read(path).description.splitlines() == ["Größe", "At the lighthouse"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_comments_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = "Größe der Straße über Köln"
    small().save(tmp_path / "a.jpg", comment=text.encode(encoding))
    small().save(tmp_path / "b.gif", comment=text.encode(encoding))
    chunks = PngImagePlugin.PngInfo()
    chunks.add(b"tEXt", b"Comment\0" + text.encode(encoding))
    small().save(tmp_path / "c.png", pnginfo=chunks)
    for name in ("a.jpg", "b.gif", "c.png"):
        assert read(tmp_path / name).description == text


def test_the_date_of_the_name_serves_where_the_header_has_none(tmp_path: Path) -> None:
    small().save(tmp_path / "IMG-20110714-WA0001.jpg")
    assert read(tmp_path / "IMG-20110714-WA0001.jpg").taken_at == datetime(2011, 7, 14)
    exif = Image.Exif()
    exif[0x0132] = "2003:12:14 12:01:44"
    small().save(tmp_path / "IMG-20110714-WA0002.jpg", exif=exif)
    assert read(tmp_path / "IMG-20110714-WA0002.jpg").taken_at == datetime(2003, 12, 14, 12, 1, 44)


def test_of_several_the_first_is_trusted_and_nothing_said_is_lost() -> None:
    first = Properties(description="At sea", keywords=("Boat",), author="Ada", latitude=1.0, longitude=2.0, rating=3)
    second = Properties(
        title="Regatta", description="At sea\nWith Leopold", keywords=("boat", "sea"), author="ada; Mary", latitude=5.0,
        longitude=6.0, rating=5, taken_at=datetime(2011, 7, 5),
    )  # fmt: skip
    assert reconciled(first, second) == Properties(
        title="Regatta", description="At sea\nWith Leopold", keywords=("Boat", "sea"), author="Ada; Mary", latitude=1.0,
        longitude=2.0, rating=3, taken_at=datetime(2011, 7, 5),
    )  # fmt: skip
    assert reconciled() == Properties()


def test_a_title_is_not_said_twice() -> None:
    told = reconciled(Properties(description="The harbour"), Properties(title="The Harbour", description="the harbour"))
    assert told == Properties(title="The Harbour")


def test_pictures_are_not_written_to(tmp_path: Path) -> None:
    small().save(tmp_path / "a.jpg", xmp=XMP)
    before = (tmp_path / "a.jpg").read_bytes()
    read(tmp_path / "a.jpg")
    assert (tmp_path / "a.jpg").read_bytes() == before
