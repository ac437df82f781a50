"""Libraries that earlier versions have left behind: nothing in them is lost. See libraries/README.md."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bowerbird.core.catalog import schema
from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.overview import Overview
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.schema import MIGRATIONS
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.conditions import EVERYTHING
from bowerbird.core.errors import EnvironmentFailure
from bowerbird.core.library import Library
from bowerbird.core.models.families import photo
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Query
from bowerbird.core.state import FolderState, Progress
from bowerbird.core.types import FileState, Modality, Vectors
from tests.core.catalog.libraries import make

LIBRARIES = Path(__file__).parent / "libraries"
VERSIONS = range(1, 9)
MEDIA, AGAIN = 2, 4  # priorities: of recordings and clips, and of what this version may read more of

Rows = list[tuple[Any, ...]]


@pytest.fixture(params=VERSIONS, ids=lambda version: f"v{version}")
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def old(version: int, tmp_path: Path) -> Path:
    """A catalog of that version."""
    return Path(shutil.copy(LIBRARIES / f"v{version}" / "catalog.sqlite3", tmp_path))


def rows(catalog: Path, sql: str) -> Rows:
    connection = sqlite3.connect(catalog, isolation_level=None)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def migrate(catalog: Path) -> Path:
    Catalog(catalog).close()
    return catalog


def columns(catalog: Path, table: str) -> list[str]:
    return [row[1] for row in rows(catalog, f"PRAGMA table_info({table})")]


def listed_spaces(catalog: Path) -> set[tuple[int, str]]:
    """What the lists in JSON said, until schema 3; then the table that took their place."""
    if "spaces" not in columns(catalog, "contents"):
        return content_spaces(catalog)
    lists = rows(catalog, "SELECT id, spaces FROM contents")
    return {(content_id, space) for content_id, spaces in lists for space in json.loads(spaces)}


def content_spaces(catalog: Path) -> set[tuple[int, str]]:
    return set(rows(catalog, "SELECT content_id, space FROM content_spaces"))


def test_every_earlier_version_has_a_library_here() -> None:
    assert len(MIGRATIONS) == len(VERSIONS) + 1
    for version in VERSIONS:
        assert rows(LIBRARIES / f"v{version}" / "catalog.sqlite3", "PRAGMA user_version") == [(version,)]


def test_it_reaches_the_newest_version_and_is_sound(old: Path) -> None:
    migrate(old)
    assert rows(old, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert rows(old, "PRAGMA integrity_check") == [("ok",)]
    assert rows(old, "PRAGMA foreign_key_check") == []
    rows(old, "INSERT INTO segment_words(segment_words, rank) VALUES ('integrity-check', 1)")


@pytest.mark.parametrize("table", ["folders", "segments", "embeddings", "dead_segments", "file_names"])
def test_it_keeps_every_row(old: Path, table: str) -> None:
    sql = f"SELECT rowid, * FROM {table}" if table != "embeddings" else f"SELECT * FROM {table}"
    before = rows(old, sql)
    assert before or table == "dead_segments"
    assert rows(migrate(old), sql) == before


def test_it_keeps_files_and_failures(old: Path, version: int) -> None:
    kept = [name for name in columns(old, "files") if name != "device"]
    before = rows(old, f"SELECT {', '.join(kept)} FROM files")
    after = rows(migrate(old), f"SELECT {', '.join(kept)} FROM files")
    state = kept.index("state")
    if version == 1:  # what was skipped then may be read now
        before = [(*row[:state], row[state].replace("skipped", "pending"), *row[state + 1 :]) for row in before]
    assert after == before
    assert [row[state] for row in after].count("failed") == 1


def test_it_keeps_what_is_to_be_read(old: Path, version: int) -> None:
    before = rows(old, "SELECT path, priority FROM jobs")
    assert (b"/media/ada/Archive/late.txt", 0) in before
    if version == 1:
        before += [(path, MEDIA) for (path,) in rows(old, "SELECT path FROM files WHERE state = 'skipped'")]
        assert len(before) == 3
    else:
        assert (b"/media/ada/Archive/radio.wav", 3) in before
    vain = "SELECT path FROM files WHERE state = 'failed'" + (" OR state = 'skipped'" if version > 1 else "")
    if version < 7:  # more formats are read since then
        before += [(path, AGAIN) for (path,) in rows(old, vain)]
    assert sorted(rows(migrate(old), "SELECT path, priority FROM jobs")) == sorted(before)


def test_it_keeps_contents_and_how_far_they_were_read_and_sent(old: Path, version: int) -> None:
    kept = [name for name in columns(old, "contents") if name != "spaces"]
    before = rows(old, f"SELECT {', '.join(kept)} FROM contents")
    migrate(old)
    assert rows(old, f"SELECT {', '.join(kept)} FROM contents") == before
    parts = rows(old, "SELECT next_s, sent, length(waveform) FROM contents WHERE next_s IS NOT NULL")
    assert parts == ([] if version == 1 else [(119.85, 6, 1199)])
    assert rows(old, "SELECT count(*) FROM contents WHERE sent = 0") == [(0,)]


def test_the_spaces_of_every_content_are_those_of_its_list(old: Path) -> None:
    before = listed_spaces(old)
    assert len(before) >= 9
    migrate(old)
    assert content_spaces(old) == before
    assert "spaces" not in columns(old, "contents")


@pytest.mark.parametrize("version", range(1, 8), indirect=True)
def test_tags_are_filtered_by_as_they_stand_in_the_properties(old: Path) -> None:
    rows(old, """UPDATE contents SET properties = '{"keywords": ["Été", "50%", "", "Été"]}' WHERE id = 1""")
    rows(old, """UPDATE contents SET properties = '{"title": "none"}' WHERE id = 2""")
    migrate(old)
    assert rows(old, "SELECT content_id, value FROM attributes WHERE name = 'tag'") == [(1, "50%"), (1, "ete")]


def test_its_words_are_listed_in_the_background(old: Path) -> None:
    with closing(Catalog(old)) as catalog:
        assert catalog.refolding.left
        while catalog.refolding.left:
            catalog.refolding.step()
    listed = dict(rows(old, "SELECT word, passages FROM vocabulary"))
    assert listed["strudel"] == 1 and listed["leuchtturmwarter"] == 1
    assert rows(old, "SELECT form FROM vocabulary WHERE word = 'leuchtturmwarter'") == [("leuchtturmwärter",)]


@pytest.mark.parametrize("version", [7, 8], indirect=True)
def test_attributes_stay(old: Path) -> None:
    rows(old, "INSERT INTO attributes VALUES (1, 'author', 'marie curie'), (1, 'camera', 'leica')")
    migrate(old)
    assert rows(old, "SELECT * FROM attributes") == [(1, "author", "marie curie"), (1, "camera", "leica")]


@pytest.mark.parametrize("version", range(1, 4), indirect=True)
def test_a_content_that_no_model_has_seen_or_only_some_have(old: Path) -> None:
    """As they were before any model was there, and while a new model's space was being built."""
    rows(old, "UPDATE contents SET spaces = '[]' WHERE id = 1")
    rows(old, "UPDATE contents SET spaces = '[\"minilm-l6-v2@1\"]' WHERE id = 2")
    before = listed_spaces(old)
    assert {space for content_id, space in before if content_id == 2} == {"minilm-l6-v2@1"}
    assert content_spaces(migrate(old)) == before


