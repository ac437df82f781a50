"""Which files are copies of each other, from a catalog as it is after reading them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.answers import Role
from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.extractors import kind_of
from bowerbird.core.layouts import SIDE
from bowerbird.core.search.duplicates import Duplicates, is_as_read
from bowerbird.core.search.shots import Shots, parts_of
from bowerbird.core.types import FileFacts, FileState, Properties

FOLDER = Path("/files")


def look(seed: int, *, light: float = 1.0) -> bytes:
    """A picture as it looks from afar."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    waves = sum(30 * np.sin(random.uniform(-9, 9) * x + random.uniform(-9, 9) * y + seed) for _ in range(6))
    return np.clip((waves + 128) * light, 0, 255).astype(np.uint8).tobytes()


class Shelf:
    """A catalog to put files into."""

    def __init__(self, path: Path) -> None:
        self.catalog, self._connections = Catalog(path), ReadConnections(path)
        self.reader = CatalogReader(self._connections)
        self.catalog.folders.add(FOLDER)

    def put(
        self, name: str, content: str, layout: bytes = b"", *, size: int = 1000, mtime_ns: int = 1, side: int = 100,
        inode: int = 0, **properties: object,
    ) -> None:  # fmt: skip
        path = FOLDER / name
        kind = kind_of(path)
        assert kind
        with self.catalog.transaction():
            self.catalog.files.put(FOLDER, FileFacts(path, size, mtime_ns, inode=inode), kind)
            own = Properties(width=side, height=side, **properties)  # type: ignore[arg-type]
            known = self.catalog.contents.find(content.encode())
            new = NewContent(content.encode(), kind, own, (), (), {}, frozenset(), layout=layout)
            content_id = known.id if known else self.catalog.contents.put(new)
            self.catalog.files.finish(path, FileState.INDEXED, content_id=content_id)

    def groups(self) -> list[tuple[str, list[str]]]:
        """Of each group the name of the file to keep, and those of the others."""
        groups = Duplicates(self.reader, is_as_read=lambda _: True).groups()
        return [(group.keep.path.name, [file.path.name for file in group.others]) for group in groups]

    def parts(self, name: str) -> list[tuple[str, Role]]:
        file = self.reader.files.at(FOLDER / name)
        assert file
        shot = Shots(self.reader.shots, self.reader.layouts).of([file])
        return [(part.path.name, part.role) for part in parts_of(shot, file)]

    def close(self) -> None:
        self._connections.close()
        self.catalog.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path / "catalog.sqlite3")
    yield shelf
    shelf.close()


def test_files_of_one_content_are_copies_whatever_their_kind(shelf: Shelf) -> None:
    for name in ("a.txt", "b/a copy.txt", "song.mp3", "z.mp3", "alone.txt"):
        shelf.put(name, Path(name).suffix if name != "alone.txt" else name, size=2000 if "mp3" in name else 1000)
    assert shelf.groups() == [("z.mp3", ["song.mp3"]), ("a.txt", ["a copy.txt"])]
    first, second = Duplicates(shelf.reader, is_as_read=lambda _: True).groups()
    assert (first.freed, second.freed) == (2000, 1000) and first.others[0].identical


def test_photos_that_look_the_same_are_copies_and_others_are_not(shelf: Shelf) -> None:
    shelf.put("sent.jpg", "small", look(1, light=0.97), size=10, side=50)
    shelf.put("deep/original.jpg", "large", look(1), size=900, side=400)
    shelf.put("other.jpg", "other", look(2))
    assert shelf.groups() == [("original.jpg", ["sent.jpg"])]
    assert not Duplicates(shelf.reader, is_as_read=lambda _: True).groups()[0].others[0].identical
    assert shelf.parts("sent.jpg") == [("original.jpg", Role.COPY)]
    assert shelf.parts("deep/original.jpg") == [("sent.jpg", Role.COPY)]
    assert shelf.parts("other.jpg") == []


def test_hundreds_of_frames_of_a_fixed_camera_are_not_all_compared_with_each_other(shelf: Shelf) -> None:
    for number in range(40):
        shelf.put(f"{number}.jpg", str(number), look(1, light=1 - number / 5000))
    assert len(shelf.reader.layouts.like([1])[1]) == 16


