"""Each family beside the reference library on the same input: greatest error, and the order of pairwise distances.

The layers are the published ones, fewer of them here; ``packaging/bench families`` takes them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models import FAMILIES
from bowerbird.core.models.families import resnet
from bowerbird.core.models.families.gemma import Gemma
from bowerbird.core.models.families.whisper import Whisper
from bowerbird.core.models.registry.entries import Entry, ModelFile, load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime import golden
from bowerbird.core.models.runtime.base import LoadContext, Model, unit
from bowerbird.core.types import Vectors
from tests import checkpoints, references
from tests.core.models.conftest import DEVICES
from tests.references import Reference, agreement

pytestmark = pytest.mark.usefixtures("exports_here")
_MODELS: dict[str, tuple[Callable[[Path], Path], Callable[[Path], Reference]]] = {
    "clip-vit-base-patch32-laion2b": (lambda to: checkpoints.clip(to, layers=2), references.clip),
    "siglip2-base-patch16-224": (lambda to: checkpoints.siglip2(to, layers=2), references.siglip),
    "resnet-50": (checkpoints.resnet, references.resnet),
    "multilingual-e5-small": (lambda to: checkpoints.e5(to, layers=2), references.e5),
}
# The published file's name says what it must hash to; one of random weights has another.
_TORCHVISION = replace(load()["resnet-50-torchvision"], files={"weights": ModelFile("resnet50.pth")})
_SENTENCES = ("a dog runs along the beach", "two people play chess", "an old red car", "", "dog " * 200)


def _load(name: str, models: Path, device: str) -> Model:
    return _loaded(load()[name], models, device)


def _loaded(entry: Entry, models: Path, device: str) -> Model:
    sources = Sources(models)
    files = sources.files(entry)
    return FAMILIES[entry.family](LoadContext(entry, files, models, 2, sources.digest(entry), device))


@pytest.fixture(scope="module", params=_MODELS)
def fetched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Reference]:
    """A model's id, a models folder that it was fetched into, and the reference."""
    make, reference = _MODELS[request.param]
    models = tmp_path_factory.mktemp("models")
    folder = make(tmp_path_factory.mktemp("checkpoint"))
    fetch(load()[request.param], models, folder, lambda done, whole: None)
    return request.param, models, reference(folder)


@pytest.mark.parametrize("device", DEVICES)
def test_vectors_are_the_references(fetched: tuple[str, Path, Reference], device: str) -> None:
    name, models, reference = fetched
    model = _load(name, models, device)
    (space,) = load()[name].spaces
    items = references.pictures() if model.modality == "image" else list(_SENTENCES)
    ours, theirs = model.encode(items).vectors[space.id], reference.documents(items)
    assert ours.shape == (len(items), space.dimension)
    error, ordered = agreement(ours, theirs)
    assert error < 1e-4
    assert ordered
    if space.takes_text:
        queries = np.concatenate([model.encode_query(text) for text in _SENTENCES])
        error, ordered = agreement(queries, reference.queries(_SENTENCES))
        assert error < 1e-4
        assert ordered


def test_whisper_of_the_hub_hears_as_the_reference(tmp_path: Path, models: Path) -> None:
    """Its files are converted for CTranslate2; its encoder's last states are transformers' own."""
    import torch
    from transformers import WhisperFeatureExtractor, WhisperModel

    tokenizer = Sources(models).files(load()["whisper-base"])["tokenizer"]
    folder = checkpoints.whisper(tmp_path / "hub", tokenizer)
    fetch(load()["whisper-base-openai"], tmp_path / "models", folder, lambda done, whole: None)
    model = cast("Whisper", _load("whisper-base-openai", tmp_path / "models", ""))
    sound = np.tile(golden.sound().astype(np.float32) / 32768, 10)  # 30 s: the two pad shorter ones differently
    features = WhisperFeatureExtractor.from_pretrained(folder)(sound, sampling_rate=16_000, return_tensors="pt")
    with torch.inference_mode():
        theirs = WhisperModel.from_pretrained(folder).eval().encoder(features["input_features"]).last_hidden_state[0]
    ours, reference = unit(model._model.states(sound)), unit(theirs.numpy())
    assert (ours * reference).sum(axis=1).min() > 0.9999  # each fiftieth of a second
    assert model.encode(golden.inputs(model.modality)).vectors["whisper-base-openai@1"].shape == (2, 512)
    assert model.listen(golden.sound(), [(0.0, 3.0)]).spans == ((0.0, 3.0),)


