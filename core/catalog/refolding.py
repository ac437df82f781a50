"""Brings words that an earlier version indexed into this version's form and lists, a few at a time."""

from __future__ import annotations

import sqlite3

from bowerbird.core.catalog.connection import savepoint
from bowerbird.core.words import fold, keywords

_ROWS = 200  # a step: some hundredths of a second


class Refolding:
    """What was indexed before words were folded or listed, and is searched as it is meanwhile. Part of ``Catalog``."""

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
        steps = {"file_names": self._fold_names, "segments": self._fold_segments, "vocabulary": self._list_words}
        if (reached := steps[name](done, last)) < last:
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

    def _list_words(self, done: int, last: int) -> int:
        (reached,) = self._db.execute(
            "SELECT coalesce(max(id), ?) FROM (SELECT id FROM segments WHERE id > ? AND id <= ? ORDER BY id LIMIT ?)",
            (last, done, last, _ROWS),
        ).fetchone()
        self._db.execute(
            "INSERT INTO vocabulary(word, form) SELECT key, value FROM segments, json_each(spellings(text)) "
            "WHERE segments.id > ? AND segments.id <= ? AND text != '' "
            "ON CONFLICT(word) DO UPDATE SET passages = passages + 1, form = coalesce(form, excluded.form)",
            (done, reached),
        )
        return int(reached)

    def _fold_names(self, done: int, last: int) -> int:
        rows = self._db.execute(
            "SELECT rowid, name FROM file_names WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?",
            (done, last, _ROWS),
        ).fetchall()
        folded = ((fold(name), number) for number, name in rows if not name.isascii())  # the index ignores their case
        self._db.executemany("UPDATE file_names SET name = ? WHERE rowid = ?", folded)
        return rows[-1][0] if len(rows) == _ROWS else last
