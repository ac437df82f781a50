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

SIDE = 320
"""Pixels a side of what the network sees. It was trained with squares of 224 cut out of photos, in which things look
larger than in whole ones; seen larger they fit again (Touvron et al. 2019, "Fixing the train-test resolution
discrepancy"). By measurement whole photos at 320 are classified better than their middles at 224, and found better."""
_LONGEST = 2  # times the shorter side: of what is longer the middle, or all would be squeezed beyond recognition


def batch(pictures: Sequence[Pixels]) -> NDArray[np.uint8]:
    """Pictures as the network takes them: whole, squeezed into squares, shape (n, 320, 320, 3)."""
    return np.stack([_square(picture) for picture in pictures])


def _square(picture: Pixels) -> Pixels:
    from PIL import Image

    middle = _middle(picture, _LONGEST * min(picture.shape[:2]))
    return np.asarray(Image.fromarray(middle).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def _middle(picture: Pixels, most: int) -> Pixels:
    """The middle of a picture, at most so many pixels a side."""
    top, left = (max(0, side - most) // 2 for side in picture.shape[:2])
    return picture[top : top + most, left : left + most]


def network(weights: Path) -> nn.Module:
    """The network with its weights: pixels (n, 320, 320, 3), 0…255 -> features (n, 1280), logits (n, 1000)."""
    import torch

    from bowerbird.core.models.families.efficientnet_layers import Lite0

    net = Lite0()
    published = torch.load(weights, map_location="cpu", weights_only=True)
    # Other names, but the same layers in the same order.
    net.load_state_dict(dict(zip(net.state_dict(), published.values(), strict=True)))
    return net.eval()
