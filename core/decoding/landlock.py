"""Landlock by its system calls: what the running kernel offers of it, signals and sockets included.

See https://docs.kernel.org/userspace-api/landlock.html. The package of that name knows file access only.
"""

from __future__ import annotations

import ctypes
import os
import struct

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on all processors
_ASK_VERSION = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
_READING = 1 << 2 | 1 << 3  # LANDLOCK_ACCESS_FS_READ_FILE, _READ_DIR
# How many kinds of file access each ABI knows: 13, then refer (2), truncate (3), ioctl on devices (5).
_FILE_ACCESSES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_BIND_AND_CONNECT = 0b11  # TCP, from ABI 4 on
_SIGNALS_AND_ABSTRACT_SOCKETS = 0b11  # scoped from ABI 6 on


def abi() -> int:
    """The version of Landlock that this kernel offers; 0 if it has none."""
    return max(0, _system_call(_CREATE_RULESET, None, 0, _ASK_VERSION))


def allow_reading_only(version: int) -> None:
    """From now on, files may be read and nothing else; no TCP, no signals to others, as far as ``version`` knows them.

    For this thread and those it starts, for good.

    Raises:
        OSError: the kernel refuses, or has no Landlock.
    """
    handled = (1 << _FILE_ACCESSES[min(version, 5)]) - 1 if version else 0
    attributes = struct.pack("QQQ", handled, _BIND_AND_CONNECT, _SIGNALS_AND_ABSTRACT_SOCKETS)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _checked(_CREATE_RULESET, ctypes.c_char_p(attributes), size, 0)
    root = os.open("/", os.O_PATH | os.O_CLOEXEC)
    try:
        rule = ctypes.c_char_p(struct.pack("=Qi", _READING, root))
        _checked(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _checked(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(root)
        os.close(ruleset)


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
