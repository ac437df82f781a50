"""Takes rights from a decoder child before it is given a file: memory, CPU time, other files, network, programs.

Resource limits hold on every Unix. On Linux, Landlock (what may be opened at all, signals) and a list of the system
calls that are allowed (``seccomp``) come on top, where the kernel and libseccomp have them. A wall that a system lacks
is left out, and told; the others do not depend on it.
"""

from __future__ import annotations

import os
import signal
import site
import sys
import sysconfig
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from bowerbird.core.decoding import landlock, seccomp

_IF = "A hostile file that takes over its decoder"
NO_WALLS = f"{_IF} could reach your other files and the network: this system has no walls against it."
NO_LANDLOCK = f"{_IF} could read your other files: the kernel has no Landlock (Linux 5.13), or it is switched off."
NO_FILTER = f"{_IF} could make any system call: libseccomp is not installed, or the kernel has no seccomp filters."
NO_THREAD_LIMIT = f"{_IF} could start as many threads as you may: how many there are cannot be told here."
LOOSE_THREADS = f"{_IF} could act through a thread that was there before the walls."

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_M_ARENA_MAX = -8  # malloc.h
_MAX_OPEN_FILES = 64
_MORE_THREADS = 1_000  # than its user has when it starts: other programs of theirs may start some meanwhile
# Where libraries and their data lie, beside those of Python: nothing of the user's own.
_LIBRARIES = (
    "/lib /lib64 /usr/lib /usr/lib64 /usr/local/lib /etc/ld.so.cache /etc/localtime /usr/share/zoneinfo "
    "/usr/share/fonts /usr/local/share/fonts /dev/null /dev/urandom /sys/devices/system/cpu"
).split()


def die_with(parent: int) -> None:
    """Have the kernel end this process with ``parent``, the id of the process that started it.

    Linux only; elsewhere a child notices when its parent's end of the pipe closes.
    """
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call above
        os._exit(1)


def enter(memory: int, *, landlock_abi: int | None = None, filtered: bool = True) -> tuple[str, ...]:
    """Give up all the rights named above, for the rest of this process's life.

    Args:
        memory: bytes that this process may take beyond what it has.
        landlock_abi: the version of Landlock to use, at most the kernel's; its newest if None.
        filtered: whether system calls are filtered too.

    Returns:
        A sentence for each wall that this system lacks.
    """
    if sys.platform != "linux":
        _set_limits(memory)
        return (NO_WALLS,)
    # Prepared before any wall stands: to find libseccomp, ``ctypes.util`` runs ldconfig.
    install_filter = seccomp.prepared() if filtered else None
    _share_arenas()
    _set_limits(memory)
    missing = [] if _limit_threads() else [NO_THREAD_LIMIT]
    if not _end_threads():
        missing.append(LOOSE_THREADS)
    offered = landlock.abi()
    version = offered if landlock_abi is None else min(offered, landlock_abi)
    if not _stands(lambda: landlock.allow_reading_only(version, _readable())):
        missing.append(NO_LANDLOCK)
    if install_filter is None or not _stands(install_filter):
        missing.append(NO_FILTER)
    return tuple(missing)


def _stands(build: Callable[[], None]) -> bool:
    """Build a wall; whether the kernel has what it takes."""
    try:
        build()
    except OSError:
        return False
    return True


def _end_threads() -> bool:
    """End threads that libraries have started, for Landlock would not bind them; whether none is left.

    OpenBLAS, which numpy loads, ends its own before a fork, and starts others when it needs them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns of forking beside threads
        if (process := os.fork()) == 0:
            os._exit(0)
    os.waitpid(process, 0)
    return sum(1 for _ in Path("/proc/self/task").iterdir()) == 1


def _readable() -> set[str]:
    """Folders and files that decoders need to read: the interpreter, libraries, fonts, time zones."""
    python = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    packages = [*site.getsitepackages(), site.getusersitepackages(), str(Path(__file__).parents[1])]
    return {*python, *packages, f"{sys.base_prefix}/lib", *_LIBRARIES}


def _share_arenas() -> None:
    """Keep glibc from setting 64 MB of address space apart for each thread."""
    import ctypes

    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _set_limits(memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)]
    if sys.platform == "linux":
        limits.append((resource.RLIMIT_AS, _pages(0) + memory))
    for limit, value in limits:
        with suppress(ValueError, OSError):  # it is lower already
            resource.setrlimit(limit, (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _limit_threads() -> bool:
    """Allow no more than ``_MORE_THREADS`` further threads; whether that can be done. It does not bind root."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    limit = _threads_of_user() + _MORE_THREADS
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_NPROC, (limit, hard))
    try:
        probe = threading.Thread(target=lambda: None)
        probe.start()
        probe.join()
    except RuntimeError:  # in a container, the kernel may count threads that cannot be seen here
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))
        return False
    resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
    return True


def _threads_of_user() -> int:
    """How many threads this user has, in all processes together, as ``RLIMIT_NPROC`` counts them."""
    threads, user = 0, os.geteuid()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            if process.stat().st_uid == user:
                threads += sum(1 for _ in (process / "task").iterdir())
    return threads


def allow_cpu(seconds: float) -> None:
    """Allow this process so many more seconds of CPU time; then the kernel ends it. Does nothing on Windows.

    A last resort: the parent's deadline comes first, unless the parent cannot act.
    """
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def memory_used() -> int:
    """Bytes resident in memory: now on Linux, at the most so far on other Unixes; 0 on Windows."""
    if sys.platform == "linux":
        # Not getrusage's maximum: a process inherits its parent's, and would seem to be as large as that.
        return _pages(1)
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _pages(field: int) -> int:
    """Bytes of this process: its address space (field 0), what is resident in memory (1)."""
    return int(os.pread(_statm(), 100, 0).split()[field]) * os.sysconf("SC_PAGE_SIZE")


@cache
def _statm() -> int:
    return os.open("/proc/self/statm", os.O_RDONLY)  # kept open: behind the walls there is no /proc
