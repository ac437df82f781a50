"""Fetching from a folder, and what holds wherever a model comes from: verified files, full disks, weights in use."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
from pathlib import Path

import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry import fetch as fetching
from bowerbird.core.models.registry.entries import Entry, load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources, hash_of
from tests.core.models.registry.conftest import fetched, refusal


def test_a_folder_is_copied(entry: Entry, repository: Path, tmp_path: Path) -> None:
    fetched(entry, tmp_path, repository)
    assert hash_of(Sources(tmp_path).files(entry)["weights"]) == hash_of(repository / "model.safetensors")


@pytest.fixture
def folder(repository: Path, tmp_path: Path) -> Path:
    """A copy of the repository to spoil."""
    return Path(shutil.copytree(repository, tmp_path / "spoilt"))


def test_another_architecture(entry: Entry, folder: Path, tmp_path: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "mpnet"}')
    assert "of the kind mpnet, not bert" in refusal(entry, tmp_path, folder)


def test_a_config_that_is_none(entry: Entry, folder: Path, tmp_path: Path) -> None:
    (folder / "config.json").write_text("[]")
    assert "describes no model" in refusal(entry, tmp_path, folder)


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("executed",)


@pytest.mark.parametrize("spoilt", ["truncated", "empty", "pickle", "page"])
def test_weights_that_are_none(
    entry: Entry, folder: Path, tmp_path: Path, spoilt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    contents = {"truncated": whole[:-1000], "empty": b"", "pickle": pickle.dumps(_Bomb()), "page": b"<html>" * 99}
    weights.write_bytes(contents[spoilt])
    message = refusal(entry, tmp_path / "models", folder)
    assert ("is not whole" if spoilt == "truncated" else "no safetensors file") in message
    assert not (tmp_path / "executed").exists()
    assert not Sources(tmp_path / "models").installed(entry)


def test_a_folder_that_lacks_a_file(entry: Entry, folder: Path, tmp_path: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert "lacks the file tokenizer.json" in refusal(entry, tmp_path, folder)


def test_a_model_that_is_on_no_hub_says_where_it_is(tmp_path: Path) -> None:
    assert "download https://" in refusal(load()["resnet-50-torchvision"], tmp_path)


def test_a_disk_that_fills_up(entry: Entry, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetching.shutil, "copyfile", full)
    assert "The disk is full" in refusal(entry, tmp_path, repository)


def test_weights_that_are_in_use_stay_the_same(entry: Entry, folder: Path, repository: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    fetched(entry, tmp_path, repository)
    fetch(entry, tmp_path, repository, lambda *_: None, used=True)
    weights = load_file(folder / "model.safetensors")
    weights["embeddings.word_embeddings.weight"] += 1
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelUnavailable, match="other weights than those"):
        fetch(entry, tmp_path, folder, lambda *_: None, used=True)
    assert hash_of(Sources(tmp_path).files(entry)["weights"]) == hash_of(repository / "model.safetensors")
    with (tmp_path / entry.id / "model.safetensors").open("r+b") as damaged:
        damaged.seek(-8, 2)
        damaged.write(b"damaged!")
    fetch(entry, tmp_path, repository, lambda *_: None, used=True)  # the same again is the remedy
    assert hash_of(Sources(tmp_path).files(entry)["weights"]) == hash_of(repository / "model.safetensors")
    fetch(entry, tmp_path, folder, lambda *_: None)  # what nobody has read files with can be another
    assert hash_of(Sources(tmp_path).files(entry)["weights"]) == hash_of(folder / "model.safetensors")
