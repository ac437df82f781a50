"""What one scan of a folder saw: what it did not see may be gone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from bowerbird.core.catalog.connection import BELOW, at_or_below

_UNSEEN = f"{BELOW} AND path NOT IN (SELECT path FROM temp.seen)"  # noqa: S608  # constants


class SeenTable:
    """Part of ``Catalog``; lasts no longer than its connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Nothing was seen yet."""
        self._db = connection
        self._db.execute("CREATE TEMP TABLE seen (path BLOB PRIMARY KEY, former_volume INTEGER) WITHOUT ROWID")

    def clear(self) -> None:
        """A scan begins."""
        self._db.execute("DELETE FROM temp.seen")

    def add(self, files: Iterable[tuple[Path, int | None]]) -> None:
        """The scan saw these; each with the volume where it lay unchanged, if that was another one."""
        rows = [(os.fsencode(path), former_volume) for path, former_volume in files]
        self._db.executemany("INSERT OR IGNORE INTO temp.seen VALUES (?, ?)", rows)

    def unseen(self, folder: Path) -> list[Path]:
        """Known files at or below ``folder`` that the scan did not see."""
        rows = self._db.execute(f"SELECT path FROM files WHERE {_UNSEEN}", at_or_below(folder))  # noqa: S608
        return [Path(os.fsdecode(path)) for (path,) in rows]

    def succeeded_volumes(self, folder: Path) -> set[int]:
        """Volumes most of whose files below ``folder`` the scan saw unchanged on another, which so took their place."""
        rows = self._db.execute(
            f"SELECT volume_id FROM files WHERE {_UNSEEN} GROUP BY volume_id "  # noqa: S608
            "HAVING count(*) < (SELECT count(*) FROM temp.seen WHERE former_volume = volume_id)",
            at_or_below(folder),
        )
        return {volume_id for (volume_id,) in rows}
