"""ConSE (Norouzi et al. 2013, "Zero-shot learning by convex combination of semantic embeddings").

A photo's vector is the mean of all labels' sentence vectors, weighted by their probabilities, so that a typed sentence
can be compared with it. It sees things, not actions, people's roles or relations.

Label and sentence vectors are taken relative to the mean of all labels: what they all share tells no photo from
another (Mu and Viswanath 2018, "All-but-the-top").
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.registry.entries import data
from bowerbird.core.models.runtime.base import unit
from bowerbird.core.types import Label, Vectors

TEMPERATURE = 1.5
"""By measurement over captions, and of all labels, not the paper's ten: things beside the main one count too, and where
ranks decided which labels count, half precision, which swaps two at the border, would give other vectors."""
PROMPTS = ("a photo of a {}", "there is a {}")
"""Sentences around a label lie nearer to the sentences people type (Radford et al. 2021)."""
_SHOWN = 5
_SURE = 0.05


def label_vectors(encode: Callable[[Sequence[str]], Vectors], names: Sequence[str]) -> Vectors:
    """Shape (labels, dimension): each label's mean over ``PROMPTS``, of length 1.

    ``resources/models`` holds the results for the starter pack, because computing them would keep the very first
    search waiting for seconds; a test compares them.
    """
    made = np.mean([encode([prompt.format(name) for name in names]) for prompt in PROMPTS], axis=0)
    return unit(made)


@cache
def labels(file: str) -> Vectors:
    """The label vectors that ship in a file, shape (1000, 384), relative to their mean."""
    return np.asarray(shipped(file) - shipped(file).mean(axis=0), np.float32)


@cache
def shipped(file: str) -> Vectors:
    """The label vectors that ship in a file of ``resources/models``, shape (1000, 384)."""
    return np.asarray(np.load(io.BytesIO(data(file)), allow_pickle=False), np.float32)


def queries(sentences: Vectors, file: str) -> Vectors:
    """Sentence vectors, shape (n, 384), as photo vectors made with these labels compare with them."""
    return unit(sentences - shipped(file).mean(axis=0))


def combine(logits: NDArray[np.float32], of_labels: Vectors) -> Vectors:
    """Photo vectors of shape (n, 384) from class logits of shape (n, 1000)."""
    return unit(_softmax(logits / TEMPERATURE) @ of_labels)


def seen(logits: NDArray[np.float32], names: Sequence[str]) -> tuple[tuple[Label, ...], ...]:
    """For each photo the labels worth telling, most probable first. Classes of one name count together."""
    return tuple(_worth_telling(row, names) for row in _softmax(logits))


def _worth_telling(row: NDArray[np.float32], names: Sequence[str]) -> tuple[Label, ...]:
    found: dict[str, float] = {}
    for at in np.argsort(-row)[:_SHOWN]:
        found[names[at]] = found.get(names[at], 0.0) + float(row[at])
    sure = sorted(found.items(), key=lambda one: -one[1])
    return tuple(Label(name, round(probability, 3)) for name, probability in sure if probability >= _SURE)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
