"""The catalog as its one writer, the indexer's thread, has it. Everybody else reads: see reader.py and overview.py."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bowerbird.core.catalog.connection import check, connect, savepoint, translated
from bowerbird.core.catalog.contents import ContentTable
from bowerbird.core.catalog.derivable import DerivableTable
from bowerbird.core.catalog.files import FileTable, FolderTable
from bowerbird.core.catalog.jobs import JobTable
from bowerbird.core.catalog.languages import LanguageTable
from bowerbird.core.catalog.layouts import LayoutTable
from bowerbird.core.catalog.orphans import Orphans
from bowerbird.core.catalog.outbox import Outbox
from bowerbird.core.catalog.picture_texts import PictureTextTable
from bowerbird.core.catalog.refolding import Refolding
from bowerbird.core.catalog.schema import migrate
from bowerbird.core.catalog.seen import SeenTable
from bowerbird.core.catalog.spaces import SpaceTable
from bowerbird.core.catalog.thumbnails import ThumbnailTable
from bowerbird.core.catalog.traces import FULL_TEXT, Traces
from bowerbird.core.catalog.volumes import VolumeTable
from bowerbird.core.errors import EnvironmentFailure
from bowerbird.core.faults import Fault, fault_of

log = logging.getLogger(__name__)


class Catalog:
    """Transactions over the catalog's tables. Not thread-safe."""

    def __init__(self, path: Path) -> None:
        """Open or create the catalog.

        Raises:
            StoreDamaged: the file is not a readable catalog.
            EnvironmentFailure: it was written by a later version, or cannot be opened now.
        """
        self._path = path
        try:
            with translated(_name(path)):
                self._db = _opened(path)
        except sqlite3.Error as error:
            log.exception("%s was not opened", path)
            raise EnvironmentFailure(f"{_name(path)} cannot be opened: {error}.") from error
        self.folders = FolderTable(self._db)
        self.jobs = JobTable(self._db)
        self.files = FileTable(self._db, self.jobs)
        self.seen = SeenTable(self._db)
        self.volumes = VolumeTable(self._db)
        self.spaces = SpaceTable(self._db)
        self.derivable = DerivableTable(self._db)
        self.contents = ContentTable(self._db, self.spaces)
        self.thumbnails = ThumbnailTable(self._db)
        self.layouts = LayoutTable(self._db)
        self.languages = LanguageTable(self._db)
        self.picture_texts = PictureTextTable(self._db, self.contents)
        self._orphans = Orphans(self.contents)
        self.outbox = Outbox(self._db)
        self.traces = Traces(self._db)
        self.refolding = Refolding(self._db)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; within another one, all or nothing of this part."""
        if self._db.in_transaction:
            with savepoint(self._db):
                yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # SQLite has ended it already where the disk is full
                self._db.execute("ROLLBACK")
            raise

    def check(self) -> None:
        """Have SQLite look through the whole file. A full-text index that is damaged is made anew from the tables.

        Raises:
            StoreDamaged: it is not sound.
            StoreFailure: it cannot be read now.
        """
        check(self._db, _name(self._path))
        for index in FULL_TEXT:
            self._check_index(index)

    def _check_index(self, index: str) -> None:
        try:
            self._command(index, "integrity-check")
        except sqlite3.Error as error:
            if fault_of(error) is not Fault.DAMAGED:
                log.warning("the index %s was not checked", index, exc_info=True)
                return
            log.warning("the index %s is damaged, and is made anew", index, exc_info=True)
            with translated(_name(self._path)):
                self._command(index, "rebuild")

    def _command(self, index: str, command: str) -> None:
        """Commands to FTS5 are written as rows: https://sqlite.org/fts5.html#special_insert_commands."""
        self._db.execute(f"INSERT INTO {index}({index}) VALUES (?)", (command,))  # noqa: S608  # one of FULL_TEXT

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


def _opened(path: Path) -> sqlite3.Connection:
    """A connection to a catalog of this version."""
    connection = connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        migrate(connection)
        connection.execute("SELECT count(*) FROM jobs").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _name(path: Path) -> str:
    return f"The catalog {path}"
