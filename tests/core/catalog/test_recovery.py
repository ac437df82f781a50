"""A damaged catalog is set aside whole; one that cannot be used now stays where it is."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bowerbird.core.catalog import recovery, writer
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.recovery import open_or_rebuild
from bowerbird.core.catalog.schema import migrate
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import EnvironmentFailure, StoreDamaged, StoreFailure
from bowerbird.core.notices import Notices
from bowerbird.core.types import FileFacts, FileState, Kind, Modality, Properties, Segment
from tests import makers

FOLDERS = [Path(f"/a folder with a name that takes some room/{number}") for number in range(2000)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A catalog of some hundred pages."""
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    catalog.folders.add(*FOLDERS)
    catalog.close()
    return tmp_path / "catalog.sqlite3"


@pytest.fixture
def notices(tmp_path: Path) -> Notices:
    return Notices(tmp_path / "notices.json")


def _folders(path: Path) -> int:
    with closing(sqlite3.connect(path)) as catalog:
        return int(catalog.execute("SELECT count(*) FROM folders").fetchone()[0])


def _aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob("catalog.damaged-*"))


def _header(content: bytearray) -> None:
    content[:100] = bytes(100)


def _middle(content: bytearray) -> None:
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 3 * 4096] = os.urandom(3 * 4096)


def _cut(content: bytearray) -> None:
    del content[len(content) // 2 :]


def _names(content: bytearray) -> None:
    at = content.index(b"CREATE TABLE folders") + len("CREATE TABLE f")
    content[at : at + 3] = b"\xff\xfe)"


@pytest.mark.parametrize("damage", [_header, _middle, _cut, _names])
def test_a_damaged_catalog_is_set_aside(path: Path, notices: Notices, damage: Callable[[bytearray], None]) -> None:
    content = bytearray(path.read_bytes())
    damage(content)
    path.write_bytes(content)
    catalog, is_new = open_or_rebuild(path, notices, check=True)
    catalog.close()
    assert is_new and _folders(path) == 0
    (kept,) = _aside(path)
    assert kept.read_bytes() == content
    assert f"the old one is {kept}." in notices.tell()[0]


@pytest.mark.parametrize("index", ["segment_words", "file_names"])
def test_a_damaged_full_text_index_is_made_anew_in_its_place(path: Path, notices: Notices, index: str) -> None:
    segments = [Segment(Modality.TEXT, text="a heron")]
    content = NewContent(b"1", Kind.DOCUMENT, Properties(), segments, [()], {}, frozenset())
    with closing(Catalog(path)) as catalog, catalog.transaction():
        content_id = catalog.contents.put(content)
        catalog.files.put(FOLDERS[0], FileFacts(FOLDERS[0] / "heron.txt", 1, 1, 1, 1), Kind.DOCUMENT)
        catalog.files.finish(FOLDERS[0] / "heron.txt", FileState.INDEXED, content_id=content_id)
    with closing(sqlite3.connect(path)) as damaged, damaged:
        damaged.execute(f"DELETE FROM {index}_data WHERE id > 10")
        with pytest.raises(sqlite3.DatabaseError, match="malformed"):
            damaged.execute(f"SELECT rowid FROM {index} WHERE {index} MATCH 'heron'").fetchall()
    catalog, is_new = open_or_rebuild(path, notices, check=True)
    catalog.close()
    assert not is_new and not notices.tell()
    with closing(sqlite3.connect(path)) as mended:
        assert mended.execute(f"SELECT rowid FROM {index} WHERE {index} MATCH 'heron'").fetchall() == [(1,)]


def test_what_is_in_the_write_ahead_log_goes_with_its_catalog(path: Path, notices: Notices) -> None:
    script = f"""
import os, signal
from pathlib import Path
from bowerbird.core.catalog.writer import Catalog
catalog = Catalog(Path({str(path)!r}))
catalog.folders.add(Path("/the latest"))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
    content = bytearray(path.read_bytes())
    assert b"/the latest" in path.with_name("catalog.sqlite3-wal").read_bytes() and b"/the latest" not in content
    _header(content)
    path.write_bytes(content)
    catalog, _ = open_or_rebuild(path, notices, check=True)
    catalog.close()
    assert any(b"/the latest" in kept.read_bytes() for kept in _aside(path))


def test_what_a_killed_process_left_is_not_damage(path: Path, notices: Notices) -> None:
    script = f"""
import os, signal
from pathlib import Path
from bowerbird.core.catalog.writer import Catalog
Catalog(Path({str(path)!r})).folders.add(Path("/the latest"))
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script], check=False)
    catalog, is_new = open_or_rebuild(path, notices, check=True)
    assert not is_new and Path("/the latest") in catalog.folders.paths()
    catalog.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the open files of a process in a folder")
@pytest.mark.parametrize("at", ["opening", "checking"])
def test_an_io_error_leaves_the_catalog_where_it_is(
    path: Path, notices: Notices, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def then_the_disk_breaks(connection: sqlite3.Connection) -> None:
        migrate(connection)
        connection.execute("PRAGMA cache_size = 1")
        if at == "checking":
            connection.execute("SELECT count(*) FROM jobs").fetchone()
        makers.break_disk(path)

    content = path.read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(writer, "migrate", then_the_disk_breaks)
        with pytest.raises(StoreFailure, match="cannot be read or written now") as raised:
            open_or_rebuild(path, notices, check=True)
    assert not isinstance(raised.value, StoreDamaged)
    assert path.read_bytes() == content and not _aside(path) and not notices.tell()
    catalog, is_new = open_or_rebuild(path, notices, check=True)
    catalog.close()
    assert not is_new and _folders(path) == len(FOLDERS)


def test_a_catalog_that_another_program_has_locked_stays(
    path: Path, notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bowerbird.core.catalog.connection._BUSY_S", 0.0)
    script = f"""
import sqlite3, sys
catalog = sqlite3.connect({str(path)!r}, isolation_level=None)
catalog.execute("PRAGMA locking_mode = EXCLUSIVE")
catalog.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout and other.stdout.readline() == "locked\n"
        with pytest.raises(StoreFailure, match=r"in use by another program .*\. Close that program\.$"):
            open_or_rebuild(path, notices, check=True)
    assert not _aside(path) and _folders(path) == len(FOLDERS)


def test_a_catalog_of_no_version_stays(path: Path, notices: Notices) -> None:
    """What SQLite refuses for no fault of the file's is a mistake of ours: nothing is done to the file for it."""
    with closing(sqlite3.connect(path)) as catalog:
        catalog.execute("PRAGMA user_version = 1")
    content = path.read_bytes()
    with pytest.raises(EnvironmentFailure, match="cannot be opened"):
        open_or_rebuild(path, notices, check=True)
    assert path.read_bytes() == content and not _aside(path)


def test_without_room_for_another_a_damaged_catalog_stays(
    path: Path, notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(path.read_bytes())
    _header(content)
    path.write_bytes(content)
    monkeypatch.setattr(recovery, "_ROOM", 1 << 60)
    with pytest.raises(StoreFailure, match="no room for another"):
        open_or_rebuild(path, notices, check=True)
    assert path.read_bytes() == content and not _aside(path)


def test_only_what_may_have_changed_is_looked_through(path: Path, notices: Notices) -> None:
    content = bytearray(path.read_bytes())
    _middle(content)
    path.write_bytes(content)
    catalog, is_new = open_or_rebuild(path, notices, check=False)
    catalog.close()
    assert not is_new
