"""The catalog's volumes: where its files were found, so that a volume's absence is not taken for theirs."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path


class VolumeTable:
    """Part of ``Catalog``. A file's volume is the one it was last seen on."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def id_of(self, mount_point: Path, identity: str) -> int:
        """The id of a volume, which is remembered from now on."""
        row = (os.fsencode(mount_point), os.fsencode(identity))
        self._db.execute("INSERT OR IGNORE INTO volumes(mount_point, identity) VALUES (?, ?)", row)
        found = self._db.execute("SELECT id FROM volumes WHERE mount_point = ? AND identity = ?", row)
        return int(found.fetchone()[0])

    def prune(self) -> None:
        """Forget volumes on which no file is known any more."""
        self._db.execute("DELETE FROM volumes WHERE id NOT IN (SELECT volume_id FROM files WHERE volume_id NOTNULL)")
