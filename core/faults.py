"""What is wrong when a store, a disk or the machine refuses: told from the codes of SQLite and of the system.

Only damage leads to a store being made anew. Everything else is waited for, and nothing is deleted for it. Source of
the codes: https://sqlite.org/rescode.html, and ``errno`` (POSIX).
"""

from __future__ import annotations

import errno
import sqlite3
from enum import Enum

from bowerbird.core.errors import StoreDamaged, StoreFailure


class Fault(Enum):
    """A sort of fault, with its sentence for the user: ``what`` is the store, ``detail`` the system's own words."""

    BUSY = "{what} is in use by another program ({detail}). Close that program."
    FULL = "{what} cannot take anything new: the disk is full. Make some room."
    DENIED = "{what} cannot be opened or written ({detail}). Make sure that it is yours and its disk not read-only."
    SHORT = "{what} cannot be used: the computer is short of memory or of open files ({detail}). Close some programs."
    UNREADABLE = "{what} cannot be read or written now ({detail}). Check its disk."
    DAMAGED = "{what} is damaged ({detail}). Start Bowerbird again to rebuild it."
    BUG = "{what} was used wrongly ({detail})."


_SQLITE = {
    sqlite3.SQLITE_BUSY: Fault.BUSY,
    sqlite3.SQLITE_LOCKED: Fault.BUSY,
    sqlite3.SQLITE_PROTOCOL: Fault.BUSY,
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_READONLY: Fault.DENIED,
    sqlite3.SQLITE_PERM: Fault.DENIED,
    sqlite3.SQLITE_CANTOPEN: Fault.DENIED,
    sqlite3.SQLITE_NOMEM: Fault.SHORT,
    sqlite3.SQLITE_IOERR: Fault.UNREADABLE,
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: Fault.DAMAGED,
    # The index of the write-ahead log is a file of 32 KB that could not be made: there is no room for it.
    sqlite3.SQLITE_IOERR_SHMSIZE: Fault.FULL,
    sqlite3.SQLITE_IOERR_NOMEM: Fault.SHORT,
}
_PRIMARY = 0xFF  # the bits of an extended code that tell its sort
_SYSTEM = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), Fault.FULL),
    **dict.fromkeys((errno.EAGAIN, errno.EBUSY), Fault.BUSY),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), Fault.DENIED),
    **dict.fromkeys((errno.ENOMEM, errno.EMFILE, errno.ENFILE), Fault.SHORT),
    **dict.fromkeys((errno.EIO, errno.ENXIO, errno.ENODEV, errno.ESTALE), Fault.UNREADABLE),
}


def fault_of_code(code: int) -> Fault:
    """The fault that a result code of SQLite stands for, extended or not."""
    return _SQLITE.get(code) or _SQLITE.get(code & _PRIMARY, Fault.BUG)


def fault_of(error: BaseException) -> Fault:
    """The fault that an exception stands for; ``BUG`` for what neither SQLite, nor the system, nor a store raised."""
    if isinstance(error, StoreDamaged):
        return Fault.DAMAGED
    if isinstance(error, StoreFailure):
        return Fault.UNREADABLE
    if isinstance(error, sqlite3.Error):
        return fault_of_code(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR))
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0, Fault.BUG)
    return Fault.SHORT if isinstance(error, MemoryError) else Fault.BUG


def failure_of(error: BaseException, what: str) -> StoreFailure | None:
    """What the user is shown of an exception; None if it is a mistake of ours, which belongs into the log.

    ``what`` begins the sentence: "The catalog".
    """
    if isinstance(error, StoreFailure):
        return error
    fault = fault_of(error)
    if fault is Fault.BUG:
        return None
    return failure(fault, what, _detail(error))


def _detail(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror}: {error.filename}" if error.filename else str(error.strerror)
    return str(error) or "no memory"


def failure(fault: Fault, what: str, detail: str) -> StoreFailure:
    """What the user is shown of a fault."""
    sort = StoreDamaged if fault is Fault.DAMAGED else StoreFailure
    return sort(fault.value.format(what=what, detail=detail))
