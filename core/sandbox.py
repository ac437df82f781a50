"""What a decoder child gives up before it opens a stranger's file: memory, time, writing, the network, other programs.

Limits hold everywhere; Landlock (writing) and seccomp (network, programs) where the kernel has them.
"""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import suppress

log = logging.getLogger(__name__)

MEMORY = 3 << 30
"""Bytes of address space. A 250-megapixel photo takes about 1 GB."""
_FILES = 64
_FORBIDDEN = ("socket", "connect", "bind", "listen", "execve", "execveat", "ptrace", "process_vm_writev", "mount", "setns")


def die_with_parent() -> None:
    """End this process when its parent does, however that ends (Linux; elsewhere the closed pipe does it)."""
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)


def enter() -> None:
    """Give it all up. There is no way back for this process."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if sys.platform == "linux":
        for lock in (_no_writing, _no_network):
            try:
                lock()
            except Exception as error:  # an older kernel, or no libseccomp: the limits above still hold
                log.info("this kernel does not offer %s: %s", lock.__name__, error)


def _no_writing() -> None:
    from landlock import FSAccess, Ruleset

    reading = FSAccess.READ_FILE | FSAccess.READ_DIR
    Ruleset(FSAccess.all() & ~reading & ~FSAccess.EXECUTE).apply()


def _no_network() -> None:
    import errno

    import pyseccomp

    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    for name in _FORBIDDEN:
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    rules.load()
