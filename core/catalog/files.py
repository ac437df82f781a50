"""The catalog's watched folders and their files."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from bowerbird.core.catalog.connection import BELOW, at_or_below
from bowerbird.core.catalog.jobs import JobTable, Priority
from bowerbird.core.catalog.records import KnownFile
from bowerbird.core.state import FolderState
from bowerbird.core.types import FileFacts, FileState, Kind
from bowerbird.core.words import fold


class FolderTable:
    """Watched folders. Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def add(self, *folders: Path) -> None:
        """Remember watched folders; one that is known stays as it is."""
        rows = [(os.fsencode(folder),) for folder in folders]
        self._db.executemany("INSERT OR IGNORE INTO folders(path) VALUES (?)", rows)

    def delete(self, folder: Path) -> None:
        """Forget a watched folder, whose files are forgotten already."""
        self._db.execute("DELETE FROM folders WHERE path = ?", (os.fsencode(folder),))

    def paths(self) -> list[Path]:
        """The watched folders."""
        return [Path(os.fsdecode(path)) for (path,) in self._db.execute("SELECT path FROM folders")]

    def state(self, folder: Path) -> FolderState:
        """Where a watched folder stands."""
        row = self._db.execute("SELECT state FROM folders WHERE path = ?", (os.fsencode(folder),)).fetchone()
        return FolderState(row[0])

    def set_state(self, folder: Path, state: FolderState) -> None:
        """Note where a folder stands."""
        self._db.execute("UPDATE folders SET state = ? WHERE path = ?", (state, os.fsencode(folder)))


