"""Open files as extractors read them."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bowerbird.core.errors import DiskSilent, EnvironmentFailure, FileError, FileVanished
from bowerbird.core.extractors.source import Source
from tests.makers import eventually

CONTENT = bytes(range(256)) * 2_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "Notes.TXT").write_bytes(CONTENT)
    return tmp_path / "Notes.TXT"


def test_readers_do_not_disturb_each_other(path: Path) -> None:
    with Source.at(path) as source:
        one, other = source.open(), source.open()
        assert one.read(300_000) == CONTENT[:300_000]
        assert other.read(10) == CONTENT[:10]
        assert one.read() == CONTENT[300_000:]
        one.close()
        other.seek(-5, os.SEEK_END)
        assert other.tell() == len(CONTENT) - 5 and other.read() == CONTENT[-5:]
        other.seek(100)
        other.seek(7, os.SEEK_CUR)
        assert other.read(3) == CONTENT[107:110]
        assert source.read(4) == CONTENT[:4] and source.read() == CONTENT


def test_what_is_known_of_a_file(path: Path) -> None:
    with Source.at(path) as source:
        path.rename(path.with_name("elsewhere"))
        assert (source.name, source.suffix, source.size) == ("Notes.TXT", ".txt", len(CONTENT))
        assert source.open().name == "Notes.TXT"


def test_closing_it_closes_its_descriptor(path: Path) -> None:
    with Source.at(path) as source:
        descriptor = source.fileno()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_what_is_no_ordinary_file_is_refused(path: Path, tmp_path: Path) -> None:
    with pytest.raises(FileVanished):
        Source.at(tmp_path / "nothing")
    with pytest.raises(FileVanished):
        Source.at(path / "below a file")
    with pytest.raises(FileError, match=r"permission|ordinary"):  # Windows opens no folders
        Source.at(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    before = len(list(Path("/dev/fd").iterdir()))
    with pytest.raises(FileError, match="not an ordinary file"):
        Source.at(tmp_path / "a.jpg")
    assert len(list(Path("/dev/fd").iterdir())) == before


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="nothing else fails to be read for sure")
def test_a_disk_that_fails_is_told_from_damage() -> None:
    with Source.at(Path("/proc/self/mem")) as source, pytest.raises(FileError, match="The disk cannot read this file"):
        source.read(10)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_computer_without_descriptors_is_no_fault_of_the_file(path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        with pytest.raises(EnvironmentFailure, match="Close some programs"):
            Source.at(path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_disk_that_does_not_answer_is_waited_for_so_long_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real one cannot be had: ``os.open`` blocks here as it does there."""
    answers, opened, really_open = threading.Event(), list[int](), os.open

    def late(*arguments: Any) -> int:
        answers.wait(60)
        opened.append(really_open(*arguments))
        return opened[-1]

    monkeypatch.setattr(os, "open", late)
    with pytest.raises(DiskSilent, match="does not answer"):
        Source.within(0.05, path)
    answers.set()
    eventually(lambda: opened and not is_open(opened[0]))
    with Source.within(60, path) as source:
        assert source.read(4) == CONTENT[:4]


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
