"""Connections to the catalog's file, and how paths are stored in it."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bowerbird.core.catalog.functions import add_functions
from bowerbird.core.faults import Fault, failure, failure_of, fault_of, fault_of_code

_BUSY_S = 30.0
# SQLite's file access of that name keeps the index of the write-ahead log in memory, shared by all connections of this
# process, where it otherwise is a file beside the catalog (https://sqlite.org/vfs.html).
_WITHOUT_INDEX_FILE = "unix-excl"
_CODE = re.compile(r"error code=(\d+)")


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode, with the settings that every user of the catalog shares.

    A catalog on a full disk can be read too, and written once there is room again; Windows needs a few bytes for that.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    # What SQLite cannot sort or rewrite in memory, of the vector store too, stays in the library meanwhile.
    os.environ["SQLITE_TMPDIR"] = str(path.parent)
    try:
        return _connect(path)
    except sqlite3.Error as error:
        if fault_of(error) is not Fault.FULL or sys.platform == "win32":
            raise
    connection = _connect(path, f"?vfs={_WITHOUT_INDEX_FILE}")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _connect(path: Path, parameters: str = "") -> sqlite3.Connection:
    connection = sqlite3.connect(
        path.absolute().as_uri() + parameters, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_S
    )
    try:
        add_functions(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # the file and its log are opened now, not later
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def translated(what: str) -> Iterator[None]:
    """SQLite's errors as sentences for the user, which begin with ``what``; mistakes of ours stay what they are.

    Raises:
        StoreDamaged: SQLite finds a file damaged.
        StoreFailure: it cannot be used now.
    """
    try:
        yield
    except sqlite3.Error as error:
        if wrong := failure_of(error, what):
            raise wrong from error
        raise
    except UnicodeDecodeError as error:  # SQLite's complaint quotes the file's description of its tables
        raise failure(Fault.DAMAGED, what, "the names in it are garbled") from error


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, within a transaction.

    Raises:
        sqlite3.Error: SQLite refused; a full disk or an I/O error has then ended the whole transaction.
    """
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


def check(connection: sqlite3.Connection, what: str) -> None:
    """Have SQLite look through a whole file, which takes about a second for a gigabyte. ``what`` begins the sentences.

    Raises:
        StoreDamaged: its structure is not sound.
        StoreFailure: it cannot be read now, or not all of it.
    """
    with translated(what):
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        code = _CODE.search(answer)  # a page that could not be read is reported in the same way as one that is wrong
        raise failure(fault_of_code(int(code[1])) if code else Fault.DAMAGED, what, answer.splitlines()[-1])


class ReadConnections:
    """A read-only connection for each thread, until it ends. In WAL mode readers never wait for the writer."""

    def __init__(self, path: Path) -> None:
        """``path`` is a catalog that its writer has opened, and so migrated."""
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[_Held] = weakref.WeakSet()

    def get(self) -> sqlite3.Connection:
        """The calling thread's connection."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = _Held(connect(self._path))
            held.connection.execute("PRAGMA query_only = ON")
            weakref.finalize(held, held.connection.close).atexit = False
            with self._lock:
                self._open.add(held)
        return held.connection

    def close(self) -> None:
        """Close the calling thread's connection, and interrupt the others: each closes as its thread ends.

        A connection that is closed while another thread reads from it crashes the process, at its exit too.
        """
        self._local.__dict__.pop("held", None)
        with self._lock:
            for held in self._open:
                held.connection.interrupt()


class _Held:
    """A thread's connection. It dies with the thread's local values, and its finalizer closes the connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection


def range_below(folder: Path) -> tuple[bytes, bytes]:
    """The half-open range of stored paths that lie below a folder: an index on paths can look it up."""
    prefix = os.fsencode(folder).rstrip(os.sep.encode()) + os.sep.encode()
    return prefix, prefix[:-1] + bytes([prefix[-1] + 1])


BELOW = "(path = ? OR (path >= ? AND path < ?))"
"""A condition on files: at or below a folder. Its values are those of ``at_or_below``."""


def at_or_below(folder: Path) -> tuple[bytes, bytes, bytes]:
    """The values for ``BELOW``."""
    return os.fsencode(folder), *range_below(folder)
