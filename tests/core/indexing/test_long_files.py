"""Recordings longer than a part: read piece by piece, found by what was read so far, continued after a restart."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.files import Priority
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.state import Progress
from bowerbird.core.types import Example, FileFacts, FileState, Kind, Modality, Properties, Query
from tests.media_makers import silence, tone, wav

Opener = Callable[[], Library]


def quiet(_: Progress) -> None:
    """Nobody looks."""


@pytest.fixture
def long_file(files: Path) -> Path:
    """Seven and a half minutes, silent but for a tone every ninety seconds."""
    minute = np.concatenate([silence(60.0), tone(4.0), silence(26.0)])
    return wav(files / "long.wav", np.tile(minute, 5))


def _spans(library_folder: Path, path: Path) -> list[tuple[int, float]]:
    """The sounds heard: their ids and where they begin."""
    connections = ReadConnections(LibraryPaths(library_folder).catalog)
    view = CatalogReader(connections)
    row = view.file(path)
    segments = view.segments_of(row.content_id) if row and row.content_id else []
    connections.close()
    return [(one.id, one.locator.start_s or 0.0) for one in segments if one.modality is Modality.SOUND]


def test_all_parts_are_read_and_found(open_library: Opener, library_folder: Path, long_file: Path) -> None:
    library = open_library()
    seen: list[float] = []
    report = library.index([long_file.parent], lambda progress: seen.extend(one.done_s for one in progress.long))
    assert report.files["indexed"] == 1
    assert seen == sorted(seen) and seen, "progress within the file"
    starts = [start_s for _, start_s in _spans(library_folder, long_file)]
    assert starts == sorted(starts)
    assert all(any(abs(start_s - at) < 31 for start_s in starts) for at in (60.0, 150.0, 240.0, 330.0, 420.0))
    preview = library.preview(long_file, Query(), None, 400)
    assert preview.duration_s == pytest.approx(450.0, abs=0.1)
    assert len(preview.waveform) == 1000
    loud = [at for at, value in enumerate(preview.waveform) if value]
    assert loud[0] == pytest.approx(60 / 0.45, abs=2)
    hit = library.search(Query(like=(Example(long_file, 150.5, 153.5),))).hits[0]
    assert hit.path == long_file and hit.moment is not None


def test_reading_goes_on_after_a_restart(open_library: Opener, library_folder: Path, long_file: Path) -> None:
    library = open_library()
    library.add_folder(long_file.parent)
    library.start()
    until = time.monotonic() + 120
    while not (read := library.status().progress.long) and time.monotonic() < until:
        time.sleep(0.02)
    library.close()
    before = _spans(library_folder, long_file)
    assert read and read[0].path == long_file and 0 < read[0].done_s < 450
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
        catalog.files.put(tmp_path, FileFacts(tmp_path / name, 1, 1, 1, number), kind)
    assert [path.name for path in catalog.files.next_jobs(4, ())] == ["a.jpg", "b.txt", "film.mp4", "talk.mp3"]
    film = NewContent(b"film", Kind.CLIP, Properties(), [], [], {}, frozenset(), next_s=120.0)
    catalog.files.finish_part(tmp_path / "film.mp4", catalog.contents.put(film))
    assert [path.name for path in catalog.files.next_jobs(4, ())] == ["a.jpg", "b.txt", "talk.mp3", "film.mp4"]
    assert Priority.RESUME == 3
    known = catalog.files.facts(tmp_path / "film.mp4")
    assert known is not None and known[1] is FileState.PENDING
    catalog.close()


def test_copies_of_a_long_file_are_read_once(open_library: Opener, library_folder: Path, long_file: Path) -> None:
    (long_file.parent / "copy.wav").write_bytes(long_file.read_bytes())
    library = open_library()
    assert library.index([long_file.parent], quiet).files["indexed"] == 2
    assert _spans(library_folder, long_file) == _spans(library_folder, long_file.with_name("copy.wav"))
