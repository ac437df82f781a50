"""The system calls that a decoder child may make on Linux; every other one is refused with ``EPERM``."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_CLONE_THREAD = 0x10000  # linux/sched.h
_WRITING_FLAGS = (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC)
_OPENING_CALLS = {"open": 1, "openat": 2}  # and which argument their flags are
_SOCKET_TYPE = 0xF  # SOCK_TYPE_MASK of linux/net.h
# Reading, memory, threads, time, and questions about oneself. What takes another process's id, an address or a path to
# change is not here, nor what has come to the kernel since: that is refused until someone needs it.
_ALLOWED_CALLS = (
    # files
    "read readv pread64 preadv preadv2 write writev pwrite64 lseek close close_range dup dup2 dup3 pipe pipe2 stat "
    "fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd statfs "
    "fstatfs fadvise64 readahead ftruncate memfd_create sendfile copy_file_range umask "
    # memory
    "brk mmap munmap mremap mprotect madvise mincore msync mlock munlock membarrier pkey_alloc pkey_mprotect pkey_free "
    "get_mempolicy "
    # threads and signals to oneself
    "futex futex_wait futex_wake futex_waitv set_robust_list get_robust_list set_tid_address rseq arch_prctl gettid "
    "sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min "
    "getcpu exit exit_group rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait "
    "sigaltstack restart_syscall "
    # waiting and time
    "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd "
    "eventfd2 timerfd_create timerfd_settime timerfd_gettime nanosleep clock_nanosleep clock_gettime clock_getres "
    "gettimeofday time times pause alarm getitimer setitimer "
    # oneself
    "getpid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid getsid getrlimit "
    "setrlimit getrusage getpriority sysinfo uname getrandom wait4 waitid capget "
    # the pipe to the parent, a socket that is there already, has no address; files come over it
    "recvfrom recvmsg shutdown getsockopt getsockname getpeername"
)
_THIS_PROCESS = ("kill", "tgkill", "prlimit64")  # their first argument is a process, which may only be this one
# Values allowed of an argument: the number of the argument, then the values.
_ALLOWED_ARGUMENTS: dict[str, tuple[int, tuple[int, ...]]] = {
    "fcntl": (1, (0, 1, 2, 3, 4, 1030, 1034)),  # F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC F_GET_SEALS
    "ioctl": (1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIO(N)CLEX
    "prctl": (0, (3, 15, 16, 38, 39, 0x53564D41)),  # dumpable? name, no_new_privs, names of memory areas
}
_MISSING_CALLS = ("clone3", "openat2")  # the C library then falls back to calls whose flags a filter can see


def prepared() -> Callable[[], None] | None:
    """What puts the filter in force, for good and for all threads; None without libseccomp.

    It raises ``OSError`` if the kernel has no seccomp filters.
    """
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError, AttributeError):  # libseccomp is missing, broken or too old
        return None
    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ERRNO(errno.EPERM))
    rules.set_attr(pyseccomp.Attr.CTL_TSYNC, 1)  # for threads that are there already, too

    def allow(name: str, *arguments: Any, action: Any = pyseccomp.ALLOW) -> None:
        with suppress(OSError, ValueError):  # this processor, or this libseccomp, knows no such call
            rules.add_rule(action, name, *arguments)

    for name in _ALLOWED_CALLS.split():
        allow(name)
    for name in _MISSING_CALLS:
        allow(name, action=pyseccomp.ERRNO(errno.ENOSYS))
    for name, (position, values) in _ALLOWED_ARGUMENTS.items():
        for value in values:
            allow(name, pyseccomp.Arg(position, pyseccomp.MASKED_EQ, 0xFFFFFFFF, value))
    _allow_on_condition(allow, pyseccomp)
    return rules.load  # type: ignore[no-any-return]


def _allow_on_condition(allow: Callable[..., None], pyseccomp: Any) -> None:
    """Threads, opening for reading, signals to oneself, and pairs of streams (kreuzberg's runtime needs one)."""
    argument, masked = pyseccomp.Arg, pyseccomp.MASKED_EQ
    allow("clone", argument(0, masked, _CLONE_THREAD, _CLONE_THREAD))
    for name, flags in _OPENING_CALLS.items():
        allow(name, argument(flags, masked, sum(_WRITING_FLAGS), 0))
    for name in _THIS_PROCESS:
        allow(name, argument(0, masked, 0xFFFFFFFF, os.getpid()))
    allow("prlimit64", argument(0, masked, 0xFFFFFFFF, 0))
    # A pair of datagram sockets could be turned on any socket of the system; a pair of streams leads nowhere.
    allow("socketpair", argument(0, pyseccomp.EQ, socket.AF_UNIX), argument(1, masked, _SOCKET_TYPE, 1))