def test_its_photos_wait_for_their_layouts(old: Path) -> None:
    catalog = Catalog(old)
    photos = rows(old, "SELECT id, fingerprint FROM contents WHERE kind = 'photo'")
    assert catalog.layouts.lacking(0, 9) == photos and photos
    catalog.close()


def test_the_spaces_that_are_searched_stay(old: Path, version: int) -> None:
    before = set(rows(old, "SELECT id FROM spaces")) if version >= 3 else {(space,) for _, space in listed_spaces(old)}
    assert before
    assert set(rows(migrate(old), "SELECT id FROM spaces")) == before


@pytest.mark.parametrize("version", range(1, 6), indirect=True)
def test_no_file_has_been_looked_at_in_vain_yet(old: Path) -> None:
    migrate(old)
    assert set(rows(old, "SELECT tries, looked_at FROM files")) == {(0, 0.0)}
    assert set(rows(old, "SELECT due_at FROM jobs")) == {(0.0,)}


@pytest.mark.parametrize("version", range(1, 6), indirect=True)
def test_of_each_file_the_device_it_was_on_is_known_and_no_ctime(old: Path) -> None:
    devices = rows(old, "SELECT path, 'device ' || device FROM files")
    migrate(old)
    volumes = "SELECT path, CAST(v.identity AS TEXT) FROM files f JOIN volumes v ON v.id = f.volume_id"
    assert rows(old, volumes) == devices
    assert rows(old, "SELECT DISTINCT ctime_ns, away FROM files") == [(None, 0)]


