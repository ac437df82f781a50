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
"""Tuned on captions. All 1,000 labels are weighted, not the paper's top ten: a cut-off makes float16 and float32
disagree at the border, and misses what is beside the main thing."""
PROMPTS = ("a photo of a {}", "there is a {}")
"""Sentences around a label lie nearer to the sentences people type (Radford et al. 2021)."""
_MAX_LABELS = 5
_MIN_PROBABILITY = 0.05
CLASS_WEIGHTS = "class_weights.npy"
_SHARPNESS = 0.02  # of the choice among labels: a sentence near to several, as "dog" is, means all of them


def encode_labels(encode: Callable[[Sequence[str]], Vectors], names: Sequence[str]) -> Vectors:
    """Label vectors, shape (labels, dimension): each label's mean over ``PROMPTS``, of length 1.

    ``encode`` makes vectors of sentences, shape (n, dimension). ``resources/models`` holds the results for the starter
    pack, because computing them would keep the very first search waiting for seconds; a test compares them.
    """
    prompted = [encode([prompt.format(name) for name in names]) for prompt in PROMPTS]
    return unit(np.mean(prompted, axis=0))


@cache
def label_vectors(file: str) -> Vectors:
    """The label vectors in a file of ``resources/models``, shape (1000, 384)."""
    return np.asarray(np.load(io.BytesIO(data(file)), allow_pickle=False), np.float32)


@cache
def centred_label_vectors(file: str) -> Vectors:
    """The same relative to their mean."""
    return np.asarray(label_vectors(file) - label_vectors(file).mean(axis=0), np.float32)


def transform_queries(sentences: Vectors, file: str) -> Vectors:
    """Sentence vectors, shape (n, 384), made comparable with photo vectors that were made with the labels of a file."""
    return unit(sentences - label_vectors(file).mean(axis=0))


def class_query(sentence: Vectors, file: str, least: float) -> Vectors | None:
    """What the classifier itself looks for where a sentence names one of its classes: to compare with its features.

    By name, photos are found better so than by any sentence vector of theirs.

    Args:
        sentence: the vector of one, shape (1, 384), as ``transform_queries`` has it.
        file: that of the label vectors.
        least: the cosine with a label from which on a sentence is its name.

    Returns:
        The weights of those classes, shape (1, 1280), of length 1; None if it names none.
    """
    cosines = sentence @ unit(centred_label_vectors(file)).T
    if cosines.max() < least:
        return None
    return unit(_softmax(cosines / _SHARPNESS) @ class_weights())


@cache
def class_weights() -> Vectors:
    """The weights of EfficientNet-lite0's last layer relative to their mean, shape (1000, 1280), of length 1."""
    return np.asarray(np.load(io.BytesIO(data(CLASS_WEIGHTS)), allow_pickle=False), np.float32)


def combine(logits: NDArray[np.float32], labels: Vectors) -> Vectors:
    """Photo vectors of shape (n, 384) from class logits of shape (n, 1000) and centred label vectors."""
    return unit(_softmax(logits / TEMPERATURE) @ labels)


def top_labels(logits: NDArray[np.float32], names: Sequence[str]) -> tuple[tuple[Label, ...], ...]:
    """For each row of logits, shape (n, 1000), up to five labels worth showing, most probable first.

    Classes of the same name count together.
    """
    return tuple(_top_labels(row, names) for row in _softmax(logits))


def _top_labels(probabilities: NDArray[np.float32], names: Sequence[str]) -> tuple[Label, ...]:
    by_name: dict[str, float] = {}
    for number in np.argsort(-probabilities)[:_MAX_LABELS]:
        by_name[names[number]] = by_name.get(names[number], 0.0) + float(probabilities[number])
    ordered = sorted(by_name.items(), key=lambda label: -label[1])
    return tuple(Label(name, round(value, 3)) for name, value in ordered if value >= _MIN_PROBABILITY)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
