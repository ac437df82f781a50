"""What a decoder child gives up before it opens a stranger's file: memory, time, writing, the network, other programs.

Limits hold on every Unix; Landlock (writing, programs) and seccomp (network, programs, other processes) where the Linux
kernel and libseccomp have them. What is missing is left out: the other walls stand by themselves.
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
_MEMORY = 4 << 30  # bytes of address space; a 250-megapixel photo takes up to 2 GB while it is converted
_FILES = 64  # open at once
# Socket pairs stay: they lead nowhere, and kreuzberg's runtime needs one.
_FORBIDDEN = (
    "socket connect bind listen accept accept4 sendto sendmsg execve execveat fork vfork ptrace kill tkill "
    "pidfd_open pidfd_send_signal process_vm_readv process_vm_writev mount umount2 pivot_root chroot setns unshare "
    "bpf perf_event_open keyctl add_key request_key userfaultfd io_uring_setup init_module finit_module kexec_load "
    "unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat symlink symlinkat mknod mknodat "
    "truncate chmod fchmod fchmodat chown fchown lchown fchownat setxattr fsetxattr lsetxattr utimensat"
)


def die_with(parent: int) -> None:
    """End this process when ``parent``, which started it, ends however: Linux; elsewhere its closed pipe does that."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call above
        os._exit(1)


def enter() -> None:
    """Give it all up. There is no way back for this process."""
    # Prepared before the walls stand: finding libseccomp takes running ldconfig, as ``ctypes.util`` does it.
    walls = [_reading_only, _calls_forbidden()] if sys.platform == "linux" else []
    _set_limits()
    for wall in walls:
        with suppress(Exception):  # an older kernel
            wall()


def _set_limits() -> None:
    if sys.platform == "win32":
        return
    import resource

    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_AS, _MEMORY),
    ):
        with suppress(ValueError, OSError):  # macOS knows no limit of address space
            resource.setrlimit(limit, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def allow_cpu(seconds: float) -> None:
    """From now on, at most this much CPU time: the last resort against a child that outlives its parent's patience."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def memory_used() -> int:
    """Bytes this process holds; 0 where that is not told."""
    if sys.platform == "linux":
        # Not getrusage's maximum: a process inherits its parent's, and would seem to be as large as that.
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _reading_only() -> None:
    import ctypes

    from landlock import FSAccess, Ruleset

    ctypes.set_errno(0)  # the library takes an old error for its own
    ruleset = Ruleset(FSAccess.all())
    ruleset.allow("/", rules=FSAccess.READ_FILE | FSAccess.READ_DIR)
    ruleset.apply()


def _calls_forbidden() -> Callable[[], None]:
    """What forbids the calls; nothing where there is no libseccomp."""
    try:
        import pyseccomp
    except Exception:
        return lambda: None
    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    for name in _FORBIDDEN.split():
        with suppress(Exception):  # a call that this machine does not have
            rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    # Threads, but no processes. The C library falls back to clone, whose flags a filter can see.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0))
    return rules.load  # type: ignore[no-any-return]
