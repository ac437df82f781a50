"""Disks that are not there: what was on them is kept and is away, and nothing else is taken for that."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.overview import Overview
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.files import scanner as scanner_module
from bowerbird.core.files.changes import Change, FileChange
from bowerbird.core.files.mounts import Volume
from bowerbird.core.files.scanner import Scanner
from bowerbird.core.state import Folder, FolderState
from bowerbird.core.types import FileState
from tests.core.files.scanning import apply, known, read_all, scan, write

Mounts = dict[Path, Volume]


@pytest.fixture
def disk(files: Path, mounts: Mounts) -> Path:
    """A disk mounted inside the watched folder."""
    write(files / "a.txt", files / "disk/b.txt", files / "disk/deep/c.txt")
    mounts[files / "disk"] = Volume(files / "disk", "blue")
    return files / "disk"


@pytest.fixture
def folder(tmp_path: Path, catalog: Catalog) -> Callable[[], Folder]:
    """The watched folder, as the window is told of it."""

    def tell() -> Folder:
        connections = ReadConnections(tmp_path / "catalog.db")
        (found,) = Overview(connections).folders()
        connections.close()
        return found

    return tell


def unmount(disk: Path, mounts: Mounts, *, mount_point_stays: bool = True) -> Path:
    """Its files are out of sight; where they are."""
    del mounts[disk]
    hidden = disk.parent.parent / "hidden"
    disk.rename(hidden)
    if mount_point_stays:
        disk.mkdir()
    return hidden


def mount(disk: Path, mounts: Mounts, hidden: Path, identity: str = "blue") -> None:
    if disk.exists():
        shutil.rmtree(disk)
    hidden.rename(disk)
    mounts[disk] = Volume(disk, identity)


@pytest.mark.parametrize("mount_point_stays", [True, False])
@pytest.mark.parametrize("watched", [True, False])
def test_a_disk_inside_a_folder_is_away_until_it_returns(
    catalog: Catalog,
    scanner: Scanner,
    files: Path,
    disk: Path,
    mounts: Mounts,
    folder: Callable[[], Folder],
    mount_point_stays: bool,
    watched: bool,
) -> None:
    scan(scanner, files)
    read_all(catalog)
    before = known(catalog, files)
    hidden = unmount(disk, mounts, mount_point_stays=mount_point_stays)
    scans = apply(scanner, disk, gone=not mount_point_stays) if watched else [(files, files)]
    for scanned in scans:
        scan(scanner, *scanned)
    assert scans, "a scan that ends is what the window is told of"
    assert known(catalog, files) == before and not scanner.take_returned()
    assert folder() == Folder(files, FolderState.PARTLY_OFFLINE, 3, 0, (disk,))

    mount(disk, mounts, hidden)
    scan(scanner, files, disk)
    assert known(catalog, files) == before and scanner.take_returned()
    assert read_all(catalog) == [] and folder() == Folder(files, FolderState.READY, 3)


def test_what_shows_in_place_of_a_disk_takes_nothing_along(
    catalog: Catalog, scanner: Scanner, files: Path, mounts: Mounts, folder: Callable[[], Folder]
) -> None:
    """A bare mount point may hold something: a file that says so, or what was copied there by mistake."""
    write(files / "a.txt", files / "b.txt")
    mounts[files] = Volume(files, "blue")
    scan(scanner, files)
    read_all(catalog)
    hidden = unmount(files, mounts)
    write(files / ".not-mounted.tmp")
    scan(scanner, files)
    assert folder() == Folder(files, FolderState.OFFLINE, 2, 0, (files,))
    write(files / "copied here.txt")
    scan(scanner, files)
    assert folder() == Folder(files, FolderState.PARTLY_OFFLINE, 3, 1, (files,))
    assert read_all(catalog) == [files / "copied here.txt"]

    mount(files, mounts, hidden)
    scan(scanner, files)
    assert known(catalog, files) == {files / "a.txt", files / "b.txt", files / "copied here.txt"}
    assert read_all(catalog) == [] and folder().state is FolderState.PARTLY_OFFLINE


def test_another_disk_in_the_same_place(catalog: Catalog, scanner: Scanner, files: Path, mounts: Mounts) -> None:
    """As memory cards of one camera: each is known by what is on it, and neither takes the other's files along."""
    disk = files / "disk"
    write(files / "a.txt", disk / "b.txt", disk / "c.txt")
    mounts[disk] = Volume(disk, "blue")
    scan(scanner, files)
    read_all(catalog)
    blue = unmount(disk, mounts)
    write(disk / "d.txt")
    mounts[disk] = Volume(disk, "red")
    scan(scanner, files)
    assert known(catalog, disk) == {disk / "b.txt", disk / "c.txt", disk / "d.txt"}
    assert read_all(catalog) == [disk / "d.txt"]
    (disk / "d.txt").unlink()
    scan(scanner, files)
    assert known(catalog, disk) == {disk / "b.txt", disk / "c.txt"}
    mount(disk, mounts, blue)
    (disk / "c.txt").unlink()
    scan(scanner, files)
    assert known(catalog, disk) == {disk / "b.txt"} and read_all(catalog) == []


