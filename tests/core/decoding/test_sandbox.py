"""Each wall of the sandbox, against real children that run into it; and what they do where there are fewer walls."""

from __future__ import annotations

import ctypes
import os
import pty
import subprocess
import sys
import threading
from errno import EPERM
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux has all these walls", allow_module_level=True)

from bowerbird.core.decoding import child, landlock, sandbox
from bowerbird.core.decoding.child import Terms
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import DecoderCrashed
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction
from tests.core.decoding import misbehaving
from tests.core.decoding.attempts import WALLS, successes
from tests.core.decoding.intrusions import INTRUSIONS

LIMITED = {"start 3,000 threads", "take more memory", "fill a file", "open many files"}
OPENED = {"read another file", "list a folder", "list processes", "open a terminal"}
SIGNALLED = {"kill a process", "kill a thread", "queue a signal", "have a pipe send signals"}
# What Landlock has no rules about, or, of these, only for what is opened.
BEYOND_LANDLOCK = {
    "change rights", "change rights by fchmodat2", "change its own file's rights", "change times",
    "change its own file's times", "remove an attribute", "lock its own file", "lock a part of its own file",
    "send a datagram", "send a datagram by a pair", "fork", "limit a process",
    "change a priority", "bind a process to a processor", "share memory", "make a ring",
}  # fmt: skip
# Of all intrusions, those that work behind each set of walls.
WORKING = {
    "no walls": set(INTRUSIONS),
    "all walls": set(),
    "ABI 4": set(),
    "ABI 2": set(),
    "ABI 1": set(),
    "no Landlock": OPENED,
    "no filter": BEYOND_LANDLOCK,
    "no filter, ABI 4": BEYOND_LANDLOCK | SIGNALLED,
    "no filter, ABI 2": BEYOND_LANDLOCK | SIGNALLED | {"connect"},
    "no filter, ABI 1": BEYOND_LANDLOCK | SIGNALLED | {"connect"},
    "limits alone": set(INTRUSIONS) - LIMITED,
}


@pytest.mark.parametrize("name", WALLS)
def test_what_works_behind_which_walls(name: str) -> None:
    """Without walls all of it does, or the rest would show nothing."""
    needed = 0 if name in ("no walls", "no Landlock", "limits alone") else (WALLS[name].abi or 6)
    if landlock.abi() < needed:
        pytest.skip(f"this kernel has no Landlock of ABI {needed}")
    assert successes(WALLS[name]) == WORKING[name]


def test_what_is_missing_is_told() -> None:
    for walls, missing in (("all walls", ()), ("limits alone", (sandbox.NO_LANDLOCK, sandbox.NO_FILTER))):
        pool = ExtractPool(1, serve=WALLS[walls].serve)
        try:
            assert pool.try_walls().result(60) == missing == pool.missing_walls
        finally:
            pool.close()


def serve_with_thread(pipe: Connection, terms: Terms) -> None:
    """Has a thread from before the walls, which does what the file says."""
    asked: Queue[Path] = Queue()
    said: Queue[str] = Queue()

    def read_as_told() -> None:
        try:
            said.put(asked.get().read_text())
        except OSError as error:
            said.put(str(error.strerror))

    def tell(source: Source, _limits: Limits) -> Extraction:
        asked.put(Path(source.read().decode()))
        return misbehaving.answer(said.get())

    threading.Thread(target=read_as_told, daemon=True).start()
    child.answer_calls(pipe, terms, {"extract": tell})


def test_a_thread_from_before_the_walls_is_told(tmp_path: Path) -> None:
    """Landlock does not bind it."""
    (tmp_path / "private").write_text("private")
    (tmp_path / "hostile").write_text(str(tmp_path / "private"))
    pool = ExtractPool(1, serve=serve_with_thread)
    try:
        assert pool.extract(tmp_path / "hostile", Limits()).result(60).segments[0].text == "private"
        assert pool.missing_walls == (sandbox.LOOSE_THREADS,)
    finally:
        pool.close()


def test_no_library_keeps_a_thread_from_before_the_walls() -> None:
    script = (
        "import os\n"
        "from bowerbird.core.decoding import sandbox\n"
        "from bowerbird.core.extractors import load_libraries\n"
        "load_libraries()\n"
        "before = len(os.listdir('/proc/self/task'))\n"
        "print(before, sandbox.enter(1 << 30))\n"
    )
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "2"}  # as many as it starts on two processors
    assert subprocess.check_output([sys.executable, "-c", script], env=environment) == b"2 ()\n"


def _open_terminal(_source: Source, _limits: Limits) -> Extraction:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY))
    except OSError as error:
        return misbehaving.answer(str(error.strerror))
    return misbehaving.answer("opened")


def serve_terminal(pipe: Connection, terms: Terms) -> None:
    """Without the walls that would keep it from opening a terminal."""
    sandbox.enter = lambda _memory: ()
    child.answer_calls(pipe, terms, {"extract": _open_terminal})


