"""Thumbnails that are missing or damaged come back from the files, in a real library."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.errors import FileError
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Query
from bowerbird.core.state import Event, EventKind
from bowerbird.core.types import Extraction, Modality
from tests import makers
from tests.makers import eventually
from tests.media_makers import tone, wav

Thumbnails = dict[str, bytes]


@pytest.fixture
def folder(files: Path) -> Path:
    """Two files that have thumbnails, and two that have none."""
    makers.photo(files / "shapes.jpg")
    makers.pdf(files / "report.pdf", "Penguins returned late")
    makers.text(files / "note.txt", "Krill was scarce.")
    wav(files / "tone.wav", tone(1.0))
    return files


@pytest.fixture
def events() -> list[EventKind]:
    return []


@pytest.fixture
def library(tmp_path: Path, folder: Path, events: list[EventKind], lent_processes: None) -> Iterator[Library]:
    """Without models: what is decoded is known by its words and thumbnails."""
    (tmp_path / "library").mkdir()
    LibraryPaths(tmp_path / "library").settings.write_text("models = []\n")

    def note(event: Event) -> None:
        events.append(event.kind)

    library = Library.open(tmp_path / "library", on_event=note)
    library.index([folder], lambda _: None)
    yield library
    library.close()


def kept(library: Library) -> Thumbnails:
    """The thumbnails on the disk."""
    folder = LibraryPaths(library.status().directory).thumbnails
    return {path.name: path.read_bytes() for path in folder.rglob("*.jpg")}


def decoded(library: Library) -> list[Path]:
    """The files that are decoded from now on."""
    paths: list[Path] = []
    extract = library._pool.extract

    def noted(path: Path, *rest: object, **options: object) -> object:
        paths.append(path)
        return extract(path, *rest, **options)  # type: ignore[arg-type]

    library._pool.extract = noted  # type: ignore[method-assign, assignment]
    return paths


def look_again(library: Library) -> None:
    """As if ten minutes had passed, and all is idle."""
    library._indexer.thumbnails._look_at = 0.0
    library.index([], lambda _: None)


def test_what_is_missing_comes_back_and_what_yields_none_is_tried_once(library: Library, folder: Path) -> None:
    before = kept(library)
    assert len(before) == 2 and all(jpeg.startswith(b"\xff\xd8") for jpeg in before.values())
    shutil.rmtree(LibraryPaths(library.status().directory).thumbnails)
    paths = decoded(library)
    look_again(library)
    assert kept(library) == before
    assert {path.name for path in paths} == {"shapes.jpg", "report.pdf"}, "that the tone has none is known by now"


def test_the_next_process_knows_what_yields_none(library: Library) -> None:
    library.close()
    again = Library.open(library._paths.root)
    paths = decoded(again)
    look_again(again)
    again.close()
    assert paths == []


def test_a_damaged_one_is_made_again_when_it_is_asked_for(library: Library, events: list[EventKind]) -> None:
    shown = [hit.thumbnail for hit in library.browse(Query()).hits if hit.path.name == "shapes.jpg"]
    before, (path,) = kept(library), shown
    assert path is not None
    for content in (b"", b"<svg/>"):
        path.write_bytes(content)
        events.clear()
        library.restore_thumbnail(path)
        eventually(lambda: EventKind.THUMBNAILS in events)
        assert kept(library) == before


def test_a_file_that_changed_or_is_gone_is_left_alone(library: Library, folder: Path) -> None:
    (thumbnail,) = [hit.thumbnail for hit in library.browse(Query()).hits if hit.path.name == "shapes.jpg"]
    assert thumbnail is not None
    thumbnail.unlink()
    (folder / "shapes.jpg").unlink()
    paths = decoded(library)
    library.restore_thumbnail(thumbnail)
    eventually(library._inbox.idle.is_set)
    assert paths == [] and not thumbnail.exists()


def test_a_file_that_cannot_be_decoded_is_not_tried_for_ever(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (thumbnail,) = [hit.thumbnail for hit in library.browse(Query()).hits if hit.path.name == "shapes.jpg"]
    assert thumbnail is not None
    thumbnail.unlink()
    tried: list[Path] = []

    def fail(path: Path, *_: object) -> Future[Extraction]:
        tried.append(path)
        answer: Future[Extraction] = Future()
        answer.set_exception(FileError("It is damaged."))
        return answer

    monkeypatch.setattr(library._pool, "extract", fail)
    for _ in range(3):
        library.restore_thumbnail(thumbnail)
        look_again(library)
    assert tried == [folder / "shapes.jpg"]


def test_nothing_is_embedded_again(folder: Path, open_library: Callable[[], Library]) -> None:
    library = open_library()
    library.index([folder], lambda _: None)
    before = kept(library)
    shutil.rmtree(LibraryPaths(library.status().directory).thumbnails)
    embedded: list[Modality] = []
    encode = library._inference.encode_documents
    library._inference.encode_documents = (  # type: ignore[method-assign]
        lambda modality, *rest: (embedded.append(modality), encode(modality, *rest))[1]
    )
    library._inference.listen = lambda samples: pytest.fail(f"heard {np.shape(samples)}")  # type: ignore
    look_again(library)
    assert kept(library) == before and embedded == []
