"""A model that fails, or leaves while files are being read: the others go on, and nothing is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from bowerbird.core import settings as settings_file
from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.inference.client import Inference
from bowerbird.core.library import Library
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Example, Query
from bowerbird.core.settings import STARTER
from bowerbird.core.state import ModelState
from bowerbird.core.types import Modality, Space
from tests import checkpoints, makers, media_makers
from tests.conftest import LIGHT
from tests.makers import extract

_CLIP, _CLAP = "clip-vit-base-patch32-laion2b", "clap-htsat-unfused"
_CLIP_SPACE, _PHOTO_SPACE = f"{_CLIP}@1", "efficientnet-lite0@2"
_PHOTOS = 40


def _break(folder: Path) -> None:
    """Let its weights be of another shape than its config says: nothing that a hash could tell."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json.right").write_text(json.dumps(config))
    for part in ("vision_config", "text_config"):
        config[part]["hidden_size"] //= 2
    (folder / "config.json").write_text(json.dumps(config))


def _repair(folder: Path) -> None:
    (folder / "config.json.right").replace(folder / "config.json")


@pytest.fixture(scope="module")
def broken_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = checkpoints.clip(tmp_path_factory.mktemp("clip"), layers=1)
    _break(folder)
    return folder


@pytest.fixture
def broken_clip(tmp_path: Path, own_models: Path, broken_checkpoint: Path) -> Path:
    """A CLIP model that passes all checks and does not load, and is in the models folder; where it came from."""
    folder = tmp_path / "clip"
    folder.mkdir()
    for path in broken_checkpoint.iterdir():
        (folder / path.name).symlink_to(path)
    fetch(load()[_CLIP], own_models, folder, lambda *_: None)
    return folder


def test_the_other_models_answer(broken_clip: Path, own_models: Path) -> None:
    inference = Inference(own_models, [*STARTER, _CLIP])
    try:
        pictures = list(np.random.default_rng(0).integers(0, 256, (3, 256, 320, 3), np.uint8))
        encoded = inference.encode_documents(Modality.IMAGE, pictures).result()
        assert encoded.vectors[_PHOTO_SPACE].shape[0] == 3
        assert encoded.labels
        assert _CLIP_SPACE not in encoded.vectors
        assert "do not fit" in encoded.problem
        query = inference.encode_query("a dog on a beach").result()
        assert query.vectors["minilm-l6-v2@1"].shape == (1, 384)
        assert _CLIP_SPACE not in query.vectors
        assert "do not fit" in query.problem
        with pytest.raises(ModelUnavailable, match="do not fit"):
            inference.encode_documents(Modality.IMAGE, pictures, frozenset([_CLIP])).result()
        assert not inference.encode_documents(Modality.IMAGE, pictures, frozenset()).result().vectors
    finally:
        inference.close()


