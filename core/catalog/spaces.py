"""Which spaces the contents of a catalog have vectors in, and what those that lack one still need."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bowerbird.core.types import FileFacts, FileState, Kind, Label, Locator, Modality, Vectors

_LACKS = "instr(c.spaces, '\"' || ? || '\"') = 0"
_WITHOUT = "(SELECT json_group_array(value) FROM json_each(c.spaces) WHERE value != ?)"
_HAS_SEGMENTS = "EXISTS (SELECT 1 FROM segments s WHERE s.content_id = c.id AND s.modality = ?)"


@dataclass(frozen=True, slots=True)
class SegmentToEmbed:
    """A segment that lacks a vector."""

    segment_id: int
    kind: Kind
    text: str
    at: Locator


@dataclass(frozen=True, slots=True)
class BackfillItem:
    """A content whose file must be read again for a space, and its segments of that modality, in order."""

    content_id: int
    facts: FileFacts
    rows: Sequence[SegmentToEmbed]


class SpaceTable:
    """Part of the catalog: the indexer thread owns it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the catalog's connection."""
        self._db = connection

    def complete(self) -> set[str]:
        """Spaces that had a vector of everything at some time, and have been searched since."""
        return {name for (name,) in self._db.execute("SELECT id FROM spaces")}

    def begun(self) -> set[str]:
        """Those, and what else something was made in."""
        made = self._db.execute("SELECT DISTINCT value FROM contents, json_each(contents.spaces)")
        return self.complete() | {name for (name,) in made}

    def mark_complete(self, space: str) -> None:
        """A space may be searched: whatever lacks it has nothing for it, or cannot be read now."""
        self._db.execute("INSERT OR IGNORE INTO spaces(id) VALUES (?)", (space,))

    def left(self, space: str, modality: Modality) -> int:
        """How many contents lack a space."""
        sql = f"SELECT count(*) FROM contents c WHERE {_LACKS} AND {_HAS_SEGMENTS}"
        return int(self._db.execute(sql, (space, modality)).fetchone()[0])

    def to_read_again(self, spaces: Iterable[str]) -> list[Path]:
        """Files that no model could be asked about when they were read, or whose sound none of these has heard."""
        files = "SELECT f.path FROM files f JOIN contents c ON c.id = f.content_id WHERE f.state = ? AND "
        found = set(self._db.execute(files + "c.spaces = '[]'", (FileState.INDEXED,)))
        for space in spaces:
            values = (FileState.INDEXED, space, Modality.SOUND)
            found.update(self._db.execute(f"{files} {_LACKS} AND {_HAS_SEGMENTS}", values))
        return [Path(os.fsdecode(path)) for (path,) in found]

    def texts_left(self, space: str) -> int:
        """How many segments of text lack a vector in a space that their content lacks."""
        sql = (
            f"SELECT count(*) FROM segments s JOIN contents c ON c.id = s.content_id WHERE s.modality = ? AND {_LACKS} "
            "AND NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.segment_id = s.id AND e.space = ?)"
        )
        return int(self._db.execute(sql, (Modality.TEXT, space, space)).fetchone()[0])

    def texts(self, space: str, after: int, limit: int) -> list[SegmentToEmbed]:
        """The next segments of text, by id, without a vector in a space that their content lacks."""
        rows = self._db.execute(
            "SELECT s.id, c.kind, s.text FROM segments s JOIN contents c ON c.id = s.content_id "
            f"WHERE s.id > ? AND s.modality = ? AND {_LACKS} AND NOT EXISTS "
            "(SELECT 1 FROM embeddings e WHERE e.segment_id = s.id AND e.space = ?) ORDER BY s.id LIMIT ?",
            (after, Modality.TEXT, space, space, limit),
        )
        return [SegmentToEmbed(number, Kind(kind), text, Locator()) for number, kind, text in rows]

    def next(
        self, spaces: Iterable[str], modality: Modality, after: int, limit: int, *, photos: bool
    ) -> list[BackfillItem]:
        """The next photos, or the next of everything else, by id, that lack one of these and have a file to read."""
        names = tuple(spaces)
        lacks = " OR ".join([_LACKS] * len(names))
        rows = self._db.execute(
            "SELECT c.id, c.kind, f.path, f.size, f.mtime_ns, f.device, f.inode FROM contents c "
            f"JOIN files f ON f.content_id = c.id AND f.state = ? WHERE c.id > ? AND c.next_s IS NULL AND ({lacks}) "
            f"AND {_HAS_SEGMENTS} AND (c.kind = ?) = ? GROUP BY c.id ORDER BY c.id LIMIT ?",
            (FileState.INDEXED, after, *names, modality, Kind.PHOTO, photos, limit),
        ).fetchall()
        return [
            BackfillItem(number, FileFacts(Path(os.fsdecode(path)), *facts), self._rows(number, Kind(kind), modality))
            for number, kind, path, *facts in rows
        ]

    def _rows(self, content_id: int, kind: Kind, modality: Modality) -> list[SegmentToEmbed]:
        segments = self._db.execute(
            "SELECT id, page, section, start_s, end_s FROM segments WHERE content_id = ? AND modality = ? "
            "ORDER BY ordinal",
            (content_id, modality),
        )
        return [SegmentToEmbed(number, kind, "", Locator(*at)) for number, *at in segments]

    def put(self, space: str, segment_ids: Sequence[int], vectors: Vectors) -> None:
        """Keep vectors, as float16, of segments that are still there."""
        self._db.executemany(
            "INSERT OR REPLACE INTO embeddings(segment_id, space, vector) SELECT id, ?, ? FROM segments WHERE id = ?",
            (
                (space, row.astype(np.float16).tobytes(), number)
                for number, row in zip(segment_ids, vectors, strict=True)
            ),
        )

    def label(self, segment_ids: Sequence[int], labels: Sequence[Sequence[Label]]) -> None:
        """Keep what a classifier saw on segments."""
        written = (json.dumps([[label.name, label.probability] for label in seen]) for seen in labels)
        self._db.executemany("UPDATE segments SET labels = ? WHERE id = ?", zip(written, segment_ids, strict=True))

    def done(self, spaces: Iterable[str], content_id: int) -> None:
        """A content lacks these no longer."""
        for space in spaces:
            sql = f"UPDATE contents AS c SET spaces = json_insert(spaces, '$[#]', ?) WHERE {_LACKS} AND c.id = ?"
            self._db.execute(sql, (space, space, content_id))

    def newest(self) -> int:
        """The id of the newest segment."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) FROM segments").fetchone()[0])

    def done_until(self, space: str, segment_id: int) -> None:
        """Contents that have no newer segment than this lack a space no longer."""
        self._db.execute(
            "UPDATE contents AS c SET spaces = json_insert(spaces, '$[#]', ?) WHERE c.spaces != '[]' AND "
            f"{_LACKS} AND NOT EXISTS (SELECT 1 FROM segments s WHERE s.content_id = c.id AND s.id > ?)",
            (space, space, segment_id),
        )

    def nothing_for(self, space: str, modality: Modality) -> None:
        """Contents without a segment of its modality do not lack a space."""
        self._db.execute(
            "UPDATE contents AS c SET spaces = json_insert(spaces, '$[#]', ?) "
            f"WHERE c.spaces != '[]' AND {_LACKS} AND NOT {_HAS_SEGMENTS}",
            (space, space, modality),
        )

    def reopen(self, space: str) -> None:
        """A text model is gone: contents that have text without a vector in another's space lack that now."""
        self._db.execute(
            f"UPDATE contents AS c SET spaces = {_WITHOUT} WHERE EXISTS (SELECT 1 FROM segments s "
            "WHERE s.content_id = c.id AND s.modality = ? AND NOT EXISTS "
            "(SELECT 1 FROM embeddings e WHERE e.segment_id = s.id AND e.space = ?))",
            (space, Modality.TEXT, space),
        )

    def drop(self, space: str) -> None:
        """Forget a space and its vectors."""
        self._db.execute("DELETE FROM embeddings WHERE space = ?", (space,))
        self._db.execute(f"UPDATE contents AS c SET spaces = {_WITHOUT} WHERE NOT {_LACKS}", (space, space))
        self._db.execute("DELETE FROM spaces WHERE id = ?", (space,))
