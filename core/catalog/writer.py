"""The catalog: what Bowerbird knows, in SQLite. The indexer thread is its only writer; see catalog_view for reading."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bowerbird.core.catalog.records import KnownContent, NewContent, StoredVectors
from bowerbird.core.catalog.schema import migrate
from bowerbird.core.catalog.spaces import SpaceTable
from bowerbird.core.errors import EnvironmentFailure, StoreDamaged
from bowerbird.core.state import FolderState
from bowerbird.core.types import FileFacts, FileState, Kind
from bowerbird.core.words import keywords

URGENT, NORMAL, MEDIA, FURTHER = range(4)
"""Job priorities: what the user just saved; what a scan found; recordings and clips, which take longer; and what is
left of long ones, so that no film holds up a hundred photos."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection whose settings every user of the catalog shares."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = FILE")
    return connection


class Catalog:
    """The writing side. Not thread-safe: the indexer thread owns it."""

    def __init__(self, path: Path) -> None:
        """Open or create the catalog.

        Raises:
            StoreDamaged: the file is not a readable catalog.
            EnvironmentFailure: it was written by a later version, or cannot be opened at all.
        """
        self.may_have_orphans = True
        """Whether ``drop_orphans`` could find something."""
        try:
            self._db = connect(path)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            migrate(self._db)
            self._db.execute("SELECT count(*) FROM jobs").fetchone()
            self.spaces = SpaceTable(self._db)
        except sqlite3.OperationalError as error:
            raise EnvironmentFailure(f"The catalog {path} cannot be opened: {error}.") from error
        except sqlite3.DatabaseError as error:
            raise StoreDamaged(f"The catalog {path} is damaged: {error}.") from error

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nested use joins the outer one."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def check(self) -> str:
        """Empty if SQLite finds the file sound, or its first complaint."""
        (answer,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        return "" if answer == "ok" else str(answer)

    # folders

    def add_folder(self, folder: Path) -> int:
        """Remember a watched folder; its id."""
        path = os.fsencode(folder)
        self._db.execute("INSERT OR IGNORE INTO folders(path) VALUES (?)", (path,))
        (number,) = self._db.execute("SELECT id FROM folders WHERE path = ?", (path,)).fetchone()
        return int(number)

    def remove_folder(self, folder: Path) -> None:
        """Forget a watched folder and the files found in it."""
        with self.transaction():
            self.forget(self.paths_under(folder))
            self._db.execute("DELETE FROM folders WHERE path = ?", (os.fsencode(folder),))

    def folders(self) -> dict[Path, int]:
        """Watched folders and their ids."""
        return {Path(os.fsdecode(path)): number for path, number in self._db.execute("SELECT path, id FROM folders")}

    def folder_state(self, folder: Path) -> FolderState:
        """Where a watched folder stands."""
        row = self._db.execute("SELECT state FROM folders WHERE path = ?", (os.fsencode(folder),)).fetchone()
        return FolderState(row[0])

    def set_folder_state(self, folder: Path, state: FolderState) -> None:
        """Note where a folder stands."""
        self._db.execute("UPDATE folders SET state = ? WHERE path = ?", (state, os.fsencode(folder)))

    # files and jobs

    def facts(self, path: Path) -> tuple[FileFacts, FileState] | None:
        """What was known of this file when it was last looked at."""
        row = self._db.execute(
            "SELECT size, mtime_ns, device, inode, state FROM files WHERE path = ?", (os.fsencode(path),)
        ).fetchone()
        return (FileFacts(path, *row[:4]), FileState(row[4])) if row else None

    def queue(self, folder: Path, facts: FileFacts, kind: Kind | None, priority: int = NORMAL) -> None:
        """A file is new or changed: known by name from now on, its content to be read by a job."""
        if priority == NORMAL and kind in (Kind.RECORDING, Kind.CLIP):
            priority = MEDIA
        path = os.fsencode(facts.path)
        row = (facts.size, facts.mtime_ns, facts.device, facts.inode, FileState.PENDING)
        found = self._db.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, device = ?, inode = ?, state = ?, reason = '' "
            "WHERE path = ? RETURNING id",
            (*row, path),
        ).fetchone()
        if found is None:
            self._insert(folder, facts, kind)
        else:
            self.may_have_orphans = True
        self.queue_again(facts.path, priority)

    def _insert(self, folder: Path, facts: FileFacts, kind: Kind | None) -> None:
        cursor = self._db.execute(
            "INSERT INTO files(folder_id, path, kind, size, mtime_ns, device, inode, state) "
            "VALUES ((SELECT id FROM folders WHERE path = ?), ?, ?, ?, ?, ?, ?, ?)",
            (os.fsencode(folder), os.fsencode(facts.path), kind, facts.size, facts.mtime_ns, facts.device,
             facts.inode, FileState.PENDING),
        )  # fmt: skip
        name = str(facts.path.relative_to(folder.parent)).encode("utf-8", "replace").decode()
        self._db.execute("INSERT INTO file_names(rowid, name) VALUES (?, ?)", (cursor.lastrowid, name))

    def touch(self, facts: FileFacts) -> None:
        """A known file changed while it was read: its job, still queued, reads it as it is now."""
        self._db.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, device = ?, inode = ? WHERE path = ?",
            (facts.size, facts.mtime_ns, facts.device, facts.inode, os.fsencode(facts.path)),
        )

    def queue_again(self, path: Path, priority: int = NORMAL) -> None:
        """Have a known file read (again). The more urgent of two wishes holds."""
        self._db.execute(
            "INSERT INTO jobs(path, priority, queued_at) VALUES (?, ?, ?) "
            "ON CONFLICT(path) DO UPDATE SET priority = min(priority, excluded.priority)",
            (os.fsencode(path), priority, time.time()),
        )

    def next_jobs(self, limit: int, busy: Iterable[Path]) -> list[Path]:
        """The paths to read next, most urgent first, leaving out those being read."""
        taken = {os.fsencode(path) for path in busy}
        rows = self._db.execute("SELECT path FROM jobs ORDER BY priority, queued_at LIMIT ?", (limit + len(taken),))
        return [Path(os.fsdecode(path)) for (path,) in rows if path not in taken][:limit]

    def jobs(self) -> int:
        """How many files wait to be read."""
        return int(self._db.execute("SELECT count(*) FROM jobs").fetchone()[0])

    def finish(self, path: Path, state: FileState, *, reason: str = "", content_id: int | None = None) -> None:
        """A file was looked at: its job is done."""
        self._db.execute(
            "UPDATE files SET state = ?, reason = ?, content_id = ?, "
            "kind = coalesce((SELECT kind FROM contents WHERE id = ?), kind) WHERE path = ?",
            (state, reason, content_id, content_id, os.fsencode(path)),
        )
        self._db.execute("DELETE FROM jobs WHERE path = ?", (os.fsencode(path),))

    def finish_part(self, path: Path, content_id: int) -> None:
        """A part of a file was read: it can be found by that, and its rest waits behind everything else."""
        name = os.fsencode(path)
        self._db.execute(
            "UPDATE files SET content_id = ?, kind = (SELECT kind FROM contents WHERE id = ?) WHERE path = ?",
            (content_id, content_id, name),
        )
        self._db.execute("UPDATE jobs SET priority = ?, queued_at = ? WHERE path = ?", (FURTHER, time.time(), name))

    def retry(self, paths: Sequence[Path]) -> int:
        """Queue these failed files again, or all of them; how many."""
        failed = [path for (path,) in self._db.execute("SELECT path FROM files WHERE state = ?", (FileState.FAILED,))]
        wanted = {os.fsencode(path) for path in paths} or set(failed)
        again = [path for path in failed if path in wanted]
        for path in again:
            self._db.execute("UPDATE files SET state = ? WHERE path = ?", (FileState.PENDING, path))
            self.queue_again(Path(os.fsdecode(path)), URGENT)
        return len(again)

    def forget(self, paths: Iterable[Path]) -> None:
        """These files are gone. Their contents stay until ``drop_orphans``: a move may still claim them."""
        rows = [(os.fsencode(path),) for path in paths]
        self._db.executemany("DELETE FROM files WHERE path = ?", rows)
        self._db.executemany("DELETE FROM jobs WHERE path = ?", rows)
        self.may_have_orphans = True

    def note_unreadable(self, folder: Path, path: Path, reason: str) -> None:
        """A folder inside a watched one cannot be read: it stands among the failures under its own path."""
        if self.facts(path) is None:
            self._insert(folder, FileFacts(path, 0, 0, 0, 0), None)
        self.finish(path, FileState.FAILED, reason=reason)

    def paths_under(self, folder: Path) -> list[Path]:
        """Every known file at or below a path."""
        low, high = below(folder)
        rows = self._db.execute(
            "SELECT path FROM files WHERE path = ? OR (path >= ? AND path < ?)", (os.fsencode(folder), low, high)
        )
        return [Path(os.fsdecode(path)) for (path,) in rows]

    # one scan of a folder: what was not seen is gone

    def begin_scan(self) -> None:
        """Start a list of what a scan sees."""
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS seen (path BLOB PRIMARY KEY) WITHOUT ROWID")
        self._db.execute("DELETE FROM temp.seen")

    def saw(self, paths: Iterable[Path]) -> None:
        """A scan saw these."""
        self._db.executemany("INSERT OR IGNORE INTO temp.seen VALUES (?)", ((os.fsencode(path),) for path in paths))

    def unseen(self, folder: Path) -> list[Path]:
        """Known files below ``folder`` that the scan did not see."""
        low, high = below(folder)
        rows = self._db.execute(
            "SELECT path FROM files WHERE path >= ? AND path < ? AND path NOT IN (SELECT path FROM temp.seen)",
            (low, high),
        )
        return [Path(os.fsdecode(path)) for (path,) in rows]

    # contents

    def content(self, fingerprint: bytes) -> KnownContent | None:
        """The content with this fingerprint."""
        row = self._db.execute(
            "SELECT id, spaces, next_s FROM contents WHERE fingerprint = ?", (fingerprint,)
        ).fetchone()
        return KnownContent(row[0], frozenset(json.loads(row[1])), row[2]) if row else None

    def put_content(self, content: NewContent) -> int:
        """Keep a content in place of any with the same fingerprint, or add a part to it; its id. Float16 is kept."""
        with self.transaction():
            if content.extends is not None:
                return self._extend(content.extends, content)
            old = self.content(content.fingerprint)
            cursor = self._db.execute(
                "INSERT INTO contents(fingerprint, kind, properties, taken_at, spaces, waveform, next_s) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (b"new" + content.fingerprint, content.kind, json.dumps(asdict(content.properties), default=str),
                 content.properties.taken_at and content.properties.taken_at.isoformat(),
                 json.dumps(sorted(content.spaces)), content.waveform, content.next_s),
            )  # fmt: skip
            number = int(cursor.lastrowid or 0)
            self._put_segments(number, content, 0)
            if old:
                self._db.execute("UPDATE files SET content_id = ? WHERE content_id = ?", (number, old.id))
                self._db.execute("DELETE FROM contents WHERE id = ?", (old.id,))
            self._db.execute("UPDATE contents SET fingerprint = ? WHERE id = ?", (content.fingerprint, number))
            return number

    def _extend(self, number: int, content: NewContent) -> int:
        (first,) = self._db.execute(
            "SELECT coalesce(max(ordinal) + 1, 0) FROM segments WHERE content_id = ?", (number,)
        ).fetchone()
        self._put_segments(number, content, first)
        self._db.execute(
            "UPDATE contents SET waveform = CAST(waveform || ? AS BLOB), next_s = ?, stored = 0, "
            "spaces = (SELECT json_group_array(value) FROM json_each(spaces) "
            "WHERE value IN (SELECT value FROM json_each(?))) WHERE id = ?",
            (content.waveform, content.next_s, json.dumps(sorted(content.spaces)), number),
        )
        return number

    def _put_segments(self, content_id: int, content: NewContent, first: int) -> None:
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

    def drop_orphans(self) -> list[bytes]:
        """Drop contents that no file has any more; their fingerprints."""
        rows = self._db.execute(
            "DELETE FROM contents WHERE NOT EXISTS (SELECT 1 FROM files WHERE content_id = contents.id) "
            "RETURNING fingerprint"
        )
        self.may_have_orphans = False
        return [fingerprint for (fingerprint,) in rows.fetchall()]

    # what the vector store must still be told

    def unstored(self, limit: int) -> list[int]:
        """Contents whose vectors the vector store may not have."""
        rows = self._db.execute("SELECT id FROM contents WHERE stored = 0 ORDER BY id LIMIT ?", (limit,))
        return [number for (number,) in rows]

    def vectors_of(self, content_ids: Sequence[int]) -> list[StoredVectors]:
        """The rows of these contents that have not been sent, by space."""
        marks = ",".join("?" * len(content_ids))
        rows = self._db.execute(
            "SELECT e.space, s.id, e.vector, c.kind FROM embeddings e JOIN segments s ON s.id = e.segment_id "
            f"JOIN contents c ON c.id = s.content_id WHERE c.id IN ({marks}) AND s.ordinal >= c.sent",
            tuple(content_ids),
        ).fetchall()
        return [_rows_of(space, rows) for space in sorted({row[0] for row in rows})]

    def mark_stored(self, content_ids: Sequence[int]) -> None:
        """The vector store has these."""
        self._db.executemany(
            "UPDATE contents SET stored = 1, sent = "
            "coalesce((SELECT max(ordinal) + 1 FROM segments WHERE content_id = contents.id), 0) WHERE id = ?",
            ((number,) for number in content_ids),
        )

    def stored_segments(self, space: str) -> set[int]:
        """Segments whose vectors in a space the vector store should have."""
        return self._ids(
            "SELECT e.segment_id FROM embeddings e JOIN segments s ON s.id = e.segment_id "
            "JOIN contents c ON c.id = s.content_id WHERE e.space = ? AND s.ordinal < c.sent",
            space,
        )

    def segments(self, space: str) -> set[int]:
        """Segments that have a vector in a space."""
        return self._ids("SELECT segment_id FROM embeddings WHERE space = ?", space)

    def _ids(self, sql: str, *values: object) -> set[int]:
        return {number for (number,) in self._db.execute(sql, values)}

    def mark_all_unstored(self) -> None:
        """The vector store was lost: give it everything again."""
        self._db.execute("UPDATE contents SET stored = 0, sent = 0")

    def dead_segments(self, limit: int) -> list[int]:
        """Segments to delete from the vector store."""
        return [number for (number,) in self._db.execute("SELECT id FROM dead_segments LIMIT ?", (limit,))]

    def bury(self, segment_ids: Sequence[int]) -> None:
        """The vector store has deleted these."""
        self._db.executemany("DELETE FROM dead_segments WHERE id = ?", ((number,) for number in segment_ids))


def below(folder: Path) -> tuple[bytes, bytes]:
    """The range of stored paths that lie below a folder."""
    prefix = os.fsencode(folder).rstrip(os.sep.encode()) + os.sep.encode()
    return prefix, prefix[:-1] + bytes([prefix[-1] + 1])


def _rows_of(space: str, rows: Sequence[tuple[str, int, bytes, str]]) -> StoredVectors:
    mine = [row for row in rows if row[0] == space]
    vectors = np.stack([np.frombuffer(row[2], np.float16) for row in mine]).astype(np.float32)
    return StoredVectors(space, [row[1] for row in mine], vectors, [Kind(row[3]) for row in mine])
