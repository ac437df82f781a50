from __future__ import annotations

import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from bowerbird.core.catalog.connection import ReadConnections, connect


@pytest.mark.skipif(sys.platform != "linux", reason="counts /proc/self/fd")
def test_the_connections_of_ended_threads_are_closed(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    writer = connect(path)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("CREATE TABLE t (x)")
    connections = ReadConnections(path)
    assert _read(connections) == 0
    before = _descriptors(path)
    for _ in range(60):
        thread = threading.Thread(target=_read, args=(connections,))
        thread.start()
        thread.join()
    # SQLite may keep descriptors of a closed connection while another of the process holds a lock on the file.
    assert _descriptors(path) <= before + 2
    assert _read(connections) == 0
    connections.close()
    writer.close()
    assert _descriptors(path) == 0


def test_closing_interrupts_who_is_reading(tmp_path: Path) -> None:
    connect(tmp_path / "catalog.sqlite3").close()
    connections, failed, reading = ReadConnections(tmp_path / "catalog.sqlite3"), list[Exception](), threading.Event()

    def read_for_ever() -> None:
        connection = connections.get()
        connection.create_function("note", 0, reading.set)
        try:
            connection.execute(
                "WITH RECURSIVE n(x) AS (SELECT note() UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n"
            ).fetchone()
        except sqlite3.Error as error:
            failed.append(error)

    threads = [threading.Thread(target=read_for_ever, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert reading.wait(30)
    while any(thread.is_alive() for thread in threads):
        connections.close()
    assert [str(error) for error in failed] == ["interrupted"] * 4


def _read(connections: ReadConnections) -> int:
    count: int = connections.get().execute("SELECT count(*) FROM t").fetchone()[0]
    return count


def _descriptors(path: Path) -> int:
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(str(link.readlink()).startswith(str(path)) for link in links)
