"""The scanner over real folders and a real catalog: what is queued, what is forgotten, what is kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.files.scanner import _FILES_A_STEP, Scanner
from bowerbird.core.state import FolderState
from bowerbird.core.types import FileState
from tests.core.files.scanning import apply, known, read_all, scan, write


def test_new_files_are_queued_recordings_and_clips_last(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    written = {files / "song.mp3", files / "a.txt", files / "deep/er/b.jpg", files / "unknown.xyz"}
    write(*written)
    scan(scanner, files)
    queued = catalog.jobs.due(10, ())
    assert set(queued) == written and queued[-1] == files / "song.mp3"
    assert catalog.files.facts(files / "a.txt")[1] is FileState.PENDING  # type: ignore[index]
    assert catalog.folders.state(files) is FolderState.READY


def test_an_unchanged_file_is_not_read_again_and_a_changed_one_is(
    catalog: Catalog, scanner: Scanner, files: Path
) -> None:
    write(files / "same.txt", files / "longer.txt", files / "newer.txt")
    scan(scanner, files)
    read_all(catalog)
    scan(scanner, files)
    assert read_all(catalog) == []
    (files / "longer.txt").write_text("longer")
    os.utime(files / "newer.txt", (1, 1))
    scan(scanner, files)
    assert set(read_all(catalog)) == {files / "longer.txt", files / "newer.txt"}


def test_excluded_files_are_left_out_and_forgotten_once_excluded(
    catalog: Catalog, scanner: Scanner, files: Path
) -> None:
    write(files / "a.txt", files / "a.tmp", files / "skipped/b.txt", files / "notes/c.txt")
    scan(scanner, files)
    assert known(catalog, files) == {files / "a.txt", files / "notes/c.txt"}
    scanner.use_excludes(("notes",))
    scan(scanner, files)
    assert known(catalog, files) == {files / "a.txt", files / "a.tmp", files / "skipped/b.txt"}


def test_a_scan_forgets_what_is_gone_only_where_it_looked(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    write(files / "a.txt", files / "inner/b.txt", files / "inner/c.txt", files / "innermost/d.txt")
    scan(scanner, files)
    for path in (files / "a.txt", files / "inner/b.txt", files / "innermost/d.txt"):
        path.unlink()
    scan(scanner, files, files / "inner")
    assert known(catalog, files) == {files / "a.txt", files / "inner/c.txt", files / "innermost/d.txt"}
    scan(scanner, files)
    assert known(catalog, files) == {files / "inner/c.txt"}
    assert catalog.jobs.due(10, ()) == [files / "inner/c.txt"]


def test_a_large_folder_is_scanned_in_small_steps(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    write(*(files / f"{number}.txt" for number in range(2 * _FILES_A_STEP + 1)))
    counts = [catalog.jobs.count_due() for _ in scanner.scan(files)]
    assert counts == [_FILES_A_STEP, 2 * _FILES_A_STEP, 2 * _FILES_A_STEP + 1]


def test_a_folder_that_is_away_keeps_its_files_and_says_when_it_returned(
    catalog: Catalog, scanner: Scanner, files: Path, tmp_path: Path
) -> None:
    write(files / "a.txt")
    scan(scanner, files)
    shutil.move(files, tmp_path / "away")
    assert scan(scanner, files) == 0
    assert catalog.folders.state(files) is FolderState.OFFLINE and not scanner.take_returned()
    shutil.move(tmp_path / "away", files)
    scan(scanner, files)
    assert catalog.folders.state(files) is FolderState.READY and known(catalog, files) == {files / "a.txt"}
    assert scanner.take_returned() and not scanner.take_returned()


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Folders that nobody may look into, even root, who runs some tests."""
    folders: set[Path] = set()
    scandir = os.scandir

    def guarded(path: Path) -> AbstractContextManager[Iterator[os.DirEntry[Any]]]:
        if path in folders:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("bowerbird.core.files.walk.os.scandir", guarded)
    return folders


