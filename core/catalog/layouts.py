"""What photos look like from afar: written with their contents, and read to find those that look the same."""

from __future__ import annotations

import heapq
import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.layouts import BYTES, NEAR, SIDE, are_alike, coarse
from bowerbird.core.types import Kind

_BLOCK = 2_048  # photos, times which others: 32 MB of cosines
_MOST_PAIRS = 4_096  # whose pictures are in memory at once: 8 MB
_MOST_JUDGED = 200_000  # pairs of which is known whether they are alike
_NEAREST, _NEAREST_OF_ALL = 16, 100  # photos that one is laid over: hundreds of frames of a fixed camera come near it
_FARTHEST = (2 - 2 * NEAR) ** 0.5 + 0.01  # between rows of unit length, kept in 8 bits
_NONE = np.empty((0, coarse(np.zeros((1, SIDE, SIDE), np.uint8)).shape[1]), np.float32)


class LayoutTable:
    """The layouts of photos. Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def put(self, content_id: int, layout: bytes) -> None:
        """Keep the layout of a content that is there; an empty one says that it has none."""
        rows = coarse(np.frombuffer(layout, np.uint8).reshape(-1, SIDE, SIDE)) if layout else np.empty(0, np.int8)
        self._db.execute(
            "INSERT INTO layouts(content_id, coarse, grey) SELECT id, ?, ? FROM contents WHERE id = ? "
            "ON CONFLICT(content_id) DO NOTHING",
            (rows.tobytes(), layout, content_id),
        )

    def lacking(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """The next photos, by id, that have none, with their fingerprints; but no scans of several pages."""
        return self._db.execute(
            "SELECT id, fingerprint FROM contents WHERE id > ? AND kind = ? "
            "AND NOT EXISTS (SELECT 1 FROM layouts WHERE content_id = contents.id) AND NOT EXISTS "
            "(SELECT 1 FROM segments WHERE content_id = contents.id AND modality = 'image' AND page IS NOT NULL) "
            "ORDER BY id LIMIT ?",
            (after, Kind.PHOTO, limit),
        ).fetchall()


class LayoutReader:
    """Finds photos that look the same, from any thread; part of ``CatalogReader``.

    Their low frequencies are kept in memory (14 MB for 100,000 photos), and read on where new ones have come.
    """

    def __init__(self, connections: ReadConnections) -> None:
        """Each thread reads through a connection of its own."""
        self._connections, self._lock = connections, threading.Lock()
        self._last = 0
        self._judged: dict[tuple[int, int], bool] = {}  # by contents, which never change
        self._contents: NDArray[np.int64] = np.empty(0, np.int64)
        self._rows: NDArray[np.float32] = _NONE

    def like(self, content_ids: Collection[int]) -> dict[int, frozenset[int]]:
        """By content, of those of these that have a layout, the other contents that look the same."""
        contents, rows = self._known()
        asked = np.flatnonzero(np.isin(contents, list(content_ids)))
        pairs = [
            (asked[one], other)
            for at in range(0, len(asked), _BLOCK)
            for one, other in zip(*_near(rows[asked[at : at + _BLOCK]], rows, at, _NEAREST), strict=True)
            if asked[one] != other
        ]
        alike: dict[int, set[int]] = {int(content): set() for content in contents[asked]}
        for one, other in self._alike([(int(contents[a]), int(contents[b])) for a, b in pairs]):
            alike[one].add(other)
        return {content: frozenset(others) for content, others in alike.items()}

    def pairs(self) -> list[tuple[int, int]]:
        """All pairs of contents that look the same, each once."""
        contents, rows = self._known()
        if not len(rows):
            return []
        axis = int(rows.var(axis=0).argmax())  # along it rows that come near each other are not far apart either
        order = rows[:, axis].argsort()
        contents, rows = contents[order], rows[order]
        found: list[tuple[int, int]] = []
        for at in range(0, len(rows), _BLOCK):
            last = rows[at : at + _BLOCK][-1, axis] + _FARTHEST
            end = int(np.searchsorted(rows[:, axis], last, "right"))
            near = zip(*_near(rows[at : at + _BLOCK], rows[at:end], 0, _NEAREST_OF_ALL), strict=True)
            found += [(int(contents[at + one]), int(contents[at + other])) for one, other in near if one < other]
        return self._alike(found)

    def _known(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Contents, and a row of unit length or zero for each. Some of them may be forgotten meanwhile."""
        with self._lock:
            new = (
                self._connections.get()
                .execute(
                    "SELECT id, content_id, coarse FROM layouts INDEXED BY layouts_coarse WHERE id > ? ORDER BY id",
                    (self._last,),
                )
                .fetchall()
            )
            new_rows = [row for row in new if row[2]]
            if new_rows:
                vectors = np.frombuffer(b"".join(row[2] for row in new_rows), np.int8).reshape(len(new_rows), -1)
                rows = vectors.astype(np.float32)
                rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
                self._contents = np.append(self._contents, [row[1] for row in new_rows])
                self._rows = np.concatenate([self._rows, rows])
            self._last = new[-1][0] if new else self._last
            return self._contents, self._rows

    def _alike(self, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Those of the pairs that are of one picture. A thousand new ones take a second: each is looked at once."""
        new = list({pair for pair in map(_sorted, pairs) if pair not in self._judged})
        judged = self._judged
        for at in range(0, len(new), _MOST_PAIRS):
            judged = judged | self._compared(new[at : at + _MOST_PAIRS])
        self._judged = judged if len(judged) <= _MOST_JUDGED else {}
        return [pair for pair in pairs if judged.get(_sorted(pair))]

    def _compared(self, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bool]:
        """Whether each pair is of one picture, but of those that were forgotten."""
        greys = self._greys({content for pair in pairs for content in pair})
        there = [pair for pair in pairs if pair[0] in greys and pair[1] in greys]
        if not there:
            return {}
        some, others = (np.stack([greys[pair[side]] for pair in there]) for side in (0, 1))
        return dict(zip(there, are_alike(some, others).tolist(), strict=True))

    def _greys(self, content_ids: Collection[int]) -> Mapping[int, NDArray[np.uint8]]:
        rows = self._connections.get().execute(
            "SELECT content_id, grey FROM layouts WHERE content_id IN (SELECT value FROM json_each(?)) "
            "AND length(grey) = ?",
            (json.dumps(list(content_ids)), BYTES),
        )
        return {content: np.frombuffer(grey, np.uint8).reshape(SIDE, SIDE) for content, grey in rows}


def _sorted(pair: tuple[int, int]) -> tuple[int, int]:
    return min(pair), max(pair)


def _near(
    some: NDArray[np.float32], all_rows: NDArray[np.float32], first: int, most: int
) -> tuple[list[int], list[int]]:
    """Positions of rows, counted from ``first`` on, and of the ``most`` rows nearest to each beside itself."""
    nearest: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for at in range(0, len(all_rows), _BLOCK * 2):
        cosines = some @ all_rows[at : at + _BLOCK * 2].T
        for row in np.flatnonzero(cosines.max(axis=1) >= NEAR):
            columns = np.flatnonzero(cosines[row] >= NEAR)
            near = zip(cosines[row, columns].tolist(), (at + columns).tolist(), strict=True)
            nearest[int(row)] = heapq.nlargest(most + 1, (*nearest[int(row)], *near))
    found = [(first + row, other) for row, near in nearest.items() for _, other in near]
    return [row for row, _ in found], [other for _, other in found]
