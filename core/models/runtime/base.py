"""The protocols of a model: a small class that loads its files and turns items into vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from bowerbird.core.models.registry.entries import Entry
from bowerbird.core.models.runtime.network import Network, Runtime
from bowerbird.core.models.runtime.runtimes import OnnxRuntime, TorchRuntime
from bowerbird.core.types import Encoded, Heard, Modality, PictureLine, Pixels, Samples, Vectors

_EPSILON = 1e-12  # so that no vector is ever "not a number"


@dataclass(frozen=True, slots=True)
class LoadContext:
    """What a model needs to load: its entry in the registry, its files, and where to compute."""

    entry: Entry
    files: Mapping[str, Path]
    """Its files by role, checked."""
    cache: Path
    """The folder for what is made of its files: exported networks, golden vectors."""
    threads: int
    """Cores to compute on."""
    digest: str = ""
    """SHA-256 of its weights."""
    device: str = ""
    """A device of torch ("cuda", "cpu"), or empty for ONNX Runtime on the CPU."""
    half: bool = False
    """On a GPU, compute in float16 where that is safe: about twice as fast."""
    fresh: bool = False
    """Export networks again, because those in the cache give wrong results."""

    @property
    def name(self) -> str:
        """The model's id and the first digits of its weights' hash: names files in the cache."""
        return f"{self.entry.id}-{self.digest[:8]}"

    @property
    def plain(self) -> LoadContext:
        """The same with torch on the CPU, the reference that other runtimes are compared with."""
        return replace(self, device="cpu", half=False)

    def runtime(self, network: Network) -> Runtime:
        """Load a network on the device.

        Raises:
            ModelUnavailable: it cannot be exported for ONNX Runtime, or, as ``WrongResults``, the export does not load.
        """
        if self.device:
            return TorchRuntime(network, self.device, self.threads, half=self.half)
        return OnnxRuntime(network, self.cache, self.threads, fresh=self.fresh)


class Model(Protocol):
    """A loaded model: encodes items of one modality."""

    family: ClassVar[str]
    """The name of this class in ``FAMILIES`` and in the registry."""
    modality: ClassVar[Modality]
    """What it is given, other modalities of its spaces aside."""

    def __init__(self, context: LoadContext) -> None:
        """Load. Raises ``ModelUnavailable`` if its files are not what they should be."""

    @property
    def runtime(self) -> str:
        """What runs it, in words."""

    def encode(self, items: Sequence[Any]) -> Encoded:
        """Vectors of items, at least one, in each of the model's spaces: shape (items, dimension), of length 1."""


def unit(vectors: Vectors) -> Vectors:
    """Vectors of shape (n, dimension), scaled to length 1; zeros stay zeros."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _EPSILON), np.float32)


class TextModel(Model, Protocol):
    """A model that encodes typed sentences."""

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, dimension), of length 1."""


@runtime_checkable
class TransformsQueries(Protocol):
    """A model whose query vectors need an extra transform after the text model."""

    @staticmethod
    def transform_query(space: str, sentence: Vectors) -> Mapping[str, Vectors]:
        """A sentence's vector of the text model of ``space``, shape (1, dimension), made comparable with documents.

        By space id: with those in ``space``, and perhaps with those in further spaces of the model.
        """


@runtime_checkable
class DerivesVectors(Protocol):
    """A model with a space whose vectors follow from those that an earlier version kept."""

    @staticmethod
    def derive(space: str, vectors: Mapping[str, Vectors]) -> Vectors:
        """Vectors in a space, shape (n, dimension), from the same items' in ``Entry.derived_from``, by space."""


@runtime_checkable
class Transcriber(Model, Protocol):
    """A sound model that also transcribes speech."""

    def listen(self, samples: Samples, spans: Sequence[tuple[float, float]]) -> Heard:
        """Transcript of a window of at most 30 seconds, and a vector for each span of it, in seconds."""


@runtime_checkable
class Reader(Model, Protocol):
    """A model that reads text in pictures. Its vectors serve to check it, and nothing else."""

    def read(self, picture: Pixels) -> tuple[PictureLine, ...]:
        """The lines of text in a picture, in the order a person reads them."""
