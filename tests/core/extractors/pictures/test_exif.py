from __future__ import annotations

import struct
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from bowerbird.core.extractors.pictures.exif import changed_at, fixed_at, read
from bowerbird.core.types import Properties

EXIF, GPS = 0x8769, 0x8825


def tags(values: dict[int, object]) -> Image.Exif:
    """As they are read again from a file."""
    exif = Image.Exif()
    for number, value in values.items():
        exif[number] = value
    loaded = Image.Exif()
    loaded.load(exif.tobytes())
    return loaded


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({0x010E: "Philomena at the regatta"}, Properties(description="Philomena at the regatta")),
        ({0x010E: "Grüße".encode()}, Properties(description="Grüße")),
        ({0x010E: "Grüße aus Köln".encode("latin-1")}, Properties(description="Grüße aus Köln")),
        ({0x9C9B: wide("Regatta")}, Properties(title="Regatta")),
        ({0x9C9C: wide("海边的灯塔")}, Properties(description="海边的灯塔")),
        ({0x9C9D: wide("Ada Byron")}, Properties(author="Ada Byron")),
        ({0x9C9E: wide("wedding;zanzibar; ;")}, Properties(keywords=("wedding", "zanzibar"))),
        ({0x9C9F: wide("A subject")}, Properties(description="A subject")),
        ({0x013B: "Ada Byron; Mary Shelley"}, Properties(author="Ada Byron; Mary Shelley")),
        ({0x4746: 4}, Properties(rating=4)),
        ({0x4749: 99}, Properties(rating=5)),
        ({0x4746: 7}, Properties()),
        ({EXIF: {0x9286: b"ASCII\0\0\0Aunt's boat"}}, Properties(description="Aunt's boat")),
        ({EXIF: {0x9286: b"UNICODE\0" + "Größe".encode("utf-16-le")}}, Properties(description="Größe")),
        ({EXIF: {0x9286: b"UNICODE\0" + "Größe".encode("utf-16-be")}}, Properties(description="Größe")),
        ({EXIF: {0x9286: b"UNICODE\0" + "Größe".encode("utf-16")}}, Properties(description="Größe")),
        ({EXIF: {0x9286: b"UNICODE\0" + "Größe".encode()}}, Properties(description="Größe")),
        ({EXIF: {0x9286: b"UNICODE\0" + "東京タワー".encode("utf-16-le")}}, Properties(description="東京タワー")),
        ({EXIF: {0x9286: b"UNICODE\0" + "東京タワー".encode("utf-16-be")}}, Properties(description="東京タワー")),
        ({EXIF: {0x9286: b"JIS\0\0\0\0\0" + "灯台".encode("iso2022_jp")}}, Properties(description="灯台")),
        ({EXIF: {0x9286: bytes(8) + "Größe".encode()}}, Properties(description="Größe")),
        ({EXIF: {0x9286: b"without a name of its characters"}},
         Properties(description="without a name of its characters")),
        ({EXIF: {0x9286: b"ASCII\0\0\0" + b" " * 200}}, Properties()),
        ({EXIF: {0xA433: "Canon", 0xA434: "EF 50mm f/1.8"}}, Properties(lens="Canon EF 50mm f/1.8")),
        ({EXIF: {0xA433: "Canon", 0xA434: "Canon EF 50mm"}}, Properties(lens="Canon EF 50mm")),
        ({EXIF: {0x9003: "2011/07/05 12:30"}}, Properties(taken_at=datetime(2011, 7, 5, 12, 30))),
        ({EXIF: {0x9003: "0000:00:00 00:00:00", 0x9004: "2011-07-05 12:30:15"}},
         Properties(taken_at=datetime(2011, 7, 5, 12, 30, 15))),
        ({EXIF: {0x9003: "2011:07:05 22:30:15Z", 0x9011: "+02:00"}},
         Properties(taken_at=datetime(2011, 7, 6, 0, 30, 15))),
        ({GPS: {1: "N", 2: (46.0, 29.0, 53.88), 3: "E", 4: (11.0, 21.0, 17.28)}},
         Properties(latitude=46.4983, longitude=11.3548)),
        ({GPS: {1: "N", 2: (46.0, 29.898, 0.0), 3: "W", 4: (11.0, 21.288, 0.0)}},
         Properties(latitude=46.4983, longitude=-11.3548)),
        ({GPS: {1: "N", 2: (96.0, 0.0, 0.0), 3: "E", 4: (11.0, 0.0, 0.0)}}, Properties()),
        ({GPS: {1: "N", 2: (46.0, 0.0, 0.0)}}, Properties()),
    ],
)  # fmt: skip
def test_what_cameras_and_programs_write(values: dict[int, object], expected: Properties) -> None:
    assert read(tags(values)) == expected


@pytest.mark.parametrize(
    "caption",
    ["OLYMPUS DIGITAL CAMERA         ", "SONY DSC", "AppleMark",
     "ACD Systems Digital Imaging", "Created by AccuSoft Corp.",
     "DCIM\\100MEDIA\\DJI_0001.JPG", "MINOLTA DIGITAL CAMERA", "---",
     "<Digimax S500 / Kenox S500 / Digimax Cyber 530>", "oplus_32",
     "File written by Adobe Photoshop\u00a8 4.0", '{"ARGlass": 1}', "   ", "untitled"],
)  # fmt: skip
def test_what_no_person_wrote(caption: str) -> None:
    assert read(tags({0x010E: caption})) == Properties()


@pytest.mark.parametrize("caption", ["Vera at the beach", "Verona", "Digital painting", "Created with love by Ada"])
def test_what_a_person_wrote(caption: str) -> None:
    assert read(tags({0x010E: caption})) == Properties(description=caption)


def test_the_last_change_is_told_apart() -> None:
    assert changed_at(tags({0x0132: "2011-07-05 12:30:15"})) == datetime(2011, 7, 5, 12, 30, 15)
    assert read(tags({0x0132: "2011-07-05 12:30:15"})) == Properties()


@pytest.mark.parametrize(
    ("east", "offset", "moment"),
    [
        (11.35, "", datetime(2012, 8, 10, 0, 15, 30)),
        (-122.0, "", datetime(2012, 8, 9, 15, 15, 30)),
        (0.0, "", datetime(2012, 8, 9, 23, 15, 30)),
        (11.35, "+02:00", datetime(2012, 8, 10, 1, 15, 30)),
    ],
)
def test_when_satellites_fixed_the_place(east: float, offset: str, moment: datetime) -> None:
    exif = Image.Exif()
    exif.get_ifd(GPS).update(
        {29: "2012:08:09", 7: (23.0, 15.0, 30.0), 3: "E" if east >= 0 else "W", 4: (abs(east), 0, 0)}
    )
    if offset:
        exif.get_ifd(EXIF)[0x9010] = offset
    assert fixed_at(exif) == moment


def test_a_place_without_a_date_tells_none() -> None:
    assert fixed_at(tags({})) is None


def looped() -> bytes:
    """Directories that name themselves as their next, as their EXIF and as their GPS."""
    entries = b"".join(struct.pack("<HHII", number, 4, 1, 8) for number in (EXIF, GPS, 0xA005))
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 3) + entries + struct.pack("<I", 8)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "data",
    [
        looped(),
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x01" * 400,
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM",
        b"Exif\0\0II*\0" + struct.pack("<IHHHII", 8, 1, 0x010E, 2, 0xFFFFFFFF, 8),
    ],
)
def test_loops_and_wrong_lengths_are_nothing(data: bytes, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=data)
    with Image.open(tmp_path / "a.jpg") as image:
        assert read(image.getexif()) == Properties()
