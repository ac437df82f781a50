"""A runtime that computes wrongly gives way to the next, for each modality of a model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models import FAMILIES
from bowerbird.core.models.registry.entries import Entry, load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.runtime import verified
from bowerbird.core.models.runtime.base import Model
from bowerbird.core.models.runtime.network import WrongResults
from bowerbird.core.models.runtime.verified import VerifiedModel
from bowerbird.core.types import Modality
from tests import checkpoints

pytestmark = pytest.mark.usefixtures("exports_here")
_CLIP = load()["clip-vit-base-patch32-laion2b"]


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CPU in the place of a GPU: torch computes there in half precision as it does on one."""
    monkeypatch.setattr(verified, "accelerator", lambda: "cpu")


def _verified(entry: Entry, folder: Path, family: type[Model] | None = None) -> VerifiedModel:
    return VerifiedModel(entry, family or FAMILIES[entry.family], folder, threads=2)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with CLIP in it, whose towers have been exported and checked."""
    models = tmp_path_factory.mktemp("models")
    fetch(_CLIP, models, checkpoints.clip(models / "hub", layers=1), lambda done, whole: None)
    assert _verified(_CLIP, models).agreement() > 0.9999
    return models


def _linked(models: Path, folder: Path, *, without: str = "nothing") -> Path:
    """Another models folder with the same in it, but for files named so, and locks."""
    for path in models.iterdir():
        if without not in path.name and path.suffix != ".lock":
            (folder / path.name).symlink_to(path)
    return folder


def _e5(to: Path, scale: float = 1.0) -> VerifiedModel:
    from safetensors.torch import load_file, save_file

    folder = checkpoints.e5(to / "hub", layers=1)
    weights = load_file(folder / "model.safetensors")
    weights["encoder.layer.0.intermediate.dense.weight"] *= scale
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    fetch(load()["multilingual-e5-small"], to, folder, lambda done, whole: None)
    return _verified(load()["multilingual-e5-small"], to)


@pytest.mark.usefixtures("gpu")
def test_a_gpu_computes_in_half_precision(tmp_path: Path) -> None:
    assert _e5(tmp_path).model(Modality.TEXT).runtime.endswith("half precision")


@pytest.mark.usefixtures("gpu")
def test_what_overflows_in_half_precision_is_computed_in_full(tmp_path: Path) -> None:
    verified = _e5(tmp_path, scale=1e7)
    runtime = verified.model(Modality.TEXT).runtime
    assert runtime.startswith("torch")
    assert not runtime.endswith("half precision")
    assert verified.agreement() == pytest.approx(1, abs=1e-5)


def test_each_tower_is_checked(clip: Path, tmp_path: Path) -> None:
    """Photos that are right say nothing about sentences."""
    assert _CLIP.takes == (Modality.IMAGE, Modality.TEXT)
    (record,) = clip.glob("*-golden-text.json")
    vectors = json.loads(record.read_text())
    models = _linked(clip, tmp_path, without=record.name)
    other = json.dumps({space: np.roll(rows, 1, axis=1).tolist() for space, rows in vectors.items()})
    (models / record.name).write_text(other)
    wrong = _verified(_CLIP, models)
    for modality in (Modality.TEXT, Modality.TEXT, Modality.IMAGE):
        with pytest.raises(WrongResults, match="wrong results on this computer"):
            wrong.model(modality)


def test_a_part_that_cannot_be_prepared_leaves_the_others(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bowerbird.core.models.runtime.export._NEEDED", ("a-package-that-is-not-there",))
    verified = _verified(_CLIP, _linked(clip, tmp_path, without="sentences"))
    model = verified.model(Modality.IMAGE)
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="cannot be prepared"):
            verified.model(Modality.TEXT)
    assert verified.model(Modality.IMAGE) is model


def test_what_cannot_be_loaded_is_not_tried_again(tmp_path: Path) -> None:
    entry = load()["resnet-50"]
    fetch(entry, tmp_path, checkpoints.resnet(tmp_path / "hub"), lambda done, whole: None)
    tried = []

    def refuse(context: object) -> None:
        tried.append(context)
        raise ModelUnavailable("It cannot be exported.")

    broken = _verified(entry, tmp_path, refuse)  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="cannot be exported"):
            broken.model(Modality.IMAGE)
    assert len(tried) == 1
