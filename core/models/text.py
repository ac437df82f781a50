"""The starter pack's text model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from bowerbird.core.models import minilm
from bowerbird.core.models.base import Loading
from bowerbird.core.models.runtimes import Network
from bowerbird.core.types import Encoded, Modality, Vectors

SPACE = "minilm-l6-v2@1"


def network(weights: Path) -> Network:
    """MiniLM as runtimes take it."""
    example = {name: np.ones((2, 8), np.int64) for name in ("input_ids", "attention_mask")}
    return Network("minilm-l6-v2-53aa5117", partial(minilm.network, weights.parent), example, ("vectors",))


class MiniLm:
    """Passages and typed sentences, 384-d."""

    id: ClassVar[str] = "minilm-l6-v2"
    modality: ClassVar[Modality] = Modality.TEXT

    def __init__(self, loading: Loading) -> None:
        """Load the tokenizer and the network."""
        self._tokenizer = minilm.tokenizer(loading.files["tokenizer"])
        self._network = loading.runtime(network(loading.files["weights"]))

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._network.name

    def encode(self, items: Sequence[str]) -> Encoded:
        """Vectors of passages."""
        return Encoded({SPACE: self.vectors(items)})

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, 384)."""
        return self.vectors([text])

    @staticmethod
    def queries(sentences: Vectors) -> Mapping[str, Vectors]:
        """Sentences compare with passages as they are."""
        return {SPACE: sentences}

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Shape (n, 384). Texts of like length go together, so that little is spent on padding."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        (ordered,) = self._network.run([texts[at] for at in order], partial(minilm.batch, self._tokenizer))
        made = np.empty_like(ordered)
        made[order] = ordered
        return made
