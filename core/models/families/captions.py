"""Photos as sentences: a head on EfficientNet-lite0 that learned from captions what people say of photos.

A photo's vector is the sum of two: a linear map of its features, fitted to the sentence vectors of captions, and what
ConSE makes of its classes, which leads where the features are unlike those of the captioned photos, since the first is
short there. ``tests/quality/photo_head.py`` fits it to COCO's captions (CC BY 4.0; COCO, cocodataset.org).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

import numpy as np

from bowerbird.core.models.registry.entries import data
from bowerbird.core.models.runtime.base import unit
from bowerbird.core.types import Vectors


@dataclass(frozen=True, slots=True)
class Head:
    """The matrices of one text model, kept as float16. Its name in ``resources/models`` is that of a ``.npz``."""

    features: Vectors
    """From scaled features to sentences, shape (1280, 384)."""
    bias: Vectors
    """Added to that, shape (384,)."""
    metric: Vectors
    """Weighs the directions of ConSE's vectors by how well photos tell them, shape (384, 384)."""
    classes: Vectors
    """From those to sentences, shape (384, 384)."""

    def vectors(self, features: Vectors, conse: Vectors) -> Vectors:
        """Photo vectors, shape (n, 384), of length 1, comparable with what ``conse.transform_queries`` returns.

        Args:
            features: shape (n, 1280), none negative, of whichever length: as the network has them, or of length 1.
            conse: ConSE's vectors of the same photos, shape (n, 384).
        """
        mapped = scaled(features) @ self.features + self.bias
        return unit(mapped + unit(conse @ self.metric) @ self.classes)


def scaled(features: Vectors) -> Vectors:
    """Square roots, of length 1: few features are large, and would drown the others."""
    return unit(np.sqrt(np.maximum(features, 0.0)))


@cache
def head(file: str) -> Head:
    """The head in a file of ``resources/models``."""
    with np.load(io.BytesIO(data(file)), allow_pickle=False) as arrays:
        return Head(**{name: np.asarray(arrays[name], np.float32) for name in arrays.files})
