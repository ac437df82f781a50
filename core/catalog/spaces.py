"""Which contents have been encoded in which space, and what is still to be encoded."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from bowerbird.core.catalog.records import BackfillItem, SegmentToEmbed
from bowerbird.core.types import FileFacts, FileState, Kind, Label, Locator, Modality, Vectors

# Conditions on a content c; each question mark is a space, or a modality. All SQL here is put together of these alone.
_LACKS = "NOT EXISTS (SELECT 1 FROM content_spaces cs WHERE cs.content_id = c.id AND cs.space = ?)"
_ENCODED = "EXISTS (SELECT 1 FROM content_spaces cs WHERE cs.content_id = c.id)"
_HAS_SEGMENTS = "EXISTS (SELECT 1 FROM segments s WHERE s.content_id = c.id AND s.modality = ?)"
# A text segment without a vector in a space, of a content that lacks that space.
_TEXT_LACKING = (
    f"FROM segments s JOIN contents c ON c.id = s.content_id WHERE s.modality = ? AND {_LACKS} "  # noqa: S608
    "AND NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.segment_id = s.id AND e.space = ?)"
)


class SpaceTable:
    """A content *has* a space once all its segments that the space's model takes were encoded. Part of ``Catalog``.

    A content that has no space at all was read while no model could be asked; it is read anew, as a whole.
    A space is *complete* once no content lacked it; it may lack some again, and is searched all the same.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    # of one content

    def of_content(self, content_id: int) -> frozenset[str]:
        """The spaces that a content has."""
        rows = self._db.execute("SELECT space FROM content_spaces WHERE content_id = ?", (content_id,))
        return frozenset(space for (space,) in rows)

    def add(self, content_id: int, spaces: Iterable[str]) -> None:
        """A content has these spaces from now on; one that was deleted while it was being encoded stays deleted."""
        self._db.executemany(
            "INSERT OR IGNORE INTO content_spaces(content_id, space) SELECT id, ? FROM contents WHERE id = ?",
            ((space, content_id) for space in spaces),
        )

    def keep_only(self, content_id: int, spaces: Iterable[str]) -> None:
        """A content got a further part, which was encoded in these spaces: it lacks the others now."""
        self._db.execute(
            "DELETE FROM content_spaces WHERE content_id = ? AND space NOT IN (SELECT value FROM json_each(?))",
            (content_id, json.dumps(sorted(spaces))),
        )

    # of one space

    def complete(self) -> set[str]:
        """Spaces that were complete at some time."""
        return {space for (space,) in self._db.execute("SELECT id FROM spaces")}

    def known(self) -> set[str]:
        """All spaces that at least one content has, complete or not."""
        rows = self._db.execute("SELECT DISTINCT space FROM content_spaces")
        return self.complete() | {space for (space,) in rows}

    def mark_complete(self, space: str) -> None:
        """Nothing that can be read now lacks this space."""
        self._db.execute("INSERT OR IGNORE INTO spaces(id) VALUES (?)", (space,))

    def drop(self, space: str) -> None:
        """Forget a space and its vectors."""
        self._db.execute("DELETE FROM embeddings WHERE space = ?", (space,))
        self._db.execute("DELETE FROM content_spaces WHERE space = ?", (space,))
        self._db.execute("DELETE FROM spaces WHERE id = ?", (space,))

    def reopen(self, space: str) -> None:
        """After a text model was dropped: contents with text that has no vector in this space lack it now."""
        self._db.execute(
            "DELETE FROM content_spaces WHERE space = ? AND content_id IN (SELECT s.content_id FROM segments s "
            "WHERE s.modality = ? AND NOT EXISTS "
            "(SELECT 1 FROM embeddings e WHERE e.segment_id = s.id AND e.space = ?))",
            (space, Modality.TEXT, space),
        )

    def add_where_empty(self, space: str, modality: Modality) -> None:
        """Encoded contents without a segment of the space's modality have nothing to encode: they have the space."""
        self._db.execute(
            "INSERT OR IGNORE INTO content_spaces SELECT c.id, ? FROM contents c "  # noqa: S608
            f"WHERE {_ENCODED} AND {_LACKS} AND NOT {_HAS_SEGMENTS}",
            (space, space, modality),
        )

    def add_up_to(self, space: str, segment_id: int) -> None:
        """Encoded contents all of whose segments are at most this old have the space now."""
        self._db.execute(
            "INSERT OR IGNORE INTO content_spaces SELECT c.id, ? FROM contents c "  # noqa: S608
            f"WHERE {_ENCODED} AND {_LACKS} AND NOT EXISTS "
            "(SELECT 1 FROM segments s WHERE s.content_id = c.id AND s.id > ?)",
            (space, space, segment_id),
        )

    # what is to be encoded

    def count_lacking(self, space: str, modality: Modality) -> int:
        """How many contents with segments of a modality lack a space."""
        sql = f"SELECT count(*) FROM contents c WHERE {_LACKS} AND {_HAS_SEGMENTS}"  # noqa: S608
        return int(self._db.execute(sql, (space, modality)).fetchone()[0])

    def paths_to_reindex(self, transcribing: Iterable[str]) -> list[Path]:
        """Files read while no model could be asked, or whose sound none of these transcribing spaces has heard."""
        files = "SELECT f.path FROM files f JOIN contents c ON c.id = f.content_id WHERE f.state = ? AND "
        rows = set(self._db.execute(f"{files} NOT {_ENCODED}", (FileState.INDEXED,)))
        for space in transcribing:
            values = (FileState.INDEXED, space, Modality.SOUND)
            rows.update(self._db.execute(f"{files} {_LACKS} AND {_HAS_SEGMENTS}", values))
        return [Path(os.fsdecode(path)) for (path,) in rows]

    def newest_segment(self) -> int:
        """The id of the newest segment; 0 if there is none."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) FROM segments").fetchone()[0])

    def count_texts(self, space: str) -> int:
        """How many segments of text are to be encoded in a space."""
        sql = f"SELECT count(*) {_TEXT_LACKING}"
        return int(self._db.execute(sql, (Modality.TEXT, space, space)).fetchone()[0])

    def texts(self, space: str, after: int, limit: int) -> list[SegmentToEmbed]:
        """The next segments of text to encode in a space, by id."""
        rows = self._db.execute(
            f"SELECT s.id, c.kind, s.text, s.section, s.start_s {_TEXT_LACKING} AND s.id > ? ORDER BY s.id LIMIT ?",
            (Modality.TEXT, space, space, after, limit),
        )
        return [
            SegmentToEmbed(segment_id, Kind(kind), text, Locator(section=section, start_s=start_s))
            for segment_id, kind, text, section, start_s in rows
        ]

    def items(
        self, spaces: Sequence[str], modality: Modality, after: int, limit: int, *, photos: bool
    ) -> list[BackfillItem]:
        """The next contents, by id, that lack one of these spaces and have a file to decode: photos, or all else."""
        lacks = " OR ".join([_LACKS] * len(spaces))
        rows = self._db.execute(
            "SELECT c.id, c.kind, f.path, f.size, f.mtime_ns, f.ctime_ns, f.inode FROM contents c "  # noqa: S608
            f"JOIN files f ON f.content_id = c.id AND f.state = ? WHERE c.id > ? AND c.next_s IS NULL AND ({lacks}) "
            f"AND {_HAS_SEGMENTS} AND (c.kind = ?) = ? GROUP BY c.id ORDER BY c.id LIMIT ?",
            (FileState.INDEXED, after, *spaces, modality, Kind.PHOTO, photos, limit),
        ).fetchall()
        return [
            BackfillItem(
                content_id, FileFacts(Path(os.fsdecode(path)), *stat), self._segments(content_id, Kind(kind), modality)
            )
            for content_id, kind, path, *stat in rows
        ]

    def _segments(self, content_id: int, kind: Kind, modality: Modality) -> list[SegmentToEmbed]:
        rows = self._db.execute(
            "SELECT id, page, section, start_s, end_s FROM segments WHERE content_id = ? AND modality = ? "
            "ORDER BY ordinal",
            (content_id, modality),
        )
        return [SegmentToEmbed(segment_id, kind, "", Locator(*place)) for segment_id, *place in rows]

    # what was encoded

    def put_vectors(self, space: str, segment_ids: Sequence[int], vectors: Vectors) -> None:
        """Keep vectors, as float16, of those segments that are still there."""
        self._db.executemany(
            "INSERT OR REPLACE INTO embeddings(segment_id, space, vector) SELECT id, ?, ? FROM segments WHERE id = ?",
            (
                (space, row.astype(np.float16).tobytes(), segment_id)
                for segment_id, row in zip(segment_ids, vectors, strict=True)
            ),
        )

    def put_labels(self, segment_ids: Sequence[int], labels: Sequence[Sequence[Label]]) -> None:
        """Keep what a classifier recognised on segments."""
        rows = (json.dumps([[label.name, label.probability] for label in of_segment]) for of_segment in labels)
        self._db.executemany("UPDATE segments SET labels = ? WHERE id = ?", zip(rows, segment_ids, strict=True))
