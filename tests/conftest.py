"""What all tests share. Models, stores and processes are the real ones; only the files are made up."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is first imported

from bowerbird.core import settings as settings_file
from bowerbird.core.decoding import pool
from bowerbird.core.inference import client
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.supervisor import HostSupervisor
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.settings import STARTER, Settings
from bowerbird.core.types import Modality
from tests.lent_decoders import LentDecoders
from tests.lent_hosts import LentHosts

_DATA = Path(os.environ.get("BOWERBIRD_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
_EXPORTS = Path(__file__).parents[1] / "build" / "test-models"
_EXPORTERS = ("torch", "transformers", "sentence-transformers", "onnx", "onnxruntime", "tokenizers", "faster-whisper")
_SLOW_FIXTURES = {"models", "data"}
LIGHT = Settings(read_pictures=False)
"""How most tests' libraries are set: text in made-up pictures takes up to a second each, and has its own tests."""
_SLOW_FOLDERS = ("core/models/families", "core/models/runtime")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests of real networks, and those of the developers' many files, as slow, and all others as quick."""
    folders = tuple(str(Path(__file__).parent / folder) for folder in _SLOW_FOLDERS)
    for item in items:
        if _SLOW_FIXTURES.intersection(getattr(item, "fixturenames", ())) or str(item.path).startswith(folders):
            item.add_marker(pytest.mark.slow)
        if not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.quick)


@pytest.fixture(scope="session")
def data() -> Path:
    """The developers' photos, documents and judged queries, which may not be shipped."""
    if not (_DATA / "README.md").is_file():
        pytest.skip(f"the test data is not at {_DATA}; BOWERBIRD_TEST_DATA says where it is")
    return _DATA


@pytest.fixture(scope="session")
def models() -> Path:
    """A models folder with every network of the starter pack exported, shared by all workers and by later runs.

    It is made anew when what makes it has changed, the project's code or the packages.
    """
    folder, draft = _EXPORTS / _fingerprint(), _EXPORTS / "draft"
    _EXPORTS.mkdir(parents=True, exist_ok=True)
    with FileLock(_EXPORTS.with_suffix(".lock")):
        if not folder.exists():
            for other in _EXPORTS.iterdir():
                shutil.rmtree(other)
            draft.mkdir()
            _export_all(draft)
            draft.rename(folder)
    return folder


def _fingerprint() -> str:
    """A hash of all that decides how an exported network comes out."""
    project = Path(__file__).parents[1]
    sources = [*(project / "core" / "models").rglob("*.py"), *(project / "resources" / "models").iterdir()]
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in _EXPORTERS).encode())
    for path in sorted(sources):
        digest.update(f"\0{path.relative_to(project)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _export_all(folder: Path) -> None:
    inference = Inference(folder, STARTER)
    try:
        answers = [
            inference.encode_query("a sentence"),
            inference.encode_documents(Modality.IMAGE, [np.zeros((256, 256, 3), np.uint8)]),
            inference.listen(np.zeros(16_000, np.int16)),
        ]
        assert all(answer.result().vectors for answer in answers)
    finally:
        inference.close()


@pytest.fixture(scope="session")
def lent_hosts() -> Iterator[LentHosts]:
    hosts = LentHosts()
    yield hosts
    hosts.close()


@pytest.fixture
def library_folder(tmp_path: Path, models: Path) -> Path:
    """An empty library folder with the exported models in it: as links, so that no test deletes them for others."""
    folder = tmp_path / "library"
    (folder / "models").mkdir(parents=True)
    settings_file.save(LibraryPaths(folder).settings, LIGHT)
    link_models(models, folder / "models")
    return folder


def link_models(models: Path, folder: Path) -> None:
    """Put links to what is exported already into a folder, where it is not there."""
    for path in models.iterdir():
        # No lock is taken through a link, and what another test fetches is not whole yet.
        if path.suffix not in (".lock", ".new") and not (folder / path.name).exists():
            (folder / path.name).symlink_to(path)


@pytest.fixture
def own_models(library_folder: Path) -> Path:
    """The models folder of the library folder, of this test alone."""
    return library_folder / "models"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder to watch."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def lent_decoders() -> Iterator[LentDecoders]:
    decoders = LentDecoders()
    yield decoders
    decoders.close()


@pytest.fixture
def lent_processes(lent_hosts: LentHosts, lent_decoders: LentDecoders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries of this test get the processes that an earlier test has left, if there are any.

    A model host with its models loaded, and decoders behind their walls.
    """
    monkeypatch.setattr(client, "HostSupervisor", partial(HostSupervisor, start=lent_hosts.start))
    monkeypatch.setattr(pool, "ChildProcess", lent_decoders.start)


@pytest.fixture
def retired_hosts_end(lent_hosts: LentHosts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Model hosts that a library of this test has retired really end."""
    monkeypatch.setattr(lent_hosts, "keep_retired", False)


@pytest.fixture
def open_library(library_folder: Path, lent_processes: None) -> Iterator[Callable[[], Library]]:
    """Opens the library, as often as asked, and closes what is left open."""
    opened: list[Library] = []

    def open_it() -> Library:
        library = Library.open(library_folder)
        opened.append(library)
        return library

    yield open_it
    for library in opened:
        library.close()
