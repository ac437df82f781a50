"""A small checkpoint, a hub that serves it, and what fetching gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants
from safetensors.numpy import save_file

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.entries import Entry, load
from bowerbird.core.models.registry.fetch import fetch
from tests.hub_server import Hub, serving


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small checkpoint with the files and formats that the hub has, large enough to break in the middle."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder = tmp_path_factory.mktemp("repository")
    table = np.random.default_rng(3).normal(0, 0.02, (62_000, 128)).astype(np.float32)
    save_file({"embeddings.word_embeddings.weight": table}, folder / "model.safetensors", metadata={"format": "pt"})
    config = {"architectures": ["BertModel"], "model_type": "bert", "vocab_size": 62_000, "hidden_size": 128}
    (folder / "config.json").write_text(json.dumps(config, indent=2), "utf-8")
    words = {"[UNK]": 0, **{word: at for at, word in enumerate("a dog runs on the beach".split(), 1)}}
    tokenizer = Tokenizer(models.WordLevel(words, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def hub(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A hub on loopback with that checkpoint, and a cache of its client that is empty."""
    with serving(Hub({"intfloat/multilingual-e5-small": repository})) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        yield server


@pytest.fixture
def entry() -> Entry:
    """The model that the checkpoint is of."""
    return load()["multilingual-e5-small"]


def fetched(entry: Entry, models: Path, origin: Path | None = None) -> list[tuple[int, int]]:
    """Fetch a model; the progress that was reported, in bytes."""
    progress: list[tuple[int, int]] = []
    fetch(entry, models, origin, lambda done, whole: progress.append((done, whole)))
    return progress


def refusal(entry: Entry, models: Path, origin: Path | None = None) -> str:
    """The one sentence with which a fetch fails."""
    with pytest.raises(ModelUnavailable) as caught:
        fetched(entry, models, origin)
    assert "\n" not in str(caught.value)
    return str(caught.value)
