"""What all tests share. Models, stores and processes are the real ones; only the files are made up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is first imported
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # for tests that load ONNX Runtime in this process, as hosts do in theirs

from bowerbird.core.library import Library

_DATA = Path(os.environ.get("BOWERBIRD_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def data() -> Path:
    """The developers' photos, documents and judged queries, which may not be shipped."""
    if not (_DATA / "README.md").is_file():
        pytest.skip(f"the test data is not at {_DATA}; BOWERBIRD_TEST_DATA says where it is")
    return _DATA


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder that the whole run shares, so that networks are exported once."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def library_folder(tmp_path: Path, models: Path) -> Path:
    """An empty library folder with the exported models in it."""
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "models").symlink_to(models)
    return folder


@pytest.fixture
def own_models(tmp_path: Path, models: Path) -> Path:
    """The models folder of a library folder, of this test alone, with what is exported already."""
    folder = tmp_path / "own" / "models"
    folder.mkdir(parents=True)
    for one in models.iterdir():
        (folder / one.name).symlink_to(one)
    return folder


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder to watch."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


@pytest.fixture
def open_library(library_folder: Path) -> Iterator[Callable[[], Library]]:
    """Opens the library, as often as asked, and closes what is left open."""
    opened: list[Library] = []

    def open_it() -> Library:
        library = Library.open(library_folder)
        opened.append(library)
        return library

    yield open_it
    for library in opened:
        library.close()
