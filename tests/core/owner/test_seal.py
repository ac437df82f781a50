"""The seal is whole only if nothing touched the stores."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bowerbird.core.owner.seal import Seal
from bowerbird.core.paths import LibraryPaths


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    """A library that was closed well."""
    paths = LibraryPaths(tmp_path)
    paths.catalog.write_bytes(b"catalog")
    paths.vectors.write_bytes(b"vectors")
    Seal(paths).put(closed_well=True)
    return paths


def test_it_is_whole_once(paths: LibraryPaths) -> None:
    assert Seal(paths).take()
    assert not Seal(paths).take(), "whoever has taken it may have been killed"


def test_what_was_not_closed_well_is_not_sealed(paths: LibraryPaths) -> None:
    Seal(paths).take()
    Seal(paths).put(closed_well=False)
    assert not Seal(paths).take()


@pytest.mark.parametrize("file", ["catalog.sqlite3", "vec.db"])
@pytest.mark.parametrize("change", ["grown", "of another time", "gone", "with a log beside it"])
def test_whatever_touches_the_stores_breaks_it(paths: LibraryPaths, file: str, change: str) -> None:
    path = paths.root / file
    status = path.stat()
    if change == "grown":
        path.write_bytes(path.read_bytes() + b"!")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif change == "of another time":
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - 10**9))
    elif change == "gone":
        path.unlink()
    else:
        path.with_name(f"{file}-wal").write_bytes(b"")
    assert not Seal(paths).take()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_half_a_seal_is_none(paths: LibraryPaths, content: bytes) -> None:
    paths.seal.write_bytes(content)
    assert not Seal(paths).take()


def test_where_no_seal_can_be_put_the_stores_are_checked(paths: LibraryPaths) -> None:
    Seal(paths).take()
    paths.seal.with_name(f"{paths.seal.name}.new").mkdir()  # in the way of writing
    Seal(paths).put(closed_well=True)
    assert not Seal(paths).take()