def test_what_was_compared_once_is_known(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("small.jpg", "small", look(1, light=0.97))
    shelf.put("large.jpg", "large", look(1))
    first = shelf.reader.layouts.like([1, 2])
    monkeypatch.setattr("bowerbird.core.catalog.layouts.are_alike", None)
    assert shelf.reader.layouts.like([2, 1]) == first == {1: {2}, 2: {1}}
    assert [set(pair) for pair in shelf.reader.layouts.pairs()] == [{1, 2}]


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        ({"side": 200, "size": 5}, {"side": 100, "size": 9, "mtime_ns": 0}, "one.jpg"),
        ({"size": 5}, {"size": 9}, "other.jpg"),
        ({"mtime_ns": 5}, {"mtime_ns": 3}, "other.jpg"),
        ({}, {}, "one.jpg"),
    ],
    ids=["most pixels", "most bytes", "oldest", "shortest path"],
)
def test_which_to_keep(shelf: Shelf, one: dict[str, int], other: dict[str, int], kept: str) -> None:
    shelf.put("one.jpg", "1", look(1), **one)  # type: ignore[arg-type]
    shelf.put("other.jpg", "2", look(1, light=0.98), **other)  # type: ignore[arg-type]
    assert [keep for keep, _ in shelf.groups()] == [kept]


@pytest.mark.parametrize(
    "others",
    [{"taken_at": datetime(2024, 7, 1, 12, 0, 1)}, {"camera": "Leica"}],
    ids=["another time", "another camera"],
)
def test_two_shots_that_look_the_same_are_two(shelf: Shelf, others: dict[str, object]) -> None:
    noted = {"taken_at": datetime(2024, 7, 1, 12), "camera": "Pixel 8"}
    shelf.put("one.jpg", "1", look(1), **noted)  # type: ignore[arg-type]
    shelf.put("two.jpg", "2", look(1), **noted | others)  # type: ignore[arg-type]
    assert shelf.groups() == [] and shelf.parts("one.jpg") == []


def test_a_raw_file_is_of_the_shot_and_no_copy(shelf: Shelf) -> None:
    shelf.put("a.jpg", "picture", look(1))
    shelf.put("a.cr2", "raw", look(1))
    shelf.put("mail/a small.jpg", "small", look(1, light=0.98), side=50)
    assert shelf.parts("a.jpg") == [("a small.jpg", Role.COPY), ("a.cr2", Role.RAW)]
    assert shelf.parts("mail/a small.jpg") == [("a.jpg", Role.COPY), ("a.cr2", Role.RAW)]
    assert shelf.groups() == [("a.jpg", ["a small.jpg"])]


def test_what_takes_no_room_is_no_copy(shelf: Shelf) -> None:
    for name in ("empty.txt", "empty too.txt"):
        shelf.put(name, "", size=0)
    for name in ("a.txt", "another name of a.txt"):
        shelf.put(name, "a", inode=7)
    assert shelf.groups() == []


def test_photos_that_come_and_go_are_seen(shelf: Shelf) -> None:
    shelf.put("a.jpg", "a", look(1))
    assert shelf.groups() == []
    shelf.put("b.jpg", "b", look(1, light=0.98))
    assert shelf.groups() == [("a.jpg", ["b.jpg"])]
    shelf.catalog.files.forget([FOLDER / "b.jpg"])
    assert shelf.groups() == [] and shelf.parts("a.jpg") == []


def test_what_is_gone_or_was_changed_meanwhile_is_neither_kept_nor_a_copy(shelf: Shelf, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "gone.txt", "changed.txt"):
        path = tmp_path / name
        path.write_text("a letter")
        shelf.put(str(path), "a letter", size=path.stat().st_size, mtime_ns=path.stat().st_mtime_ns)
    (tmp_path / "gone.txt").unlink()
    (tmp_path / "changed.txt").write_text("another letter")
    (group,) = Duplicates(shelf.reader, is_as_read=is_as_read).groups()
    assert {group.keep.path.name, *(file.path.name for file in group.others)} == {"a.txt", "b.txt"}
