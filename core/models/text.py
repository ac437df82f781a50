"""The starter pack's text models: MiniLM for English, multilingual-e5-small for every other language."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from bowerbird.core.models import e5, minilm
from bowerbird.core.models.base import Loading
from bowerbird.core.models.runtimes import Network
from bowerbird.core.types import Encoded, Modality, Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPACE = "minilm-l6-v2@1"
E5_SPACE = "e5-small-q4@1"


class _Sentences(ABC):
    """Passages and typed sentences, 384-d."""

    modality: ClassVar[Modality] = Modality.TEXT
    space: ClassVar[str]
    passage: ClassVar[str] = ""
    """What the model was trained to see before a passage."""
    question: ClassVar[str] = ""

    def __init__(self, loading: Loading) -> None:
        """Load the tokenizer and the network."""
        self._tokenizer = self.tokenizer(loading)
        self._network = loading.runtime(self.network(loading.files["weights"]))

    @staticmethod
    @abstractmethod
    def tokenizer(loading: Loading) -> Tokenizer:
        """The model's own tokenizer."""

    @staticmethod
    @abstractmethod
    def network(weights: Path) -> Network:
        """The model as runtimes take it."""

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._network.name

    def encode(self, items: Sequence[str]) -> Encoded:
        """Vectors of passages."""
        return Encoded({self.space: self.vectors([self.passage + item for item in items])})

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, 384)."""
        return self.vectors([self.question + text])

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Shape (n, 384). Texts of like length go together, so that little is spent on padding."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        (ordered,) = self._network.run([texts[at] for at in order], partial(minilm.batch, self._tokenizer))
        made = np.empty_like(ordered)
        made[order] = ordered
        return made


def _inputs() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    return {name: np.ones((2, 8), np.int64) for name in ("input_ids", "attention_mask")}


class MiniLm(_Sentences):
    """English."""

    id: ClassVar[str] = "minilm-l6-v2"
    space = SPACE

    @staticmethod
    def tokenizer(loading: Loading) -> Tokenizer:
        """As published."""
        return minilm.tokenizer(loading.files["tokenizer"])

    @staticmethod
    def network(weights: Path) -> Network:
        """As published."""
        return Network("minilm-l6-v2-53aa5117", partial(minilm.network, weights.parent), _inputs(), ("vectors",))


class E5(_Sentences):
    """A hundred languages."""

    id: ClassVar[str] = "e5-small-q4"
    space = E5_SPACE
    passage, question = "passage: ", "query: "

    @staticmethod
    def tokenizer(loading: Loading) -> Tokenizer:
        """As the file has it."""
        return e5.tokenizer(loading.files["weights"], loading.cache / "e5-small-1571fc98-tokenizer.json")

    @staticmethod
    def network(weights: Path) -> Network:
        """As the file has it."""
        return Network("e5-small-q4-1571fc98", partial(e5.network, weights), _inputs(), ("vectors",))
