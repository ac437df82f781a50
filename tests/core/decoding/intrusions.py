"""What a decoder that a hostile file has taken over would do to its user. Each works where there are no walls."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import subprocess
import termios
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bowerbird.core.extractors.base import MEMORY
from bowerbird.core.extractors.source import Source

_THREADS = 3_000
_F_SETSIG, _AT_FDCWD = 10, -100
_NO_RESERVE = 0x4000  # MAP_NORESERVE of linux/mman.h; Python has a name for it from 3.12 on


@dataclass(frozen=True, slots=True)
class Target:
    """What is intruded upon."""

    folder: Path
    """Of the user's, with the files ``old``, ``deleted`` and ``emptied``, and ``socket``, which takes datagrams."""
    stranger: int
    """Id of another process of the user's."""
    address: int
    """Where that process has its program in memory."""
    terminal: str
    """Of the user's."""
    source: Source
    """The hostile file, as the decoder was given it."""


def system_call(name: str, *arguments: int | bytes) -> int:
    """A system call by its name, for those that Python has no function of."""
    import pyseccomp

    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    plain = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    return _checked(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *plain))


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _queue_signal(target: Target) -> None:
    information = signal.SIGKILL.to_bytes(4, "little") + bytes(4) + (-1).to_bytes(4, "little", signed=True) + bytes(116)
    system_call("rt_sigqueueinfo", target.stranger, signal.SIGKILL, information)


def _send_signals_of_a_pipe(target: Target) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "wb", buffering=0) as end:
        fcntl.fcntl(reading, fcntl.F_SETOWN, target.stranger)
        fcntl.fcntl(reading, _F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)
        end.write(b"x")


def _read_memory_of(target: Target) -> None:
    found = ctypes.create_string_buffer(8)
    here = (ctypes.c_size_t * 2)(ctypes.addressof(found), 8)
    there = (ctypes.c_size_t * 2)(target.address, 8)
    system_call("process_vm_readv", target.stranger, bytes(here), 1, bytes(there), 1, 0)


def _attach_to(target: Target) -> None:
    attach, detach = 16, 17  # sys/ptrace.h
    system_call("ptrace", attach, target.stranger, 0, 0)
    os.waitpid(target.stranger, 0)
    system_call("ptrace", detach, target.stranger, 0, 0)


def _connect(_target: Target) -> None:
    with socket.socket() as listener, socket.socket() as caller:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        caller.connect(listener.getsockname())


def _send_datagram(target: Target) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", str(target.folder / "socket"))


def _send_by_a_pair(target: Target) -> None:
    """A pair needs no address, but each end can send to one all the same."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ends[0], ends[1]:
        ends[0].sendto(b"x", str(target.folder / "socket"))


def _share_memory(_target: Target) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    identifier = _checked(library.shmget(0, 4096, 0o1600))
    library.shmctl(identifier, 0, None)  # IPC_RMID


def _fork(_target: Target) -> None:
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _start_threads(_target: Target) -> None:
    threading.stack_size(32 << 10)
    end = threading.Event()
    started = []
    try:
        for _ in range(_THREADS):
            thread = threading.Thread(target=end.wait, daemon=True)
            thread.start()
            started.append(thread)
    finally:
        end.set()
        for thread in started:
            thread.join()
        threading.stack_size(0)


def _use_terminal(target: Target) -> None:
    with os.fdopen(os.open(target.terminal, os.O_RDONLY | os.O_NOCTTY), "rb", buffering=0) as terminal:
        termios.tcgetattr(terminal)


def _map_memory(_target: Target) -> None:
    """Address space alone: nothing is touched, so that it costs the machine nothing."""
    mmap.mmap(-1, MEMORY, flags=mmap.MAP_PRIVATE | _NO_RESERVE).close()


def _fill_a_file(_target: Target) -> None:
    """A file in memory, which no rule about folders forbids."""
    file = os.memfd_create("filled")
    try:
        os.write(file, b"x")
    finally:
        os.close(file)


def _open_many(target: Target) -> None:
    with ExitStack() as files:
        for _ in range(100):
            files.callback(os.close, os.dup(target.source.fileno()))


def _reopen(target: Target) -> None:
    """The file that the decoder was given, anew, for writing."""
    os.close(os.open(f"/proc/self/fd/{target.source.fileno()}", os.O_RDWR))


def _make_ring(_target: Target) -> None:
    os.close(system_call("io_uring_setup", 1, bytes(120)))


INTRUSIONS: Mapping[str, Callable[[Target], object]] = {
    "read another file": lambda target: (target.folder / "old").read_bytes(),
    "list a folder": lambda target: list(target.folder.iterdir()),
    "list processes": lambda _: list(Path("/proc").iterdir()),
    "read a process's memory": _read_memory_of,
    "trace a process": _attach_to,
    "write a file": lambda target: (target.folder / "new").write_text("no"),
    "overwrite a file": lambda target: (target.folder / "old").open("r+b").close(),
    "empty a file by opening it": lambda target: os.close(os.open(target.folder / "emptied", os.O_RDONLY | os.O_TRUNC)),
    "open its own file for writing": _reopen,
    "delete a file": lambda target: (target.folder / "deleted").unlink(),
    "rename a file": lambda target: (target.folder / "old").rename(target.folder / "renamed"),
    "make a folder": lambda target: (target.folder / "folder").mkdir(),
    "make a link": lambda target: (target.folder / "link").symlink_to("old"),
    "change rights": lambda target: (target.folder / "old").chmod(0o666),
    "change rights by fchmodat2": lambda target: system_call(
        "fchmodat2", _AT_FDCWD, bytes(target.folder / "old"), 0o666, 0
    ),
    "change its own file's rights": lambda target: os.fchmod(target.source.fileno(), 0o666),
    "change times": lambda target: os.utime(target.folder / "old", (0, 0)),
    "change its own file's times": lambda target: os.utime(target.source.fileno(), (0, 0)),
    "remove an attribute": lambda target: os.removexattr(target.folder / "old", "user.kept"),
    "lock its own file": lambda target: fcntl.flock(target.source.fileno(), fcntl.LOCK_EX),
    "lock a part of its own file": lambda target: fcntl.lockf(target.source.fileno(), fcntl.LOCK_SH),
    "connect": _connect,
    "send a datagram": _send_datagram,
    "send a datagram by a pair": _send_by_a_pair,
    "run a program": lambda _: subprocess.run(["true"], check=True),
    "fork": _fork,
    "kill a process": lambda target: os.kill(target.stranger, signal.SIGKILL),
    "kill a thread": lambda target: system_call("tgkill", target.stranger, target.stranger, signal.SIGKILL),
    "queue a signal": _queue_signal,
    "have a pipe send signals": _send_signals_of_a_pipe,
    "limit a process": lambda target: resource.prlimit(target.stranger, resource.RLIMIT_CORE, (0, 0)),
    "change a priority": lambda target: os.setpriority(os.PRIO_PROCESS, target.stranger, 19),
    "bind a process to a processor": lambda target: os.sched_setaffinity(target.stranger, {0}),
    "share memory": _share_memory,
    "open a terminal": _use_terminal,
    "make a ring": _make_ring,
    "start 3,000 threads": _start_threads,
    "take more memory": _map_memory,
    "fill a file": _fill_a_file,
    "open many files": _open_many,
}
"""Each works where there are no walls."""
DEADLY = ("kill a process", "kill a thread", "queue a signal", "have a pipe send signals")
"""Those that end the stranger."""
