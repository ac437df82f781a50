"""Takes rights from a decoder child before it opens a file: memory, CPU time, writing, the network, other programs.

Resource limits hold on every Unix. On Linux, Landlock (writing, running programs) and seccomp (the network, programs,
other processes) come on top, where the kernel and libseccomp have them. A wall that a system lacks is left out; the
others do not depend on it.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_CLONE_THREAD = 0x10000  # linux/sched.h
_MAX_ADDRESS_SPACE = 4 << 30  # bytes; a 250-megapixel photo takes up to 2 GB while it is converted
_MAX_OPEN_FILES = 64
# Socket pairs stay: they lead nowhere, and kreuzberg's runtime needs one.
_FORBIDDEN_CALLS = (
    "socket connect bind listen accept accept4 sendto sendmsg execve execveat fork vfork ptrace kill tkill "
    "pidfd_open pidfd_send_signal process_vm_readv process_vm_writev mount umount2 pivot_root chroot setns unshare "
    "bpf perf_event_open keyctl add_key request_key userfaultfd io_uring_setup init_module finit_module kexec_load "
    "unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat symlink symlinkat mknod mknodat "
    "truncate chmod fchmod fchmodat chown fchown lchown fchownat setxattr fsetxattr lsetxattr utimensat"
)


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


def enter() -> None:
    """Give up all the rights named above, for the rest of this process's life."""
    # Prepared before any wall stands: to find libseccomp, ``ctypes.util`` runs ldconfig.
    install_filter = _seccomp_filter() if sys.platform == "linux" else None
    _set_limits()
    if install_filter is None:
        return
    _restrict_file_access()
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


def _restrict_file_access() -> None:
    """Landlock: from now on files may be read, and nothing else."""
    import ctypes

    try:
        from landlock import FSAccess, LandlockError, Ruleset
    except ImportError:
        return
    ctypes.set_errno(0)  # the library takes an old error for its own
    # No Landlock in this kernel (an OSError, or a ValueError where the library cannot parse the kernel's version).
    with suppress(OSError, ValueError, LandlockError):
        ruleset = Ruleset(FSAccess.all())
        ruleset.allow("/", rules=FSAccess.READ_FILE | FSAccess.READ_DIR)
        ruleset.apply()


def _seccomp_filter() -> Callable[[], None] | None:
    """What installs a filter that refuses ``_FORBIDDEN_CALLS`` and new processes; None without libseccomp."""
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError, AttributeError):  # libseccomp is missing, broken or too old
        return None
    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    # Threads, but no processes. Without clone3 the C library falls back to clone, whose flags a filter can see.
    for name, error in (*((name, errno.EPERM) for name in _FORBIDDEN_CALLS.split()), ("clone3", errno.ENOSYS)):
        with suppress(OSError, ValueError):  # this processor, or this libseccomp, knows no such call
            rules.add_rule(pyseccomp.ERRNO(error), name)
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0))
    return rules.load  # type: ignore[no-any-return]
