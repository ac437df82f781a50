"""Reading disks that do not answer. A pipe without a writer is such a disk: opening it waits for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from bowerbird.core.errors import DiskSilent
from bowerbird.core.files import disk_threads
from bowerbird.core.files.disk_threads import DiskThreads, OnBlock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")


@pytest.fixture
def threads() -> Iterator[DiskThreads]:
    threads = DiskThreads(silence_s=0.4)
    yield threads
    threads.close()


@pytest.fixture
def dead(tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """Makes files whose reading never ends, until the test has."""
    pipes: list[Path] = []

    def make() -> Path:
        pipes.append(tmp_path / f"dead {len(pipes)}")
        os.mkfifo(pipes[-1])
        return pipes[-1]

    yield make
    for pipe in pipes:
        os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))  # ends the waiting


def reading(path: Path) -> Callable[[OnBlock], bytes]:
    return lambda _: path.read_bytes()


def test_a_silent_disk_fails_its_files_and_no_others(
    threads: DiskThreads, dead: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "_mount_point", lambda path: path.parent)
    (tmp_path / "other").mkdir()
    (alive := tmp_path / "other" / "a.txt").write_text("here")
    answers = [threads.submit(path, reading(path)) for path in (dead(), dead(), dead(), dead())]
    assert threads.submit(alive, reading(alive)).result(30) == alive.read_bytes()
    for answer in answers:
        with pytest.raises(DiskSilent, match="does not answer"):
            answer.result(30)


def test_one_silent_file_leaves_the_others_of_its_disk(
    threads: DiskThreads, dead: Callable[[], Path], tmp_path: Path
) -> None:
    (alive := tmp_path / "a.txt").write_text("here")
    silent = dead()
    answers = [threads.submit(path, reading(path)) for path in (silent, alive, alive)]
    assert isinstance(answers[0].exception(30), DiskSilent)
    assert {answer.result(30) for answer in answers[1:]} == {alive.read_bytes()}


def test_a_slow_disk_that_goes_on_answering_is_waited_for(threads: DiskThreads, tmp_path: Path) -> None:
    def slowly(heard: OnBlock) -> str:
        for _ in range(8):
            heard()
            pause.wait(0.1)
        return "read"

    pause = threading.Event()
    assert threads.submit(tmp_path / "slow", slowly).result(30) == "read"


def test_a_disk_that_answers_again_is_read_again(
    threads: DiskThreads, dead: Callable[[], Path], tmp_path: Path
) -> None:
    (alive := tmp_path / "a.txt").write_text("here")
    pipes = [dead(), dead()]
    for answer in [threads.submit(pipe, reading(pipe)) for pipe in pipes]:
        assert isinstance(answer.exception(30), DiskSilent)
    for pipe in pipes:
        os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))
    assert threads.submit(alive, reading(alive)).result(30) == alive.read_bytes()


def test_what_was_not_begun_when_it_closes_is_cancelled(threads: DiskThreads, dead: Callable[[], Path]) -> None:
    answers = [threads.submit(path, reading(path)) for path in (dead(), dead(), dead())]
    threads.close()
    answers.append(threads.submit(dead(), lambda _: "late"))
    for answer in answers[2:]:
        with pytest.raises(CancelledError):
            answer.result(30)


def test_every_file_has_a_volume(threads: DiskThreads, tmp_path: Path) -> None:
    mount_point = threads._mount_point(tmp_path / "a")
    assert mount_point.is_mount() and mount_point in tmp_path.parents
    assert disk_threads._THREADS > 1


def test_a_silent_disk_does_not_keep_the_process_from_ending(dead: Callable[[], Path]) -> None:
    path = dead()
    script = (
        "import sys; from pathlib import Path; from bowerbird.core.files.disk_threads import DiskThreads; "
        "path = Path(sys.argv[1]); threads = DiskThreads(); "
        "answer = threads.submit(path, lambda heard: path.read_bytes())\n"
        "while not answer.running(): pass\n"
        "threads.close()"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True, timeout=60)
