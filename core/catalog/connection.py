"""Connections to the catalog's file, and how paths are stored in it."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from pathlib import Path


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode, with the settings that every user of the catalog shares."""
    # What SQLite cannot sort or rewrite in memory, of the vector store too, stays in the library meanwhile.
    os.environ["SQLITE_TMPDIR"] = str(path.parent)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = FILE")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


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
