"""What a model is to the model host: a small class that loads its files and turns items into vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bowerbird.core.models.runtimes import Network, OnnxRuntime, Runtime, TorchRuntime
from bowerbird.core.types import Encoded, Modality, Vectors


@dataclass(frozen=True, slots=True)
class Loading:
    """What a model may use while it loads."""

    files: Mapping[str, Path]
    """Its files by role, checked."""
    cache: Path
    threads: int
    device: str
    """A GPU's name for torch, or empty for ONNX Runtime on the CPU."""
    other: Callable[[str], Model]
    """Another loaded model, by id."""

    def runtime(self, network: Network) -> Runtime:
        """Whatever is fastest here for a network."""
        if self.device:
            return TorchRuntime(network, self.device)
        return OnnxRuntime(network, self.cache, self.threads)


class Model(Protocol):
    """One model of the catalogue, loaded."""

    id: str
    modality: Modality

    def __init__(self, loading: Loading) -> None:
        """Load."""

    def encode(self, items: Sequence[Any]) -> Encoded:
        """Vectors in each of the model's spaces, a row per item."""

    def encode_query(self, text: str) -> Mapping[str, Vectors]:
        """For each space that takes text, the query's vector, shape (1, dimension)."""
