"""Which files are of one shot, from a catalog as it is after reading them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bowerbird.core.answers import Part, Role
from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.extractors import kind_of
from bowerbird.core.search.shots import Shots, parts_of
from bowerbird.core.types import FileFacts, FileState, Properties

PHOTOS = Path("/photos")
NOON = datetime(2024, 7, 1, 12)
NOTHING = Properties()
SHORT, LONG = Properties(duration_s=2.9), Properties(duration_s=60.0)


class Album:
    """A catalog to put photos and clips into, and to ask for shots."""

    def __init__(self, path: Path) -> None:
        self.catalog, self._connections = Catalog(path), ReadConnections(path)
        self._reader = CatalogReader(self._connections)
        self.catalog.folders.add(PHOTOS)

    def put(self, name: str, properties: Properties | None = NOTHING, content: str = "") -> None:
        """A file that was read, or was not if its properties are None; files of one ``content`` are copies."""
        path = PHOTOS / name
        kind = kind_of(path)
        with self.catalog.transaction():
            self.catalog.files.put(PHOTOS, FileFacts(path, 1, 1), kind)
            if properties is not None and kind:
                new = NewContent((content or name).encode(), kind, properties, (), (), {}, frozenset())
                self.catalog.files.finish(path, FileState.INDEXED, content_id=self.catalog.contents.put(new))

    def shot(self, name: str) -> list[str]:
        file = self._reader.files.at(PHOTOS / name)
        assert file
        return [str(row.path.relative_to(PHOTOS)) for row in Shots(self._reader.shots, self._reader.layouts).of([file])]

    def parts(self, name: str) -> tuple[Part, ...]:
        file = self._reader.files.at(PHOTOS / name)
        assert file
        return parts_of(Shots(self._reader.shots, self._reader.layouts).of([file]), file)

    def close(self) -> None:
        self._connections.close()
        self.catalog.close()


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    album = Album(tmp_path / "catalog.sqlite3")
    yield album
    album.close()


def is_one_shot(album: Album, *names: str) -> bool:
    """Whether these are a shot, whichever of them one asks for."""
    shots = [album.shot(name) for name in names]
    assert all(name in shot for name, shot in zip(names, shots, strict=True))
    return all(shot == sorted(names) for shot in shots)


@pytest.mark.parametrize(
    ("names", "together"),
    [
        (("IMG_1.JPG", "IMG_1.CR2"), True),
        (("DSC_1.NEF", "dsc_1.jpg"), True),
        (("a.heic", "a.dng"), True),
        (("a.jpg", "a.heic", "a.dng"), True),
        (("PXL_20240701_120000123.RAW-01.COVER.jpg", "PXL_20240701_120000123.RAW-02.ORIGINAL.dng"), True),
        (("fjällräv.jpg", "Fjällräv.ARW"), True),
        (("Ägypten.JPG", "Ägypten.CR2"), True),
        (("a.jpg", "a.heic"), False),
        (("a.png", "a.dng"), False),
        (("a.cr2", "a.dng"), False),
        (("a.jpg", "a.x.dng"), False),
        (("a.jpg", "aa.dng"), False),
        (("a.jpg", "inner/a.dng"), False),
        (("a.jpg", "a.txt"), False),
    ],
)
def test_a_raw_file_and_its_picture(album: Album, names: tuple[str, ...], together: bool) -> None:
    for name in names:
        album.put(name)
    assert is_one_shot(album, *names) == together
    assert together or all(album.shot(name) == [name] for name in names)


def test_a_folder_in_other_capitals_is_another_one(album: Album) -> None:
    for name in ("A/1.jpg", "a/1.cr2"):
        album.put(name)
    assert album.shot("A/1.jpg") == ["A/1.jpg"]


def test_a_raw_file_that_could_not_be_read_is_a_part_all_the_same(album: Album) -> None:
    album.put("a.jpg")
    album.put("a.nef", None)
    assert is_one_shot(album, "a.jpg", "a.nef")


def test_one_that_is_forgotten_leaves_the_other(album: Album) -> None:
    for name in ("a.jpg", "a.nef"):
        album.put(name)
    album.catalog.files.forget([PHOTOS / "a.nef"])
    assert album.shot("a.jpg") == ["a.jpg"]


@pytest.mark.parametrize(
    ("picture", "clip", "together"),
    [
        (NOTHING, SHORT, True),
        (NOTHING, LONG, False),
        (NOTHING, None, False),
        (Properties(live_id="1"), SHORT, True),
        (Properties(live_id="1"), Properties(live_id="1", duration_s=60.0), True),
        (Properties(live_id="1"), Properties(live_id="2", duration_s=2.9), False),
    ],
)
def test_a_picture_and_its_clip(album: Album, picture: Properties, clip: Properties | None, together: bool) -> None:
    album.put("a.HEIC", picture)
    album.put("a.MOV", clip)
    assert is_one_shot(album, "a.HEIC", "a.MOV") == together


def test_a_picture_and_its_clip_have_each_their_own_name_if_the_camera_says_so(album: Album) -> None:
    for name in ("a.HEIC", "b.MOV", "inner/c.MOV"):
        album.put(name, Properties(live_id="1745E022"))
    album.put("d.HEIC", Properties(live_id="another"))
    assert is_one_shot(album, "a.HEIC", "b.MOV")


@pytest.mark.parametrize("name", ["a.avi", "a.mkv"])
def test_a_clip_that_no_phone_makes_is_none_of_a_picture(album: Album, name: str) -> None:
    album.put("a.jpg")
    album.put(name, SHORT)
    assert album.shot("a.jpg") == ["a.jpg"]


def taken(second: float, camera: str = "DSC-RX100", **more: str) -> Properties:
    return Properties(taken_at=NOON + timedelta(seconds=second), camera=camera, **more)  # type: ignore[arg-type]


def test_a_burst_by_the_cameras_own_word(album: Album) -> None:
    for number, second in ((1, 0), (2, 40), (9, 80)):
        album.put(f"IMG_{number}.HEIC", taken(second, burst_id="B5A8"))
    album.put("IMG_3.HEIC", taken(0, burst_id="C0DE"))
    album.put("elsewhere/IMG_4.HEIC", taken(0, burst_id="B5A8"))
    assert is_one_shot(album, "IMG_1.HEIC", "IMG_2.HEIC", "IMG_9.HEIC")


@pytest.mark.parametrize(
    "names",
    [
        ("00000IMG_00000_BURST20240701120000123_COVER.jpg", "00001IMG_00001_BURST20240701120000123.jpg"),
        ("DSC_0001_BURST20240701120000123.JPG", "DSC_0002_BURST20240701120000123.JPG"),
        ("IMG_20240701_120000_BURST001_COVER.jpg", "IMG_20240701_120000_BURST002.jpg"),
    ],
)
def test_a_burst_by_its_name(album: Album, names: tuple[str, ...]) -> None:
    for second, name in enumerate(names):
        album.put(name, taken(second))
    album.put("IMG_20240701_120005_BURST001.jpg", taken(5))
    assert is_one_shot(album, *names)


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        ({1: taken(0), 2: taken(0), 3: taken(1), 4: taken(1)}, [1, 2, 3, 4]),
        ({1: taken(0), 2: taken(0)}, [1]),
        ({1: taken(0), 2: taken(1), 3: taken(2), 4: taken(4)}, [1, 2, 3]),
        ({1: taken(0), 2: taken(0), 3: taken(0, "EOS R5")}, [1]),
        ({1: taken(0), 2: taken(0), 4: taken(0)}, [1]),
        ({1: taken(0, ""), 2: taken(0, ""), 3: taken(0, "")}, [1]),
        ({1: taken(0), 2: taken(0), 3: NOTHING}, [1]),
        ({number: taken(number // 2) for number in range(1, 200)}, list(range(1, 200))),
    ],
)
def test_a_burst_by_numbers_and_times(album: Album, pictures: dict[int, Properties], expected: list[int]) -> None:
    for number, properties in pictures.items():
        album.put(f"DSC{number:05}.JPG", properties)
    assert album.shot("DSC00001.JPG") == [f"DSC{number:05}.JPG" for number in expected]


@pytest.mark.parametrize("at", [datetime.min, datetime.max.replace(microsecond=0)])
def test_times_that_are_none_fail_nothing(album: Album, at: datetime) -> None:
    for number in range(1, 4):
        album.put(f"DSC{number:05}.JPG", Properties(taken_at=at, camera="DSC-RX100"))
    assert album.shot("DSC00001.JPG") == [f"DSC{number:05}.JPG" for number in range(1, 4)]


def test_a_burst_in_raw_and_jpeg_is_one_shot(album: Album) -> None:
    for number in range(1, 4):
        for suffix in ("JPG", "ARW"):
            album.put(f"DSC{number:05}.{suffix}", taken(number))
    assert [part.role for part in album.parts("DSC00002.JPG")] == [Role.PICTURE] * 2 + [Role.RAW] * 3


def test_parts_are_told_by_what_they_are_and_copies_are_none(album: Album) -> None:
    album.put("a.CR3")
    album.put("a.JPG", content="picture")
    album.put("a.MOV", SHORT)
    album.put("a (copy).JPG", content="picture")
    assert album.parts("a.JPG") == (Part(PHOTOS / "a.CR3", Role.RAW), Part(PHOTOS / "a.MOV", Role.CLIP))
    assert album.parts("a (copy).JPG") == (), "under its own name it has none"
