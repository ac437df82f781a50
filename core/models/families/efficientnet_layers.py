"""EfficientNet-lite0's layers. Imports torch: import it only where the network is really built."""

from __future__ import annotations

from torch import Tensor, nn

FEATURES = 1280
CLASSES = 1000
_STEM = 32
_BLOCKS = (  # repeats, kernel, stride, expansion, output channels: table 1 of the paper
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)  # fmt: skip


class Lite0(nn.Module):
    """Pixels (n, height, width, 3), 0…255 -> features (n, 1280), logits (n, 1000)."""

    def __init__(self) -> None:
        """Layers with random weights."""
        super().__init__()
        self.stem = nn.Sequential(*_unit(3, _STEM, 3, 2))
        blocks, channels = [], _STEM
        for repeats, kernel, stride, expansion, out in _BLOCKS:
            for number in range(repeats):
                blocks.append(_Block(channels, out, kernel, stride if number == 0 else 1, expansion))
                channels = out
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(*_unit(channels, FEATURES, 1))
        self.classes = nn.Linear(FEATURES, CLASSES)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Features and logits."""
        # Scaled in here, not before: a tenth of the bytes to hand over, and the runtime's threads do it.
        x = (pixels.permute(0, 3, 1, 2).float() - 127.0) / 128.0
        features = self.head(self.blocks(self.stem(x))).mean((2, 3))
        return features, self.classes(features)


class _Block(nn.Module):
    """An inverted residual (Sandler et al. 2018, "MobileNetV2"): widen, filter each channel, narrow."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = channels * expansion
        widen = _unit(channels, wide, 1) if expansion > 1 else []
        narrow = _unit(wide, out, 1)[:-1]
        self.layers = nn.Sequential(*widen, *_unit(wide, wide, kernel, stride, wide), *narrow)
        self.adds = stride == 1 and channels == out

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return x + y if self.adds else y


def _unit(channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(channels, out, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out, eps=1e-3),
        nn.ReLU6(),
    ]
