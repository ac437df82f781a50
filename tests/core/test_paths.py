"""The library is its user's alone."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bowerbird.core.errors import EnvironmentFailure
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths, make_private
from tests import makers

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has access lists in place of modes")


@pytest.fixture
def careless_umask() -> Iterator[None]:
    """Whatever is made is open to everybody, unless somebody sees to it."""
    before = os.umask(0)
    yield
    os.umask(before)


def _open_to_others(folder: Path) -> list[tuple[Path, str]]:
    return [
        (path, oct(mode))
        for path in (folder, *folder.rglob("*"))
        if not path.is_symlink() and (mode := stat.S_IMODE(path.lstat().st_mode)) & 0o077
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the folder's mode keeps others out")
def test_nobody_else_can_read_anything_in_a_library(
    careless_umask: None, files: Path, tmp_path: Path, library_folder: Path, open_library: Callable[[], Library]
) -> None:
    makers.photo(files / "photo.jpg")
    makers.text(files / "note.txt", "The key is under the third stone.")
    library_folder.chmod(0o755)
    library = open_library()
    library.index([files], lambda progress: None)
    library.paste_example((files / "photo.jpg").read_bytes())
    paths = LibraryPaths(library_folder)
    assert paths.catalog.exists() and paths.vectors.exists() and list(paths.thumbnails.rglob("*.jpg"))
    assert _open_to_others(library_folder) == []
    library.close()
    assert _open_to_others(library_folder) == []


def test_a_library_of_an_earlier_version_is_closed_to_others(tmp_path: Path) -> None:
    library, outside = tmp_path / "library", tmp_path / "outside"
    (library / "thumbnails" / "ab").mkdir(parents=True)
    outside.touch(0o644)
    for name in ("catalog.sqlite3", "saved.toml", "window.json", "thumbnails/ab/abc.jpg"):
        (library / name).touch(0o644)
    (library / "models").mkdir()
    (library / "models" / "link").symlink_to(outside)
    (library / "program").touch(0o755)
    library.chmod(0o755)
    make_private(library)
    assert _open_to_others(library) == [(library / "program", "0o755")], "what is not the library's stays as it was"
    assert stat.S_IMODE(outside.stat().st_mode) & 0o044, "what a link leads to is not the library's"


def test_many_may_make_the_same_folder_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        for made in [threads.submit(make_private, tmp_path / "library") for _ in range(400)]:
            made.result()
    assert list((tmp_path / "library").iterdir()) == []


def test_a_path_that_sqlite_does_not_take_is_one_sentence(tmp_path: Path) -> None:
    def long(length: int) -> Path:
        folder = tmp_path
        while (left := length - len(str(folder)) - 1) > 0:
            folder /= "d" * min(left, 200)
        return folder

    Library.open(long(480)).close()
    with pytest.raises(EnvironmentFailure, match="is 481 bytes long, and may be 480 at most"):
        Library.open(long(481))
    assert not long(481).exists()


def test_the_folders_on_the_way_stay_as_they_are(tmp_path: Path, careless_umask: None) -> None:
    make_private(tmp_path / "share" / "bowerbird")
    assert stat.S_IMODE((tmp_path / "share").stat().st_mode) == 0o777
    assert stat.S_IMODE((tmp_path / "share" / "bowerbird").stat().st_mode) == 0o700
