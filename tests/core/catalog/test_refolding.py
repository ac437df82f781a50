"""Libraries whose words an earlier version has indexed: they are folded in steps, and searched meanwhile."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bowerbird.core import settings
from bowerbird.core.catalog import refolding
from bowerbird.core.catalog.connection import ReadConnections, connect
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.schema import MIGRATIONS, migrate
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.conditions import EVERYTHING, Is
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.settings import Settings
from tests.queries import typed

_TEXTS = ("Die Straßenbahn", "plain words", "大别山项目", "मुंबई की बारिश", "Gesamt\u00adkonzept")
_OLD_KEYWORDS = (None, None, " 大别 别山 山项 项目 ", None, None)  # as version 6 made them
_NAMES = ("files/Re\u0301sume\u0301.bin", "files/Plain.bin", "files/Größe.bin")
_ASKED = ("strassenbahn", "plain", "大别山项目", "बारिश", "gesamtkonzept")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A catalog of version 6, with texts and names."""
    path = tmp_path / "catalog.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("PRAGMA synchronous = OFF")
        for script in MIGRATIONS[:6]:
            old.executescript(script)
        old.execute("PRAGMA user_version = 6")
        old.execute("INSERT INTO folders(id, path) VALUES (1, '/files')")
        for number, (text, keywords) in enumerate(zip(_TEXTS, _OLD_KEYWORDS, strict=True), 1):
            old.execute(
                "INSERT INTO contents(id, fingerprint, kind, properties) VALUES (?, ?, 'document', '{}')",
                (number, bytes([number])),
            )
            old.execute(
                "INSERT INTO segments(content_id, ordinal, modality, text, keywords, labels, section) "
                "VALUES (?, 0, 'text', ?, ?, '[]', '')", (number, text, keywords),
            )  # fmt: skip
            old.execute(
                "INSERT INTO files(id, folder_id, path, size, mtime_ns, inode, state, content_id) "
                "VALUES (?1, 1, ?2, 1, 1, 1, 'indexed', ?1)", (number, os.fsencode(f"/files/{number}.txt")),
            )  # fmt: skip
        old.executemany("INSERT INTO file_names(rowid, name) VALUES (?, ?)", enumerate(_NAMES, 1))
    return path


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    with closing(Catalog(path)) as catalog:
        yield catalog


def _found(path: Path) -> list[set[int]]:
    """By phrase, the contents that have it."""
    connections = ReadConnections(path)
    found = [set(CatalogReader(connections).allowed(Is("phrase", phrase)) or ()) for phrase in _ASKED]
    connections.close()
    return found


def _named(path: Path) -> list[int]:
    connections = ReadConnections(path)
    reader = CatalogReader(connections)
    found = [row.id for word in ("resume", "plain", "grosse") for row, _ in reader.by_name([word], EVERYTHING, 5)]
    connections.close()
    return found


def _check_index(path: Path) -> None:
    """Whether the keyword index has exactly the words of the segments."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO segment_words(segment_words, rank) VALUES ('integrity-check', 1)")


def test_everything_is_found_by_its_folded_form_afterwards(catalog: Catalog, path: Path) -> None:
    assert catalog.refolding.left
    assert _found(path) == [set(), {2}, {3}, set(), set()]
    catalog.refolding.step()
    assert not catalog.refolding.left
    assert _found(path) == [{1}, {2}, {3}, {4}, {5}]
    assert _named(path) == [1, 2, 3]
    _check_index(path)


def test_each_step_is_whole_and_the_index_fits_in_between(
    catalog: Catalog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refolding, "_ROWS", 1)
    found = []
    while catalog.refolding.left:
        catalog.refolding.step()
        _check_index(path)
        found.append(sum(map(len, _found(path))))
    assert found == [3, 3, 3, 4, 5]
    assert _named(path) == [1, 2, 3]


def test_what_is_deleted_before_between_and_afterwards_leaves_no_words(
    catalog: Catalog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refolding, "_ROWS", 1)
    for number in (4, 1, 5):
        with catalog.transaction():
            catalog.files.forget([Path(f"/files/{number}.txt")])
        catalog.drop_orphans()
        catalog.refolding.step()
        _check_index(path)
    while catalog.refolding.left:
        catalog.refolding.step()
    assert _found(path) == [set(), {2}, {3}, set(), set()]
    with closing(sqlite3.connect(path)) as database:
        terms = {term for (term,) in database.execute("SELECT term FROM segment_terms")}
    assert terms == {"plain", "word", "大别", "别山", "山项", "项目"}


def test_a_kill_loses_and_doubles_nothing(path: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from bowerbird.core.catalog import refolding
from bowerbird.core.catalog.writer import Catalog
refolding._ROWS = 1
catalog = Catalog(Path({str(path)!r}))
catalog.refolding.step()
catalog.refolding.step()
catalog._db.execute("BEGIN")
catalog.refolding.step()
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT done FROM unfolded WHERE name = 'segments'").fetchall() == [(2,)]
    with closing(Catalog(path)) as catalog:
        catalog.refolding.step()
        assert not catalog.refolding.left
    _check_index(path)
    assert _found(path) == [{1}, {2}, {3}, {4}, {5}]


def test_what_was_plain_is_not_written_again(catalog: Catalog, path: Path) -> None:
    catalog.refolding.step()
    with closing(sqlite3.connect(path)) as database:
        kept = database.execute("SELECT id FROM segments WHERE keywords IS NULL").fetchall()
    assert kept == [(2,)]


def test_a_library_is_brought_over_while_it_is_used(path: Path, tmp_path: Path) -> None:
    """The owner's thread does it; whoever waits for indexing waits for that too."""
    paths = LibraryPaths(tmp_path / "library")
    paths.root.mkdir()
    settings.save(paths.settings, Settings(models=()))
    path.rename(paths.catalog)
    library = Library.open(paths.root)
    try:
        library.index([], lambda _: None)
        answer = library.search(typed('"strassenbahn"'))
    finally:
        library.close()
    assert answer.phrases_found and [hit.path.name for hit in answer.hits] == ["1.txt"]
    with closing(sqlite3.connect(paths.catalog)) as database:
        assert database.execute("SELECT * FROM unfolded").fetchall() == []


def test_a_new_library_has_nothing_to_fold(tmp_path: Path) -> None:
    with closing(Catalog(tmp_path / "new.sqlite3")) as catalog:
        assert not catalog.refolding.left
    with closing(connect(tmp_path / "empty.sqlite3")) as database:
        migrate(database)
        assert database.execute("SELECT * FROM unfolded").fetchall() == []