def test_a_disk_with_a_new_name_is_known_by_what_is_on_it(
    catalog: Catalog, scanner: Scanner, files: Path, disk: Path, mounts: Mounts
) -> None:
    """As after a rollback, or a restore to a new computer. What is no more on it is gone, not away."""
    write(disk / "e.txt")
    scan(scanner, files)
    read_all(catalog)
    (disk / "b.txt").unlink()
    mounts[disk] = Volume(disk, "blue, restored")
    scan(scanner, files)
    assert known(catalog, disk) == {disk / "e.txt", disk / "deep/c.txt"} and read_all(catalog) == []


def test_a_disk_that_goes_while_its_files_are_looked_for(
    catalog: Catalog, scanner: Scanner, files: Path, disk: Path, mounts: Mounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(scanner, files)
    before = known(catalog, files)
    is_missing = scanner_module._is_missing

    def pull(path: Path) -> bool:
        if disk in mounts:
            unmount(disk, mounts)
        return is_missing(path)

    (disk / "b.txt").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(scanner_module, "_is_missing", pull)
        scan(scanner, files)
    assert known(catalog, files) == before


def test_what_is_deleted_from_a_disk_is_forgotten(
    catalog: Catalog, scanner: Scanner, files: Path, disk: Path, folder: Callable[[], Folder]
) -> None:
    scan(scanner, files)
    (disk / "b.txt").unlink()
    assert apply(scanner, disk / "b.txt", gone=True) == []
    shutil.rmtree(disk / "deep")
    scan(scanner, files)
    assert known(catalog, files) == {files / "a.txt"}
    assert folder().state is FolderState.INDEXING


def test_an_emptied_folder_is_empty(
    catalog: Catalog, scanner: Scanner, files: Path, folder: Callable[[], Folder]
) -> None:
    write(files / "a.txt")
    scan(scanner, files)
    (files / "a.txt").unlink()
    scan(scanner, files)
    assert folder() == Folder(files, FolderState.READY)


def test_what_is_left_out_is_forgotten_wherever_it_lies(
    catalog: Catalog, scanner: Scanner, files: Path, disk: Path, mounts: Mounts
) -> None:
    scan(scanner, files)
    unmount(disk, mounts)
    scan(scanner, files)
    scanner.use_excludes(("disk",))
    scan(scanner, files)
    assert known(catalog, files) == {files / "a.txt"}
    assert catalog._db.execute("SELECT count(*) FROM volumes").fetchone() == (1,), "its name is forgotten too"


def test_what_is_away_waits(catalog: Catalog, scanner: Scanner, files: Path, disk: Path, mounts: Mounts) -> None:
    scan(scanner, files)
    hidden = unmount(disk, mounts)
    vanished = FileChange(disk / "b.txt", Change.GONE)
    assert scanner.apply([vanished]) == [(files, disk / "b.txt")], "a file that vanished while it was read"
    scan(scanner, files)
    assert catalog.jobs.due(9, ()) == [files / "a.txt"] and catalog.jobs.count_due() == 1
    mount(disk, mounts, hidden)
    scan(scanner, files)
    assert set(catalog.jobs.due(9, ())) == {files / "a.txt", disk / "b.txt", disk / "deep/c.txt"}


def test_what_could_not_be_read_when_the_disk_was_pulled_is_tried_again(
    catalog: Catalog, scanner: Scanner, files: Path, disk: Path, mounts: Mounts
) -> None:
    scan(scanner, files)
    read_all(catalog)
    catalog.files.finish(files / "a.txt", FileState.FAILED, reason="It is damaged.")
    catalog.files.finish(disk / "b.txt", FileState.FAILED, reason="The disk cannot read this file.")
    hidden = unmount(disk, mounts)
    scan(scanner, files)
    mount(disk, mounts, hidden)
    scan(scanner, files)
    assert read_all(catalog) == [disk / "b.txt"]


def test_a_library_from_before_volumes_were_remembered(
    catalog: Catalog, scanner: Scanner, files: Path, disk: Path, mounts: Mounts, folder: Callable[[], Folder]
) -> None:
    """Only the device of each file is known, as migration 6 leaves it."""
    write(files / "d.txt", files / "e.txt")
    scan(scanner, files)
    read_all(catalog)
    catalog._db.execute("UPDATE volumes SET identity = 'device ' || id, mount_point = x''")
    catalog._db.execute("UPDATE files SET ctime_ns = NULL")
    (files / "a.txt").unlink()
    hidden = unmount(disk, mounts)
    scan(scanner, files)
    everything = {files / "d.txt", files / "e.txt", disk / "b.txt", disk / "deep/c.txt"}
    assert known(catalog, files) == everything and read_all(catalog) == []
    assert folder() == Folder(files, FolderState.PARTLY_OFFLINE, 4)
    mount(disk, mounts, hidden)
    scan(scanner, files)
    assert known(catalog, files) == everything and read_all(catalog) == [], "no time is no change"
    (disk / "b.txt").unlink()
    scan(scanner, files)
    assert known(catalog, disk) == {disk / "deep/c.txt"}
