"""Intrusions tried one by one, behind chosen walls, by a child of an ordinary user: root is refused less.

Children import this module: kept small.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bowerbird.core.decoding import child, sandbox, seccomp
from bowerbird.core.decoding.child import Terms
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import DecoderCrashed
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction
from tests.core.decoding.intrusions import DEADLY, INTRUSIONS, Target
from tests.core.decoding.misbehaving import answer

DONE, REFUSED = "done", "refused"
_NOBODY = 65_534
_PR_SET_DUMPABLE = 4


def _intrude(source: Source, _limits: Limits) -> Extraction:
    """Do what the file says, and tell whether that was refused."""
    order = json.loads(source.read())
    target = Target(Path(order["folder"]), order["stranger"], order["address"], order["terminal"], source)
    try:
        INTRUSIONS[order["intrusion"]](target)
    except (OSError, RuntimeError, MemoryError):
        return answer(REFUSED)
    return answer(DONE)


@dataclass(frozen=True, slots=True)
class Walls:
    """Which walls a child builds. ``abi``: of Landlock, at most; None is the kernel's."""

    any: bool = True
    abi: int | None = None
    filtered: bool = True

    def serve(self, pipe: Connection, terms: Terms) -> None:
        """Run in a child: become an ordinary user, build these walls, do what files say."""
        (
            sandbox._readable(),
            seccomp.prepared(),
        )  # loads what lies where an ordinary user may not look, if root is testing
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
        sandbox.enter = partial(sandbox.enter, landlock_abi=self.abi, filtered=self.filtered) if self.any else _no_walls
        child.answer_calls(pipe, terms, {"extract": _intrude})


def _no_walls(_memory: int) -> tuple[str, ...]:
    return ()


WALLS: Mapping[str, Walls] = {
    "no walls": Walls(any=False),
    "all walls": Walls(),
    "ABI 4": Walls(abi=4),
    "ABI 2": Walls(abi=2),
    "ABI 1": Walls(abi=1),
    "no Landlock": Walls(abi=0),
    "no filter": Walls(filtered=False),
    "no filter, ABI 4": Walls(abi=4, filtered=False),
    "no filter, ABI 2": Walls(abi=2, filtered=False),
    "no filter, ABI 1": Walls(abi=1, filtered=False),
    "limits alone": Walls(abi=0, filtered=False),
}
"""What is tried: the kernel's own walls, and those of older kernels and barer systems."""


def successes(walls: Walls) -> set[str]:
    """The intrusions that work behind these walls, or leave a trace."""
    return {name for name, outcome in _attempts(walls) if outcome != REFUSED}


def _attempts(walls: Walls) -> Iterator[tuple[str, str]]:
    pool, names = ExtractPool(1, serve=walls.serve), list(INTRUSIONS)
    try:
        while names:
            with _stranger() as stranger:  # until something was done to it
                outcome = REFUSED
                while names and outcome == REFUSED:
                    name = names.pop(0)
                    outcome = _attempt(pool, name, stranger)
                    yield name, outcome
    finally:
        pool.close()


def _attempt(pool: ExtractPool, name: str, stranger: subprocess.Popen[bytes]) -> str:
    with _scene(stranger) as (folder, order):
        (folder / "hostile").write_text(json.dumps({**order, "intrusion": name}))
        before = _facts(folder, stranger.pid)
        outcome = _outcome(pool, folder / "hostile")
        if outcome == DONE and name in DEADLY:
            outcome = DONE if _ends(stranger) else REFUSED  # some signals are lost without an error
        return outcome if _facts(folder, stranger.pid) == before else DONE


def _ends(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process ends within a second; it is not waited for, so that its facts can still be looked at."""
    until = time.monotonic() + 1
    while time.monotonic() < until:
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return True
        time.sleep(0.01)
    return False


def _outcome(pool: ExtractPool, hostile: Path) -> str:
    try:
        return pool.extract(hostile, Limits()).result(120).segments[0].text
    except DecoderCrashed:
        return "crashed"


@contextmanager
def _stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the ordinary user."""
    user = {"user": _NOBODY, "group": _NOBODY} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "600"], **user) as stranger:  # type: ignore[call-overload]
        try:
            yield stranger
        finally:
            stranger.kill()


@contextmanager
def _scene(stranger: subprocess.Popen[bytes]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder and a terminal of the ordinary user; and the order to a child to intrude upon them and the stranger."""
    controller, terminal = os.openpty()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        os.fdopen(controller),
        os.fdopen(terminal),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener,
    ):
        folder = Path(name)
        listener.bind(str(folder / "socket"))
        listener.setblocking(False)
        for file in ("old", "deleted", "emptied", "hostile"):
            (folder / file).write_text(file)
        os.setxattr(folder / "old", "user.kept", b"kept")
        if os.geteuid() == 0:
            for path in (folder, *folder.iterdir(), Path(os.ttyname(terminal))):
                os.chown(path, _NOBODY, _NOBODY)
        address = int(Path(f"/proc/{stranger.pid}/maps").read_text().split("-")[0], 16)
        yield folder, {"folder": name, "stranger": stranger.pid, "address": address, "terminal": os.ttyname(terminal)}


def _facts(folder: Path, stranger: int) -> object:
    """What intrusions would change."""
    files = {}
    for path in folder.iterdir():
        status = path.lstat()
        files[path.name] = status.st_mode, status.st_mtime_ns, _attributes(path)
    process = Path(f"/proc/{stranger}/stat").read_text().split(") ")[1].split()
    limits = Path(f"/proc/{stranger}/limits").read_text()
    return files, process[0] in "SR", process[15:17], limits, os.sched_getaffinity(stranger)


def _attributes(path: Path) -> list[str]:
    return os.listxattr(path) if path.is_file() else []
