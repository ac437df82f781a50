"""Takes rights from a decoder child before it opens a file: memory, CPU time, writing, the network, other programs.

Resource limits hold on every Unix. On Linux, Landlock (writing, programs, signals) and a list of the system calls that
are allowed (``seccomp``) come on top, where the kernel and libseccomp have them. A wall that a system lacks is left
out; the others do not depend on it.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from bowerbird.core.decoding import landlock, seccomp

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_MAX_ADDRESS_SPACE = 4 << 30  # bytes; a 250-megapixel photo takes up to 2 GB while it is converted
_MAX_OPEN_FILES = 64


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


def enter(landlock_abi: int | None = None) -> None:
    """Give up all the rights named above, for the rest of this process's life.

    Args:
        landlock_abi: the version of Landlock to use, at most the kernel's; its newest if None.
    """
    # Prepared before any wall stands: to find libseccomp, ``ctypes.util`` runs ldconfig.
    install_filter = seccomp.prepared() if sys.platform == "linux" else None
    _set_limits()
    if sys.platform != "linux":
        return
    with suppress(OSError):  # the kernel has no Landlock
        offered = landlock.abi()
        landlock.allow_reading_only(offered if landlock_abi is None else min(offered, landlock_abi))
    if install_filter is not None:
        with suppress(OSError):  # the kernel has no seccomp filters
            install_filter()


def _set_limits() -> None:
    if sys.platform == "win32":
        return
    import resource

    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _MAX_OPEN_FILES),
        (resource.RLIMIT_AS, _MAX_ADDRESS_SPACE),
    ):
        with suppress(ValueError, OSError):  # macOS knows no limit of address space
            resource.setrlimit(limit, (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


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
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
