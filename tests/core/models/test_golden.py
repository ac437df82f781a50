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
from bowerbird.core.models import MODELS, conse, golden, photo
from bowerbird.core.models.base import Model
from bowerbird.core.models.catalogue import load
from bowerbird.core.models.runtimes import WrongResults
from bowerbird.core.models.sources import Sources
from bowerbird.core.models.text import E5, MiniLm
from bowerbird.core.types import Vectors
from tests.core.models.conftest import Loaded

_FOLDER = Path(resources.__path__[0]) / "models"
_LABELLERS = {MiniLm.id: "label_vectors.npy", E5.id: "label_vectors_e5.npy"}
"""The text models that photos' labels are put into, and where that is kept."""


@pytest.fixture(scope="module", autouse=True)
def written(loaded: Loaded, models: Path) -> None:
    """The golden files, written anew if that is asked for."""
    if not os.environ.get("BOWERBIRD_WRITE_GOLDEN"):
        return
    for name, file in _LABELLERS.items():
        np.save(_FOLDER / file, _label_vectors(loaded(name, "cpu"), models).astype(np.float16))
    conse.shipped.cache_clear()
    conse.labels.cache_clear()
    found = {}
    for kind in (kind for kind in MODELS if not any(file.repo for file in load()[kind.id].files.values())):
        for space, rows in loaded(kind.id, "cpu").encode(golden.inputs(kind.modality)).vectors.items():
            found[space] = [[round(float(value), 4) for value in row] for row in rows]
    (_FOLDER / "golden.json").write_text(json.dumps(found, separators=(",", ":")) + "\n", "utf-8")


def _label_vectors(text: Model, models: Path) -> Vectors:
    names = photo.label_names(Sources(models).files(load()[photo.Lite0.id])["labels"])
    model = cast("MiniLm | E5", text)
    return conse.label_vectors(lambda sentences: model.vectors([model.question + one for one in sentences]), names)


@pytest.mark.parametrize("name", _LABELLERS)
def test_the_label_vectors_that_ship_are_the_text_models(loaded: Loaded, models: Path, name: str) -> None:
    made = _label_vectors(loaded(name, ""), models)
    assert (made * conse.shipped(_LABELLERS[name])).sum(axis=1).min() >= 0.9999


@pytest.mark.parametrize("device", ["cpu", ""], ids=["torch", "onnx"])
@pytest.mark.parametrize("name", [kind.id for kind in MODELS if golden.known(kind.id)])
def test_a_runtime_agrees_with_the_golden_vectors(loaded: Loaded, name: str, device: str) -> None:
    assert golden.agreement(loaded(name, device)) >= golden.AGREES


def test_the_two_runtimes_agree(loaded: Loaded) -> None:
    for kind in (kind for kind in MODELS if golden.known(kind.id)):
        items = golden.inputs(kind.modality)
        ours, other = (loaded(kind.id, device).encode(items).vectors for device in ("", "cpu"))
        assert all((rows * other[space]).sum(axis=1).min() >= 0.9999 for space, rows in ours.items())


def test_wrong_vectors_are_refused(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {space: np.roll(rows, 1, axis=1) for space, rows in golden._expected().items()}
    monkeypatch.setattr(golden, "_expected", lambda: wrong)
    with pytest.raises(WrongResults, match="wrong results on this computer"):
        golden.check(loaded(MiniLm.id, ""))
