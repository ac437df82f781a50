"""The library's state in figures, from any thread."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.jobs import count_waiting
from bowerbird.core.catalog.rows import properties_of
from bowerbird.core.state import Failure, Folder, FolderState, IndexReport, LongFile
from bowerbird.core.types import FileState, Kind, Properties


class Overview:
    """Counts, folders and failures."""

    def __init__(self, connections: ReadConnections) -> None:
        """Each thread reads through a connection of its own."""
        self._connections = connections

    @property
    def _db(self) -> sqlite3.Connection:
        return self._connections.get()

    def counts(self) -> dict[Kind, int]:
        """Files by kind, of those that were read."""
        rows = self._db.execute(
            "SELECT kind, count(*) FROM files WHERE state = ? AND kind IS NOT NULL GROUP BY kind", (FileState.INDEXED,)
        )
        return {Kind(kind): number for kind, number in rows}

    def states(self) -> dict[FileState, int]:
        """Files by state."""
        rows = self._db.execute("SELECT state, count(*) FROM files GROUP BY state")
        return {FileState(state): number for state, number in rows}

    def offline(self) -> int:
        """Files in folders, or on volumes, that are not there now."""
        row = self._db.execute(
            "SELECT count(*) FROM files f JOIN folders o ON o.id = f.folder_id WHERE o.state = ? OR f.away",
            (FolderState.OFFLINE,),
        ).fetchone()
        return int(row[0])

    def segment_count(self) -> int:
        """How many segments there are."""
        return int(self._db.execute("SELECT count(*) FROM segments").fetchone()[0])

    def folders(self) -> tuple[Folder, ...]:
        """Watched folders with their state and counts."""
        rows = self._db.execute(
            "SELECT o.id, o.path, o.state, count(f.id), coalesce(sum(f.state = ? AND NOT f.away), 0), "
            "coalesce(sum(f.away), 0) FROM folders o LEFT JOIN files f ON f.folder_id = o.id "
            "GROUP BY o.id ORDER BY o.path",
            (FileState.PENDING,),
        ).fetchall()
        return tuple(_folder(*row, away=self._away(folder_id)) for folder_id, *row in rows)

    def _away(self, folder_id: int) -> tuple[Path, ...]:
        """Mount points. Of libraries that were made before volumes were remembered, some are not known."""
        rows = self._db.execute(
            "SELECT DISTINCT v.mount_point FROM files f JOIN volumes v ON v.id = f.volume_id "
            "WHERE f.folder_id = ? AND f.away AND v.mount_point != x'' ORDER BY v.mount_point",
            (folder_id,),
        )
        return tuple(Path(os.fsdecode(path)) for (path,) in rows)

    def failures(self) -> tuple[Failure, ...]:
        """Files that could not be read."""
        rows = self._db.execute(
            "SELECT path, reason, tries + NOT EXISTS (SELECT 1 FROM jobs WHERE path = files.path) FROM files "
            "WHERE state = ? ORDER BY path",
            (FileState.FAILED,),
        )
        return tuple(Failure(Path(os.fsdecode(path)), reason, looks) for path, reason, looks in rows)

    def changing(self) -> int:
        """How many files do not come to rest: they were read as they were, and are looked at again later."""
        return sum(count_waiting(self._db, state) for state in (FileState.INDEXED, FileState.PENDING))

    def in_part(self) -> int:
        """How many files something was left unread of."""
        row = self._db.execute(
            "SELECT count(*) FROM files WHERE content_id IN (SELECT content_id FROM omissions)"
        ).fetchone()
        return int(row[0])

    def long_files(self) -> tuple[LongFile, ...]:
        """Files read in part, the rest of which is still to come."""
        rows = self._db.execute(
            "SELECT f.path, c.next_s, c.properties, c.kind IN (?, ?), f.size FROM contents c "
            "JOIN files f ON f.content_id = c.id JOIN jobs j ON j.path = f.path "
            "WHERE c.next_s IS NOT NULL ORDER BY f.path",
            (Kind.RECORDING, Kind.CLIP),
        )
        return tuple(
            _long_file(Path(os.fsdecode(path)), at, properties_of(properties), size, timed=bool(timed))
            for path, at, properties, timed, size in rows
        )

    def report(self, indexed: int, took_s: float) -> IndexReport:
        """What a run of indexing came to that is done with ``indexed`` files; those still changing were read too."""
        indexed += count_waiting(self._db, FileState.INDEXED)
        states, offline = self.states(), self.offline()
        files = {
            "seen": sum(states.values()) - offline,
            "indexed": indexed,
            "unchanged": max(0, states.get(FileState.INDEXED, 0) - offline - indexed),
            "skipped": states.get(FileState.SKIPPED, 0),
            "failed": states.get(FileState.FAILED, 0),
            "offline": offline,
        }
        return IndexReport(files, self.segment_count(), took_s, self.failures(), self.changing())


def _long_file(path: Path, at: float, own: Properties, size: int, *, timed: bool) -> LongFile:
    """Of pages that were read, their share of the bytes is told."""
    if timed:
        return LongFile(path, at, own.duration_s)
    paged = own.pages is not None and at <= own.pages
    return LongFile(path, at * size / (own.pages or 1) if paged else at, size, timed=False)


def _folder(path: bytes, noted: str, files: int, pending: int, offline: int, *, away: tuple[Path, ...]) -> Folder:
    state = FolderState(noted)
    if state is FolderState.READY and offline:
        state = FolderState.OFFLINE if offline == files else FolderState.PARTLY_OFFLINE
    elif state is FolderState.READY and pending:
        state = FolderState.INDEXING
    return Folder(Path(os.fsdecode(path)), state, files, pending, away)
