"""Photos of an earlier version get their layouts from their thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import DecoderOutOfMemory, FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.indexing.layouts import LayoutFinder
from bowerbird.core.layouts import BYTES
from bowerbird.core.paths import LibraryPaths, keep_thumbnail
from bowerbird.core.types import Extraction, FileFacts, FileState, Kind, Properties

FOLDER = Path("/photos")


class Decoders:
    """Answers at once with a layout, or fails as told for what has such bytes."""

    def __init__(self) -> None:
        self.asked: list[Path] = []

    def extract(self, path: Path, _: Limits) -> Future[Extraction]:
        self.asked.append(path)
        answer: Future[Extraction] = Future()
        if path.read_bytes() == b"damaged":
            answer.set_exception(FileError("The picture is damaged."))
        elif path.read_bytes() == b"too much":
            answer.set_exception(DecoderOutOfMemory("not now"))
        else:
            answer.set_result(Extraction(Kind.PHOTO, (), layout=path.read_bytes()[:1] * BYTES))
        return answer


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    return LibraryPaths(tmp_path)


@pytest.fixture
def catalog(paths: LibraryPaths) -> Iterator[Catalog]:
    catalog = Catalog(paths.catalog)
    catalog.folders.add(FOLDER)
    yield catalog
    catalog.close()


def put(catalog: Catalog, name: str, kind: Kind = Kind.PHOTO) -> int:
    """A content as an earlier version has left it."""
    with catalog.transaction():
        catalog.files.put(FOLDER, FileFacts(FOLDER / name, 1, 1), kind)
        content = NewContent(name.encode(), kind, Properties(), (), (), {}, frozenset())
        content_id = catalog.contents.put(content)
        catalog.files.finish(FOLDER / name, FileState.INDEXED, content_id=content_id)
    catalog._db.execute("DELETE FROM layouts")
    return content_id


def run(paths: LibraryPaths, catalog: Catalog) -> Decoders:
    """Until there is nothing left to do."""
    decoders = Decoders()
    finder = LayoutFinder(paths, catalog, decoders, lambda call: call())  # type: ignore[arg-type]
    finder.look()
    while finder.busy:
        finder.step()
        finder.look()
    return decoders


def test_photos_get_them_once_and_other_files_none(paths: LibraryPaths, catalog: Catalog) -> None:
    ids = [put(catalog, name) for name in ("a.jpg", "b.jpg")]
    put(catalog, "c.txt", Kind.DOCUMENT)
    for name in ("a.jpg", "b.jpg", "c.txt"):
        keep_thumbnail(paths.thumbnail(name.encode()), name.encode())
    assert len(run(paths, catalog).asked) == 2
    kept = catalog._db.execute("SELECT content_id, grey FROM layouts ORDER BY content_id").fetchall()
    assert kept == [(ids[0], b"a" * BYTES), (ids[1], b"b" * BYTES)]
    assert run(paths, catalog).asked == []


@pytest.mark.parametrize("thumbnail", [None, b"damaged", b"too much"])
def test_a_thumbnail_that_gives_none_stops_no_other(
    paths: LibraryPaths, catalog: Catalog, thumbnail: bytes | None
) -> None:
    put(catalog, "a.jpg")
    later = put(catalog, "b.jpg")
    if thumbnail is not None:
        keep_thumbnail(paths.thumbnail(b"a.jpg"), thumbnail)
    keep_thumbnail(paths.thumbnail(b"b.jpg"), b"b")
    run(paths, catalog)
    assert catalog._db.execute("SELECT content_id FROM layouts").fetchall() == [(later,)]


def test_it_is_busy_until_the_last_answer(paths: LibraryPaths, catalog: Catalog) -> None:
    put(catalog, "a.jpg")
    keep_thumbnail(paths.thumbnail(b"a.jpg"), b"a")
    posted: list[Callable[[], object]] = []
    finder = LayoutFinder(paths, catalog, Decoders(), posted.append)  # type: ignore[arg-type]
    finder.look()
    finder.step()
    assert finder.busy
    posted.pop()()
    assert not finder.busy
