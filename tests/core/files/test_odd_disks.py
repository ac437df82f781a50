"""Odd files, scans that end early, and disks that go: none of it forgets what is there."""

from __future__ import annotations

import errno
import os
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.files.identity import facts_of
from bowerbird.core.files.mounts import Volume
from bowerbird.core.files.scanner import _FILES_A_STEP, Scanner
from bowerbird.core.indexing.scans import ScanQueue
from bowerbird.core.state import FolderState
from bowerbird.core.types import FileState
from tests.core.files.scanning import apply, known, read_all, scan, write


@pytest.mark.parametrize("seconds", [-11_644_473_600, -62_135_596_800, 16_725_225_600, -1, (1 << 34) - 1])
def test_a_file_with_an_odd_date_hides_no_other(catalog: Catalog, scanner: Scanner, files: Path, seconds: int) -> None:
    write(files / "a.txt", files / "odd.txt", files / "z.txt")
    os.utime(files / "odd.txt", (0, seconds))
    scan(scanner, files)
    assert set(read_all(catalog)) == {files / "a.txt", files / "odd.txt", files / "z.txt"}
    (files / "a.txt").unlink()
    scan(scanner, files)
    assert known(catalog, files) == {files / "odd.txt", files / "z.txt"} and not read_all(catalog)


@pytest.mark.parametrize("mtime_ns", [-11_644_473_600 * 10**9, 1 << 63, -(1 << 63) - 1])
def test_times_are_what_the_catalog_can_hold(files: Path, monkeypatch: pytest.MonkeyPatch, mtime_ns: int) -> None:
    write(files / "odd.txt")
    status = os.lstat(files / "odd.txt")
    odd = os.stat_result(tuple(status), {"st_mtime_ns": mtime_ns, "st_ctime_ns": mtime_ns})
    monkeypatch.setattr(os, "lstat", lambda path: odd)  # file systems differ in the times that they keep
    facts = facts_of(files / "odd.txt")
    assert facts and abs(facts.mtime_ns) < 1 << 63 and datetime.fromtimestamp(facts.mtime_ns / 1e9)


def test_a_scan_that_ended_early_does_not_count(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    write(files / "a.txt", files / "b.txt")
    scan(scanner, files)
    (files / "a.txt").unlink()
    (files / "c.txt").touch()
    scans = ScanQueue(scanner)
    scans.add([(files, None)])
    catalog._db.execute("PRAGMA query_only = 1")
    with pytest.raises(sqlite3.OperationalError):
        scans.step()
    catalog._db.execute("PRAGMA query_only = 0")
    assert scans.busy and known(catalog, files) == {files / "a.txt", files / "b.txt"}
    while scans.busy:
        scans.step()
    assert known(catalog, files) == {files / "b.txt", files / "c.txt"}


def test_an_excluded_folder_that_appears_is_left_out(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    write(files / "new/a.txt", files / "new/inner/b.txt")
    scan(scanner, files)
    (files / "new").rename(files / "skipped")
    for top in (files / "skipped", files / "skipped/inner", files / "new"):
        for scanned in apply(scanner, top, gone=not top.exists()):
            scan(scanner, *scanned)
    assert known(catalog, files) == set()


def test_a_folder_that_moves_away_while_it_is_watched_keeps_its_files(
    catalog: Catalog, scanner: Scanner, files: Path, tmp_path: Path
) -> None:
    write(files / "a.txt")
    scan(scanner, files)
    read_all(catalog)
    files.rename(tmp_path / "away")
    for scanned in apply(scanner, files, gone=True):
        scan(scanner, *scanned)
    assert catalog.folders.state(files) is FolderState.OFFLINE and known(catalog, files) == {files / "a.txt"}
    (tmp_path / "away").rename(files)
    for scanned in apply(scanner, files):
        scan(scanner, *scanned)
    assert catalog.folders.state(files) is FolderState.READY and not read_all(catalog)


@pytest.mark.parametrize("mount_point_stays", [True, False])
def test_a_disk_pulled_during_a_scan_takes_no_files_along(
    catalog: Catalog,
    scanner: Scanner,
    files: Path,
    tmp_path: Path,
    mounts: dict[Path, Volume],
    mount_point_stays: bool,
) -> None:
    mounts[files] = Volume(files, "disk")
    write(*(files / f"{number % 3}/{number}.txt" for number in range(2 * _FILES_A_STEP)))
    scan(scanner, files)
    before = known(catalog, files)
    steps = scanner.scan(files)
    next(steps)
    files.rename(tmp_path / "away")
    del mounts[files]
    if mount_point_stays:
        files.mkdir()
    for _ in steps:
        pass
    assert known(catalog, files) == before
    assert catalog.folders.state(files) is FolderState.OFFLINE or catalog.files.any_away(files)


def test_a_mistake_of_ours_is_made_a_few_times_and_then_told(
    catalog: Catalog, scanner: Scanner, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(files / "a.txt")
    scan(scanner, files)

    def mistaken(*_: object) -> None:
        raise sqlite3.IntegrityError("FOREIGN KEY constraint failed")

    scans = ScanQueue(scanner)
    scans.add([(files, None)])
    with monkeypatch.context() as patch:
        patch.setattr(catalog.seen, "add", mistaken)
        for _ in range(3):
            assert scans.busy
            with pytest.raises(sqlite3.IntegrityError):
                scans.step()
    assert not scans.busy
    assert catalog.files.facts(files)[1] is FileState.FAILED  # type: ignore[index]
    scan(scanner, files)
    assert catalog.files.facts(files) is None
    assert known(catalog, files) == {files / "a.txt"}


def test_a_file_of_which_the_disk_says_nothing_is_kept(
    catalog: Catalog, scanner: Scanner, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(files / "a.txt", files / "b.txt")
    scan(scanner, files)
    lstat = os.lstat

    def failing(path: Path) -> os.stat_result:
        if Path(path).name == "a.txt":
            raise OSError(errno.EIO, "Input/output error")
        return lstat(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "lstat", failing)
        scan(scanner, files)
        apply(scanner, files / "a.txt", gone=True)
    assert known(catalog, files) == {files / "a.txt", files / "b.txt"}
    (files / "a.txt").unlink()
    scan(scanner, files)
    assert known(catalog, files) == {files / "b.txt"}