_GEMMA_ITEMS = {
    "text": [*_SENTENCES, "a placeholder runs"],
    "sound": [golden.sound(), golden.sound()[::-1].copy(), golden.sound()[:9000]],
    "image": references.pictures(),
}


@pytest.fixture(scope="module")
def gemma(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Vectors]]:
    """The models folder that EmbeddingGemma 2 was fetched into, and the reference's vectors by modality."""
    models, folder = tmp_path_factory.mktemp("models"), checkpoints.gemma(tmp_path_factory.mktemp("hub"), layers=2)
    fetch(load()["embeddinggemma-2"], models, folder, lambda done, whole: None)
    reference = references.gemma(folder)
    vectors = {modality: reference(items) for modality, items in _GEMMA_ITEMS.items()}
    return models, vectors | {"query": reference(_SENTENCES[:1], "task: search result | query: ")}


@pytest.mark.parametrize("device", DEVICES)
def test_gemma_in_parts_is_the_whole_model(gemma: tuple[Path, dict[str, Vectors]], device: str) -> None:
    """Text first, then sounds and photos, each with the tower that came for it: the reference has all at once."""
    models, reference = gemma
    model = cast("Gemma", _load("embeddinggemma-2", models, device))
    assert not {"_vision", "_audio"} & vars(model).keys(), "sentences alone need no tower"
    for modality, items in _GEMMA_ITEMS.items():
        ours = model.encode(items).vectors[f"embeddinggemma-2-{modality}@1"]
        error, ordered = agreement(ours, reference[modality])
        assert error < 1e-4, modality
        assert ordered
    assert np.abs(model.encode_query(_SENTENCES[0]) - reference["query"]).max() < 1e-4


def test_torchvisions_weights_make_the_same_network(tmp_path: Path) -> None:
    """Layer by layer: the same values at every stage, whichever names the file has."""
    import torch
    from transformers import ResNetModel

    theirs = ResNetModel.from_pretrained(checkpoints.resnet(tmp_path / "hub")).eval()
    named = {name: name for name in theirs.state_dict()}
    torchvision = {references.torchvision_name(name): theirs.state_dict()[name] for name in named}
    entry, weights = _TORCHVISION, tmp_path / "resnet50.pth"
    torch.save({**torchvision, "fc.weight": torch.zeros(1000, 2048), "fc.bias": torch.zeros(1000)}, weights)
    fetch(entry, tmp_path / "models", weights, lambda done, whole: None)
    ours = resnet._torchvision(tmp_path / "models" / "resnet-50-torchvision" / weights.name)
    pixels = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        mine, reference = (network(pixels, output_hidden_states=True) for network in (ours.resnet, theirs))
    assert len(mine.hidden_states) == 5
    assert all(torch.equal(a, b) for a, b in zip(mine.hidden_states, reference.hidden_states, strict=True))
    assert _loaded(entry, tmp_path / "models", "cpu").encode(references.pictures()).vectors


@pytest.mark.parametrize("spoilt", ["pickle", "truncated", "another"])
def test_torchvision_weights_that_are_none(tmp_path: Path, spoilt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import pickle

    import torch

    from tests.core.models.registry.test_fetch import _Bomb

    monkeypatch.chdir(tmp_path)
    weights = tmp_path / "resnet50.pth"
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, weights)
    if spoilt == "pickle":
        weights.write_bytes(pickle.dumps(_Bomb()))
    elif spoilt == "truncated":
        weights.write_bytes(weights.read_bytes()[:1000])
    fetch(_TORCHVISION, tmp_path / "models", weights, lambda done, whole: None)
    with pytest.raises(ModelUnavailable, match="does not hold the weights of a ResNet-50"):
        _loaded(_TORCHVISION, tmp_path / "models", "cpu")
    with pytest.raises(ModelUnavailable, match=r"this is not the file resnet50-11ad3fa6\.pth"):
        fetch(load()["resnet-50-torchvision"], tmp_path / "models", weights, lambda done, whole: None)
    assert not (tmp_path / "executed").exists()


def test_weights_that_lack_some(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = checkpoints.e5(tmp_path / "hub", layers=1)
    weights = load_file(folder / "model.safetensors")
    del weights["encoder.layer.0.output.dense.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    fetch(load()["multilingual-e5-small"], tmp_path, folder, lambda done, whole: None)
    with pytest.raises(ModelUnavailable, match=r"lacks weights, encoder\.layer\.0\.output\.dense\.weight"):
        _load("multilingual-e5-small", tmp_path, "cpu")
