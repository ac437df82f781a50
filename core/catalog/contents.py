"""The catalog's contents: what was read, once for each fingerprint, however many files have it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from bowerbird.core.catalog.attributes import AttributeTable
from bowerbird.core.catalog.connection import savepoint
from bowerbird.core.catalog.layouts import LayoutTable
from bowerbird.core.catalog.mails import MailTable
from bowerbird.core.catalog.places import PlaceTable
from bowerbird.core.catalog.records import FormerContent, KnownContent, NewContent, TextVectors
from bowerbird.core.catalog.spaces import SpaceTable
from bowerbird.core.extractors.about import UNSEEN
from bowerbird.core.extractors.recordings.track_names import LYRICS, SOUND_TRACK, SUBTITLES
from bowerbird.core.types import FileState, Kind, Modality, Properties, Vector
from bowerbird.core.words import keywords

READING = 2
"""The version of what extractors take from a file: to be raised when they take more, which has files read again."""
TIMED = (Kind.RECORDING, Kind.CLIP)


class ContentTable:
    """Contents, their segments and their vectors (kept as float16). Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection, spaces: SpaceTable) -> None:
        """Use the writer's connection."""
        self._db, self._spaces = connection, spaces
        self._attributes, self._places = AttributeTable(connection), PlaceTable(connection)
        self._mails, self._layouts = MailTable(connection), LayoutTable(connection)

    def find(self, fingerprint: bytes) -> KnownContent | None:
        """The content with this fingerprint."""
        row = self._db.execute(
            "SELECT id, next_s, read_as < ?, kind FROM contents WHERE fingerprint = ?", (READING, fingerprint)
        ).fetchone()
        if row is None:
            return None
        number, next_at, outdated, kind = row
        timed, spaces = kind in TIMED, self._spaces.of_content(number)
        further = timed and bool(outdated) and self._has_further_tracks(number)
        return KnownContent(number, spaces, next_at, bool(outdated), timed, further)

    def _has_further_tracks(self, content_id: int) -> bool:
        sql = "SELECT 1 FROM segments WHERE content_id = ? AND (section LIKE ? OR section LIKE ?) LIMIT 1"
        return self._db.execute(sql, (content_id, f"{SOUND_TRACK}%", f"{SUBTITLES}%")).fetchone() is not None

    def outdated(self) -> list[Path]:
        """Of each content of which an earlier version has read less than this one would, a file that is there."""
        rows = self._db.execute(
            "SELECT min(f.path) FROM contents c JOIN files f ON f.content_id = c.id "
            "WHERE c.read_as < ? AND f.state = ? AND NOT f.away GROUP BY c.id",
            (READING, FileState.INDEXED),
        )
        return [Path(os.fsdecode(path)) for (path,) in rows]

    def untagged(self, path: Path) -> bytes:
        """The fingerprint of a recording or clip, read to its end, of which only the headers are to be read again.

        Empty for any other file, and for one that has changed since.
        """
        row = self._db.execute(
            "SELECT c.fingerprint FROM files f JOIN contents c ON c.id = f.content_id WHERE f.path = ? "
            "AND f.state = ? AND c.read_as < ? AND c.kind IN (?, ?) AND c.next_s IS NULL",
            (os.fsencode(path), FileState.INDEXED, READING, *TIMED),
        ).fetchone()
        return row[0] if row else b""

    def former(self, path: Path) -> FormerContent | None:
        """What the file at this path held when it was last read; None if another file holds it too."""
        row = self._db.execute(
            "SELECT c.fingerprint, c.size FROM files f JOIN contents c ON c.id = f.content_id "
            "WHERE f.path = ? AND c.size IS NOT NULL AND 1 = (SELECT count(*) FROM files WHERE content_id = c.id)",
            (os.fsencode(path),),
        ).fetchone()
        content = self.find(row[0]) if row else None
        return FormerContent(content, *row) if content and not content.outdated else None

    def is_there(self, content_id: int, fingerprint: bytes = b"") -> bool:
        """Whether a content is still there; with a fingerprint, whether it still has that."""
        row = self._db.execute("SELECT fingerprint FROM contents WHERE id = ?", (content_id,)).fetchone()
        return row is not None and fingerprint in (b"", row[0])

    def is_shared(self, content_id: int) -> bool:
        """Whether several files have a content."""
        rows = self._db.execute("SELECT 1 FROM files WHERE content_id = ? LIMIT 2", (content_id,))
        return len(rows.fetchall()) > 1

    def text_vectors(self, path: Path, spaces: Collection[str], texts: Collection[str]) -> TextVectors:
        """The vectors of those of the texts that a file held when it was last read; none unless all were in ``spaces``.

        A text without a vector in one of them is in the language of another's model.
        """
        row = self._db.execute("SELECT content_id FROM files WHERE path = ?", (os.fsencode(path),)).fetchone()
        if row is None or not self._spaces.of_content(row[0]).issuperset(spaces):
            return {}
        rows = self._db.execute(
            "SELECT s.text, e.space, e.vector FROM segments s JOIN embeddings e ON e.segment_id = s.id "
            "WHERE s.content_id = ? AND s.modality = ? AND s.text IN (SELECT value FROM json_each(?))",
            (row[0], Modality.TEXT, json.dumps(list(texts))),
        )
        vectors: dict[str, dict[str, Vector]] = defaultdict(dict)
        for text, space, vector in rows:
            if space in spaces:
                vectors[text][space] = np.frombuffer(vector, np.float16).astype(np.float32)
        return vectors

    def put(self, content: NewContent) -> int:
        """Keep a content in place of any with the same fingerprint, or append a part to it; its id.

        To be called in a transaction. If it fails, nothing of this content is kept, and the transaction may go on.
        """
        with savepoint(self._db):
            return self._extend(content.extends, content) if content.extends is not None else self._replace(content)

    def _replace(self, content: NewContent) -> int:
        old = self.find(content.fingerprint)
        content_id = self._insert(content)
        if old:
            self._db.execute("UPDATE files SET content_id = ? WHERE content_id = ?", (content_id, old.id))
            self._db.execute("DELETE FROM contents WHERE id = ?", (old.id,))
        self._db.execute("UPDATE contents SET fingerprint = ? WHERE id = ?", (content.fingerprint, content_id))
        return content_id

    def _insert(self, content: NewContent) -> int:
        """Under a fingerprint of its own, while the old content still has the real one."""
        cursor = self._db.execute(
            "INSERT INTO contents(fingerprint, kind, properties, waveform, next_s, size) VALUES (?, ?, '', ?, ?, ?)",
            (b"new" + content.fingerprint, content.kind, content.waveform, content.next_at, content.size),
        )
        content_id = int(cursor.lastrowid or 0)
        self._put_properties(content_id, content.properties)
        self._spaces.add(content_id, content.spaces)
        self._put_segments(content_id, content, 0)
        if content.kind is Kind.PHOTO:
            self._layouts.put(content_id, content.layout)
        return content_id

    def _extend(self, content_id: int, content: NewContent) -> int:
        if content.only_tags:
            self._forget_tags(content_id)
            self._put_properties(content_id, replace(content.properties, duration_s=self._duration(content_id)))
        (first,) = self._db.execute(
            "SELECT coalesce(max(ordinal) + 1, 0) FROM segments WHERE content_id = ?", (content_id,)
        ).fetchone()
        self._put_segments(content_id, content, first)
        self._attributes.forget_unknown_language(content_id)
        self._db.execute(
            "UPDATE contents SET waveform = CAST(waveform || ? AS BLOB), next_s = ?, stored = 0, "
            "fingerprint = coalesce(nullif(?, x''), fingerprint), size = coalesce(?, size) WHERE id = ?",
            (content.waveform, content.next_at, content.fingerprint, content.size, content_id),
        )
        self._spaces.keep_only(content_id, content.spaces)
        return content_id

    def _put_properties(self, content_id: int, own: Properties) -> None:
        taken_at = own.taken_at and own.taken_at.isoformat()
        self._db.execute(
            "UPDATE contents SET properties = ?, taken_at = ?, read_as = ? WHERE id = ?",
            (json.dumps(asdict(own), default=str), taken_at, READING, content_id),
        )
        self._attributes.put(content_id, own)
        self._places.put(content_id, own)

    def _forget_tags(self, content_id: int) -> None:
        """Drop what the headers of a recording or clip said: of chapters the texts are their sections."""
        self._db.execute(
            "DELETE FROM segments WHERE content_id = ? AND modality = ? AND section != '' AND (section = text "
            "OR section IN (SELECT value FROM json_each(?)))",
            (content_id, Modality.TEXT, json.dumps([*UNSEEN, LYRICS])),
        )

    def _duration(self, content_id: int) -> float | None:
        """As it was measured when all of it was read: headers may be wrong."""
        sql = "SELECT json_extract(properties, '$.duration_s') FROM contents WHERE id = ?"
        return self._db.execute(sql, (content_id,)).fetchone()[0]  # type: ignore[no-any-return]

    def _put_segments(self, content_id: int, content: NewContent, first: int) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO omissions(content_id, sentence) VALUES (?, ?)",
            [(content_id, sentence) for sentence in content.omissions],
        )
        self._mails.put(content_id, first, content.mails)
        ids = []
        for ordinal, segment in enumerate(content.segments):
            labels = json.dumps([[label.name, label.probability] for label in content.labels[ordinal]])
            at = segment.locator
            cursor = self._db.execute(
                "INSERT INTO segments(content_id, ordinal, modality, text, keywords, labels, page, section, start_s, "
                "end_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (content_id, first + ordinal, segment.modality, segment.text, keywords(segment.text), labels, at.page,
                 at.section, at.start_s, at.end_s),
            )  # fmt: skip
            ids.append(cursor.lastrowid)
        for space, (ordinals, vectors) in content.vectors.items():
            self._db.executemany(
                "INSERT INTO embeddings(segment_id, space, vector) VALUES (?, ?, ?)",
                ((ids[o], space, row.astype(np.float16).tobytes()) for o, row in zip(ordinals, vectors, strict=True)),
            )

    def paths(self, fingerprint: bytes) -> list[Path]:
        """The files that have this content."""
        rows = self._db.execute(
            "SELECT f.path FROM files f JOIN contents c ON c.id = f.content_id WHERE c.fingerprint = ? AND f.state = ?",
            (fingerprint, FileState.INDEXED),
        )
        return [Path(os.fsdecode(path)) for (path,) in rows]

    def orphans(self) -> list[int]:
        """Contents that no file has any more."""
        rows = self._db.execute(
            "SELECT id FROM contents WHERE NOT EXISTS (SELECT 1 FROM files WHERE content_id = contents.id)"
        )
        return [content_id for (content_id,) in rows]

    def delete(self, content_ids: Iterable[int]) -> list[bytes]:
        """Delete these; their fingerprints."""
        rows = self._db.execute(
            "DELETE FROM contents WHERE id IN (SELECT value FROM json_each(?)) RETURNING fingerprint",
            (json.dumps(list(content_ids)),),
        )
        return [fingerprint for (fingerprint,) in rows.fetchall()]
