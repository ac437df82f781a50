"""The catalog's jobs: which files are to be read, the most urgent first, and which are looked at again later."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path

from bowerbird.core.state import FolderState
from bowerbird.core.types import FileState

PAUSES_S = (0.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds between two looks at a file, by how many looks in a row were not enough; after these, the last one."""
REST_S = 60.0
"""A file that did not change for so many seconds has come to rest: it is looked at before its pause is over."""

_JOBS = "FROM jobs j LEFT JOIN files f ON f.path = j.path LEFT JOIN folders o ON o.id = f.folder_id"
_WAITING = "j.due_at > ? AND j.due_at <= ?"  # now, and where the longest pause ends: clocks may be set back
_DUE = f"o.state IS NOT ? AND f.away IS NOT 1 AND NOT ({_WAITING})"


class Priority(IntEnum):
    """The order of jobs, most urgent first."""

    URGENT = 0
    """What the user just saved, or asked to try again."""
    NORMAL = 1
    """What a scan found."""
    MEDIA = 2
    """Recordings and clips, which take longer."""
    RESUME = 3
    """The rest of long ones read in part: no film holds up a hundred photos."""
    AGAIN = 4
    """What an earlier version has read, and this one would read more of."""


class JobTable:
    """A durable job for each file that is to be read. Part of ``Catalog``.

    A file that changes all the time is read as it is at one moment. Its job stays, or comes again with the next change,
    but is due only after a pause, which grows until the file comes to rest: no file keeps everything busy.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def queue(self, path: Path, priority: Priority = Priority.NORMAL) -> None:
        """Have a known file read (again), now. The more urgent of two wishes holds."""
        self._put(path, priority, 0.0)

    def queue_changed(self, path: Path, priority: Priority) -> bool:
        """Have a known file read that has changed: now, or after a pause if it changed soon after the last look.

        What a scan found is read now in any case: somebody has just started Bowerbird, or waits for ``index``.
        ``tries`` counts the changes that followed a look within ``REST_S``; once the file has rested it is 0 again.

        Returns:
            Whether it is read now.
        """
        (tries, looked_at), now = self._looks(path), time.time()
        if not self._is_queued(path):
            tries = tries + 1 if 0 <= now - looked_at < REST_S else 0
            self._db.execute("UPDATE files SET tries = ? WHERE path = ?", (tries, os.fsencode(path)))
        due_at = min(looked_at + _pause_s(tries), now + REST_S) if priority is Priority.URGENT else 0.0
        self._put(path, priority, due_at)
        return due_at <= now

    def _put(self, path: Path, priority: Priority, due_at: float) -> None:
        self._db.execute(
            "INSERT INTO jobs(path, priority, queued_at, due_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT(path) DO UPDATE SET priority = min(priority, excluded.priority), due_at = excluded.due_at",
            (os.fsencode(path), priority, time.time(), due_at),
        )

    def postpone(self, path: Path) -> None:
        """The look at a file that has just ended was not enough: the next one is due after a pause."""
        tries, now = self._looks(path)[0] + 1, time.time()
        values = (tries, now, os.fsencode(path))
        self._db.execute("UPDATE files SET tries = ?, looked_at = ? WHERE path = ?", values)
        due_at = now + _pause_s(tries)
        queued = self._db.execute("SELECT due_at FROM jobs WHERE path = ?", (os.fsencode(path),)).fetchone()
        if queued and queued[0] > now:  # it changed while it was read, and may have come to rest since
            due_at = min(due_at, queued[0])
        self._put(path, Priority.RESUME, due_at)  # or as urgent as it is

    def put_last(self, path: Path) -> None:
        """Have the rest of a file read in part behind everything else."""
        values = (Priority.RESUME, time.time(), os.fsencode(path))
        self._db.execute("UPDATE jobs SET priority = ?, queued_at = ? WHERE path = ?", values)

    def hurry(self) -> None:
        """Pauses are over: whoever starts Bowerbird, or waits for ``index``, wants to know what is there now."""
        self._db.execute("UPDATE jobs SET due_at = 0 WHERE due_at > 0")

    def drop(self, path: Path) -> None:
        """Remove the job of a file, if there is one."""
        self._db.execute("DELETE FROM jobs WHERE path = ?", (os.fsencode(path),))

    def tries(self, path: Path) -> int:
        """How many looks at a file in a row were not enough."""
        return self._looks(path)[0]

    def due(self, limit: int, exclude: Iterable[Path]) -> list[Path]:
        """The paths to read next, most urgent first, without those in ``exclude`` and those in offline folders."""
        excluded = {os.fsencode(path) for path in exclude}
        rows = self._db.execute(
            f"SELECT j.path {_JOBS} WHERE {_DUE} ORDER BY j.priority, j.queued_at LIMIT ?",
            (FolderState.OFFLINE, *_now(), limit + len(excluded)),
        )
        return [Path(os.fsdecode(path)) for (path,) in rows if path not in excluded][:limit]

    def count_due(self) -> int:
        """How many files are to be read now; those in offline folders wait for their disk, and are not counted."""
        sql = f"SELECT count(*) {_JOBS} WHERE {_DUE}"
        return int(self._db.execute(sql, (FolderState.OFFLINE, *_now())).fetchone()[0])

    def _is_queued(self, path: Path) -> bool:
        return self._db.execute("SELECT 1 FROM jobs WHERE path = ?", (os.fsencode(path),)).fetchone() is not None

    def _looks(self, path: Path) -> tuple[int, float]:
        """How many looks in a row were not enough, and when the last one ended."""
        row = self._db.execute("SELECT tries, looked_at FROM files WHERE path = ?", (os.fsencode(path),)).fetchone()
        return row or (0, 0.0)


def count_waiting(connection: sqlite3.Connection, state: FileState) -> int:
    """How many files of a state are looked at again later."""
    sql = f"SELECT count(*) {_JOBS} WHERE f.state = ? AND {_WAITING}"
    return int(connection.execute(sql, (state, *_now())).fetchone()[0])


def _pause_s(tries: int) -> float:
    return PAUSES_S[min(tries, len(PAUSES_S) - 1)]


def _now() -> tuple[float, float]:
    now = time.time()
    return now, now + PAUSES_S[-1]