def test_an_unreadable_folder_keeps_its_files_and_is_reported_until_it_can_be_read(
    catalog: Catalog, scanner: Scanner, files: Path, closed: set[Path]
) -> None:
    write(files / "a.txt", files / "private/b.txt", files / "private/deep/c.txt", files / "private two/d.txt")
    scan(scanner, files)
    read_all(catalog)
    closed.add(files / "private")
    (files / "private two/d.txt").unlink()
    scan(scanner, files)
    everything = {files / "a.txt", files / "private/b.txt", files / "private/deep/c.txt"}
    assert known(catalog, files) == {*everything, files / "private"}
    assert catalog.files.facts(files / "private")[1] is FileState.FAILED  # type: ignore[index]
    assert catalog.folders.state(files) is FolderState.READY
    closed.clear()
    scan(scanner, files)
    assert known(catalog, files) == everything
    assert read_all(catalog) == []


def test_a_watched_folder_that_cannot_be_read_says_so(
    catalog: Catalog, scanner: Scanner, files: Path, closed: set[Path]
) -> None:
    write(files / "a.txt")
    scan(scanner, files)
    closed.add(files)
    scan(scanner, files)
    assert catalog.folders.state(files) is FolderState.UNREADABLE
    assert files / "a.txt" in known(catalog, files)


def test_a_saved_file_is_read_before_everything_that_a_scan_found(
    catalog: Catalog, scanner: Scanner, files: Path
) -> None:
    write(files / "old.txt")
    scan(scanner, files)
    write(files / "saved.mp3")
    assert apply(scanner, files / "saved.mp3") == []
    assert catalog.jobs.due(10, ()) == [files / "saved.mp3", files / "old.txt"]


def test_changes_that_concern_nobody_change_nothing(
    catalog: Catalog, scanner: Scanner, files: Path, tmp_path: Path
) -> None:
    write(files / "a.txt", files / "b.tmp", files / "skipped/c.txt", tmp_path / "elsewhere.txt")
    scan(scanner, files)
    read_all(catalog)
    paths = (files / "a.txt", files / "b.tmp", files / "skipped/c.txt", tmp_path / "elsewhere.txt", files / "none")
    assert apply(scanner, *paths) == []
    assert catalog.jobs.count_due() == 0 and known(catalog, files) == {files / "a.txt"}


def test_a_deleted_file_or_folder_is_forgotten(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    write(files / "a.txt", files / "inner/b.txt", files / "inner/deep/c.txt", files / "inner two.txt")
    scan(scanner, files)
    (files / "a.txt").unlink()
    shutil.rmtree(files / "inner")
    assert apply(scanner, files / "a.txt", files / "inner", gone=True) == []
    assert known(catalog, files) == {files / "inner two.txt"}


def test_what_the_disk_took_along_is_kept(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    write(files / "a.txt")
    scan(scanner, files)
    shutil.rmtree(files)
    apply(scanner, files / "a.txt", gone=True)
    assert known(catalog, files) == {files / "a.txt"}
    assert catalog.folders.state(files) is FolderState.OFFLINE


def test_folders_are_scanned_not_read(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    write(files / "inner/a.txt")
    assert apply(scanner, files / "inner", files) == [(files, files / "inner"), (files, files)]
    assert catalog.jobs.count_due() == 0
    shutil.rmtree(files)
    assert apply(scanner, files, gone=True) == [(files, files)]


def test_a_folder_in_place_of_a_file_replaces_it(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    write(files / "name")
    scan(scanner, files)
    (files / "name").unlink()
    write(files / "name/a.txt")
    ((folder, top),) = apply(scanner, files / "name")
    scan(scanner, folder, top)
    assert known(catalog, files) == {files / "name/a.txt"}


def test_the_watched_folder_of_a_path(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    assert scanner.folder_of(files / "deep/a.txt") == files == scanner.folder_of(files)
    assert scanner.folder_of(files.with_name("files two") / "a.txt") is None
