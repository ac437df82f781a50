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

from bowerbird.core.models import FAMILIES, golden
from bowerbird.core.models.base import Loading
from bowerbird.core.models.catalogue import load
from bowerbird.core.models.fetch import fetch
from bowerbird.core.models.sources import Sources
from bowerbird.core.types import Modality
from tests import checkpoints, references
from tests.bench.report import Figure
from tests.references import agreement

_Made = Callable[[Path], Path]
_RANDOM: dict[str, tuple[_Made, Any]] = {
    "multilingual-e5-small": (checkpoints.e5, references.e5),
    "clip-vit-base-patch32-laion2b": (checkpoints.clip, references.clip),
    "clip-vit-large-patch14": (lambda to: checkpoints.clip(to, large=True), references.clip),
    "siglip2-base-patch16-224": (checkpoints.siglip2, references.siglip),
    "resnet-50": (checkpoints.resnet, references.resnet),
    "embeddinggemma-2": (checkpoints.gemma, None),
}
_REAL = ("minilm-l6-v2", "all-mpnet-base-v2", "e5-small-q4", "efficientnet-lite0", "whisper-base")
_ONE_RUNTIME = ("whisper-base",)  # CTranslate2
_TIMES = 5


def measure(data: Path, work: Path) -> list[Figure]:
    """One after the other; each checkpoint is deleted when it was measured."""
    found: list[Figure] = []
    for name in (*_REAL, *_RANDOM):
        models = work / name
        if name in _RANDOM:
            folder = _RANDOM[name][0](work / "checkpoint")
            fetch(load()[name], models, folder, lambda done, whole: None)
        elif not Sources(models).installed(load()[name]):
            fetch(load()[name], models, None, lambda done, whole: None)
        for device in ("",) if name in _ONE_RUNTIME else ("", "cpu"):
            found += _in_a_process(name, models, device, work / "checkpoint")
        shutil.rmtree(work / "checkpoint", ignore_errors=True)
        shutil.rmtree(models, ignore_errors=True)
    return found


def _in_a_process(name: str, models: Path, device: str, folder: Path) -> list[Figure]:
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_measured, args=(there, name, models, device, folder))
    process.start()
    runtime, ms, memory, error, ordered = here.recv()
    process.join()
    what = f"{name}, {runtime}"
    figures = [Figure("an item", ms, "ms", what, ""), Figure("memory", memory, "MiB", what, "")]
    if error is not None:
        order = "same order of pairs" if ordered else "OTHER ORDER OF PAIRS"
        figures.append(Figure("greatest error", error * 1e6, "millionths", f"{what}, {order}", ""))
    return figures


def _measured(pipe: Connection, name: str, models: Path, device: str, folder: Path) -> None:
    entry, sources = load()[name], Sources(models)
    files, before = sources.files(entry), _rss()
    model: Any = FAMILIES[entry.family](Loading(entry, files, models, 2, sources.digest(entry), device))
    items = references.pictures() if model.modality is Modality.IMAGE else golden.inputs(model.modality)
    made = model.encode(items).vectors
    took = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        model.encode(items[:1])
        took.append((time.perf_counter() - started) * 1000)
    memory = (_rss() - before) / 2**20
    error, ordered = None, True
    if name in _RANDOM and _RANDOM[name][1] is not None:
        theirs = _RANDOM[name][1](folder).documents(items)
        error, ordered = agreement(next(iter(made.values())), np.asarray(theirs, np.float32))
    pipe.send((model.runtime, statistics.median(took), memory, error, ordered))


def _rss() -> int:
    return int(psutil.Process(os.getpid()).memory_info().rss)