def test_what_was_left_behind_is_wiped_once(old: Path, version: int) -> None:
    catalog = Catalog(old)
    assert rows(old, "SELECT everywhere FROM traces") == ([(1,)] if version < 5 else [])
    catalog.traces.wipe()
    assert not catalog.traces.left
    catalog.close()
    catalog = Catalog(old)
    assert not catalog.traces.left
    catalog.close()


def test_a_content_takes_its_spaces_with_it(old: Path) -> None:
    catalog = Catalog(old)
    catalog.files.forget([make.ARCHIVE / "circle.png"])
    (fingerprint,) = catalog.drop_orphans()
    catalog.close()
    assert fingerprint
    left = {content_id for content_id, _ in content_spaces(old)}
    assert left == {content_id for (content_id,) in rows(old, "SELECT id FROM contents")}


def test_what_it_found_by_words_and_names_is_found(old: Path) -> None:
    migrate(old)
    connections = ReadConnections(old)
    reader = CatalogReader(connections)
    texts = {word: _segment_texts(reader, word) for word in ("strudel", "tagebuch", "crane")}
    names = [row.path.name for row, _ in reader.by_name(["firmware"], EVERYTHING, 5)]
    failures = Overview(connections).failures()
    connections.close()
    assert texts == {"strudel": [make.ENGLISH], "tagebuch": [make.GERMAN], "crane": []}
    assert names == ["firmware.zzz"]
    assert [(failure.path.name, failure.reason) for failure in failures] == [("empty.txt", "The file is empty.")]


def _segment_texts(reader: CatalogReader, word: str) -> list[str]:
    ids = [segment_id for segment_id, _ in reader.by_words(f'"{word}"', 10, None)]
    return [segment.text for segment in reader.segments(ids).values()]


def test_a_migration_that_fails_leaves_the_catalog_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(old)
    before = rows(old, "SELECT * FROM sqlite_master"), content_spaces(old)
    broken = "DELETE FROM content_spaces; DROP TABLE spaces; INSERT INTO nowhere VALUES (1);"
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, broken))
    with pytest.raises(EnvironmentFailure, match="nowhere"):
        Catalog(old)
    assert (rows(old, "SELECT * FROM sqlite_master"), content_spaces(old)) == before
    monkeypatch.undo()
    migrate(old)


def test_a_later_version_is_refused_unchanged(old: Path) -> None:
    later = len(MIGRATIONS) + 1
    rows(old, "PRAGMA journal_mode = WAL")
    rows(old, f"PRAGMA user_version = {later}")
    before = old.read_bytes()
    with pytest.raises(EnvironmentFailure, match=r"^This library was written by a later Bowerbird\. Update Bowerbird"):
        Catalog(old)
    assert old.read_bytes() == before
    assert rows(old, "PRAGMA user_version") == [(later,)]


