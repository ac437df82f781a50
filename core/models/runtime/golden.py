"""Golden inputs and vectors, which every runtime is checked against: silently wrong vectors are worse than none."""

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
"""Least cosine between a runtime's vectors and the golden ones for the runtime to be used."""
SENTENCES = ("A satin bowerbird collects blue things.", "the quick brown fox", "Rechnung Nr. 42 vom 3. Mai")


def picture() -> Pixels:
    """A picture of waves, shape (256, 256, 3): the same on every machine, with something in every frequency."""
    y, x = np.mgrid[0:256, 0:256].astype(np.float32) / 255
    bands = [np.sin(2 * np.pi * (a * x + b * y + c * x * y)) for a, b, c in ((3, 1, 9), (1, 5, 4), (13, 2, 2))]
    return np.round(127.5 + 127.5 * np.stack(bands, axis=2)).astype(np.uint8)


def sound() -> Samples:
    """Three seconds of rising and falling tones, shape (48000,), 16,000 samples a second."""
    t = np.arange(3 * SAMPLE_RATE, dtype=np.float64) / SAMPLE_RATE
    tones = [
        np.sin(2 * np.pi * (a * t + b * np.sin(c * t))) for a, b, c in ((180, 30, 5), (700, 90, 2), (2400, 200, 1))
    ]
    return np.asarray(np.round(9000 * np.mean(tones, axis=0) * np.sin(4 * t) ** 2), np.int16)


def inputs(modality: Modality) -> list[Any]:
    """The golden items of a modality, as its models take them."""
    if modality is Modality.TEXT:
        return list(SENTENCES)
    if modality is Modality.SCENE:
        frames = np.stack([np.roll(picture()[:224, :224], 9 * step, axis=1) for step in range(16)])
        return [(frames, sound()[:30_720]), (frames[::-1].copy(), None)]
    if modality is Modality.SOUND:
        return [sound(), sound()[::-1].copy()]
    return [picture(), picture()[::-1].copy()]


def encode(model: Model, modality: Modality) -> Mapping[str, Vectors]:
    """A loaded model's vectors of the golden inputs of a modality, by space, shape (inputs, dimension).

    If it takes text only as typed sentences, their vectors come under an empty name.
    """
    if modality is Modality.TEXT and model.modality is not Modality.TEXT:
        text_model = cast("TextModel", model)
        return {"": np.concatenate([text_model.encode_query(text) for text in SENTENCES])}
    return model.encode(inputs(modality)).vectors


def agreement(model: Model, modality: Modality, reference: Mapping[str, Vectors]) -> float:
    """The least cosine between a loaded model's vectors of its golden inputs and the reference's, over all spaces."""
    cosines = [(rows * reference[space]).sum(axis=1).min() for space, rows in encode(model, modality).items()]
    return float(np.min(cosines))  # unlike min(), it keeps "not a number"


def milliseconds(model: Model) -> float:
    """How many milliseconds a loaded model takes for one of its golden inputs; the fastest of three runs."""
    items = inputs(model.modality)[:1]
    model.encode(items)  # the first time is slower
    times = []
    for _ in range(3):
        started = time.perf_counter()
        model.encode(items)
        times.append((time.perf_counter() - started) * 1000)
    return min(times)


def check(model: Model, context: LoadContext, modality: Modality) -> float:
    """The agreement of a loaded model with its golden vectors of a modality.

    Raises:
        WrongResults: they differ.
    """
    cosine = agreement(model, modality, expected(model, context, modality))
    if not cosine >= AGREES:  # "not a number" is no agreement
        raise WrongResults(
            f"The model {context.entry.title} gives wrong results on this computer (agreement {cosine:.3f}), "
            "so it is not used."
        )
    return cosine


def expected(model: Model, context: LoadContext, modality: Modality) -> Mapping[str, Vectors]:
    """A model's golden vectors by space: shipped for models whose weights were at hand, or computed here, once.

    Those are computed with torch on the CPU, the plainest runtime there is, and kept by the hash of the weights.
    """
    if known(context.entry):
        return _shipped()
    record = context.cache / f"{context.name}-golden-{modality}.json"
    if not record.exists():
        plain = model if context == context.plain else type(model)(context.plain)
        vectors = encode(plain, modality)
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
