from __future__ import annotations

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


def _read(connections: ReadConnections) -> int:
    count: int = connections.get().execute("SELECT count(*) FROM t").fetchone()[0]
    return count


def _descriptors(path: Path) -> int:
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(str(link.readlink()).startswith(str(path)) for link in links)
