"""What the vector store must still be told: vectors to send, segments to delete (the transactional outbox pattern)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from bowerbird.core.catalog.records import StoredVectors
from bowerbird.core.types import Kind


class Outbox:
    """Written in the same transactions as the contents, so nothing is forgotten by a crash. Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def unsent_contents(self, limit: int) -> list[int]:
        """Contents whose vectors the vector store may not have."""
        return self._ids("SELECT id FROM contents WHERE stored = 0 ORDER BY id LIMIT ?", limit)

    def unsent_vectors(self, content_ids: Sequence[int]) -> list[StoredVectors]:
        """The vectors of these contents that have not been sent, by space."""
        placeholders = ",".join("?" * len(content_ids))  # all that is put into the SQL
        rows = self._db.execute(
            "SELECT e.space, s.id, e.vector, c.kind FROM embeddings e JOIN segments s ON s.id = e.segment_id "  # noqa: S608
            "JOIN contents c ON c.id = s.content_id "
            f"WHERE c.id IN ({placeholders}) AND s.ordinal >= c.sent",  # question marks only
            tuple(content_ids),
        ).fetchall()
        return [_vectors_in(space, rows) for space in sorted({row[0] for row in rows})]

    def mark_sent(self, content_ids: Sequence[int]) -> None:
        """The vector store has all vectors of these contents."""
        self._db.executemany(
            "UPDATE contents SET stored = 1, sent = "
            "coalesce((SELECT max(ordinal) + 1 FROM segments WHERE content_id = contents.id), 0) WHERE id = ?",
            ((content_id,) for content_id in content_ids),
        )

    def mark_all_unsent(self) -> None:
        """The vector store was lost: send everything again."""
        self._db.execute("UPDATE contents SET stored = 0, sent = 0")

    def sent_segments(self, space: str) -> set[int]:
        """Segments whose vectors in a space the vector store should have."""
        return set(
            self._ids(
                "SELECT e.segment_id FROM embeddings e JOIN segments s ON s.id = e.segment_id "
                "JOIN contents c ON c.id = s.content_id WHERE e.space = ? AND s.ordinal < c.sent",
                space,
            )
        )

    def segments(self, space: str) -> set[int]:
        """Segments that have a vector in a space, sent or not."""
        return set(self._ids("SELECT segment_id FROM embeddings WHERE space = ?", space))

    def pending_deletes(self, limit: int) -> list[int]:
        """Segments to delete from the vector store."""
        return self._ids("SELECT id FROM dead_segments LIMIT ?", limit)

    def mark_deleted(self, segment_ids: Sequence[int]) -> None:
        """The vector store has deleted these."""
        self._db.executemany("DELETE FROM dead_segments WHERE id = ?", ((segment_id,) for segment_id in segment_ids))

    def _ids(self, sql: str, *values: object) -> list[int]:
        return [number for (number,) in self._db.execute(sql, values)]


def _vectors_in(space: str, rows: Sequence[tuple[str, int, bytes, str]]) -> StoredVectors:
    in_space = [row for row in rows if row[0] == space]
    vectors = np.stack([np.frombuffer(row[2], np.float16) for row in in_space]).astype(np.float32)
    return StoredVectors(space, [row[1] for row in in_space], vectors, [Kind(row[3]) for row in in_space])
