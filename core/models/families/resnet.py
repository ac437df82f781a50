"""ResNet-50 (He et al. 2016): photos that look alike, with the weights of the Hugging Face hub or of torchvision."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.checkpoint import pretrained, require
from bowerbird.core.models.runtime.base import LoadContext, unit
from bowerbird.core.models.runtime.network import Network
from bowerbird.core.types import Encoded, Modality, Pixels

if TYPE_CHECKING:
    from torch import Tensor, nn

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, which both were trained with
_IN_A_BLOCK = {
    **{f"conv{at + 1}": f"layer.{at}.convolution" for at in range(3)},
    **{f"bn{at + 1}": f"layer.{at}.normalization" for at in range(3)},
    "downsample.0": "shortcut.convolution",
    "downsample.1": "shortcut.normalization",
}
"""What transformers calls the parts of torchvision's blocks."""


class ResNet:
    """Photos by example, 2048-d."""

    family: ClassVar[str] = "resnet"
    modality: ClassVar[Modality] = Modality.IMAGE

    def __init__(self, context: LoadContext) -> None:
        """Load the photo processor and the network.

        Raises:
            ModelUnavailable: the weights are not those of a ResNet-50.
        """
        from transformers import ConvNextImageProcessorPil

        weights, architecture = context.files["weights"], context.entry.architecture
        (self._space,) = (space.id for space in context.entry.spaces)
        preprocessing = context.entry.preprocessing
        self._processor: Any = ConvNextImageProcessorPil(
            size={"shortest_edge": preprocessing["side"]},
            crop_pct=preprocessing["side"] / preprocessing["resized"],
            resample=preprocessing["resample"],
            image_mean=_MEAN,
            image_std=_DEVIATION,
        )
        if architecture:
            require(weights.parent, architecture)
            build = partial(_pretrained, weights.parent, architecture)
        else:
            build = partial(_torchvision, weights)
        example = {"pixel_values": self._pixel_values([np.zeros((256, 256, 3), np.uint8)] * 2)}
        self._network = context.runtime(Network(context.name, build, example, ("vectors",), parallel_prepare=True))

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._network.name

    def encode(self, items: Sequence[Pixels]) -> Encoded:
        """Vectors of photos, of shape (height, width, 3): shape (n, 2048)."""
        (features,) = self._network.run(items, lambda photos: {"pixel_values": self._pixel_values(photos)})
        return Encoded({self._space: unit(features)})

    def _pixel_values(self, items: Sequence[Pixels]) -> NDArray[np.float32]:
        """Shape (n, 3, side, side)."""
        inputs = self._processor(images=list(items), input_data_format="channels_last", return_tensors="np")
        return np.asarray(inputs["pixel_values"], np.float32)


def _pretrained(folder: Path, architecture: str) -> nn.Module:
    from transformers import ResNetModel

    return _features(pretrained(ResNetModel, folder, architecture))


def _torchvision(weights: Path) -> nn.Module:
    """The same network with torchvision's weights.

    Raises:
        ModelUnavailable: the file holds anything but the weights of a ResNet-50.
    """
    import pickle

    import torch
    from transformers import ResNetConfig, ResNetModel

    model = ResNetModel(ResNetConfig())
    try:
        state = torch.load(weights, map_location="cpu", weights_only=True)
        model.load_state_dict(renamed(state))
    except (pickle.UnpicklingError, RuntimeError, OSError, EOFError, ValueError, AttributeError) as error:
        raise ModelUnavailable(f"The file {weights.name} does not hold the weights of a ResNet-50.") from error
    return _features(model)


def renamed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Torchvision's weights by transformers' names, without the classifier."""
    return {_name_in_transformers(name): value for name, value in state.items() if not name.startswith("fc.")}


def _name_in_transformers(name: str) -> str:
    if block := re.fullmatch(r"layer(\d)\.(\d)\.(.+)\.(\w+)", name):
        stage, layer, part, kind = block.groups()
        return f"encoder.stages.{int(stage) - 1}.layers.{layer}.{_IN_A_BLOCK[part]}.{kind}"
    part, _, kind = name.partition(".")
    return f"embedder.embedder.{'convolution' if part == 'conv1' else 'normalization'}.{kind}"


def _features(resnet: Any) -> nn.Module:
    """Pixels (n, 3, side, side) -> (n, 2048)."""
    from torch import nn

    class Features(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.resnet = resnet

        def forward(self, pixel_values: Tensor) -> Tensor:
            pooled: Tensor = self.resnet(pixel_values).pooler_output
            return pooled.flatten(1)

    return Features().eval()
