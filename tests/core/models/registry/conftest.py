"""A small checkpoint, a hub that serves it, and what fetching gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.entries import Entry, load
from bowerbird.core.models.registry.fetch import fetch
from tests.hub_server import Hub, serving


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
