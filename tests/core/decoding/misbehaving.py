"""Decoder children that do what a file's name says instead of reading it. They import this module: kept small."""

from __future__ import annotations

import ctypes
import functools
import mmap
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path

from bowerbird.core.decoding import child, sandbox
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Properties, Segment

if sys.platform != "win32":
    import fcntl
    import resource
    import termios

Misdeed = Callable[[Path], object]


def _spin(_folder: Path) -> None:
    while True:
        pass


def _fork(_folder: Path) -> None:
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _connect(_folder: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        socket.create_connection(listener.getsockname()).close()


def _map_memory(_folder: Path) -> None:
    """Address space alone: nothing is touched, so that it costs the machine nothing."""
    no_reserve = 0x4000  # MAP_NORESERVE of linux/mman.h; Python has a name for it from 3.12 on
    mmap.mmap(-1, 5 << 30, flags=mmap.MAP_PRIVATE | no_reserve).close()


def _fill_a_file(_folder: Path) -> None:
    """A file in memory, which no rule about folders forbids."""
    file = os.memfd_create("filled")
    try:
        os.write(file, b"x")
    finally:
        os.close(file)


def _open_many(_folder: Path) -> None:
    with ExitStack() as files:
        for _ in range(100):
            files.enter_context(Path(os.devnull).open("rb"))


def _call(name: str, *arguments: int | bytes) -> None:
    """A system call by its name, for those that Python has no function of."""
    import pyseccomp

    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    plain = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    if ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *plain) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _queue_signal(_folder: Path) -> None:
    information = (0).to_bytes(4, "little") * 2 + (-1).to_bytes(4, "little", signed=True) + bytes(116)  # SI_QUEUE
    _call("rt_sigqueueinfo", os.getppid(), 0, information)


def _send_signals_of_a_pipe(_folder: Path) -> None:
    reading, writing = os.pipe()
    try:
        fcntl.fcntl(reading, fcntl.F_SETOWN, os.getppid())
    finally:
        os.close(reading)
        os.close(writing)


def _limit_parent(_folder: Path) -> None:
    resource.prlimit(os.getppid(), resource.RLIMIT_CORE)


def _send_datagram(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(folder / "socket"))
    (folder / "socket").unlink()


def _pair_datagrams(_folder: Path) -> None:
    for end in socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM):
        end.close()


def _lock(folder: Path) -> None:
    with (folder / "old").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def _lock_range(folder: Path) -> None:
    with (folder / "old").open("rb") as file:
        fcntl.lockf(file, fcntl.LOCK_SH)


def _share_memory(_folder: Path) -> None:
    identifier = ctypes.CDLL(None, use_errno=True).shmget(0, 4096, 0o1600)
    if identifier < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    ctypes.CDLL(None).shmctl(identifier, 0, None)  # IPC_RMID


def _use_terminal(_folder: Path) -> None:
    """Open the terminal that this process shares; where there is none, a new one to type into."""
    file = os.open("/dev/ptmx", os.O_RDONLY | os.O_NOCTTY)
    try:
        fcntl.ioctl(file, termios.FIOASYNC, struct.pack("i", 0))
    finally:
        os.close(file)


def _truncate_on_opening(folder: Path) -> None:
    os.close(os.open(folder / "emptied", os.O_RDONLY | os.O_TRUNC))


FAULTS: dict[str, Misdeed] = {
    "crash": lambda _: ctypes.string_at(0),
    "hang": lambda _: time.sleep(1000),
    "exit": lambda _: os._exit(3),
    "raise": lambda _: 1 / 0,
    "recurse": lambda _: (f := lambda n: f(n + 1))(0),
    "swallow": lambda _: bytearray(1 << 45),
    "spin": _spin,
}
"""What broken decoders do."""

