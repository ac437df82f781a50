"""Brings words that an earlier version indexed into the form of ``fold`` (core/words.py), a few at a time."""

from __future__ import annotations

import sqlite3

from bowerbird.core.catalog.connection import savepoint
from bowerbird.core.words import fold, keywords

_ROWS = 200  # a step: some hundredths of a second


class Refolding:
    """What was indexed before words were folded, and is searched in its old form meanwhile. Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection
        self.left = bool(self._unfolded())
        """Whether there is something to be done."""

    def _unfolded(self) -> list[tuple[str, int, int]]:
        return self._db.execute("SELECT name, done, last FROM unfolded ORDER BY name").fetchall()

    def step(self) -> None:
        """Do a little of it. How far it has come is kept in the same transaction: a kill loses and doubles nothing."""
        if not self.left:
            return
        with savepoint(self._db):
            for name, done, last in self._unfolded():
                self._go_on(name, done, last)
        self.left = bool(self._unfolded())

    def _go_on(self, name: str, done: int, last: int) -> None:
        convert = self._fold_names if name == "file_names" else self._fold_segments
        if (reached := convert(done, last)) < last:
            self._db.execute("UPDATE unfolded SET done = ? WHERE name = ?", (reached, name))
        else:
            self._db.execute("DELETE FROM unfolded WHERE name = ?", (name,))

    def _fold_segments(self, done: int, last: int) -> int:
        """The id that it has come to. A trigger takes the old words out of the index and puts the new ones in."""
        rows = self._db.execute(
            "SELECT id, text, keywords FROM segments WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", (done, last, _ROWS)
        ).fetchall()
        folded = ((keywords(text), old, number) for number, text, old in rows)
        changed = [(new, number) for new, old, number in folded if new != old]
        self._db.executemany("UPDATE segments SET keywords = ? WHERE id = ?", changed)
        return rows[-1][0] if len(rows) == _ROWS else last

    def _fold_names(self, done: int, last: int) -> int:
        rows = self._db.execute(
            "SELECT rowid, name FROM file_names WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?",
            (done, last, _ROWS),
        ).fetchall()
        folded = ((fold(name), number) for number, name in rows if not name.isascii())  # the index ignores their case
        self._db.executemany("UPDATE file_names SET name = ? WHERE rowid = ?", folded)
        return rows[-1][0] if len(rows) == _ROWS else last
