"""Decoder children that crash, hang, lie and die: the pool goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bowerbird.core.decoding import child
from bowerbird.core.decoding import pool as pool_module
from bowerbird.core.decoding.child import Serve
from bowerbird.core.decoding.pool import DEADLINE_S, ExtractPool
from bowerbird.core.errors import (
    DecoderCrashed,
    DecoderOutOfMemory,
    DecoderTimeout,
    EnvironmentFailure,
    FileError,
    FileSkipped,
    FileVanished,
)
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction
from tests import makers
from tests.core.decoding import misbehaving
from tests.makers import eventually

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this")


@contextmanager
def opened(size: int = 1, deadline_s: float = DEADLINE_S, serve: Serve = misbehaving.serve) -> Iterator[ExtractPool]:
    pool = ExtractPool(size, deadline_s=deadline_s, serve=serve)
    try:
        yield pool
    finally:
        pool.close()


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractPool]:
    """One that survives its tests, which is what it is for."""
    with opened() as shared:
        yield shared


@pytest.fixture(scope="module")
def real_pool() -> Iterator[ExtractPool]:
    """One that reads files."""
    with opened(2, serve=child.serve) as shared:
        yield shared


def extract(pool: ExtractPool, name: str) -> Extraction:
    return pool.extract(misbehaving.hostile(name), Limits()).result(120)


def pid_of(pool: ExtractPool) -> int:
    """The child that reads the next file."""
    return int(extract(pool, "well").properties.title)


@pytest.mark.parametrize("fault", ["crash", "exit"])
def test_a_dead_child_is_replaced(pool: ExtractPool, fault: str) -> None:
    before = pid_of(pool)
    with pytest.raises(DecoderCrashed, match="made its decoder crash"):
        extract(pool, fault)
    assert pid_of(pool) != before


def test_a_hanging_child_is_killed_and_replaced() -> None:
    with opened(deadline_s=2.0) as pool:
        before = pid_of(pool)
        with pytest.raises(DecoderTimeout, match=r"longer than 2 seconds"):
            extract(pool, "hang")
        assert not alive(before)
        assert pid_of(pool) != before


def test_the_innocent_file_after_a_crash_is_read_all_the_same(pool: ExtractPool) -> None:
    names = ["crash" if number % 5 == 2 else f"file {number}" for number in range(12)]
    futures = [pool.extract(misbehaving.hostile(name), Limits()) for name in names]
    for name, future in zip(names, futures, strict=True):
        if name == "crash":
            assert isinstance(future.exception(120), DecoderCrashed)
        else:
            assert future.result(120).segments[0].text == name


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("raise", r"^This file is damaged, or not what its name says it is\.$"),
        ("recurse", "nested too deeply"),
    ],
)
def test_failures_within_a_child_do_not_end_it(pool: ExtractPool, fault: str, sentence: str) -> None:
    before = pid_of(pool)
    with pytest.raises(FileError, match=sentence):
        extract(pool, fault)
    assert pid_of(pool) == before


def test_what_takes_too_much_memory_fails(pool: ExtractPool) -> None:
    with pytest.raises(DecoderOutOfMemory, match="more memory than"):
        extract(pool, "swallow")


def test_a_child_that_dies_while_starting_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_PAUSES_S", (0.01,))
    with opened(serve=misbehaving.ServeAtLast(tmp_path, starts=2)) as pool:
        assert extract(pool, "well").segments[0].text == "well"
    with opened(serve=misbehaving.serve_never) as pool:
        for _ in range(2):  # it is not given up for good
            with pytest.raises(EnvironmentFailure, match=r"do not start.*what was not read stays queued"):
                extract(pool, "well")


def test_closing_does_not_wait_for_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_PAUSES_S", (1000.0,))
    with opened(serve=misbehaving.ServeAtLast(tmp_path, starts=2)) as pool:
        future = pool.extract(misbehaving.hostile("well"), Limits())
        eventually(lambda: list(tmp_path.iterdir()))
        pool.close()
        with pytest.raises(EnvironmentFailure, match="closing"):
            future.result(5)


@LINUX
def test_only_kinds_that_need_it_are_given_more_memory(pool: ExtractPool) -> None:
    with pytest.raises(DecoderOutOfMemory):
        extract(pool, "reserve")
    before = pid_of(pool)
    photo = pool.extract(misbehaving.hostile("reserve", ".png"), Limits()).result(60)
    assert photo.segments[0].text == "reserve"
    assert len({before, int(photo.properties.title), pid_of(pool)}) == 3  # a child for that file alone


def test_what_the_user_waits_for_overtakes() -> None:
    with opened() as pool:
        hanging = [pool.extract(misbehaving.hostile("hang"), Limits()) for _ in range(3)]
        assert pool.render(misbehaving.hostile("page"), None, 300).result(60) == b"\xff\xd8page 300"
        assert pool.extract(misbehaving.hostile("well"), Limits(), urgent=True).result(60).segments[0].text == "well"
        assert not any(future.done() for future in hanging)


def test_close_is_prompt_and_leaves_nothing() -> None:
    threads = set(threading.enumerate())
    with opened(2) as pool:
        pid = pid_of(pool)
        hanging = [pool.extract(misbehaving.hostile("hang"), Limits()) for _ in range(5)]
        eventually(lambda: sum(future.running() for future in hanging) == 2)
        began = time.monotonic()
        pool.close()
        assert time.monotonic() - began < 15  # what hangs would do so for a thousand seconds
        for future in hanging:
            with pytest.raises((CancelledError, EnvironmentFailure)):
                future.result(5)
        with pytest.raises(CancelledError):
            extract(pool, "well")
    assert not [thread for thread in threading.enumerate() if thread.name == "decoder" and thread not in threads]
    assert not alive(pid)


def test_a_used_up_child_makes_way() -> None:
    with opened(serve=misbehaving.serve_two_files) as pool:
        pids = [pid_of(pool) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


@pytest.mark.parametrize("serve", [misbehaving.serve_garbage, misbehaving.serve_bytes, misbehaving.serve_too_much])
def test_a_child_that_lies_is_neither_believed_nor_waited_for(serve: Serve) -> None:
    with opened(serve=serve, deadline_s=2.0) as pool, pytest.raises(DecoderCrashed):
        extract(pool, "well")


@pytest.mark.parametrize("serve", [misbehaving.serve_half, misbehaving.serve_drops])
def test_the_deadline_holds_for_the_whole_answer(serve: Serve) -> None:
    with opened(serve=serve, deadline_s=2.0) as pool, pytest.raises(DecoderTimeout):
        pool.extract(misbehaving.hostile("well"), Limits()).result(60)


def test_a_limit_of_one_leaves_one_child_at_work() -> None:
    with opened(2) as pool:
        pool.limit(1)
        futures = [pool.extract(misbehaving.hostile(f"{number}"), Limits()) for number in range(6)]
        assert len({future.result(120).properties.title for future in futures}) == 1


def test_nothing_starts_before_it_is_needed() -> None:
    threads, children = threading.active_count(), len(multiprocessing.active_children())
    with opened(4):
        assert (threading.active_count(), len(multiprocessing.active_children())) == (threads, children)


def alive(pid: int) -> bool:
    """Whether a process runs: one that has ended but was not waited for does not."""
    try:
        if sys.platform == "linux":
            return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return True


@LINUX
def test_children_die_with_a_killed_parent() -> None:
    script = (
        "import time\n"
        "from tests.core.decoding.test_pool import *\n"
        "if __name__ == '__main__':\n"
        "    pool = ExtractPool(1, serve=misbehaving.serve)\n"
        "    print(pid_of(pool), flush=True)\n"
        "    pool.extract(misbehaving.hostile('hang'), Limits())\n"
        "    time.sleep(600)\n"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE) as parent:
        try:
            assert parent.stdout is not None
            pid = int(parent.stdout.readline())
            assert alive(pid)
        finally:
            parent.send_signal(signal.SIGKILL)
    eventually(lambda: not alive(pid))


def test_real_files_through_real_children(real_pool: ExtractPool, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    Image.fromarray(rng.integers(0, 255, (300, 400, 3), np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "b.txt").write_text("Apples ripen late. 🦦")
    (tmp_path / "c.txt").write_bytes(b"")
    (tmp_path / "d.jar").write_bytes(b"PK\5\6" + bytes(18))
    photo, text, empty, skipped, gone = (
        real_pool.extract(tmp_path / name, Limits()) for name in ("a.png", "b.txt", "c.txt", "d.jar", "e.txt")
    )
    expected = makers.extract(tmp_path / "a.png")
    extraction = photo.result(120)
    assert extraction.segments[0].pixels is not None and expected.segments[0].pixels is not None
    assert np.array_equal(extraction.segments[0].pixels, expected.segments[0].pixels)
    assert extraction.segments[0].pixels.flags.writeable
    assert extraction.kind == expected.kind
    assert (extraction.properties, extraction.thumbnail) == (expected.properties, expected.thumbnail)
    assert text.result(120).segments[0].text == "Apples ripen late. 🦦"
    assert isinstance(empty.exception(120), FileError) and str(empty.exception()) == "The file is empty."
    assert isinstance(skipped.exception(120), FileSkipped)
    assert isinstance(gone.exception(120), FileVanished)
    assert real_pool.render(tmp_path / "a.png", None, 100).result(120).startswith(b"\xff\xd8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_a_pipe_among_the_files_blocks_nobody(real_pool: ExtractPool, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    with pytest.raises(FileError, match="not an ordinary file"):
        real_pool.extract(tmp_path / "a.jpg", Limits()).result(120)
