"""Both runtimes give the golden vectors, and what ships was made by this code.

``BOWERBIRD_WRITE_GOLDEN=1`` writes the golden files anew, with torch, after a change that is meant.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from bowerbird import resources
from bowerbird.core.models import FAMILIES
from bowerbird.core.models.families import conse, efficientnet, photo
from bowerbird.core.models.families.text import Sentences
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime import golden
from bowerbird.core.models.runtime.base import LoadContext, Model, unit
from bowerbird.core.models.runtime.network import WrongResults
from bowerbird.core.types import Modality, Vectors
from tests.core.models.conftest import DEVICES, Loaded

pytestmark = pytest.mark.usefixtures("exports_here")
_KNOWN = [entry.id for entry in load().values() if golden.known(entry)]
_FOLDER = Path(resources.__path__[0]) / "models"
_LABELLERS = {"minilm-l6-v2": "label_vectors.npy", "e5-small-q4": "label_vectors_e5.npy"}
"""The text models that photos' labels are put into, and where that is kept."""


@pytest.fixture(scope="module", autouse=True)
def written(loaded: Loaded, models: Path) -> None:
    """The golden files, written anew if that is asked for."""
    if not os.environ.get("BOWERBIRD_WRITE_GOLDEN"):
        return
    for name, file in _LABELLERS.items():
        np.save(_FOLDER / file, _label_vectors(loaded(name, "cpu"), models).astype(np.float16))
    conse.label_vectors.cache_clear()
    conse.centred_label_vectors.cache_clear()
    vectors = {}
    for entry in (entry for entry in load().values() if entry.wheels):
        model = loaded(entry.id, "cpu")
        for space, rows in model.encode(golden.inputs(model.modality)).vectors.items():
            vectors[space] = [[round(float(value), 4) for value in row] for row in rows]
    (_FOLDER / "golden.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n", "utf-8")


def _label_vectors(text: Model, models: Path, step: int = 1) -> Vectors:
    names = photo.label_names(Sources(models).files(load()["efficientnet-lite0"])["labels"])[::step]
    return conse.encode_labels(cast("Sentences", text).encode_queries, names)


@pytest.mark.parametrize(("name", "step"), [("minilm-l6-v2", 1), ("e5-small-q4", 5)])
def test_the_label_vectors_that_ship_are_the_text_models(loaded: Loaded, models: Path, name: str, step: int) -> None:
    """All labels with the small model; every fifth with the large one, of which the names are the same."""
    computed = _label_vectors(loaded(name, ""), models, step)
    assert (computed * conse.label_vectors(_LABELLERS[name])[::step]).sum(axis=1).min() >= 0.9999


def test_the_class_weights_that_ship_are_the_networks(models: Path) -> None:
    weights = efficientnet.network(Sources(models).files(load()["efficientnet-lite0"])["weights"]).classes.weight
    expected = unit((weights - weights.mean(dim=0)).detach().numpy())
    assert (expected * conse.class_weights()).sum(axis=1).min() >= 0.9999


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", _KNOWN)
def test_a_runtime_agrees_with_the_golden_vectors(loaded: Loaded, name: str, device: str) -> None:
    model = loaded(name, device)
    assert golden.agreement(model, model.modality, golden._shipped()) >= golden.AGREES


@pytest.mark.parametrize("name", ["minilm-l6-v2", "efficientnet-lite0"])
def test_half_precision_agrees_with_the_golden_vectors(models: Path, name: str) -> None:
    """What a GPU computes, computed here on the CPU."""
    entry, sources = load()[name], Sources(models)
    context = LoadContext(entry, sources.files(entry), models, 2, sources.digest(entry), "cpu", half=True)
    model = FAMILIES[entry.family](context)
    assert model.runtime.endswith("half precision")
    assert golden.AGREES <= golden.check(model, context, model.modality) < 0.9999999


def test_the_two_runtimes_agree(loaded: Loaded) -> None:
    for name in _KNOWN:
        model = loaded(name, "")
        items = golden.inputs(model.modality)
        ours, other = (network.encode(items).vectors for network in (model, loaded(name, "cpu")))
        assert all((rows * other[space]).sum(axis=1).min() >= 0.9999 for space, rows in ours.items())


def test_wrong_vectors_are_refused(loaded: Loaded, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {space: np.roll(rows, 1, axis=1) for space, rows in golden._shipped().items()}
    monkeypatch.setattr(golden, "_shipped", lambda: wrong)
    with pytest.raises(WrongResults, match="wrong results on this computer"):
        golden.check(loaded("minilm-l6-v2", ""), LoadContext(load()["minilm-l6-v2"], {}, models, 1), Modality.TEXT)


def test_not_a_number_in_any_space_is_no_agreement(loaded: Loaded) -> None:
    name = "efficientnet-lite0"
    *_, last = (space.id for space in load()[name].spaces)
    right = {**golden._shipped(), last: np.full_like(golden._shipped()[last], np.nan)}
    assert np.isnan(golden.agreement(loaded(name, ""), Modality.IMAGE, right))


def test_what_no_golden_vectors_ship_for_is_compared_with_torch(
    loaded: Loaded, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first load makes them, and later ones are held to them."""
    entry, sources = load()["minilm-l6-v2"], Sources(models)
    context = LoadContext(entry, sources.files(entry), tmp_path, 2, sources.digest(entry))
    shipped = golden._shipped()["minilm-l6-v2@1"]
    monkeypatch.setattr(golden, "_shipped", dict)
    golden.check(loaded("minilm-l6-v2", ""), context, Modality.TEXT)
    (record,) = tmp_path.glob("*-golden-text.json")
    computed = golden._read(record.read_bytes())["minilm-l6-v2@1"]
    assert (computed * shipped).sum(axis=1).min() > 0.9999
    record.write_text(json.dumps({"minilm-l6-v2@1": np.roll(computed, 1, axis=1).tolist()}))
    with pytest.raises(WrongResults):
        golden.check(loaded("minilm-l6-v2", ""), context, Modality.TEXT)
