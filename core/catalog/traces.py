"""What is forgotten is gone from the catalog's file, not only from its tables.

Rows that are deleted are overwritten with zeros (``secure_delete``). The full-text indexes keep deleted words in older
segments until those are merged, and the write-ahead log keeps whole pages until it is emptied: both are wiped here.
"""

from __future__ import annotations

import sqlite3

FULL_TEXT = ("segment_words", "file_names", "word_parts")
"""The full-text indexes."""


class Traces:
    """Whether something was forgotten of which the file still has traces: noted by triggers. Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    @property
    def left(self) -> bool:
        """Whether there may be any."""
        return self._db.execute("SELECT 1 FROM traces").fetchone() is not None

    def wipe(self) -> None:
        """Leave none. Takes time in proportion to all that is indexed; not to be called in a transaction.

        Raises:
            sqlite3.Error: the catalog cannot be written; traces are still noted.
        """
        if self._db.execute("SELECT 1 FROM traces WHERE everywhere").fetchone():
            self._db.execute("VACUUM")
        for index in FULL_TEXT:
            self._db.execute(f"INSERT INTO {index}({index}) VALUES ('optimize')")  # noqa: S608  # one of these
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.execute("DELETE FROM traces")
