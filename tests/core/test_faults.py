"""Faults are told apart by what SQLite and the system really raise."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bowerbird.core.errors import StoreDamaged, StoreFailure
from bowerbird.core.faults import Fault, failure_of, fault_of, fault_of_code
from tests import makers


def _database(folder: Path) -> Path:
    path = folder / "some.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE numbers(number INTEGER UNIQUE)")
        database.executemany("INSERT INTO numbers VALUES (?)", ((number,) for number in range(10_000)))
    return path


def _full(_: Path) -> None:
    makers.raise_full()


def _busy(folder: Path) -> None:
    path = _database(folder)
    with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(path, timeout=0)) as other:
        one.execute("BEGIN EXCLUSIVE")
        other.execute("SELECT * FROM numbers")


def _read_only(folder: Path) -> None:
    with closing(sqlite3.connect(f"{_database(folder).as_uri()}?mode=ro", uri=True)) as database:
        database.execute("DELETE FROM numbers")


def _absent(folder: Path) -> None:
    sqlite3.connect(folder / "nowhere" / "some.sqlite3")


def _broken_disk(folder: Path) -> None:
    path = _database(folder)
    with closing(sqlite3.connect(path)) as database:
        database.execute("SELECT 1 FROM numbers")
        makers.break_disk(path)
        database.execute("SELECT count(*) FROM numbers").fetchone()


def _no_database(folder: Path) -> None:
    (folder / "text").write_text("not a database at all" * 100)
    with closing(sqlite3.connect(folder / "text")) as database:
        database.execute("SELECT * FROM numbers")


def _torn(folder: Path) -> None:
    path = _database(folder)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * len(content[4096:])
    path.write_bytes(content)
    with closing(sqlite3.connect(path)) as database:
        database.execute("SELECT sum(number) FROM numbers").fetchone()


def _no_table(folder: Path) -> None:
    with closing(sqlite3.connect(_database(folder))) as database:
        database.execute("SELECT * FROM letters")


def _twice(folder: Path) -> None:
    with closing(sqlite3.connect(_database(folder))) as database:
        database.execute("INSERT INTO numbers VALUES (7)")


def _closed(folder: Path) -> None:
    database = sqlite3.connect(_database(folder))
    database.close()
    database.execute("SELECT 1")


def _odd_type(folder: Path) -> None:
    with closing(sqlite3.connect(_database(folder))) as database:
        database.execute("INSERT INTO numbers VALUES (?)", ({},))


@pytest.mark.parametrize(
    ("fail", "fault"),
    [
        (_full, Fault.FULL),
        (_busy, Fault.BUSY),
        (_read_only, Fault.DENIED),
        (_absent, Fault.DENIED),
        (_broken_disk, Fault.UNREADABLE),
        (_no_database, Fault.DAMAGED),
        (_torn, Fault.DAMAGED),
        (_no_table, Fault.BUG),
        (_twice, Fault.BUG),
        (_closed, Fault.BUG),
        (_odd_type, Fault.BUG),
    ],
)
def test_what_sqlite_raises(tmp_path: Path, fail: Callable[[Path], None], fault: Fault) -> None:
    if fail is _broken_disk and sys.platform != "linux":
        pytest.skip("only Linux lists the open files of a process in a folder")
    with pytest.raises(sqlite3.Error) as raised:
        fail(tmp_path)
    assert fault_of(raised.value) is fault
    failure = failure_of(raised.value, "The catalog")
    assert (failure is None) is (fault is Fault.BUG)
    assert isinstance(failure, StoreDamaged) is (fault is Fault.DAMAGED)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (sqlite3.SQLITE_IOERR_SHMSIZE, Fault.FULL),
        (sqlite3.SQLITE_IOERR_READ, Fault.UNREADABLE),
        (sqlite3.SQLITE_IOERR_NOMEM, Fault.SHORT),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Fault.BUSY),
        (sqlite3.SQLITE_CORRUPT_VTAB, Fault.DAMAGED),
        (sqlite3.SQLITE_READONLY_DBMOVED, Fault.DENIED),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, Fault.BUG),
    ],
)
def test_extended_codes(code: int, fault: Fault) -> None:
    assert fault_of_code(code) is fault


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (errno.ENOSPC, Fault.FULL),
        (errno.EDQUOT, Fault.FULL),
        (errno.EROFS, Fault.DENIED),
        (errno.EACCES, Fault.DENIED),
        (errno.EMFILE, Fault.SHORT),
        (errno.EIO, Fault.UNREADABLE),
        (errno.EPIPE, Fault.BUG),
        (errno.ENOENT, Fault.BUG),
    ],
)
def test_what_the_system_raises(number: int, fault: Fault) -> None:
    error = OSError(number, os.strerror(number), "/library/thumbnails")
    assert fault_of(error) is fault
    failure = failure_of(error, "The library")
    assert failure is None or (str(failure).startswith("The library ") and str(failure).endswith("."))
    assert fault not in (Fault.DENIED, Fault.SHORT, Fault.UNREADABLE) or "/library/thumbnails" in str(failure)


def test_a_failure_of_a_store_is_shown_as_it_is() -> None:
    failure = StoreFailure("The store refuses.")
    assert failure_of(failure, "The library") is failure
    assert fault_of(failure) is not Fault.BUG
    assert fault_of(MemoryError()) is Fault.SHORT
    assert fault_of(ValueError("ours")) is Fault.BUG