def test_a_library_goes_on_where_the_earlier_version_was_ended(
    version: int, library_folder: Path, open_library: Callable[[], Library], files: Path
) -> None:
    """While its disk is away it finds what it found; when it is back, what waited is read.

    Documents and photos, of which this version reads more, are read once more, and of recordings only the headers.
    """
    archive = files / "Archive"
    catalog = _library_of(version, library_folder, archive)
    heard = "SELECT s.id FROM segments s JOIN contents c ON c.id = s.content_id WHERE c.kind = 'recording'"
    segments = rows(catalog, heard)
    library = open_library()
    assert library.index([], ignore).files["offline"] == rows(catalog, "SELECT count(*) FROM files")[0][0]
    assert [folder.state for folder in library.status().folders] == [FolderState.OFFLINE]
    assert names_of_first(library, "recipe for a pastry with fruit") == {"strudel.txt", "copy of strudel.txt"}
    assert names_of_first(library, "Notizen eines Mannes über den Verkehr auf dem Meer") == {"Leuchtturm.txt"}
    assert names_of_first(library, "circle.png") == {"circle.png"}

    make.write_files(archive)
    if version > 1:
        make.write_radio(archive)
    (archive / "late.txt").write_text("The harbour crane unloads ships at night.", "utf-8")
    report = library.index([], ignore)
    assert (report.files["seen"], report.files["failed"], report.files["skipped"]) == (8 + (version > 1), 1, 1)
    assert names_of_first(library, "unloading a boat") == {"late.txt"}
    library.close()
    assert set(segments) <= set(rows(catalog, heard)), "a recording that was known was read again"
    begun = {row[0] for row in rows(catalog, "SELECT content_id FROM files WHERE CAST(path AS TEXT) LIKE '%radio.wav'")}
    outdated = {row[0] for row in rows(catalog, "SELECT id FROM contents WHERE read_as = 0")}
    assert outdated <= begun, "what was read in part is read to its end first"
    assert rows(catalog, "SELECT count(*) FROM jobs") == [(0,)]
    assert rows(catalog, "SELECT * FROM unfolded") == [], "words are still in their old form"
    if version > 1:
        starts = _sounds(catalog, archive / "radio.wav")
        assert starts == sorted(set(starts)), "a part was read twice"
        assert starts[0] == 60.0 and 119 < starts[-1] < 180
    known = rows(catalog, "SELECT id FROM segments")
    open_library().index([], ignore)
    assert rows(catalog, "SELECT id FROM segments") == known, "what was known was read again"
    assert rows(catalog, "SELECT count(*) FROM contents WHERE read_as = 0") == [(0,)]


@pytest.mark.parametrize("version", range(3, 7), indirect=True)
def test_photos_on_a_disk_that_is_away_are_brought_over_into_new_spaces(
    version: int, library_folder: Path, open_library: Callable[[], Library], files: Path
) -> None:
    """From the vectors that are there, which go once they are no longer needed."""
    catalog = _library_of(version, library_folder, files / "Archive")
    old = {space for _, space in listed_spaces(catalog) if space.startswith("conse-")}
    sources = {space: _vector(catalog, space) for space in (photo.SPACE, *old)}
    library = open_library()
    library.index([], ignore)
    library.close()
    assert len(old) == len(photo.BY_TEXT)
    for space in photo.BY_TEXT:
        expected = photo.Lite0.derive(space, sources)
        assert (_vector(catalog, space) * expected).sum() > 0.9999
    contents = {content_id for content_id, space in content_spaces(catalog) if space == photo.SPACE}
    new = {(content_id, space) for content_id in contents for space in photo.BY_TEXT}
    assert new <= content_spaces(catalog)
    assert old.isdisjoint(space for _, space in content_spaces(catalog))
    assert rows(catalog, "SELECT count(*) FROM embeddings WHERE space LIKE 'conse-%'") == [(0,)]


def _vector(catalog: Path, space: str) -> Vectors:
    """The only one in a space, shape (1, dimension)."""
    ((vector,),) = rows(catalog, f"SELECT vector FROM embeddings WHERE space = '{space}'")
    return np.frombuffer(vector, np.float16).astype(np.float32)[None]


def ignore(_: Progress) -> None:
    """Nobody looks."""


def names_of_first(library: Library, query: str) -> set[str]:
    """The names of the first hit and its copies."""
    hit = library.search(Query(query)).hits[0]
    return {hit.path.name, *(copy.name for copy in hit.copies)}


def _library_of(version: int, library: Path, archive: Path) -> Path:
    """Fill a library folder with what that version left, as it would be had its files lain here; its catalog."""
    for file in (LIBRARIES / f"v{version}").iterdir():
        shutil.copy(file, library)
    there, here = str(make.ARCHIVE), str(archive)
    settings = library / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace(there, here), "utf-8")
    catalog = LibraryPaths(library).catalog
    for table in ("folders", "files", "jobs"):
        moved = f"CAST(replace(CAST(path AS TEXT), '{there}', '{here}') AS BLOB)"
        rows(catalog, f"UPDATE {table} SET path = {moved}")
    return catalog


def _sounds(catalog: Path, path: Path) -> list[float]:
    """Where the sounds of a recording that was read to its end begin, in the order they were read."""
    connections = ReadConnections(catalog)
    reader = CatalogReader(connections)
    row = reader.files.at(path)
    segments = reader.segments_of(row.content_id) if row and row.content_id else []
    connections.close()
    assert row and row.state is FileState.INDEXED
    return [segment.locator.start_s or 0.0 for segment in segments if segment.modality is Modality.SOUND]
