"""The vector store's file as its disk and SQLite see it, whatever Milvus says.

Milvus Lite 2.5 keeps its rows in SQLite. Where they are kept in another way (Milvus Lite 3 on Windows, in a folder)
nothing can be told from outside, and what is asked of SQLite here is left out.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bowerbird.core.catalog.connection import check, translated
from bowerbird.core.errors import StoreFailure
from bowerbird.core.faults import Fault, failure, failure_of

NAME = "The vector store"
"""Begins the sentences about it."""
_BUSY_S = 15.0
_ROOM = 8 << 20  # bytes: with less free, a refusal is the disk's, whatever the server says


class StoreFile:
    """The file, and what lies beside it. Errors are each a ``StoreFailure``."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet."""
        self._path = path

    def exists(self) -> bool:
        """Whether there is one."""
        return self._path.exists()

    @property
    def is_on_full_disk(self) -> bool:
        """Whether there is no room left to write."""
        return shutil.disk_usage(self._path.parent).free < _ROOM

    def check(self) -> None:
        """Look through the file, while no server has it.

        Raises:
            StoreDamaged: it is damaged: it is to be deleted, and filled again.
            StoreFailure: it cannot be read now.
        """
        with self._opened() as file:
            if file:
                check(file, NAME)

    def confirm(self, collection: str, segment_id: int) -> None:
        """Make sure that the row which a server has just acknowledged is in the file.

        Milvus Lite 2.5 acknowledges rows for which there is no room: it has them in memory until it ends.

        Raises:
            StoreFailure: it is not there.
        """
        with self._opened() as file:
            if file is None:
                return
            row = file.execute(f'SELECT milvus_id FROM "{collection}" ORDER BY id DESC LIMIT 1').fetchone()  # noqa: S608
        if row is None or int(row[0]) != segment_id:
            raise failure(Fault.FULL if self.is_on_full_disk else Fault.UNREADABLE, NAME, "a row was not kept")

    def compact(self) -> None:
        """Rewrite the file without what was deleted from it, of which it would keep the bytes.

        Raises:
            StoreFailure: it cannot be rewritten now.
        """
        with self._opened() as file:
            if file:
                file.execute("VACUUM")

    def delete(self) -> None:
        """Delete it, and what lies beside it.

        Raises:
            StoreFailure: it cannot be deleted.
        """
        try:
            for path in self._path.parent.glob(f"*{self._path.name}*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        except OSError as error:
            raise failure_of(error, NAME) or error from error

    def refusal(self) -> StoreFailure:
        """What the user is shown where a server refuses, which never says why."""
        if self.is_on_full_disk:
            return failure(Fault.FULL, NAME, "")
        return StoreFailure(
            f"{NAME} does not answer. Bowerbird starts it again; if that does not help, close Bowerbird and delete "
            f"{self._path}, which is then made anew."
        )

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection | None]:
        """The file in SQLite; None where it is no file of SQLite's at all."""
        if not self._path.is_file():
            yield None
            return
        with translated(NAME), closing(sqlite3.connect(self._path, timeout=_BUSY_S)) as file:
            yield file
