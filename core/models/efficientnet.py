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
    from torch import Tensor, nn

SIDE = 224
"""Pixels a side of lite0's input."""
CROP = 0.875
"""Share of the picture's shorter side that the central square takes."""
_BLOCKS = (  # repeats, kernel, stride, expansion, output channels: table 1 of the paper, at lite0's width and depth of 1
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)  # fmt: skip


def batch(pictures: Sequence[Pixels]) -> NDArray[np.uint8]:
    """Pictures as the network takes them: their central squares, shape (n, 224, 224, 3)."""
    return np.stack([_square(picture) for picture in pictures])


def _square(picture: Pixels) -> Pixels:
    shorter = round(SIDE / CROP)
    if min(picture.shape[:2]) != shorter:
        picture = _resized(picture, shorter / min(picture.shape[:2]))
    top, left = (picture.shape[0] - SIDE) // 2, (picture.shape[1] - SIDE) // 2
    return picture[top : top + SIDE, left : left + SIDE]


def _resized(picture: Pixels, scale: float) -> Pixels:
    from PIL import Image

    size = (max(SIDE, round(picture.shape[1] * scale)), max(SIDE, round(picture.shape[0] * scale)))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def network(weights: Path) -> nn.Module:
    """The network with its weights: pixels (n, 224, 224, 3), 0…255 -> features (n, 1280), logits (n, 1000)."""
    import torch

    net = _lite0()
    state = torch.load(weights, map_location="cpu", weights_only=True)
    net.load_state_dict(_renamed(state))
    return net.eval()


def _renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The published names, in order, onto ours: both list the same layers in the same order."""
    return dict(zip(_lite0().state_dict(), state.values(), strict=True))


def _lite0() -> nn.Module:
    from torch import Tensor, nn

    def unit(
        channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1, *, bends: bool = True
    ) -> nn.Module:
        layers: list[nn.Module] = [
            nn.Conv2d(channels, out, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False),
            nn.BatchNorm2d(out, eps=1e-3),
        ]
        return nn.Sequential(*layers, nn.ReLU6()) if bends else nn.Sequential(*layers)

    class Block(nn.Module):
        """An inverted residual (MobileNetV2): widen, filter each channel, narrow."""

        def __init__(self, channels: int, out: int, kernel: int, stride: int, expansion: int) -> None:
            super().__init__()
            wide = channels * expansion
            widen = [unit(channels, wide, 1)] if expansion > 1 else []
            self.layers = nn.Sequential(*widen, unit(wide, wide, kernel, stride, wide), unit(wide, out, 1, bends=False))
            self.adds = stride == 1 and channels == out

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.layers(x)
            return x + y if self.adds else y

    class Lite0(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = unit(3, 32, 3, 2)
            blocks, channels = [], 32
            for repeats, kernel, stride, expansion, out in _BLOCKS:
                for number in range(repeats):
                    blocks.append(Block(channels, out, kernel, stride if number == 0 else 1, expansion))
                    channels = out
            self.blocks = nn.Sequential(*blocks)
            self.head = unit(channels, 1280, 1)
            self.classes = nn.Linear(1280, 1000)

        def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
            # In here, not before: a tenth of the bytes to hand over, and the runtime's threads do it.
            x = (pixels.permute(0, 3, 1, 2).float() - 127.0) / 128.0
            features = self.head(self.blocks(self.stem(x))).mean((2, 3))
            return features, self.classes(features)

    return Lite0()
