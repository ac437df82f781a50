"""Golden inputs and vectors. A runtime that gives others is not used: silently wrong vectors are worse than none."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from bowerbird.core.models.registry.entries import Entry, data
from bowerbird.core.models.runtime.base import LoadContext, Model, TextModel, unit
from bowerbird.core.models.runtime.network import WrongResults
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
        return [(frames, sound()[:30_720]), (frames[::-1].copy(), None)]
    if modality is Modality.SOUND:
        return [sound(), sound()[::-1].copy()]
    return [picture(), picture()[::-1].copy()]


def made(model: Model, modality: Modality) -> Mapping[str, Vectors]:
    """A loaded model's vectors of its golden inputs of a modality, by space.

    Of text that it only takes as questions, by no space's name.
    """
    if modality is Modality.TEXT and model.modality is not Modality.TEXT:
        asked = cast("TextModel", model)
        return {"": np.concatenate([asked.encode_query(text) for text in SENTENCES])}
    return model.encode(inputs(modality)).vectors


def agreement(model: Model, modality: Modality, right: Mapping[str, Vectors]) -> float:
    """The least cosine between what a loaded model gives for its golden inputs and what it should."""
    found = [(rows * right[space]).sum(axis=1).min() for space, rows in made(model, modality).items()]
    return float(np.min(found))  # unlike min(), it keeps "not a number"


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


def check(model: Model, context: LoadContext, modality: Modality) -> float:
    """The agreement of a loaded model with its golden vectors of a modality.

    Raises:
        WrongResults: they differ.
    """
    found = agreement(model, modality, expected(model, context, modality))
    if not found >= AGREES:  # nor is "not a number" agreement
        raise WrongResults(
            f"The model {context.entry.title} gives wrong results on this computer (agreement {found:.3f}), "
            "so it is not used."
        )
    return found


def expected(model: Model, context: LoadContext, modality: Modality) -> Mapping[str, Vectors]:
    """A model's golden vectors: shipped, where its weights could be had to make them, or made here, once.

    Those are made by torch on the CPU, the plainest runtime there is, and kept by the hash of the weights.
    """
    if known(context.entry):
        return _shipped()
    record = context.cache / f"{context.name}-golden-{modality}.json"
    if not record.exists():
        plain = model if context == context.plain else type(model)(context.plain)
        vectors = made(plain, modality)
        record.parent.mkdir(parents=True, exist_ok=True)
        draft = record.with_suffix(".new")
        draft.write_text(json.dumps({space: rows.tolist() for space, rows in vectors.items()}), "utf-8")
        draft.replace(record)
    return _read(record.read_bytes())


def known(entry: Entry) -> bool:
    """Whether a model's golden vectors are shipped."""
    return all(space.id in _shipped() for space in entry.spaces)


def _shipped() -> Mapping[str, Vectors]:
    return _read(data("golden.json"))


def _read(text: bytes) -> Mapping[str, Vectors]:
    return {space: unit(np.array(rows, np.float32)) for space, rows in json.loads(text).items()}
