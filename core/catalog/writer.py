"""The catalog as its one writer, the indexer's thread, has it. Everybody else reads: see reader.py and overview.py."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bowerbird.core.catalog.connection import connect
from bowerbird.core.catalog.contents import ContentTable
from bowerbird.core.catalog.files import FileTable, FolderTable
from bowerbird.core.catalog.orphans import Orphans
from bowerbird.core.catalog.outbox import Outbox
from bowerbird.core.catalog.schema import migrate
from bowerbird.core.catalog.seen import SeenTable
from bowerbird.core.catalog.spaces import SpaceTable
from bowerbird.core.catalog.traces import Traces
from bowerbird.core.catalog.volumes import VolumeTable
from bowerbird.core.errors import EnvironmentFailure, StoreDamaged


class Catalog:
    """Transactions over the catalog's tables. Not thread-safe."""

    def __init__(self, path: Path) -> None:
        """Open or create the catalog.

        Raises:
            StoreDamaged: the file is not a readable catalog.
            EnvironmentFailure: it was written by a later version, or cannot be opened at all.
        """
        try:
            self._db = connect(path)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            migrate(self._db)
            self._db.execute("SELECT count(*) FROM jobs").fetchone()
        except sqlite3.OperationalError as error:
            raise EnvironmentFailure(f"The catalog {path} cannot be opened: {error}.") from error
        except sqlite3.DatabaseError as error:
            raise StoreDamaged(f"The catalog {path} is damaged: {error}.") from error
        self.folders = FolderTable(self._db)
        self.files = FileTable(self._db)
        self.seen = SeenTable(self._db)
        self.volumes = VolumeTable(self._db)
        self.spaces = SpaceTable(self._db)
        self.contents = ContentTable(self._db, self.spaces)
        self._orphans = Orphans(self.contents)
        self.outbox = Outbox(self._db)
        self.traces = Traces(self._db)

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

    def remove_folder(self, folder: Path) -> None:
        """Forget a watched folder and the files found in it."""
        with self.transaction():
            self.files.forget(self.files.below(folder))
            self.folders.delete(folder)
            self.volumes.prune()

    def drop_orphans(self, grace_s: float = 0.0) -> list[bytes]:
        """Delete contents that no file has had for so many seconds, if there may be any; their fingerprints."""
        if not (self.files.may_leave_orphans or self._orphans.due):
            return []
        fingerprints = self._orphans.drop(grace_s)
        self.files.may_leave_orphans = False
        return fingerprints