def test_what_is_said_is_heard_without_another_sound_model(tmp_path: Path, own_models: Path, data: Path) -> None:
    folder = tmp_path / "clap"
    folder.mkdir()
    save_file({"nothing": np.zeros(1, np.float32)}, folder / "model.safetensors")
    (folder / "config.json").write_text('{"model_type": "clap"}')
    for name in ("preprocessor_config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    fetch(load()[_CLAP], own_models, folder, lambda *_: None)
    recording = data / "speech" / "other" / "jfk.flac"
    (window,) = extract(recording).segments[:1]
    assert window.samples is not None
    inference = Inference(own_models, [*STARTER, _CLAP])
    try:
        heard = inference.listen(window.samples).result()
        assert "country" in " ".join(line.text for line in heard.lines)
        assert set(heard.vectors) == {"whisper-base@1"}
        assert heard.problem
    finally:
        inference.close()


@pytest.fixture
def photos(files: Path) -> Path:
    for number in range(_PHOTOS):
        makers.photo(files / f"{number}.jpg", number)
    return files


def _rows(library: Library, sql: str) -> list[tuple[object, ...]]:
    return list(library._connections.get().execute(sql))


def _vectors(library: Library, space: str) -> int:
    return len(_rows(library, f"SELECT 1 FROM embeddings WHERE space = '{space}'"))


def _indexed(library: Library, *folders: Path) -> None:
    library.index(folders, lambda progress: None)


def test_files_are_kept_without_the_failing_models_vectors(
    broken_clip: Path, photos: Path, library_folder: Path, open_library: Callable[[], Library]
) -> None:
    settings_file.save(LibraryPaths(library_folder).settings, replace(LIGHT, models=(*STARTER, _CLIP)))
    library = open_library()
    _indexed(library, photos)
    assert _vectors(library, _PHOTO_SPACE) == _PHOTOS
    assert _vectors(library, _CLIP_SPACE) == 0
    assert not _rows(library, f"SELECT 1 FROM content_spaces WHERE space = '{_CLIP_SPACE}'")
    results = library.search(Query("a pattern of colours", limit=5))
    assert results.hits
    assert "do not fit" in results.notice
    # what they lack is tried again, and again to no avail
    library.resume()
    _indexed(library)
    state = _state(library, _CLIP)
    assert "do not fit" in state.problem
    assert state.built is None
    assert any("do not fit" in notice for notice in library.status().notices)
    # and once it can be loaded, they have it
    _repair(broken_clip)
    library.get_model(_CLIP, broken_clip)
    _indexed(library)
    assert _vectors(library, _CLIP_SPACE) == _PHOTOS
    assert _state(library, _CLIP).problem == ""


def _state(library: Library, name: str) -> ModelState:
    return next(state for state in library.models() if state.id == name)


def _wait(until: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _while_reading(library: Library, folder: Path) -> None:
    """Begin to read a folder of photos, and return in the middle of it."""
    library.add_folder(folder)
    library._folders.scan()
    _wait(lambda: library._indexer._pipeline.items.paths)
    assert _contents(library) < _PHOTOS


def _contents(library: Library) -> int:
    return len(_rows(library, "SELECT 1 FROM contents"))


def test_a_model_that_leaves_while_files_are_read(photos: Path, open_library: Callable[[], Library]) -> None:
    library = open_library()
    _while_reading(library, photos)
    library.remove_model("efficientnet-lite0")
    _indexed(library)
    assert _vectors(library, _PHOTO_SPACE) == 0
    assert not _rows(library, f"SELECT 1 FROM content_spaces WHERE space = '{_PHOTO_SPACE}'")
    assert _contents(library) == _PHOTOS
    library.use_model("efficientnet-lite0")
    _indexed(library)
    assert _vectors(library, _PHOTO_SPACE) == _PHOTOS
    labels = _rows(library, "SELECT labels FROM segments WHERE modality = 'image'")
    assert all(json.loads(str(row_labels)) for (row_labels,) in labels)


def test_a_model_that_comes_while_files_are_read(
    photos: Path, library_folder: Path, open_library: Callable[[], Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tested first, which takes longer than reading without it: reading begins when that is over."""
    others = tuple(name for name in STARTER if name != "efficientnet-lite0")
    settings_file.save(LibraryPaths(library_folder).settings, replace(LIGHT, models=others))
    library = open_library()
    apply = library._models._apply_to_library

    def apply_while_reading(dropped: Sequence[Space]) -> None:
        _while_reading(library, photos)
        apply(dropped)

    monkeypatch.setattr(library._models, "_apply_to_library", apply_while_reading)
    library.use_model("efficientnet-lite0")
    _indexed(library)
    assert _vectors(library, _PHOTO_SPACE) == _PHOTOS


def test_sound_that_nobody_heard_is_heard_by_a_model_that_comes_later(
    files: Path, library_folder: Path, open_library: Callable[[], Library]
) -> None:
    others = tuple(name for name in STARTER if name != "whisper-base")
    settings_file.save(LibraryPaths(library_folder).settings, replace(LIGHT, models=others))
    media_makers.wav(files / "tone.wav", media_makers.tone(12.0))
    library = open_library()
    _indexed(library, files)
    assert len(_rows(library, "SELECT 1 FROM segments WHERE modality = 'sound'")) == 2
    library.use_model("whisper-base")
    _indexed(library)
    assert _vectors(library, "whisper-base@1") == 2


def test_a_model_that_the_catalog_cannot_forget_stays(
    photos: Path, open_library: Callable[[], Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_library()
    _indexed(library, photos)

    with monkeypatch.context() as patched:
        patched.setattr(library._indexer._catalog.spaces, "drop", makers.raise_full)
        with pytest.raises(sqlite3.OperationalError):
            library.remove_model("efficientnet-lite0")
    assert _state(library, "efficientnet-lite0").used
    assert (
        library.search(Query(like=(Example(Path(shutil.copy(photos / "3.jpg", photos.parent))),), limit=1)).hits[0].path
        == photos / "3.jpg"
    )
    assert library._searcher._retriever._store.ids(_PHOTO_SPACE)


def test_a_model_whose_files_are_gone_is_still_in_use(
    broken_clip: Path, library_folder: Path, open_library: Callable[[], Library]
) -> None:
    settings_file.save(LibraryPaths(library_folder).settings, replace(LIGHT, models=(*STARTER, _CLIP)))
    shutil.rmtree(library_folder / "models" / _CLIP)
    library = open_library()
    state = _state(library, _CLIP)
    assert state.used
    assert not state.installed
    assert state.problem.endswith("its files are gone.")
    assert f"its files are gone. To get it: bowerbird models get {_CLIP}" in " ".join(library.status().notices)
    (check,) = library.verify_model(_CLIP)
    assert not check.ok
    library.remove_model(_CLIP)
    assert not _state(library, _CLIP).used


@pytest.mark.usefixtures("retired_hosts_end")
def test_pausing_frees_the_models_memory(photos: Path, open_library: Callable[[], Library]) -> None:
    library = open_library()
    _while_reading(library, photos)
    hosts = library._inference._supervisor
    _wait(hosts.pids)
    library.pause()
    _wait(lambda: not hosts._hosts)
    time.sleep(1)
    assert not hosts._hosts, "nothing starts another"
    assert _contents(library) < _PHOTOS
    assert library._inbox.idle.wait(30)
    library.resume()
    _indexed(library)
    assert _vectors(library, _PHOTO_SPACE) == _PHOTOS
