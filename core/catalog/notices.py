"""What the user must be told of damage, kept until then: the process that found it may have had nobody to tell."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from bowerbird.core.answers import Results
from bowerbird.core.catalog.connection import ReadConnections


class NoticeTable:
    """Sentences for the user. Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def add(self, text: str) -> None:
        """Keep a sentence until it was told."""
        self._db.execute("INSERT OR IGNORE INTO notices(text) VALUES (?)", (text,))

    def forget(self, texts: Sequence[str]) -> None:
        """These were told."""
        self._db.executemany("DELETE FROM notices WHERE text = ?", ((text,) for text in texts))


class Notices:
    """Tells what is kept, once. Safe from any thread."""

    def __init__(self, connections: ReadConnections, forget: Callable[[Sequence[str]], None]) -> None:
        """``forget`` has the writer's thread forget what was told."""
        self._connections, self._forget = connections, forget
        self._lock = threading.Lock()
        self._told: tuple[str, ...] = ()

    def tell(self) -> tuple[str, ...]:
        """All that was told since this process started, and what nobody was told before."""
        self._tell_new()
        return self._told

    def tell_beside(self, results: Results) -> Results:
        """The results, with what nobody was told before as a notice beside them."""
        return replace(results, notice=" ".join(filter(None, (*self._tell_new(), results.notice))))

    def _tell_new(self) -> tuple[str, ...]:
        with self._lock:
            kept = self._connections.get().execute("SELECT text FROM notices ORDER BY id")
            new = tuple(text for (text,) in kept if text not in self._told)
            self._told += new
        if new:
            self._forget(new)
        return new
