"""Models that come into use later and that leave: spaces built beside others, gone on with, dropped."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from bowerbird.core import settings as settings_file
from bowerbird.core.catalog.records import BackfillItem
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import ModelUnavailable, UsageError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.indexing import backfill_run
from bowerbird.core.indexing.backfill_reader import BackfillReader
from bowerbird.core.inference.client import Inference
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Example, Query
from bowerbird.core.settings import Settings
from bowerbird.core.types import FileFacts, Modality
from tests import checkpoints, makers, media_makers
from tests.conftest import link_models

_OLD, _NEW = "e5-small-q4", "minilm-l6-v2"
_PHOTO = "efficientnet-lite0@2"
_NUMBER = 60
_OpenLibrary = Callable[[], Library]


@pytest.fixture
def texts(library_folder: Path, files: Path) -> Path:
    """Sentences, a file each; the library begins with one text model of two."""
    things = ("boiler", "garden", "train", "invoice", "beach", "wing", "library", "recipe", "island", "engine")
    for number in range(_NUMBER):
        thing, other = things[number % 10], things[number // 10 % 10]
        (files / f"{number}.txt").write_text(f"Note {number}: the {thing} and the {other} were seen together today.")
    settings_file.save(LibraryPaths(library_folder).settings, Settings(models=(_OLD,)))
    return files


def _built(library: Library) -> None:
    library.index((), lambda progress: None)


def _spaces(library: Library) -> set[str]:
    return {space.id for space in library.status().spaces}


def _vectors(library: Library, space: str) -> int:
    rows = library._connections.get().execute("SELECT count(*) FROM embeddings WHERE space = ?", (space,))
    return int(rows.fetchone()[0])


def test_a_space_is_built_beside_the_one_that_is_searched(texts: Path, open_library: _OpenLibrary) -> None:
    library = open_library()
    library.index([texts], lambda progress: None)
    before = [hit.path for hit in library.search(Query("where is the heating", limit=10)).hits]
    assert before
    answers: list[int] = []
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.05):
            answers.append(len(library.search(Query("where is the heating", limit=10)).hits))

    asking = threading.Thread(target=ask)
    asking.start()
    library.use_model(_NEW)
    seen = [library.models()[0].built]
    assert _spaces(library) == {f"{_OLD}@1"}
    _built(library)
    over.set()
    asking.join()
    assert seen[0]
    assert seen[0][1] == _NUMBER
    assert min(answers) == 10
    assert _spaces(library) == {f"{_OLD}@1", f"{_NEW}@1"}
    assert _vectors(library, f"{_NEW}@1") == _NUMBER
    assert library._searcher._retriever._store.ids(f"{_NEW}@1") == library._searcher._retriever._store.ids(f"{_OLD}@1")
    assert library.models()[0].built is None
    hits = library.search(Query("where is the heating", limit=10)).hits
    assert "boiler" in hits[0].path.read_text()


def test_the_old_space_is_dropped_when_it_is_told_to(
    texts: Path, models: Path, own_models: Path, open_library: _OpenLibrary
) -> None:
    library = open_library()
    library.index([texts], lambda progress: None)
    library.use_model(_NEW)
    _built(library)
    library.remove_model(_OLD)
    assert _spaces(library) == {f"{_NEW}@1"}
    assert _vectors(library, f"{_OLD}@1") == 0
    assert not library._searcher._retriever._store.ids(f"{_OLD}@1")
    assert library.search(Query("where is the heating", limit=10)).hits
    assert [state.used for state in library.models()[:2]] == [True, False]
    link_models(models, own_models)  # its export, for that is another test's matter
    library.use_model(_OLD)  # and back: as long as the other is there, English is its own
    _built(library)
    assert _vectors(library, f"{_OLD}@1") == 0
    library.remove_model(_NEW)
    _built(library)
    assert _vectors(library, f"{_OLD}@1") == _NUMBER
    assert library.search(Query("where is the heating", limit=10)).hits


def test_an_interrupted_switch_goes_on(
    texts: Path, open_library: _OpenLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_run, "TEXTS_AT_ONCE", 4)
    library = open_library()
    library.index([texts], lambda progress: None)
    library.use_model(_NEW)
    until = time.monotonic() + 60
    while not 0 < _vectors(library, f"{_NEW}@1") < _NUMBER:
        assert time.monotonic() < until
        time.sleep(0.01)
    library.close()
    library = open_library()
    done = _vectors(library, f"{_NEW}@1")
    assert 0 < done < _NUMBER
    library.start()
    built = library.models()[0].built
    assert built is None or built[1] <= _NUMBER
    assert _spaces(library) == {f"{_OLD}@1"}
    _built(library)
    assert _spaces(library) == {f"{_OLD}@1", f"{_NEW}@1"}
    assert _vectors(library, f"{_NEW}@1") == _NUMBER


def test_what_is_read_while_a_space_is_built_is_in_it(texts: Path, open_library: _OpenLibrary) -> None:
    library = open_library()
    library.index([texts], lambda progress: None)
    library.use_model(_NEW)
    (texts / "new.txt").write_text("The lighthouse keeper wrote this while the search data was being built.")
    _built(library)
    assert _vectors(library, f"{_NEW}@1") == _NUMBER + 1
    assert library.search(Query("who keeps the lamp at the coast", limit=1)).hits[0].path == texts / "new.txt"


def test_pausing_stops_building(texts: Path, open_library: _OpenLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill_run, "TEXTS_AT_ONCE", 4)
    library = open_library()
    library.index([texts], lambda progress: None)
    library.pause()
    library.use_model(_NEW)
    time.sleep(2)
    assert _vectors(library, f"{_NEW}@1") == 0
    assert library._inference.unsearched == {f"{_NEW}@1"}
    library.resume()
    _built(library)
    assert not library._inference.unsearched
    assert _vectors(library, f"{_NEW}@1") == _NUMBER


# photos, from a checkpoint with random weights: what it finds means nothing, where its vectors are does


@pytest.fixture
def photos(files: Path) -> Path:
    for number in range(6):
        makers.photo(files / f"{number}.jpg", number)
    return files


@pytest.fixture
def clip_folder(tmp_path: Path) -> Path:
    return checkpoints.clip(tmp_path / "clip", layers=1)


def test_photos_are_read_again_for_a_space(
    photos: Path,
    clip_folder: Path,
    own_models: Path,
    open_library: _OpenLibrary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "clip-vit-base-patch32-laion2b"
    library = open_library()
    asked, encode = [], library._inference.encode_documents

    def encode_documents(modality: Modality, items: Sequence[Any], only: frozenset[str] | None = None) -> Future[Any]:
        asked.append((only, len(items)))
        return encode(modality, items, only)

    monkeypatch.setattr(library._inference, "encode_documents", encode_documents)
    library.index([photos], lambda progress: None)
    with pytest.raises(ModelUnavailable, match="is not here"):
        library.use_model(name)
    library.get_model(name, clip_folder, lambda done, whole: None)
    (photos / "5.jpg").rename(photos.parent / "away.jpg")  # gone before it can be read again
    library.use_model(name)
    _built(library)
    assert _vectors(library, f"{name}@1") == 5
    assert (frozenset([name]), 5) in asked, "the models see them together"
    assert f"{name}@1" in _spaces(library)
    (like,) = library.search(Query(like=(Example(Path(shutil.copy(photos / "0.jpg", photos.parent))),), limit=1)).hits
    assert like.path == photos / "0.jpg"
    library.remove_model(name)
    assert not (own_models / name).exists()
    assert name not in library.settings().models


def _by_an_earlier_version(library_folder: Path, space: str) -> str:
    """What is in a space of a closed library was made by the version before; the name it has now."""
    before = f"{space.partition('@')[0]}@0"
    with closing(sqlite3.connect(LibraryPaths(library_folder).catalog)) as catalog, catalog:
        catalog.execute("UPDATE embeddings SET space = ? WHERE space = ?", (before, space))
        catalog.execute("UPDATE content_spaces SET space = ? WHERE space = ?", (before, space))
        catalog.execute("UPDATE spaces SET id = ? WHERE id = ?", (before, space))
    return before


def test_what_an_earlier_version_made_is_forgotten(
    texts: Path, library_folder: Path, open_library: _OpenLibrary
) -> None:
    library = open_library()
    library.index([texts], lambda progress: None)
    library.close()
    before = _by_an_earlier_version(library_folder, "e5-small-q4@1")
    library = open_library()
    _built(library)
    assert _vectors(library, before) == 0
    assert _vectors(library, "e5-small-q4@1") == _NUMBER
    assert library.search(Query("the boiler", limit=3)).hits


def test_photos_that_were_away_are_made_up_for_when_they_are_back(
    photos: Path, tmp_path: Path, library_folder: Path, open_library: _OpenLibrary
) -> None:
    """Meanwhile examples are compared with what the network has made, not only with the layout, which is complete."""
    library = open_library()
    library.index([photos], lambda progress: None)
    library.close()
    _by_an_earlier_version(library_folder, _PHOTO)
    photos.rename(tmp_path / "away")
    library = open_library()
    assert _PHOTO in _spaces(library)
    _built(library)
    assert _vectors(library, _PHOTO) == 0
    (tmp_path / "away").rename(photos)
    library._folders._scan(photos)
    end = time.monotonic() + 120
    while _vectors(library, _PHOTO) < 6:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_batch_after_batch_of_whatever_has_pictures(
    photos: Path,
    clip_folder: Path,
    open_library: _OpenLibrary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Photos by the few, one of them of more pages than that, and a clip between them."""
    name = "clip-vit-base-patch32-laion2b"
    pages = [Image.new("RGB", (300, 300), (60 * page, 90, 200)) for page in range(4)]
    pages[0].save(photos / "letter.tiff", save_all=True, append_images=pages[1:])
    media_makers.clip(photos / "clip.mp4", media_makers.scenes((200, 30, 30), (30, 30, 200)))
    makers.photo(photos / "last.jpg", 99)
    monkeypatch.setattr(Inference, "batch_size", staticmethod(lambda modality: 2))
    library = open_library()
    library.index([photos], lambda progress: None)
    pictures = _vectors(library, _PHOTO)
    assert pictures >= 6 + 4 + 2 + 1
    library.get_model(name, clip_folder, lambda done, whole: None)
    library.use_model(name)
    _built(library)
    assert _vectors(library, f"{name}@1") == pictures
    assert f"{name}@1" in _spaces(library)


def test_what_is_being_decoded_is_cancelled_with_the_building() -> None:
    futures: list[Future[Any]] = []

    class Pool:
        def extract(self, path: Path, limits: Limits) -> Future[Any]:
            futures.append(Future())
            return futures[-1]

    def wait(future: Future[Any], /) -> Any:
        raise _Over

    items = [BackfillItem(number, FileFacts(Path(f"/{number}.jpg"), 1, 1, 1), ()) for number in range(3)]
    reader = BackfillReader(cast("ExtractPool", Pool()), Inference(Path("/none"), ()), wait, (), Modality.IMAGE)
    with pytest.raises(_Over):
        reader.photos(items)
    assert [future.cancelled() for future in futures] == [True] * 3


class _Over(Exception):
    """The library is closing."""


def test_models_that_are_not_there(open_library: _OpenLibrary) -> None:
    library = open_library()
    before = library.settings().models
    with pytest.raises(UsageError, match="There is no model 'gpt'"):
        library.use_model("gpt")
    with pytest.raises(ModelUnavailable):
        library.use_model("clip-vit-large-patch14")
    assert library.settings().models == before
    library.change_settings(replace(library.settings(), models=()))
    assert library.settings().models == before
