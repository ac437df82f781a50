"""The watcher against the real file system: every change is reported, or covered by a folder that is to be scanned."""

from __future__ import annotations

import inspect
import json
import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bowerbird.core.files import watcher as watcher_module
from bowerbird.core.files.changes import Change, FileChange
from bowerbird.core.files.inotify import WatchedByKernel
from bowerbird.core.files.notifications import Notifications
from bowerbird.core.files.walk import Excludes, Walk
from bowerbird.core.files.watcher import Watcher
from tests.makers import eventually

BURST = 2000


@pytest.fixture
def watch() -> Iterator[Callable[..., list[FileChange]]]:
    """Watches a folder; the list it returns fills with what is reported."""
    opened: list[Watcher] = []

    def start(folder: Path, **timing: float) -> list[FileChange]:
        changes: list[FileChange] = []
        opened.append(Watcher(changes.extend, **{"settle_s": 0.1, "check_s": 0.1, **timing}))
        opened[-1].watch(folder)
        return changes

    yield start
    for watcher in opened:
        watcher.close()


def last(changes: list[FileChange], path: Path) -> Change | None:
    return next((change.change for change in reversed(changes) if change.path == path), None)


def test_a_file_saved_changed_moved_and_deleted(watch: Callable[..., list[FileChange]], files: Path) -> None:
    changes = watch(files)
    old, new = files / "old.txt", files / "new.txt"
    old.write_text("a")
    eventually(lambda: last(changes, old) is Change.PRESENT)
    old.rename(new)
    eventually(lambda: last(changes, old) is Change.GONE and last(changes, new) is Change.PRESENT)
    new.unlink()
    eventually(lambda: last(changes, new) is Change.GONE)


def test_a_file_that_is_only_read_is_not_reported(watch: Callable[..., list[FileChange]], files: Path) -> None:
    (files / "read.txt").write_text("x")
    changes = watch(files)
    (files / "read.txt").read_text()
    (files / "written.txt").write_text("x")
    eventually(lambda: last(changes, files / "written.txt"))
    assert last(changes, files / "read.txt") is None