class FileTable:
    """Files by path. Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection, jobs: JobTable) -> None:
        """Use the writer's connection."""
        self._db, self._jobs = connection, jobs
        self.may_leave_orphans = True
        """Whether a content may have lost its last file since this was set to False."""

    def facts(self, path: Path) -> KnownFile | None:
        """What was known of this file when it was last looked at; None if it is not known."""
        row = self._db.execute(
            "SELECT size, mtime_ns, ctime_ns, inode, state, volume_id, away FROM files WHERE path = ?",
            (os.fsencode(path),),
        ).fetchone()
        return KnownFile(FileFacts(path, *row[:4]), FileState(row[4]), row[5], bool(row[6])) if row else None

    def put(self, folder: Path, facts: FileFacts, kind: Kind | None, priority: Priority = Priority.NORMAL) -> None:
        """Note a new or changed file: it is found by name from now on, and a job will read its content."""
        if priority is Priority.NORMAL and kind in (Kind.RECORDING, Kind.CLIP):
            priority = Priority.MEDIA
        if self.facts(facts.path) is None:
            self._insert(folder, facts, kind)
            self._jobs.queue(facts.path, priority)
            return
        self.update_facts(facts)
        self.may_leave_orphans = True
        if self._jobs.queue_changed(facts.path, priority):
            values = (FileState.PENDING, os.fsencode(facts.path))
            self._db.execute("UPDATE files SET state = ?, reason = '' WHERE path = ?", values)

    def _insert(self, folder: Path, facts: FileFacts, kind: Kind | None) -> None:
        cursor = self._db.execute(
            "INSERT INTO files(folder_id, path, kind, size, mtime_ns, ctime_ns, inode, state) "
            "VALUES ((SELECT id FROM folders WHERE path = ?), ?, ?, ?, ?, ?, ?, ?)",
            (os.fsencode(folder), os.fsencode(facts.path), kind, *_stat(facts), FileState.PENDING),
        )
        self._insert_name(cursor.lastrowid or 0, folder, facts.path)

    def _insert_name(self, number: int, folder: Path, path: Path) -> None:
        name = str(path.relative_to(folder.parent)).encode("utf-8", "replace").decode()
        self._db.execute("INSERT INTO file_names(rowid, name) VALUES (?, ?)", (number, fold(name)))

    def put_name(self, path: Path, *, hidden: bool) -> None:
        """Have a known file found by its name, or not."""
        sql = "SELECT f.id, d.path FROM files f JOIN folders d ON d.id = f.folder_id WHERE f.path = ?"
        for number, folder in self._db.execute(sql, (os.fsencode(path),)).fetchall():
            self._db.execute("DELETE FROM file_names WHERE rowid = ?", (number,))
            if not hidden:
                self._insert_name(number, Path(os.fsdecode(folder)), path)

    def known(self, folder: Path, names: Collection[str], start: str = "") -> list[Path]:
        """Known files in a folder with one of these names, or whose names begin with ``start``, if it is not empty."""
        prefix = os.fsencode(folder) + os.sep.encode()
        marks, beginning = ", ".join("?" * len(names)), prefix + os.fsencode(start)
        rows = self._db.execute(
            f"SELECT path FROM files WHERE path IN ({marks}) OR (path >= ? AND path < ?)",  # noqa: S608
            (
                *(prefix + os.fsencode(name) for name in names),
                beginning,
                beginning + b"\xff" * 4 if start else beginning,
            ),
        )
        return [Path(os.fsdecode(path)) for (path,) in rows]

    def update_facts(self, facts: FileFacts) -> None:
        """More is known of a file, it changed, or it was read as these facts say."""
        self._db.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ? WHERE path = ?",
            (*_stat(facts), os.fsencode(facts.path)),
        )

    def place(self, path: Path, volume_id: int) -> None:
        """A known file is there, on this volume."""
        self._db.execute("UPDATE files SET volume_id = ?, away = 0 WHERE path = ?", (volume_id, os.fsencode(path)))

    def any_away(self, folder: Path) -> bool:
        """Whether a file at or below a path is away."""
        sql = f"SELECT 1 FROM files WHERE {BELOW} AND away LIMIT 1"  # noqa: S608
        return self._db.execute(sql, at_or_below(folder)).fetchone() is not None

    def mark_away(self, paths: Iterable[Path]) -> None:
        """These files are not there, nor are their volumes: they are kept, and wait for them."""
        self._db.executemany("UPDATE files SET away = 1 WHERE path = ?", ((os.fsencode(path),) for path in paths))

    def note_unreadable(self, folder: Path, path: Path, reason: str) -> None:
        """A folder inside a watched one cannot be read: it stands among the failures under its own path."""
        if self.facts(path) is None:
            self._insert(folder, FileFacts(path, 0, 0), None)
        self.finish(path, FileState.FAILED, reason=reason)

    def forget(self, paths: Iterable[Path]) -> None:
        """These files are gone. Their contents stay until ``Catalog.drop_orphans``: a move may still claim them."""
        for path in paths:
            self._db.execute("DELETE FROM files WHERE path = ?", (os.fsencode(path),))
            self._jobs.drop(path)
        self.may_leave_orphans = True

    def below(self, folder: Path) -> list[Path]:
        """Every known file at or below a path."""
        rows = self._db.execute(
            f"SELECT path FROM files WHERE {BELOW}",  # noqa: S608
            at_or_below(folder),
        )
        return [Path(os.fsdecode(path)) for (path,) in rows]

    def other_names(self, path: Path, inode: int) -> list[Path]:
        """Known files that may be this one, which has that inode now, under another name (hard links)."""
        name = os.fsencode(path)
        rows = self._db.execute(
            "SELECT path FROM files WHERE inode IN (?, (SELECT inode FROM files WHERE path = ?)) "
            "AND inode != 0 AND path != ?",
            (inode, name, name),
        )
        return [Path(os.fsdecode(other)) for (other,) in rows]

    # what became of a file

    def finish(
        self, path: Path, state: FileState, *, reason: str = "", content_id: int | None = None, again: bool = False
    ) -> None:
        """A file was looked at: its job is done, or is due again after a pause."""
        self.may_leave_orphans = True  # what it held before
        self._db.execute(
            "UPDATE files SET state = ?, reason = ?, content_id = ?, looked_at = ?, "
            "kind = coalesce((SELECT kind FROM contents WHERE id = ?), kind) WHERE path = ?",
            (state, reason, content_id, time.time(), content_id, os.fsencode(path)),
        )
        if again:
            self._jobs.postpone(path)
        else:
            self._jobs.drop(path)

    def finish_part(self, path: Path, content_id: int, *, again: bool = False) -> None:
        """A part of a file was read: it can be found by that, and its rest waits behind everything else.

        ``again``: the file has changed meanwhile, so the rest also waits for a while.
        """
        self.may_leave_orphans = True
        self._db.execute(
            "UPDATE files SET content_id = ?, kind = (SELECT kind FROM contents WHERE id = ?) WHERE path = ?",
            (content_id, content_id, os.fsencode(path)),
        )
        self._jobs.put_last(path)
        if again:
            self._jobs.postpone(path)

    def postpone(self, facts: FileFacts, reason: str) -> None:
        """A file that is as ``facts`` say could not be read, for this reason: it is looked at again after a pause."""
        self.update_facts(facts)
        values = (FileState.PENDING, reason, os.fsencode(facts.path))
        self._db.execute("UPDATE files SET state = ?, reason = ? WHERE path = ?", values)
        self._jobs.postpone(facts.path)

    def retry(self, paths: Sequence[Path]) -> int:
        """Queue these failed files again, or all of them if none is named; how many."""
        rows = self._db.execute("SELECT path FROM files WHERE state = ?", (FileState.FAILED,))
        failed = [path for (path,) in rows]
        wanted = {os.fsencode(path) for path in paths} or set(failed)
        retried = [path for path in failed if path in wanted]
        for path in retried:
            self._db.execute("UPDATE files SET state = ?, tries = 0 WHERE path = ?", (FileState.PENDING, path))
            self._jobs.queue(Path(os.fsdecode(path)), Priority.URGENT)
        return len(retried)


def _stat(facts: FileFacts) -> tuple[int, int, int | None, int]:
    return facts.size, facts.mtime_ns, facts.ctime_ns, facts.inode
