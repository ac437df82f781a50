"""Fetching from a hub on loopback with the hub's real client, and everything that goes wrong there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import constants

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.entries import Entry
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources, size_of
from tests.core.models.registry.conftest import fetched, refusal
from tests.hub_server import REVISION, Hub, serving

_CHUNK = 9 << 20  # the client writes ten megabytes at a time
_FILES = ("model.safetensors", "config.json", "tokenizer.json")


def test_a_model_comes_from_the_hub(entry: Entry, hub: Hub, repository: Path, tmp_path: Path) -> None:
    progress = fetched(entry, tmp_path)
    files = Sources(tmp_path).files(entry)
    assert {path.name for path in files.values()} == set(_FILES)
    assert all(path.read_bytes() == (repository / path.name).read_bytes() for path in files.values())
    assert progress[-1] == (sum((repository / name).stat().st_size for name in _FILES),) * 2
    assert not (tmp_path / f"{entry.id}.new").exists()


def test_the_first_revision_is_pinned(entry: Entry, hub: Hub, tmp_path: Path) -> None:
    fetched(entry, tmp_path)
    assert hub.paths[0].startswith(f"/{entry.repo}/resolve/main/")
    assert all(f"/resolve/{REVISION}/" in path for path in hub.paths[1:])
    hub.paths.clear()
    fetched(entry, tmp_path)
    assert all(f"/resolve/{REVISION}/" in path for path in hub.paths)


def test_a_broken_download_is_gone_on_with(entry: Entry, hub: Hub, repository: Path, tmp_path: Path) -> None:
    hub.break_after = 12 << 20
    fetched(entry, tmp_path)  # the client itself takes up a connection that broke
    assert hub.ranges
    assert (tmp_path / entry.id / "model.safetensors").read_bytes() == (repository / "model.safetensors").read_bytes()


def test_a_killed_download_is_gone_on_with(hub: Hub, repository: Path, tmp_path: Path) -> None:
    hub.pause_s = 0.01
    process = subprocess.Popen(_command(tmp_path / "library"), env=_environment(hub, tmp_path))
    draft = tmp_path / "library" / "models" / "multilingual-e5-small.new"
    deadline = time.monotonic() + 120
    while not any(size_of(part) > _CHUNK for part in draft.rglob("*.part")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.wait()
    hub.pause_s = 0.0
    assert subprocess.run(_command(tmp_path / "library"), env=_environment(hub, tmp_path), check=False).returncode == 0
    assert int(hub.ranges[-1].removeprefix("bytes=").partition("-")[0]) > _CHUNK
    weights = tmp_path / "library" / "models" / "multilingual-e5-small" / "model.safetensors"
    assert weights.read_bytes() == (repository / "model.safetensors").read_bytes()


def _command(library: Path) -> list[str]:
    return [sys.executable, "-m", "bowerbird.gui", "--library", str(library), "models", "get", "multilingual-e5-small"]


def _environment(hub: Hub, home: Path) -> dict[str, str]:
    return os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(home / "hf")}


@pytest.mark.parametrize("revision", ["", REVISION], ids=["newest", "pinned"])
def test_what_is_in_the_hubs_cache_is_not_fetched_again(entry: Entry, hub: Hub, tmp_path: Path, revision: str) -> None:
    from huggingface_hub import hf_hub_download

    for name in _FILES:
        hf_hub_download(entry.repo, name, revision=revision or "main", cache_dir=tmp_path / "cache", endpoint=hub.url)
    pinned = replace(entry, revision=revision)
    hub.status = 503
    fetched(pinned, tmp_path / "models")
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
    assert "model.safetensors" in hub.contents
    hub.contents.clear()
    (tmp_path / f"{entry.id}.new" / "stray.txt").write_text("left by something else")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, weights - 1))
    fetched(entry, tmp_path)  # there is room for what is left
    assert hub.contents
    assert "model.safetensors" not in hub.contents
    assert {path.name for path in (tmp_path / entry.id).iterdir()} == {*_FILES, "REVISION"}


def test_what_did_not_arrive_as_the_hub_has_it_is_fetched_again(entry: Entry, hub: Hub, tmp_path: Path) -> None:
    hub.spoil = True
    assert "did not arrive as" in refusal(entry, tmp_path)
    hub.spoil = False
    fetched(entry, tmp_path)


def test_a_slow_hub_is_waited_for(entry: Entry, hub: Hub, tmp_path: Path) -> None:
    hub.pause_s = 0.005
    assert fetched(entry, tmp_path)


def test_a_wrong_hash_is_refused_and_the_model_stays(entry: Entry, hub: Hub, tmp_path: Path) -> None:
    fetched(entry, tmp_path)
    before = (tmp_path / entry.id / "model.safetensors").read_bytes()
    weights = replace(entry.files["weights"], sha256="0" * 64)
    message = refusal(replace(entry, files={**entry.files, "weights": weights}), tmp_path)
    assert "model.safetensors is not the file it should be" in message
    assert (tmp_path / entry.id / "model.safetensors").read_bytes() == before
    assert not (tmp_path / f"{entry.id}.new").exists()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"revision": "f" * 40}, "has no revision"),
        ({"repo": "nobody/nothing"}, "There is no nobody/nothing"),
    ],
    ids=["revision", "repository"],
)
def test_what_is_not_there(entry: Entry, hub: Hub, tmp_path: Path, change: dict[str, str], problem: str) -> None:
    assert problem in refusal(replace(entry, **change), tmp_path)


def test_a_file_that_the_repository_lacks(entry: Entry, hub: Hub, tmp_path: Path) -> None:
    missing = replace(entry.files["weights"], path="weights.safetensors")
    assert "lacks a file" in refusal(replace(entry, files={**entry.files, "weights": missing}), tmp_path)


@pytest.mark.parametrize("revision", ["", REVISION], ids=["newest", "pinned"])
@pytest.mark.parametrize(("fault", "problem"), [({"status": 500}, "refused"), ({"html": True}, "is no model hub")])
def test_a_hub_that_misbehaves(
    entry: Entry, hub: Hub, tmp_path: Path, revision: str, fault: dict[str, int], problem: str
) -> None:
    for name, value in fault.items():
        setattr(hub, name, value)
    assert problem in refusal(replace(entry, revision=revision), tmp_path)


@pytest.mark.parametrize("revision", ["", REVISION], ids=["newest", "pinned"])
def test_no_network(entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, revision: str) -> None:
    with serving(Hub({})) as gone:
        pass
    monkeypatch.setenv("HF_ENDPOINT", gone.url)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    assert "Is this computer online?" in refusal(replace(entry, revision=revision), tmp_path)


def test_too_little_room(entry: Entry, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    assert "it needs 32 MB, and 0 MB are free" in refusal(entry, tmp_path)


def test_an_optional_file_may_be_missing(entry: Entry, hub: Hub, repository: Path, tmp_path: Path) -> None:
    required = {role for role, file in entry.files.items() if not file.optional}
    assert required < set(entry.files)
    for origin in (None, repository):
        fetched(entry, tmp_path, origin)
        assert set(Sources(tmp_path).files(entry)) == required


@pytest.mark.parametrize("from_hub", [True, False], ids=["hub", "folder"])
def test_an_optional_file_is_fetched_and_pinned(
    entry: Entry, hub: Hub, repository: Path, tmp_path: Path, from_hub: bool
) -> None:
    """In its folder; and another in its place is refused from then on."""
    whole = Path(shutil.copytree(repository, tmp_path / "whole"))
    (whole / "1_Pooling").mkdir()
    (whole / "1_Pooling" / "config.json").write_text("{}")
    hub.repositories[entry.repo] = whole
    fetched(entry, tmp_path / "models", None if from_hub else whole)
    pooling = Sources(tmp_path / "models").files(entry)["pooling"]
    assert pooling == tmp_path / "models" / entry.id / "1_Pooling" / "config.json"
    pooling.write_text("[]")
    with pytest.raises(ModelUnavailable, match="is not the file it should be"):
        Sources(tmp_path / "models").files(entry)


def test_a_draft_of_another_folder_leaves_nothing(entry: Entry, repository: Path, tmp_path: Path) -> None:
    draft = tmp_path / f"{entry.id}.new" / "1_Pooling"
    draft.mkdir(parents=True)
    (draft / "config.json").write_text("{}")
    fetched(entry, tmp_path, repository)
    assert "pooling" not in Sources(tmp_path).files(entry)
