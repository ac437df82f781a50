"""Vectors from which those of other spaces follow, so that what an earlier version encoded is not decoded again."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from bowerbird.core.catalog.records import SourceVectors
from bowerbird.core.types import Kind

_HAS = "EXISTS (SELECT 1 FROM content_spaces cs WHERE cs.content_id = c.id AND cs.space = ?)"


class DerivableTable:
    """What of a space can be derived. Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def contents(self, space: str, sources: Sequence[str], after: int, limit: int) -> list[int]:
        """The next contents, by id, that lack a space and have all of its sources."""
        has_all = " AND ".join([_HAS] * len(sources))
        rows = self._db.execute(
            f"SELECT c.id FROM contents c WHERE c.id > ? AND NOT {_HAS} AND {has_all} ORDER BY c.id LIMIT ?",  # noqa: S608
            (after, space, *sources, limit),
        )
        return [content_id for (content_id,) in rows]

    def fitting(self, space: str, content_ids: Sequence[int], most: int) -> int:
        """How many of these contents, from the first on, have together so many vectors in a space; at least one."""
        rows = self._db.execute(
            "SELECT (SELECT count(*) FROM segments s JOIN embeddings e ON e.segment_id = s.id "
            "WHERE s.content_id = ids.value AND e.space = ?) FROM json_each(?) ids ORDER BY ids.key",
            (space, json.dumps(list(content_ids))),
        )
        return max(1, sum(int(total) <= most for total in accumulate(count for (count,) in rows)))

    def vectors(self, sources: Sequence[str], content_ids: Sequence[int]) -> SourceVectors:
        """The vectors in these spaces of the contents' segments that have one in each."""
        rows = self._db.execute(
            "SELECT s.id, c.kind, e.space, e.vector FROM contents c JOIN segments s ON s.content_id = c.id "
            "JOIN embeddings e ON e.segment_id = s.id "
            "WHERE c.id IN (SELECT value FROM json_each(?)) AND e.space IN (SELECT value FROM json_each(?))",
            (json.dumps(list(content_ids)), json.dumps(list(sources))),
        )
        kinds: dict[int, Kind] = {}
        vectors: dict[str, dict[int, bytes]] = defaultdict(dict)
        for segment_id, kind, space, vector in rows:
            kinds[segment_id], vectors[space][segment_id] = Kind(kind), vector
        ids = [number for number in sorted(kinds) if all(number in vectors[space] for space in sources)]
        arrays = {
            space: np.stack([np.frombuffer(vectors[space][number], np.float16) for number in ids]).astype(np.float32)
            for space in sources
            if ids
        }
        return SourceVectors(ids, [kinds[number] for number in ids], arrays)
