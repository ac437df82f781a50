"""EfficientNet-lite: the network, and what is fed to it.

Architecture after Tan and Le, "EfficientNet: Rethinking Model Scaling" (2019), in the *lite* variant its authors
published for phones: no squeeze-and-excitation, ReLU6 for swish, stem and head not scaled.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.types import Pixels

if TYPE_CHECKING:
    from torch import nn

SIDE = 224
"""Pixels a side of lite0's input."""
CROP = 0.875
"""Share of the picture's shorter side that the central square takes."""


def batch(pictures: Sequence[Pixels]) -> NDArray[np.uint8]:
    """Pictures as the network takes them: their central squares, shape (n, 224, 224, 3)."""
    return np.stack([_square(picture) for picture in pictures])


def _square(picture: Pixels) -> Pixels:
    shorter = round(SIDE / CROP)
    if min(picture.shape[:2]) != shorter:
        picture = _resized(_middle(picture, 2 * min(picture.shape[:2])), shorter)
    return _middle(picture, SIDE)


def _middle(picture: Pixels, most: int) -> Pixels:
    """The middle of a picture, at most so many pixels a side: what lies farther out would be resized for nothing."""
    top, left = (max(0, side - most) // 2 for side in picture.shape[:2])
    return picture[top : top + most, left : left + most]


def _resized(picture: Pixels, shorter: int) -> Pixels:
    from PIL import Image

    scale = shorter / min(picture.shape[:2])
    height, width = (max(shorter, round(side * scale)) for side in picture.shape[:2])
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC))


def network(weights: Path) -> nn.Module:
    """The network with its weights: pixels (n, 224, 224, 3), 0…255 -> features (n, 1280), logits (n, 1000)."""
    import torch

    from bowerbird.core.models.efficientnet_layers import Lite0

    net = Lite0()
    published = torch.load(weights, map_location="cpu", weights_only=True)
    # Other names, but the same layers in the same order.
    net.load_state_dict(dict(zip(net.state_dict(), published.values(), strict=True)))
    return net.eval()