def test_looking_through_more_folders_than_the_kernel_queues_reports_nothing(
    watch: Callable[..., list[FileChange]], files: Path
) -> None:
    """Else a scan, which opens each, would have the next one made."""
    queued = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text()) if sys.platform == "linux" else 1
    for number in range(queued // 2 + 100):  # each is opened and closed
        (files / f"{number:x}").mkdir()
    changes = watch(files)
    assert list(Walk(files, Excludes(()))) == []
    (files / "after.txt").write_text("x")
    eventually(lambda: last(changes, files / "after.txt"))
    assert {change.path for change in changes} == {files / "after.txt"}


def test_a_file_that_may_be_read_again_is_reported(watch: Callable[..., list[FileChange]], files: Path) -> None:
    (files / "closed.txt").write_text("x")
    (files / "closed.txt").chmod(0)
    changes = watch(files)
    (files / "closed.txt").chmod(0o600)
    eventually(lambda: last(changes, files / "closed.txt") is Change.PRESENT)


class Coverage:
    """What somebody learns who takes each report as the indexer does: a folder is walked as soon as it is reported."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.reported: set[Path] = set()
        self.walked: set[Path] = set()

    def take(self, changes: Sequence[FileChange]) -> None:
        self.reported.update(change.path for change in changes)
        for change in changes:
            if change.path.is_dir():
                self.walked.update(facts.path for facts in Walk(self._folder, Excludes(()), change.path))


@pytest.mark.parametrize("nested", ["", "new", "new/and/deep"])
def test_a_burst_loses_none(files: Path, nested: str) -> None:
    """Neither in a watched folder, nor in folders made a moment ago, whose own watches may come too late."""
    coverage = Coverage(files)
    watcher = Watcher(coverage.take, settle_s=0.1)
    watcher.watch(files)
    (files / nested).mkdir(parents=True, exist_ok=True)
    written = {files / nested / f"{number}.txt" for number in range(BURST)}
    for path in written:
        path.write_text("x")
    try:
        eventually(lambda: written <= coverage.reported | coverage.walked)
        if not nested and files not in coverage.reported:  # unless the kernel's queue overflowed
            assert written <= coverage.reported
    finally:
        watcher.close()


def test_lost_notifications_have_the_folders_reported(watch: Callable[..., list[FileChange]], files: Path) -> None:
    changes = watch(files)
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; filesystem events were lost")
    eventually(lambda: last(changes, files) is Change.PRESENT)


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
def test_watchdog_logs_an_overflow_in_these_words() -> None:
    from watchdog.observers import inotify_c

    assert "logger.warning" in inspect.getsource(inotify_c) and "queue overflowed" in inspect.getsource(inotify_c)
    assert inotify_c.logger.name.startswith("watchdog.")


def test_a_file_that_never_rests_is_reported_all_the_same(watch: Callable[..., list[FileChange]], files: Path) -> None:
    changes = watch(files, settle_s=600.0, latest_s=0.3)
    log = files / "log.txt"

    def write_and_look() -> bool:
        with log.open("a") as file:
            file.write("line\n")
        return last(changes, log) is Change.PRESENT

    eventually(write_and_look)


def test_a_folder_given_as_a_link_is_watched_under_that_name(files: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(files)
    changes, opened = [], Notifications(lambda path: changes.append(path), lambda *_: None, lambda: None)
    try:
        opened.add(link)
        (files / "a.txt").write_text("x")
        eventually(lambda: link / "a.txt" in changes)
        assert (opened.descriptor is not None) == (sys.platform == "linux")
        assert not WatchedByKernel(opened.descriptor).missing_below([link]).tops
    finally:
        opened.close()


def test_a_folder_that_went_away_is_watched_again_when_it_returns(
    watch: Callable[..., list[FileChange]], files: Path, tmp_path: Path
) -> None:
    changes = watch(files)
    shutil.move(files, tmp_path / "away")
    eventually(lambda: last(changes, files) is Change.GONE)
    shutil.move(tmp_path / "away", files)
    eventually(lambda: last(changes, files) is Change.PRESENT)
    (files / "late.txt").write_text("x")
    eventually(lambda: last(changes, files / "late.txt") is Change.PRESENT)


def test_another_folder_put_in_the_place_of_a_watched_one_is_watched(
    watch: Callable[..., list[FileChange]], files: Path, tmp_path: Path
) -> None:
    changes = watch(files)
    other = tmp_path / "other"
    (other / "inner").mkdir(parents=True)
    files.rename(tmp_path / "away")
    other.rename(files)
    eventually(lambda: last(changes, files) is Change.PRESENT)
    (files / "inner" / "late.txt").write_text("x")
    eventually(lambda: last(changes, files / "inner" / "late.txt") is Change.PRESENT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_watching_survives_what_ends_the_thread_of_watchdog(
    watch: Callable[..., list[FileChange]], files: Path, tmp_path: Path
) -> None:
    """A folder is moved out, another made in its place, both are deleted: watchdog 6 and 7 raise and notice no more."""
    changes = watch(files)
    folder, away = files / "folder", tmp_path / "away"
    for step in (folder.mkdir, lambda: folder.rename(away), folder.mkdir, folder.rmdir):
        changes.clear()
        step()
        eventually(lambda: last(changes, folder))
    changes.clear()
    away.rmdir()
    (files / "late.txt").write_text("x")
    eventually(lambda: last(changes, files / "late.txt") or last(changes, files))
    changes.clear()
    (files / "later.txt").write_text("x")
    eventually(lambda: last(changes, files / "later.txt") is Change.PRESENT)


def test_folders_that_are_moved_about_are_watched_where_they_are(files: Path, tmp_path: Path) -> None:
    """watchdog 7 takes what happens in ``back`` for something in ``renamed/inner``. And none of its threads is left."""
    before, changes = set(threading.enumerate()), list[FileChange]()
    parent, inner, away = files / "parent", files / "parent" / "inner", tmp_path / "away"
    back, renamed = files / "back", files / "renamed"
    inner.mkdir(parents=True)
    watcher = Watcher(changes.extend, settle_s=0.05, check_s=0.7)
    try:
        watcher.watch(files)
        for here, there in ((inner, away), (away, back), (parent, renamed)):
            changes.clear()
            here.rename(there)
            eventually(lambda place=here if there is away else there: last(changes, place))
        eventually(lambda: not (watcher._renewal_due or watcher._unsettled))
        changes.clear()
        (back / "file.txt").write_text("x")
        eventually(lambda: last(changes, back / "file.txt"))
        eventually(lambda: not watcher._retired)
    finally:
        watcher.close()
    eventually(lambda: set(threading.enumerate()) <= before)


def test_notifications_that_have_lost_count_end_and_leave_no_thread(files: Path, tmp_path: Path) -> None:
    """watchdog 7 raises as it stops, and waited for ever for a thread that it had not woken."""
    before, paths = set(threading.enumerate()), list[Path]()
    ends: list[Callable[[Notifications], None]] = [Notifications.close, lambda opened: opened.remove(files)]
    for turn, end in enumerate(ends):
        folders = [files / f"{turn} {number}" for number in range(12)]
        for folder in folders:
            folder.mkdir()
        opened = Notifications(paths.append, lambda *_: None, lambda: None)
        opened.add(files)
        paths.clear()
        for first, second in zip(folders[::2], folders[1::2], strict=True):
            second.rename(tmp_path / second.name)
            first.rename(second)
        eventually(lambda moved=folders: set(moved) <= set(paths))
        end(opened)
        opened.close()
        eventually(lambda: set(threading.enumerate()) <= before)


def test_after_sleep_the_folders_are_reported(
    watch: Callable[..., list[FileChange]], files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = watch(files)
    slept = watcher_module._asleep_s() + 3600
    monkeypatch.setattr(watcher_module, "_asleep_s", lambda: slept)
    eventually(lambda: last(changes, files) is Change.PRESENT)


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
def test_watching_anew_takes_no_more_watches_than_the_system_allows(files: Path) -> None:
    """While the old notifications are still there, the new ones get too few: without that being noticed for good."""
    assert limited(files, "max_inotify_watches", 60) == [40, []]


def limited(files: Path, name: str, limit: int) -> list[Any]:
    """How many of 40 files are noticed in folders of their own, and what is told."""
    for number in range(40):
        (files / f"{number}").mkdir()
    inside = ["unshare", "--user", "--map-root-user"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no user namespace can be made here")
    program = [sys.executable, "-m", "tests.core.files.limited_watching", str(files), name, str(limit)]
    done = subprocess.run([*inside, *program], capture_output=True, text=True, check=True)
    answer: list[Any] = json.loads(done.stdout)
    return answer


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
@pytest.mark.parametrize(
    ("name", "limit", "told"),
    [
        ("max_inotify_watches", 25, "Changes in 16 folders in {} show within half a minute only"),
        ("max_inotify_watches", 0, "Changes in {} show within half a minute only"),
        ("max_inotify_instances", 0, "Changes in {} show within half a minute only"),
    ],
)
def test_what_the_system_allows_no_watch_for_is_told_and_looked_through(
    files: Path, name: str, limit: int, told: str
) -> None:
    noticed, problems = limited(files, name, limit)
    assert noticed == 40
    assert len(problems) == 1 and problems[0].startswith(told.format(files))
    assert f"sudo sysctl fs.inotify.{name.replace('inotify', 'user')}=" in problems[0]


def test_a_folder_no_longer_watched_is_not_reported(files: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    changes: list[FileChange] = []
    watcher = Watcher(changes.extend, settle_s=0.1)
    try:
        for folder in (files, other):
            watcher.watch(folder)
        watcher.unwatch(files)
        (files / "a.txt").write_text("x")
        (other / "b.txt").write_text("x")
        eventually(lambda: last(changes, other / "b.txt") is Change.PRESENT)
        assert last(changes, files / "a.txt") is None
    finally:
        watcher.close()
