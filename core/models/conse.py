"""ConSE (Norouzi et al. 2013, "Zero-shot learning by convex combination of semantic embeddings").

A photo's vector is the mean of its most probable labels' sentence embeddings, weighted by their probabilities, so
that a typed sentence can be compared with it. It sees things, not actions, people's roles or relations.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.types import Label, Vectors

TOP = 50
TEMPERATURE = 2.0
"""Both by measurement over captions: a flatter mean of more labels than the paper's ten does better."""
PROMPT = "a photo of a {}"
"""A sentence around a label lies nearer to the sentences people type (Radford et al. 2021)."""
_SHOWN = 5
_SURE = 0.05


def centred(labels: Vectors) -> Vectors:
    """Label vectors less their mean: what all labels share tells no photo from another."""
    return np.asarray(labels - labels.mean(axis=0), np.float32)


def combine(logits: NDArray[np.float32], labels: Vectors) -> Vectors:
    """Photo vectors of shape (n, dimension) from class logits (n, classes) and label vectors (classes, dimension)."""
    best = np.argpartition(-logits, TOP, axis=1)[:, :TOP]
    weights = _softmax(np.take_along_axis(logits, best, axis=1) / TEMPERATURE)
    mean = np.einsum("nk,nkd->nd", weights, labels[best])
    return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), np.float32)


def seen(logits: NDArray[np.float32], names: list[str]) -> tuple[tuple[Label, ...], ...]:
    """For each photo the labels worth telling, most probable first."""
    return tuple(_labels(row, names) for row in _softmax(logits))


def _labels(row: NDArray[np.float32], names: list[str]) -> tuple[Label, ...]:
    best = np.argsort(-row)[:_SHOWN]
    found = {names[at]: round(float(row[at]), 3) for at in best[::-1] if row[at] >= _SURE}
    return tuple(Label(name, probability) for name, probability in reversed(found.items()))


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
