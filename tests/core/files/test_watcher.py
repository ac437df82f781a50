from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.core.files.watcher import Watcher
from bowerbird.core.types import Change, FileChange
from tests.makers import eventually


@pytest.fixture
def seen(files: Path) -> Iterator[list[FileChange]]:
    changes: list[FileChange] = []
    watcher = Watcher(changes.extend, settle_s=0.1)
    watcher.watch(files)
    yield changes
    watcher.close()


def last(changes: list[FileChange], path: Path) -> Change | None:
    return next((one.change for one in reversed(changes) if one.path == path), None)


def test_a_file_saved_changed_moved_and_deleted(seen: list[FileChange], files: Path) -> None:
    one, two = files / "one.txt", files / "two.txt"
    one.write_text("a")
    eventually(lambda: last(seen, one) is Change.PRESENT)
    one.rename(two)
    eventually(lambda: last(seen, one) is Change.GONE and last(seen, two) is Change.PRESENT)
    two.unlink()
    eventually(lambda: last(seen, two) is Change.GONE)


def test_a_burst_loses_none(seen: list[FileChange], files: Path) -> None:
    (files / "new").mkdir()
    for number in range(2000):
        (files / "new" / f"{number}.txt").write_text("x")
    wanted = {files / "new" / f"{number}.txt" for number in range(2000)}
    # The folder itself is told too, and scanned: what came before its watch was set is found that way.
    eventually(lambda: wanted <= {one.path for one in seen} or files / "new" in {one.path for one in seen})


def test_a_file_that_never_rests_is_told_all_the_same(seen: list[FileChange], files: Path) -> None:
    log = files / "log.txt"

    def told() -> bool:
        with log.open("a") as file:
            file.write("line\n")
        return last(seen, log) is Change.PRESENT

    eventually(told)


def test_a_folder_given_as_a_link_is_watched_under_that_name(files: Path, tmp_path: Path) -> None:
    changes: list[FileChange] = []
    link = tmp_path / "link"
    link.symlink_to(files)
    watcher = Watcher(changes.extend, settle_s=0.1)
    watcher.watch(link)
    (files / "a.txt").write_text("x")
    eventually(lambda: last(changes, link / "a.txt") is Change.PRESENT)
    watcher.close()


def test_a_folder_that_went_away_is_watched_again_when_it_returns(
    seen: list[FileChange], files: Path, tmp_path: Path
) -> None:
    shutil.move(files, tmp_path / "away")
    eventually(lambda: last(seen, files) is Change.GONE)
    shutil.move(tmp_path / "away", files)
    eventually(lambda: last(seen, files) is Change.PRESENT)
    (files / "late.txt").write_text("x")
    eventually(lambda: last(seen, files / "late.txt") is Change.PRESENT)
