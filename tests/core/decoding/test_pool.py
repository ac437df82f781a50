"""Decoder children that crash, hang, lie and die: the pool goes on."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bowerbird.core.decoding import child
from bowerbird.core.decoding.pool import ExtractPool, Serve
from bowerbird.core.errors import (
    DecoderCrashed,
    DecoderTimeout,
    EnvironmentFailure,
    FileError,
    FileSkipped,
    FileVanished,
)
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Properties, Segment

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these walls")


def answer(text: str) -> Extraction:
    """What a well-behaved child would send."""
    return Extraction(
        Kind.DOCUMENT, (Segment(Modality.TEXT, Locator(page=1), text),), Properties(title=str(os.getpid()))
    )


def _crash() -> None:
    ctypes.string_at(0)


def _write() -> None:
    Path("/tmp/bowerbird-was-here").write_text("no")


def _run() -> None:
    subprocess.run(["true"], check=True)


MISDEEDS: dict[str, Callable[[], object]] = {
    "crash": _crash,
    "hang": lambda: time.sleep(1000),
    "exit": lambda: os._exit(3),
    "raise": lambda: 1 / 0,
    "nest": lambda: eval("(" * 5000 + ")" * 5000),
    "swallow": lambda: bytearray(1 << 45),
    "write": _write,
    "connect": lambda: socket.create_connection(("127.0.0.1", 9)),
    "run": _run,
    "fork": os.fork,
    "kill": lambda: os.kill(os.getppid(), 0),
}


def misbehave(path: Path, limits: Limits) -> Extraction:
    """Do what the file's name says."""
    if path.name in MISDEEDS:
        MISDEEDS[path.name]()
    return answer(path.name)


def slowly(path: Path, locator: Locator | None, side: int) -> bytes:
    return f"{path.name} {side}".encode()


def serve_badly(pipe: Connection, parent: int, nice: bool, seconds: float) -> None:
    child.serve(pipe, parent, nice, seconds, {"extract": misbehave, "render": slowly})


def serve_two(pipe: Connection, parent: int, nice: bool, seconds: float) -> None:
    child._FILES = 2
    serve_badly(pipe, parent, nice, seconds)


def serve_garbage(pipe: Connection, parent: int, nice: bool, seconds: float) -> None:
    pipe.send_bytes(child.READY)
    while True:
        pipe.recv()
        pipe.send_bytes(b'{"kind": "photo", "segments": 7, "properties": {}, "last": false}')


@contextmanager
def pool(size: int = 1, deadline_s: float = 30.0, serve: Serve = serve_badly) -> Iterator[ExtractPool]:
    opened = ExtractPool(size, deadline_s=deadline_s, serve=serve)
    try:
        yield opened
    finally:
        opened.close()


def ask(opened: ExtractPool, name: str) -> Extraction:
    return opened.extract(Path(name), Limits()).result(60)


@pytest.mark.parametrize("misdeed", ["crash", "exit"])
def test_a_dead_child_is_replaced(misdeed: str) -> None:
    with pool() as opened:
        with pytest.raises(DecoderCrashed, match="made its decoder crash"):
            ask(opened, misdeed)
        assert ask(opened, "well").segments == answer("well").segments


def test_a_hanging_child_is_killed_and_replaced() -> None:
    with pool(deadline_s=0.5) as opened:
        with pytest.raises(DecoderTimeout, match=r"longer than 0\.5 seconds"):
            ask(opened, "hang")
        assert ask(opened, "well").segments[0].text == "well"


def test_the_innocent_file_after_a_crash_is_read_all_the_same() -> None:
    with pool(2) as opened:
        files = ["crash" if n % 5 == 2 else f"file {n}" for n in range(20)]
        futures = [opened.extract(Path(name), Limits()) for name in files]
        for name, future in zip(files, futures, strict=True):
            if name == "crash":
                assert isinstance(future.exception(60), DecoderCrashed)
            else:
                assert future.result(60).segments[0].text == name


@pytest.mark.parametrize(("misdeed", "sentence"), [("raise", "cannot be read"), ("swallow", "more memory than")])
def test_our_own_mistakes_are_told_as_the_files(misdeed: str, sentence: str) -> None:
    with pool() as opened:
        with pytest.raises(FileError, match=sentence):
            ask(opened, misdeed)
        assert ask(opened, "well").segments[0].text == "well"


