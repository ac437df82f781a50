"""Golden inputs and vectors. A runtime that gives others is not used: silently wrong vectors are worse than none."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from bowerbird.core.models.base import Model, unit
from bowerbird.core.models.catalogue import Entry, data
from bowerbird.core.models.runtimes import WrongResults
from bowerbird.core.types import SAMPLE_RATE, Modality, Pixels, Samples, Vectors

AGREES = 0.999
"""Least cosine between a runtime's vectors and the golden ones."""
SENTENCES = ("A satin bowerbird collects blue things.", "the quick brown fox", "Rechnung Nr. 42 vom 3. Mai")


def picture() -> Pixels:
    """A picture made of waves: the same on every machine, with something in every frequency."""
    y, x = np.mgrid[0:256, 0:256].astype(np.float32) / 255
    bands = [np.sin(2 * np.pi * (a * x + b * y + c * x * y)) for a, b, c in ((3, 1, 9), (1, 5, 4), (13, 2, 2))]
    return np.round(127.5 + 127.5 * np.stack(bands, axis=2)).astype(np.uint8)


def sound() -> Samples:
    """Three seconds of rising and falling tones."""
    t = np.arange(3 * SAMPLE_RATE, dtype=np.float64) / SAMPLE_RATE
    tones = [
        np.sin(2 * np.pi * (a * t + b * np.sin(c * t))) for a, b, c in ((180, 30, 5), (700, 90, 2), (2400, 200, 1))
    ]
    return np.asarray(np.round(9000 * np.mean(tones, axis=0) * np.sin(4 * t) ** 2), np.int16)


def inputs(modality: Modality) -> list[Any]:
    """The golden items of a modality."""
    if modality is Modality.TEXT:
        return list(SENTENCES)
    if modality is Modality.SCENE:
        frames = np.stack([np.roll(picture()[:224, :224], 9 * step, axis=1) for step in range(16)])
        return [(frames, None)]
    if modality is Modality.SOUND:
        return [sound(), sound()[::-1].copy()]
    return [picture(), picture()[::-1].copy()]


def agreement(model: Model) -> float:
    """The least cosine between what a loaded model gives for its golden inputs and what it should."""
    made = model.encode(inputs(model.modality)).vectors
    return min(float((vectors * _expected()[space]).sum(axis=1).min()) for space, vectors in made.items())


def milliseconds(model: Model) -> float:
    """How long a loaded model takes for one of its golden inputs; the quickest of three times."""
    items = inputs(model.modality)[:1]
    model.encode(items)  # the first time is slower
    took = []
    for _ in range(3):
        started = time.perf_counter()
        model.encode(items)
        took.append((time.perf_counter() - started) * 1000)
    return min(took)


def check(model: Model, entry: Entry) -> None:
    """Compare a loaded model with its golden vectors, where its weights could be had to make them.

    Raises:
        WrongResults: they differ.
    """
    if known(entry) and (found := agreement(model)) < AGREES:
        raise WrongResults(
            f"The model {entry.title} gives wrong results on this computer (agreement {found:.3f}), so it is not used."
        )


def known(entry: Entry) -> bool:
    """Whether there are golden vectors of a model: its weights could be had to make them."""
    return all(space.id in _expected() for space in entry.spaces)


def _expected() -> Mapping[str, Vectors]:
    return {space: unit(np.array(rows, np.float32)) for space, rows in json.loads(data("golden.json")).items()}
