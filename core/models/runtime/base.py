"""What a model is to the model host: a small class that loads its files and turns items into vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from bowerbird.core.models.registry.entries import Entry
from bowerbird.core.models.runtime.network import Network, Runtime
from bowerbird.core.models.runtime.runtimes import OnnxRuntime, TorchRuntime
from bowerbird.core.types import Encoded, Heard, Modality, Samples, Vectors

_TINY = 1e-12  # so that no vector is ever "not a number"


@dataclass(frozen=True, slots=True)
class LoadContext:
    """What a model may use while it loads."""

    entry: Entry
    files: Mapping[str, Path]
    """Its files by role, checked."""
    cache: Path
    threads: int
    digest: str = ""
    """SHA-256 of its weights."""
    device: str = ""
    """A device of torch, or empty for ONNX Runtime on the CPU."""
    half: bool = False
    """On a GPU, compute in float16 where that is safe: about twice as fast."""
    fresh: bool = False
    """Export again, because what the cache holds is not right."""

    @property
    def name(self) -> str:
        """Its id, and which weights these are: what is made of them goes by this name."""
        return f"{self.entry.id}-{self.digest[:8]}"

    @property
    def plain(self) -> LoadContext:
        """The same in torch on the CPU, which the others are held to."""
        return replace(self, device="cpu", half=False)

    def runtime(self, network: Network) -> Runtime:
        """Whatever is fastest here for a network."""
        if self.device:
            return TorchRuntime(network, self.device, self.threads, half=self.half)
        return OnnxRuntime(network, self.cache, self.threads, fresh=self.fresh)


class Model(Protocol):
    """One model of the catalogue, loaded."""

    family: ClassVar[str]
    modality: ClassVar[Modality]

    def __init__(self, context: LoadContext) -> None:
        """Load."""

    @property
    def runtime(self) -> str:
        """What runs it, in words."""

    def encode(self, items: Sequence[Any]) -> Encoded:
        """Vectors in each of the model's spaces, a row per item."""


def unit(vectors: Vectors) -> Vectors:
    """Vectors of shape (n, dimension) brought to length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _TINY), np.float32)


class TextModel(Model, Protocol):
    """A model that typed sentences go through."""

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, dimension)."""


@runtime_checkable
class TransformsQueries(Protocol):
    """A model whose documents do not compare with typed sentences as a text model gives them."""

    @staticmethod
    def queries(space: str, sentences: Vectors) -> Vectors:
        """The vectors that a space's text model made of typed sentences, as that space compares them with documents."""


@runtime_checkable
class Transcriber(Model, Protocol):
    """A model that writes down what is said."""

    def listen(self, samples: Samples, spans: Sequence[tuple[float, float]]) -> Heard:
        """What is said in a window of sound, and a vector for each of these spans of it, in seconds."""
