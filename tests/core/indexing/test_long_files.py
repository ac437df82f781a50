"""Recordings longer than a part: read piece by piece, found by what was read so far, continued after a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.jobs import Priority
from bowerbird.core.catalog.overview import Overview
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Example, Query
from bowerbird.core.state import LongFile, Progress
from bowerbird.core.types import (
    FileFacts,
    FileState,
    Kind,
    Modality,
    Properties,
)
from tests.makers import eventually
from tests.media_makers import silence, tone, wav

Opener = Callable[[], Library]


def quiet(_: Progress) -> None:
    """Nobody looks."""


@pytest.fixture
def long_file(files: Path) -> Path:
    """Four and a half minutes, so three parts, silent but for a tone every ninety seconds."""
    return wav(files / "long.wav", np.tile(np.concatenate([silence(60.0), tone(4.0), silence(26.0)]), 3))


def _spans(library_folder: Path, path: Path) -> list[tuple[int, float]]:
    """The sounds in a recording: their ids and where they begin."""
    connections = ReadConnections(LibraryPaths(library_folder).catalog)
    reader = CatalogReader(connections)
    row = reader.files.at(path)
    segments = reader.segments_of(row.content_id) if row and row.content_id else []
    connections.close()
    return [(segment.id, segment.locator.start_s or 0.0) for segment in segments if segment.modality is Modality.SOUND]


def test_all_parts_are_read_and_found(open_library: Opener, library_folder: Path, long_file: Path) -> None:
    library = open_library()
    done_s: list[float] = []
    report = library.index([long_file.parent], lambda progress: done_s.extend(file.done for file in progress.long))
    assert report.files["indexed"] == 1
    assert done_s == sorted(done_s) and done_s, "progress within the file"
    starts = [start_s for _, start_s in _spans(library_folder, long_file)]
    assert starts == sorted(starts)
    assert all(any(abs(start_s - at) < 31 for start_s in starts) for at in (60.0, 150.0, 240.0))
    preview = library.preview(long_file, Query(), None, 400)
    assert preview.duration_s == pytest.approx(270.0, abs=0.1)
    assert len(preview.waveform) == 1000
    loud = [at for at, value in enumerate(preview.waveform) if value]
    assert loud[0] == pytest.approx(60 / 0.27, abs=2)
    hit = library.search(Query(like=(Example(long_file, 150.5, 153.5),))).hits[0]
    assert hit.path == long_file and hit.moment is not None


def test_reading_goes_on_after_a_restart(open_library: Opener, library_folder: Path, long_file: Path) -> None:
    library = open_library()
    library.add_folder(long_file.parent)
    library.start()
    looks: list[tuple[LongFile, ...]] = []
    eventually(lambda: looks.append(library.status().progress.long) or looks[-1], within_s=120)
    (partial,) = looks[-1]
    library.close()
    before = _spans(library_folder, long_file)
    assert partial.path == long_file and 0 < partial.done < 270
    library = open_library()
    assert library.index([], quiet).files["indexed"] == 1
    after = _spans(library_folder, long_file)
    assert after[: len(before)] == before, "what was read was read again"
    assert len(after) > len(before)
    starts = [start_s for _, start_s in after]
    assert len(set(starts)) == len(starts)


def test_photos_come_before_recordings_and_these_before_the_rest_of_long_ones(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "c.sqlite3")
    catalog.folders.add(tmp_path)
    kinds = {"film.mp4": Kind.CLIP, "talk.mp3": Kind.RECORDING, "a.jpg": Kind.PHOTO, "b.txt": Kind.DOCUMENT}
    for number, (name, kind) in enumerate(kinds.items()):
        catalog.files.put(tmp_path, FileFacts(tmp_path / name, 1, 1, number), kind)
    assert [path.name for path in catalog.jobs.due(4, ())] == ["a.jpg", "b.txt", "film.mp4", "talk.mp3"]
    film = NewContent(b"film", Kind.CLIP, Properties(), [], [], {}, frozenset(), next_at=120.0)
    catalog.files.finish_part(tmp_path / "film.mp4", catalog.contents.put(film))
    assert [path.name for path in catalog.jobs.due(4, ())] == ["a.jpg", "b.txt", "talk.mp3", "film.mp4"]
    assert Priority.RESUME == 3
    known = catalog.files.facts(tmp_path / "film.mp4")
    assert known is not None and known[1] is FileState.PENDING
    catalog.close()


def test_copies_of_a_long_file_are_read_once(open_library: Opener, library_folder: Path, long_file: Path) -> None:
    (long_file.parent / "copy.wav").write_bytes(long_file.read_bytes())
    library = open_library()
    assert library.index([long_file.parent], quiet).files["indexed"] == 2
    assert _spans(library_folder, long_file) == _spans(library_folder, long_file.with_name("copy.wav"))


def test_how_far_a_long_pdf_is_read_is_told_in_bytes(tmp_path: Path) -> None:
    catalog, path = Catalog(tmp_path / "catalog.sqlite3"), tmp_path / "a.pdf"
    catalog.folders.add(tmp_path)
    catalog.files.put(tmp_path, FileFacts(path, 8_000_000, 1), Kind.DOCUMENT)
    content = NewContent(b"a", Kind.DOCUMENT, Properties(pages=4_000), [], [], {}, frozenset(), next_at=2_000.0)
    with catalog.transaction():
        catalog.files.finish_part(path, catalog.contents.put(content))
    connections = ReadConnections(tmp_path / "catalog.sqlite3")
    assert Overview(connections).long_files() == (LongFile(path, 4_000_000.0, 8_000_000, timed=False),)
    connections.close()
    catalog.close()
