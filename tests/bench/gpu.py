"""Items a second on a GPU: each model as the indexer has the host run it, beside a bare loop over the same network.

The bare loop prepares a batch, computes it and takes the next, in the same precision, with whichever of a few batch
sizes is fastest. Weights are random, of the published architectures.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.inference.client import Inference
from bowerbird.core.models import FAMILIES
from bowerbird.core.models.devices import accelerator
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime import golden
from bowerbird.core.models.runtime.base import LoadContext, Model
from bowerbird.core.models.runtime.network import Network, Prepare, Runtime, WrongResults
from bowerbird.core.types import Modality
from tests.bench.families import RANDOM, items_of
from tests.bench.report import Figure, median_seconds

_THREADS = 8
_SIZES = (8, 64)
_LONGEST = 20  # sentences in a text
_SPANS = 6  # of sound, in the half minute that the host is given
_PARALLEL = "TOKENIZERS_PARALLELISM"
_ITEMS = {Modality.IMAGE: 128, Modality.TEXT: 1024, Modality.SOUND: 48, Modality.SCENE: 16}


def measure(data: Path, work: Path) -> list[Figure]:
    """One model after the other.

    Raises:
        SystemExit: there is no GPU.
    """
    if not (gpu := accelerator()):
        raise SystemExit("There is no GPU here that torch can use.")
    found: list[Figure] = []
    for name, (make, _) in RANDOM.items():
        entry, models = load()[name], work / name
        fetch(entry, models, make(work / "checkpoint" / name), lambda done, whole: None)
        given = entry, Sources(models).files(entry), models, _THREADS, Sources(models).digest(entry), gpu
        for modality in dict.fromkeys(space.modality for space in entry.spaces):
            try:
                found += _beside(given, modality, half=True)
            except WrongResults:
                found += _beside(given, modality, half=False)
    return found


def _beside(given: tuple[Any, ...], modality: Modality, *, half: bool) -> list[Figure]:
    context, kind = LoadContext(*given, half), FAMILIES[given[0].family]
    ours = kind(context)
    agreement = golden.check(ours, context, modality)
    items = _items(modality)
    os.environ[_PARALLEL] = "false"  # as the host has it
    mine = _speed(ours, items, _SPANS if modality is Modality.SOUND else Inference.batch_size(modality))
    os.environ[_PARALLEL] = "true"
    bare = max(_speed(kind(_plainly(size)(*given, half)), items, len(items)) for size in _SIZES)
    what = f"{context.entry.id}, {modality}, {ours.runtime}"
    print(what, f"agreement {agreement:.5f}, {mine:.1f} a second, bare {bare:.1f}: {mine / bare:.2f}", flush=True)
    return [
        Figure("agreement", agreement, "cosine", what, f"{golden.AGREES}"),
        Figure("as the host runs it", mine, "items/s", what),
        Figure("bare loop", bare, "items/s", what),
        Figure("of the bare loop", mine / bare, "times", what, "0.9"),
    ]


def _items(modality: Modality) -> list[Any]:
    some = items_of(modality)
    items = [some[at % len(some)] for at in range(_ITEMS[modality])]
    if modality is Modality.TEXT:
        return [" ".join([item] * (1 + at % _LONGEST)) for at, item in enumerate(items)]
    return items


def _speed(model: Model, items: Sequence[Any], at_once: int) -> float:
    parts = [items[at : at + at_once] for at in range(0, len(items), at_once)]
    return len(items) / median_seconds(lambda: [model.encode(part) for part in parts])


def _plainly(size: int) -> type[LoadContext]:
    class Plainly(LoadContext):
        """Has its networks run by a bare loop over batches of one size."""

        def runtime(self, network: Network) -> Runtime:
            return _Bare(network, self.device, size, half=self.half)

    return Plainly


class _Bare:
    name = "a bare loop"

    def __init__(self, network: Network, device: str, size: int, *, half: bool) -> None:
        self._net, self._device, self._size, self._half = network.build().to(device), device, size, half

    def run(self, items: Sequence[Any], prepare: Prepare) -> list[NDArray[np.float32]]:
        import torch

        parts: list[list[NDArray[np.float32]]] = []
        for at in range(0, len(items), self._size):
            inputs = [torch.from_numpy(one).to(self._device) for one in prepare(items[at : at + self._size]).values()]
            with torch.inference_mode(), torch.autocast(self._device, torch.float16, enabled=self._half):
                made = self._net(*inputs)
            parts.append([one.float().cpu().numpy() for one in (made if isinstance(made, tuple) else (made,))])
        return [np.concatenate(output) for output in zip(*parts, strict=True)]
