from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.pictures.sidecars import beside, described, described_by, is_sidecar, merged, read
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Properties
from tests.core.extractors.pictures.test_xmp import bag, packet

LONG = "a photo with a really long name of sixty letters in all.jpg"


@pytest.mark.parametrize(
    ("name", "photo"),
    [
        ("IMG_1.xmp", "IMG_1.jpg"),
        ("IMG_1.xmp", "IMG_1.CR2"),
        ("IMG_1.XMP", "IMG_1.mov"),
        ("IMG_1.jpg.xmp", "IMG_1.jpg"),
        ("IMG_1.jpg.json", "IMG_1.jpg"),
        ("IMG_1.jpg.supplemental-metadata.json", "IMG_1.jpg"),
        ("IMG_1.MP.jpg.supplemental-metadata.json", "IMG_1.MP.jpg"),
        ("Screenshot_2024-07-01-12-34-56-78.png.suppleme.json", "Screenshot_2024-07-01-12-34-56-78.png"),
        (f"{LONG[:46]}.json", LONG),
        ("IMG_1.jpg(2).json", "IMG_1(2).jpg"),
        ("IMG_1.jpg.supplemental-metadata(2).json", "IMG_1(2).jpg"),
        ("IMG_1.jpg.json", "IMG_1-edited.jpg"),
        ("IMG_1.jpg.supplemental-metadata.json", "IMG_1-bearbeitet.jpg"),
    ],
)
def test_names(tmp_path: Path, name: str, photo: str) -> None:
    for written in (name, photo):
        (tmp_path / written).write_text("")
    assert is_sidecar(name, photo) and not is_sidecar(photo, name)
    assert beside(tmp_path / photo) == (tmp_path / name,)
    assert described_by(tmp_path / name) == tmp_path / photo
    exact, start = described(name)
    assert photo in exact or (start and photo.startswith(start))


@pytest.mark.parametrize(
    ("name", "other"),
    [("notes.json", "notes.txt"), ("package.json", "package.jpg"), ("IMG_10.xmp", "IMG_1.jpg"), ("a.jpg", "a.jpg"),
     ("IMG_1.jpg.json", "IMG_2.jpg"), ("IMG_1.xmp", "IMG_1.txt"), ("IMG_1.jpg", "IMG_1.xmp"), (".json", ".jpg")],
)  # fmt: skip
def test_names_that_have_nothing_to_do_with_each_other(tmp_path: Path, name: str, other: str) -> None:
    for written in (name, other):
        (tmp_path / written).write_text("")
    assert not is_sidecar(name, other) and described_by(tmp_path / name) is None
    assert tmp_path / name not in beside(tmp_path / other)


def told(path: Path, content: bytes) -> Properties:
    path.write_bytes(content)
    with Source.at(path) as source:
        return read(source)


def test_xmp(tmp_path: Path) -> None:
    assert told(tmp_path / "a.jpg.xmp", packet(bag("dc:subject", "Zanzibar"))) == Properties(keywords=("Zanzibar",))


def test_takeout(tmp_path: Path) -> None:
    record = {
        "title": "IMG_1.jpg",
        "description": "Philomena at the lighthouse",
        "photoTakenTime": {"timestamp": "1309869015", "formatted": "5 Jul 2011, 12:30:15 UTC"},
        "geoData": {"latitude": 46.4983, "longitude": 11.3548, "altitude": 262.0},
        "geoDataExif": {"latitude": 0.0, "longitude": 0.0},
        "people": [{"name": "Leopold"}, {"name": "Philomena"}, {}, "nobody"],
    }
    assert told(tmp_path / "a.jpg.json", json.dumps(record).encode()) == Properties(
        description="Philomena at the lighthouse",
        people=("Leopold", "Philomena"),
        taken_at=datetime.fromtimestamp(1309869015),
        latitude=46.4983,
        longitude=11.3548,
    )


@pytest.mark.parametrize(
    "record",
    [
        [],
        {},
        {"photoTakenTime": {"timestamp": "soon"}, "people": {"name": "x"}, "geoData": [1, 2], "description": 7},
        {"photoTakenTime": {"timestamp": "9" * 40}, "geoData": {"latitude": 91, "longitude": 1}},
        {"photoTakenTime": None, "geoData": {"latitude": "nan", "longitude": 1e999}},
    ],
)
def test_records_that_make_no_sense_are_nothing(tmp_path: Path, record: object) -> None:
    assert told(tmp_path / "a.jpg.json", json.dumps(record).encode()) == Properties()


@pytest.mark.parametrize("content", [b"", b"no JSON", b"[" * 200_000, b"\xff\xfe\0"])
def test_damaged_records(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError):
        told(tmp_path / "a.jpg.json", content)


@pytest.mark.parametrize("name", ["a.jpg.xmp", "a.jpg.json"])
def test_a_sidecar_of_100_megabytes_is_not_read(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(100 << 20)
    with Source.at(tmp_path / name) as source, pytest.raises(FileError, match="larger"):
        read(source)


def test_whose_word_counts() -> None:
    own = Properties(title="Own", rating=1, taken_at=datetime(2011, 7, 5, 14), latitude=1.0, longitude=1.0)
    xmp = Properties(title="Edited", rating=5)
    takeout = Properties(description="A caption", taken_at=datetime(2011, 7, 5, 12), latitude=2.0, longitude=2.0)
    found = merged(own, {"a.jpg.json": takeout, "a.XMP": xmp})
    assert found == Properties(
        title="Edited", description="Own\nA caption", rating=5, taken_at=datetime(2011, 7, 5, 14), latitude=1.0,
        longitude=1.0,
    )  # fmt: skip


def test_a_sidecar_does_not_say_that_a_clip_is_in_the_file() -> None:
    found = merged(Properties(), {"a.xmp": Properties(title="A heron", clip_bytes=4321)})
    assert (found.title, found.clip_bytes) == ("A heron", None)