INTRUSIONS: dict[str, Misdeed] = {
    "write a file": lambda folder: (folder / "new").write_text("no"),
    "overwrite a file": lambda folder: (folder / "old").open("r+b").close(),
    "delete a file": lambda folder: (folder / "deleted").unlink(),
    "rename a file": lambda folder: (folder / "old").rename(folder / "renamed"),
    "make a folder": lambda folder: (folder / "folder").mkdir(),
    "make a link": lambda folder: (folder / "link").symlink_to("old"),
    "change rights": lambda folder: (folder / "rights").chmod(0o700),
    "connect": _connect,
    "run a program": lambda _: subprocess.run(["true"], check=True),
    "fork": _fork,
    "signal the parent": lambda _: os.kill(os.getppid(), 0),
    "signal a thread of the parent": lambda _: _call("tgkill", os.getppid(), os.getppid(), 0),
    "queue a signal": _queue_signal,
    "have a pipe send signals": _send_signals_of_a_pipe,
    "limit the parent": _limit_parent,
    "change a priority": lambda _: os.setpriority(os.PRIO_PROCESS, os.getpid(), 19),
    "bind the parent to a processor": lambda _: os.sched_setaffinity(os.getppid(), os.sched_getaffinity(0)),
    "change rights anew": lambda folder: _call("fchmodat2", -100, bytes(folder / "rights"), 0o600, 0),
    "change times": lambda folder: os.utime(folder / "old"),
    "remove an attribute": lambda folder: os.removexattr(folder / "old", "user.kept"),
    "make a datagram socket": _send_datagram,
    "make a pair of datagram sockets": _pair_datagrams,
    "lock a file": _lock,
    "lock a part of a file": _lock_range,
    "share memory": _share_memory,
    "use a terminal": _use_terminal,
    "empty a file by opening it": _truncate_on_opening,
    "map memory": _map_memory,
    "fill a file": _fill_a_file,
    "open many files": _open_many,
}
"""What a decoder that a hostile file has taken over would do. Each works where there are no walls."""


def answer(text: str) -> Extraction:
    """What a well-behaved child sends: the text on page 1, and its process id as the title."""
    segment = Segment(Modality.TEXT, Locator(page=1), text)
    return Extraction(Kind.DOCUMENT, (segment,), Properties(title=str(os.getpid())))


def misbehave(path: Path, _limits: Limits) -> Extraction:
    misdeed = FAULTS.get(path.name) or INTRUSIONS.get(path.name)
    if misdeed is not None:
        misdeed(path.parent)
    return answer(path.name)


def render_name(path: Path, _locator: Locator | None, max_side: int) -> bytes:
    return b"\xff\xd8" + f"{path.name} {max_side}".encode()


CALLS: child.Calls = {"extract": misbehave, "render": render_name}


def serve(pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    child.serve(pipe, parent, nice, cpu_s, CALLS)


def serve_unwalled(pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    sandbox.enter = lambda: None
    serve(pipe, parent, nice, cpu_s)


def serve_with_abi(abi: int, pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    """Inside the walls that a kernel with this version of Landlock has; 0: without Landlock."""
    sandbox.enter = functools.partial(sandbox.enter, abi)
    serve(pipe, parent, nice, cpu_s)


def serve_without_cpu(pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    serve(pipe, parent, nice, 0.0)


def serve_two_files(pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    child._MAX_FILES = 2
    serve(pipe, parent, nice, cpu_s)


def serve_garbage(pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    """Answers that make no sense."""
    pipe.send_bytes(child.READY)
    while True:
        pipe.recv()
        pipe.send_bytes(b'{"kind": "photo", "segments": 7, "properties": {}, "last": false}')


def serve_bytes(pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    """A picture in answer to everything, whatever was asked for."""
    pipe.send_bytes(child.READY)
    while True:
        pipe.recv()
        pipe.send_bytes(b'{"size": 1, "last": false}')
        pipe.send_bytes(b"x")


def serve_half(pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    """Half an answer, and then nothing."""
    pipe.send_bytes(child.READY)
    pipe.recv()
    pipe.send_bytes(b'{"size": 1, "last": false}')
    time.sleep(1000)


def serve_drops(pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    """An answer that comes byte by byte, and never ends."""
    pipe.send_bytes(child.READY)
    pipe.recv()
    os.write(pipe.fileno(), (100_000).to_bytes(4, "big"))
    while True:
        os.write(pipe.fileno(), b" ")
        time.sleep(0.1)


def serve_too_much(pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    """A header larger than any answer."""
    pipe.send_bytes(child.READY)
    pipe.recv()
    os.write(pipe.fileno(), (0x7FFFFFFF).to_bytes(4, "big"))
    time.sleep(1000)