@LINUX
@pytest.mark.parametrize("misdeed", ["write", "connect", "run", "fork", "kill"])
def test_children_can_only_read(misdeed: str) -> None:
    with pool() as opened, pytest.raises(FileError, match=r"PermissionError|not permitted|FileNotFoundError"):
        ask(opened, misdeed)
    assert not Path("/tmp/bowerbird-was-here").exists()


def test_what_the_user_waits_for_overtakes() -> None:
    with pool() as opened:
        hanging = [opened.extract(Path("hang"), Limits()) for _ in range(3)]
        assert opened.render(Path("page"), None, 300).result(30) == b"page 300"
        assert opened.extract(Path("well"), Limits(), urgent=True).result(30).segments[0].text == "well"
        assert not any(future.done() for future in hanging)


def test_close_is_prompt_and_leaves_nothing() -> None:
    with pool(2) as opened:
        pids = [int(ask(opened, "well").properties.title)]
        hanging = [opened.extract(Path("hang"), Limits()) for _ in range(5)]
        time.sleep(0.3)
        began = time.monotonic()
        opened.close()
        assert time.monotonic() - began < 3
        for future in hanging:
            with pytest.raises((CancelledError, EnvironmentFailure)):
                future.result(5)
        with pytest.raises(CancelledError):
            ask(opened, "well")
    assert not any(thread.name == "decoder" for thread in threading.enumerate())
    assert not any(alive(pid) for pid in pids)


def test_a_used_up_child_makes_way() -> None:
    with pool(serve=serve_two) as opened:
        pids = [ask(opened, f"{n}").properties.title for n in range(6)]
    assert len(set(pids)) == 3


def test_a_child_that_lies_is_not_believed() -> None:
    with pool(serve=serve_garbage) as opened, pytest.raises(DecoderCrashed):
        ask(opened, "well")


def test_a_limit_of_one_leaves_one_child_at_work() -> None:
    with pool(2) as opened:
        opened.limit(1)
        futures = [opened.extract(Path(f"{number}"), Limits()) for number in range(6)]
        assert len({future.result(60).properties.title for future in futures}) == 1


def test_nothing_starts_before_it_is_needed() -> None:
    with pool(4):
        assert not any(thread.name == "decoder" for thread in threading.enumerate())


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    if sys.platform != "linux":
        return True
    return ") Z " not in Path(f"/proc/{pid}/stat").read_text()


@LINUX
def test_children_die_with_a_killed_parent() -> None:
    script = (
        "import time\nfrom pathlib import Path\nfrom test_extract_pool import *\n"
        "if __name__ == '__main__':\n"
        "    opened = ExtractPool(1, serve=serve_badly)\n"
        "    print(ask(opened, 'well').properties.title, flush=True)\n"
        "    opened.extract(Path('hang'), Limits())\n"
        "    time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=Path(__file__).parent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def test_real_files_through_real_children(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    Image.fromarray(rng.integers(0, 255, (300, 400, 3), np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "b.txt").write_text("Apples ripen late. 🦦")
    (tmp_path / "c.txt").write_bytes(b"")
    (tmp_path / "d.zip").write_bytes(b"PK\5\6" + bytes(18))
    with pool(2, serve=child.serve) as opened:
        photo, text, empty, skipped, gone = (
            opened.extract(tmp_path / name, Limits()) for name in ("a.png", "b.txt", "c.txt", "d.zip", "e.txt")
        )
        here = child.CALLS["extract"](tmp_path / "a.png", Limits())
        assert isinstance(here, Extraction)
        there = photo.result(60)
        assert there.segments[0].pixels is not None and here.segments[0].pixels is not None
        assert np.array_equal(there.segments[0].pixels, here.segments[0].pixels)
        assert there.segments[0].pixels.flags.writeable
        assert (there.kind, there.properties, there.thumbnail) == (here.kind, here.properties, here.thumbnail)
        assert text.result(60).segments[0].text == "Apples ripen late. 🦦"
        assert isinstance(empty.exception(60), FileError) and str(empty.exception()) == "The file is empty."
        assert isinstance(skipped.exception(60), FileSkipped)
        assert isinstance(gone.exception(60), FileVanished)
        assert opened.render(tmp_path / "a.png", None, 100).result(60).startswith(b"\xff\xd8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_a_pipe_among_the_files_blocks_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    with pool(serve=child.serve, deadline_s=5) as opened, pytest.raises(FileError, match="not an ordinary file"):
        opened.extract(tmp_path / "a.jpg", Limits()).result(30)