def test_a_decoder_has_no_terminal() -> None:
    """Its parent has one, and without walls it could open that; but it is in a session of its own."""
    script = (
        "import os\n"
        "from tests.core.decoding.test_sandbox import *\n"
        "if __name__ == '__main__':\n"
        "    os.close(os.open('/dev/tty', os.O_RDONLY))\n"
        "    pool = ExtractPool(1, serve=serve_terminal)\n"
        "    print(pool.extract(misbehaving.hostile('x'), Limits()).result(60).segments[0].text)\n"
        "    pool.close()\n"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(Path(__file__).parents[3])
        os.execv(sys.executable, [sys.executable, "-c", script])
    with os.fdopen(terminal, "rb", buffering=0) as file:
        assert b"No such device or address" in _all_of(file.fileno())
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _all_of(terminal: int) -> bytes:
    text = b""
    try:
        while part := os.read(terminal, 4096):
            text += part
    except OSError:  # the other end is closed
        pass
    return text


FORBIDDEN_CALLS = (
    "socket connect bind listen accept accept4 sendto sendmsg sendmmsg execve execveat fork vfork ptrace kill tkill "
    "tgkill rt_sigqueueinfo rt_tgsigqueueinfo prlimit64 setpriority sched_setaffinity sched_setscheduler shmget shmat "
    "semget msgget fchmodat2 utime utimes futimesat removexattr lremovexattr fremovexattr setns unshare flock "
    "pidfd_open pidfd_send_signal process_vm_readv process_vm_writev mount umount2 pivot_root chroot "
    "bpf perf_event_open keyctl add_key request_key userfaultfd io_uring_setup init_module finit_module kexec_load "
    "unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat symlink symlinkat mknod mknodat "
    "truncate chmod fchmod fchmodat chown fchown lchown fchownat setxattr fsetxattr lsetxattr utimensat"
)


def _calls_let_through(_source: Source, _limits: Limits) -> Extraction:
    """Makes each forbidden system call with senseless arguments; the names of those that are not refused."""
    import pyseccomp

    system_call = ctypes.CDLL(None, use_errno=True).syscall
    let_through = []
    for name in FORBIDDEN_CALLS.split():
        try:
            number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
        except ValueError:
            continue
        if number >= 0 and (system_call(number, *[ctypes.c_long(-1)] * 6) != -1 or ctypes.get_errno() != EPERM):
            let_through.append(name)
    return misbehaving.answer(" ".join(let_through) or "none")


def _serve_calls(pipe: Connection, terms: Terms) -> None:
    child.answer_calls(pipe, terms, {"extract": _calls_let_through})


def test_every_forbidden_system_call_is_refused() -> None:
    pool = ExtractPool(1, serve=_serve_calls)
    try:
        assert pool.extract(misbehaving.hostile("x"), Limits()).result(60).segments[0].text == "none"
    finally:
        pool.close()


def test_a_decoder_that_computes_for_ever_is_ended_by_the_kernel() -> None:
    pool = ExtractPool(1, serve=misbehaving.serve_without_cpu)
    try:
        with pytest.raises(DecoderCrashed):
            pool.extract(misbehaving.hostile("spin"), Limits(), urgent=True).result(60)
    finally:
        pool.close()


def test_a_process_with_another_parent_ends_itself() -> None:
    script = "import os\nfrom bowerbird.core.decoding.sandbox import die_with\ndie_with({})\nos._exit(7)"
    ends = [subprocess.call([sys.executable, "-c", script.format(parent)]) for parent in (os.getpid(), os.getppid())]
    assert ends == [7, 1]


def test_threads_that_cannot_be_counted_are_not_limited() -> None:
    """As in a container, where the kernel counts those of the same user outside of it too."""
    script = (
        "import os, resource, threading\n"
        "from bowerbird.core.decoding import sandbox\n"
        "if os.geteuid() == 0:\n"
        "    os.setuid(65534)\n"
        "end = threading.Event()\n"
        "for _ in range(30):\n"
        "    threading.Thread(target=end.wait).start()\n"
        "counted, before = sandbox._threads_of_user, resource.getrlimit(resource.RLIMIT_NPROC)\n"
        "sandbox._threads_of_user = lambda: counted() - 1030\n"
        "limited = sandbox._limit_threads(), resource.getrlimit(resource.RLIMIT_NPROC) != before\n"
        "sandbox._threads_of_user = counted\n"
        "print(limited, sandbox._limit_threads(), resource.getrlimit(resource.RLIMIT_NPROC) != before)\n"
        "end.set()\n"
    )
    assert subprocess.check_output([sys.executable, "-c", script]) == b"(False, False) True True\n"


def test_memory_used_grows_with_what_is_held() -> None:
    before = sandbox.memory_used()
    held = b"x" * (64 << 20)
    assert sandbox.memory_used() - before > 48 << 20
    assert held
