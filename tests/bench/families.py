"""Every family at its published architecture and size: agreement with the reference, time and memory, in each runtime.

Weights are random where the real ones cannot be had here; each is measured in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bowerbird.core.models import FAMILIES
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime import golden
from bowerbird.core.models.runtime.base import LoadContext, unit
from bowerbird.core.types import Modality
from tests import checkpoints, references
from tests.bench.report import Figure
from tests.references import agreement

_SENTENCES = ("a dog barks", "rain on a tin roof", "an engine that does not start")
_Made = Callable[[Path], Path]
RANDOM: dict[str, tuple[_Made, Callable[[Path], Any]]] = {
    "multilingual-e5-small": (checkpoints.e5, lambda at: references.e5(at).documents),
    "clip-vit-base-patch32-laion2b": (checkpoints.clip, lambda at: references.clip(at).documents),
    "clip-vit-large-patch14": (lambda to: checkpoints.clip(to, large=True), lambda at: references.clip(at).documents),
    "siglip2-base-patch16-224": (checkpoints.siglip2, lambda at: references.siglip(at).documents),
    "resnet-50": (checkpoints.resnet, lambda at: references.resnet(at).documents),
    "clap-htsat-unfused": (lambda to: checkpoints.clap(to, _SENTENCES), references.clap),
    "multimodal-perceiver": (checkpoints.perceiver, lambda at: _mean_of(references.perceiver(at))),
    "embeddinggemma-2": (checkpoints.gemma, references.gemma),
}
_REAL = ("minilm-l6-v2", "all-mpnet-base-v2", "e5-small-q4", "efficientnet-lite0", "whisper-base")
_ONE_RUNTIME = ("whisper-base",)  # CTranslate2
_TIMES = 5


def measure(data: Path, work: Path) -> list[Figure]:
    """One after the other; each checkpoint is deleted when it was measured."""
    found: list[Figure] = []
    for name in (*_REAL, *RANDOM):
        models, entry = work / name, load()[name]
        if name in RANDOM:
            fetch(entry, models, RANDOM[name][0](work / "checkpoint"), lambda done, whole: None)
        elif not Sources(models).installed(entry):
            fetch(entry, models, None, lambda done, whole: None)
        for modality in dict.fromkeys(space.modality for space in entry.spaces):
            for device in ("",) if name in _ONE_RUNTIME else ("", "cpu"):
                found += _in_a_process(name, modality, models, device, work / "checkpoint")
        shutil.rmtree(work / "checkpoint", ignore_errors=True)
        shutil.rmtree(models, ignore_errors=True)
    return found


def _in_a_process(name: str, modality: Modality, models: Path, device: str, folder: Path) -> list[Figure]:
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_measured, args=(there, name, modality, models, device, folder))
    process.start()
    runtime, ms, memory, error, ordered = here.recv()
    process.join()
    what = f"{name}, {modality}, {runtime}"
    figures = [Figure("an item", ms, "ms", what, ""), Figure("memory", memory, "MiB", what, "")]
    if error is not None:
        order = "same order of pairs" if ordered else "OTHER ORDER OF PAIRS"
        figures.append(Figure("greatest error", error * 1e6, "millionths", f"{what}, {order}", ""))
    return figures


def _measured(pipe: Connection, name: str, modality: Modality, models: Path, device: str, folder: Path) -> None:
    entry, sources = load()[name], Sources(models)
    files, before = sources.files(entry), _rss()
    model: Any = FAMILIES[entry.family](LoadContext(entry, files, models, 2, sources.digest(entry), device))
    items = items_of(modality)
    made = model.encode(items).vectors
    took = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        model.encode(items[:1])
        took.append((time.perf_counter() - started) * 1000)
    memory = (_rss() - before) / 2**20
    error, ordered = None, True
    if name in RANDOM:
        theirs = np.asarray(RANDOM[name][1](folder)(items), np.float32)
        (ours,) = (made[space.id] for space in entry.spaces if space.modality is modality)
        error, ordered = agreement(ours, theirs)
    pipe.send((model.runtime, statistics.median(took), memory, error, ordered))


def items_of(modality: Modality) -> list[Any]:
    if modality is Modality.IMAGE:
        return references.pictures()
    if modality is Modality.SOUND:
        return references.sounds()
    if modality is Modality.SCENE:
        return [references.scene(seed) for seed in range(4)]
    return golden.inputs(modality)


def _mean_of(latents: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda scenes: unit(latents(scenes).mean(axis=1))


def _rss() -> int:
    return int(psutil.Process(os.getpid()).memory_info().rss)
