"""Each wall of the sandbox, against a real child that runs into it; and the same child without walls."""

from __future__ import annotations

import ctypes
import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from errno import EPERM
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from bowerbird.core.decoding import child, sandbox
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import DecoderCrashed, FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction
from tests.core.decoding import misbehaving
from tests.core.decoding.misbehaving import INTRUSIONS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all these walls")

REFUSALS = {
    "map memory": "Cannot allocate memory|more memory than",
    "fill a file": "File too large",
    "open many files": "Too many open files",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to intrude upon."""
    for name in ("old", "deleted", "rights", "emptied"):
        (tmp_path / name).write_text(name)
    os.setxattr(tmp_path / "old", "user.kept", b"kept")
    return tmp_path


@pytest.fixture(scope="module", params=[None, 0, 1, 2, 4], ids="newest none ABI-1 ABI-2 ABI-4".split())
def walled(request: pytest.FixtureRequest) -> Iterator[ExtractPool]:
    """Inside the walls of this kernel, and of older ones."""
    abi = request.param
    pool = ExtractPool(
        1, serve=misbehaving.serve if abi is None else functools.partial(misbehaving.serve_with_abi, abi)
    )
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def unwalled() -> Iterator[ExtractPool]:
    pool = ExtractPool(1, serve=misbehaving.serve_unwalled)
    yield pool
    pool.close()


@pytest.mark.parametrize("intrusion", INTRUSIONS)
def test_every_intrusion_is_refused(walled: ExtractPool, folder: Path, intrusion: str) -> None:
    before = {path.name: path.read_text() for path in folder.iterdir()}
    with pytest.raises(FileError, match=REFUSALS.get(intrusion, "Permission denied|not permitted")) as caught:
        walled.extract(folder / intrusion, Limits()).result(60)
    assert not isinstance(caught.value, DecoderCrashed)
    assert {path.name: path.read_text() for path in folder.iterdir()} == before


@pytest.mark.parametrize("intrusion", INTRUSIONS)
def test_without_walls_every_intrusion_works(unwalled: ExtractPool, folder: Path, intrusion: str) -> None:
    """Or the test above would show nothing."""
    assert unwalled.extract(folder / intrusion, Limits()).result(60).segments


FORBIDDEN_CALLS = (
    "socket connect bind listen accept accept4 sendto sendmsg sendmmsg execve execveat fork vfork ptrace kill tkill "
    "tgkill rt_sigqueueinfo rt_tgsigqueueinfo prlimit64 setpriority sched_setaffinity sched_setscheduler shmget shmat "
    "semget msgget fchmodat2 utime utimes futimesat removexattr lremovexattr fremovexattr setns unshare flock "
    "pidfd_open pidfd_send_signal process_vm_readv process_vm_writev mount umount2 pivot_root chroot "
    "bpf perf_event_open keyctl add_key request_key userfaultfd io_uring_setup init_module finit_module kexec_load "
    "unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat symlink symlinkat mknod mknodat "
    "truncate chmod fchmod fchmodat chown fchown lchown fchownat setxattr fsetxattr lsetxattr utimensat"
)


def _calls_let_through(path: Path, _limits: Limits) -> Extraction:
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


def _serve_calls(pipe: Connection, parent: int, nice: bool, cpu_s: float) -> None:
    child.serve(pipe, parent, nice, cpu_s, {"extract": _calls_let_through})


def test_every_forbidden_system_call_is_refused(tmp_path: Path) -> None:
    pool = ExtractPool(1, serve=_serve_calls)
    try:
        assert pool.extract(tmp_path, Limits()).result(60).segments[0].text == "none"
    finally:
        pool.close()


def test_a_decoder_that_computes_for_ever_is_ended_by_the_kernel() -> None:
    pool = ExtractPool(1, serve=misbehaving.serve_without_cpu)
    try:
        with pytest.raises(DecoderCrashed):
            pool.extract(Path("spin"), Limits(), urgent=True).result(60)
    finally:
        pool.close()


def test_a_process_with_another_parent_ends_itself() -> None:
    script = "import os\nfrom bowerbird.core.decoding.sandbox import die_with\ndie_with({})\nos._exit(7)"
    ends = [subprocess.call([sys.executable, "-c", script.format(parent)]) for parent in (os.getpid(), os.getppid())]
    assert ends == [7, 1]


def test_memory_used_grows_with_what_is_held() -> None:
    before = sandbox.memory_used()
    held = b"x" * (64 << 20)
    assert sandbox.memory_used() - before > 48 << 20
    assert held
