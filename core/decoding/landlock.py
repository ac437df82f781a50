"""Landlock by its system calls: what the running kernel offers of it, signals and sockets included.

See https://docs.kernel.org/userspace-api/landlock.html. The package of that name knows file access only.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from contextlib import suppress

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on all processors
_ASK_VERSION = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3  # LANDLOCK_ACCESS_FS_*
# How many kinds of file access each ABI knows: 13, then refer (2), truncate (3), ioctl on devices (5).
_FILE_ACCESSES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_BIND_AND_CONNECT = 0b11  # TCP, from ABI 4 on
_SIGNALS_AND_ABSTRACT_SOCKETS = 0b11  # scoped from ABI 6 on


def abi() -> int:
    """The version of Landlock that this kernel offers; 0 if it has none."""
    return max(0, _system_call(_CREATE_RULESET, None, 0, _ASK_VERSION))


def allow_reading_only(version: int, readable: Iterable[str]) -> None:
    """From now on, only what lies in ``readable`` may be opened, and only be read; no TCP, no signals to others.

    As far as ``version`` knows these; for this thread and those it starts, for good. What is open already stays open.

    Args:
        version: the ABI of Landlock to use.
        readable: folders and files; those that are not there are left out.

    Raises:
        OSError: the kernel refuses, or has no Landlock.
    """
    handled = (1 << _FILE_ACCESSES[min(version, 5)]) - 1 if version else 0
    attributes = struct.pack("QQQ", handled, _BIND_AND_CONNECT, _SIGNALS_AND_ABSTRACT_SOCKETS)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _checked(_CREATE_RULESET, ctypes.c_char_p(attributes), size, 0)
    try:
        for path in readable:
            with suppress(OSError):  # this system has no such folder
                _allow_reading(ruleset, path)
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _checked(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow_reading(ruleset: int, path: str) -> None:
    file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        accesses = _READ_FILE | _READ_DIR if stat.S_ISDIR(os.fstat(file).st_mode) else _READ_FILE
        _checked(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.c_char_p(struct.pack("=Qi", accesses, file)), 0)
    finally:
        os.close(file)


def _checked(number: int, *arguments: object) -> int:
    result = _system_call(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _system_call(number: int, *arguments: object) -> int:
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    plain = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    return int(call(ctypes.c_long(number), *plain))
