"""The files of a library as searches list them: by content, by path, or all that pass filters, in an order."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.filters.table import sql_of
from bowerbird.core.catalog.records import FileRow
from bowerbird.core.catalog.rows import FILE, FILES, file_row
from bowerbird.core.conditions import Condition
from bowerbird.core.questions import Order
from bowerbird.core.types import FileState

_ANY = "(SELECT value FROM json_each(?))"
_TAKES_ROOM = (
    "NOT f.away AND f.size > 0 AND (f.inode = 0 OR NOT EXISTS (SELECT 1 FROM files o WHERE o.inode = f.inode "
    "AND o.volume_id IS f.volume_id AND o.content_id = f.content_id AND o.path < f.path))"
)
_ORDERS = {
    Order.BEST: "f.mtime_ns DESC",  # without a question all are as good, and the newest come first
    Order.NEWEST: "f.mtime_ns DESC",
    Order.OLDEST: "f.mtime_ns",
    Order.NAME: "name_key(f.path)",
    Order.LARGEST: "f.size DESC",
    Order.FOLDER: "folder_key(f.path)",
}


class FileReader:
    """Reads rows of files. Safe from any thread."""

    def __init__(self, connections: ReadConnections) -> None:
        """Each thread reads through a connection of its own."""
        self._connections = connections

    @property
    def _db(self) -> sqlite3.Connection:
        return self._connections.get()

    def listed(self, where: Condition, limit: int, order: Order = Order.NEWEST) -> list[FileRow]:
        """The first files in an order, of those that were read and pass these filters."""
        condition, values = sql_of(where)
        rows = self._db.execute(
            f"{FILE} WHERE {condition} AND f.state = ? ORDER BY {_ORDERS[order]}, f.id LIMIT ?",
            (*values, FileState.INDEXED, limit),
        )
        return [file_row(row) for row in rows]

    def count(self, where: Condition) -> int:
        """How many files that were read pass these filters."""
        condition, values = sql_of(where)
        sql = f"SELECT count(*) {FILES} WHERE {condition} AND f.state = ?"
        return int(self._db.execute(sql, (*values, FileState.INDEXED)).fetchone()[0])

    def of_contents(self, content_ids: Iterable[int], where: Condition) -> list[FileRow]:
        """The files that have these contents and pass these filters."""
        condition, values = sql_of(where)
        rows = self._db.execute(
            f"{FILE} WHERE {condition} AND f.content_id IN {_ANY} ORDER BY f.path",
            (*values, json.dumps(list(content_ids))),
        )
        return [file_row(row) for row in rows]

    def by_id(self, ids: Iterable[int], where: Condition) -> list[FileRow]:
        """These files, those that pass these filters."""
        condition, values = sql_of(where)
        rows = self._db.execute(f"{FILE} WHERE {condition} AND f.id IN {_ANY}", (*values, json.dumps(list(ids))))
        return [file_row(row) for row in rows]

    def at(self, path: Path) -> FileRow | None:
        """The file at this path."""
        row = self._db.execute(f"{FILE} WHERE f.path = ?", (os.fsencode(path),)).fetchone()
        return file_row(row) if row else None

    def copied(self) -> list[int]:
        """Contents that several files have."""
        rows = self._db.execute(
            "SELECT content_id FROM files WHERE content_id IS NOT NULL GROUP BY content_id HAVING count(*) > 1"
        )
        return [content for (content,) in rows]

    def taking_room(self, content_ids: Iterable[int]) -> list[FileRow]:
        """The files of these contents that are there, were read and take room: of several names of one file, one."""
        rows = self._db.execute(
            f"{FILE} WHERE f.content_id IN {_ANY} AND f.state = ? AND {_TAKES_ROOM} ORDER BY f.path",
            (json.dumps(list(content_ids)), FileState.INDEXED),
        )
        return [file_row(row) for row in rows]
