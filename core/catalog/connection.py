"""Connections to the catalog's file, and how paths are stored in it."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode, with the settings that every user of the catalog shares."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = FILE")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


class ReadConnections:
    """A read-only connection for each thread that asks. In WAL mode readers never wait for the writer."""

    def __init__(self, path: Path) -> None:
        """``path`` is a catalog that its writer has opened, and so migrated."""
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []

    def get(self) -> sqlite3.Connection:
        """The calling thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._path)
            connection.execute("PRAGMA query_only = ON")
            self._connections.append(connection)
        return connection

    def close(self) -> None:
        """Close every thread's connection."""
        while self._connections:
            self._connections.pop().close()


def range_below(folder: Path) -> tuple[bytes, bytes]:
    """The half-open range of stored paths that lie below a folder: an index on paths can look it up."""
    prefix = os.fsencode(folder).rstrip(os.sep.encode()) + os.sep.encode()
    return prefix, prefix[:-1] + bytes([prefix[-1] + 1])
