"""The multimodal Perceiver (Jaegle et al. 2021, "Perceiver IO"): a scene's pictures and sound in one vector.

Of the autoencoder only the preprocessor and the encoder run; the decoder would rebuild the scene. Its latents, shape
(784, 512), are averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.registry.checkpoint import pretrained
from bowerbird.core.models.runtime.base import LoadContext, unit
from bowerbird.core.models.runtime.network import Arrays, Network
from bowerbird.core.types import Encoded, Frames, Modality, Samples

if TYPE_CHECKING:
    from torch import Tensor, nn

SPACE = "multimodal-perceiver@1"
FRAMES, SIDE = 16, 224
SAMPLES = 30_720
"""As many as 16 frames last at 25 a second, at 48,000 samples a second: what the model was trained on."""
_CLASSES = 700  # of Kinetics: the third input

Scene = tuple[Frames, Samples | None]
"""Frames of shape (16, 224, 224, 3), and samples of shape (30720,), or None where there is no sound."""


class Perceiver:
    """Scenes of clips, 512-d, by example."""

    family: ClassVar[str] = "perceiver"
    modality: ClassVar[Modality] = Modality.SCENE

    def __init__(self, context: LoadContext) -> None:
        """Load the encoder.

        Raises:
            ModelUnavailable: the folder of the weights holds another architecture.
        """
        build = partial(_encoder, context.files["weights"].parent, context.entry.architecture)
        black = np.zeros((FRAMES, SIDE, SIDE, 3), np.uint8)
        example = _inputs([(black, None)])
        self._encoder = context.runtime(Network(context.name, build, example, ("latents",), heavy=True))

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._encoder.name

    def encode(self, items: Sequence[Scene]) -> Encoded:
        """Vectors of scenes: the mean of each scene's latents, shape (n, 512)."""
        return Encoded({SPACE: unit(self.latents(items).mean(axis=1))})

    def latents(self, scenes: Sequence[Scene]) -> NDArray[np.float32]:
        """The encoder's output, shape (n, 784, 512)."""
        (latents,) = self._encoder.run(scenes, _inputs)
        return latents


def _inputs(scenes: Sequence[Scene]) -> Arrays:
    sounds = [np.zeros(SAMPLES, np.int16) if samples is None else samples for _, samples in scenes]
    return {"frames": np.stack([frames for frames, _ in scenes]), "samples": np.stack(sounds)}


def _encoder(folder: Path, architecture: str) -> nn.Module:
    """Frames (n, 16, 224, 224, 3), 0…255, and int16 samples (n, 30720) -> latents (n, 784, 512).

    The published model without its decoder.
    """
    from torch import nn
    from transformers import PerceiverForMultimodalAutoencoding

    encoder: Any = pretrained(PerceiverForMultimodalAutoencoding, folder, architecture).perceiver
    encoder.decoder = encoder.output_postprocessor = None
    unknown_class = _mask_class(encoder.input_preprocessor)
    for name in ("image", "audio"):
        _keep_positions(encoder.input_preprocessor.modalities[name].position_embeddings)

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            self.unknown_class = nn.Buffer(unknown_class)

        def forward(self, frames: Tensor, samples: Tensor) -> Tensor:
            inputs = {
                "image": frames.permute(0, 1, 4, 2, 3).float() / 255,
                "audio": samples[..., None].float() / 32768,
                "label": self.unknown_class.expand(frames.shape[0], -1),
            }
            latents: Tensor = self.encoder(inputs).last_hidden_state
            return latents

    return Encoder().eval()


def _mask_class(preprocessor: Any) -> Tensor:
    """Mask the class and nothing else, without chance; returns the class input to give, shape (1, 700).

    The published preprocessor draws what it masks with probabilities of 1 and 0, and ONNX Runtime's random numbers are
    not torch's at those ends.
    """
    unknown: Tensor = preprocessor.mask["label"].detach()
    preprocessor.padding["label"].data = unknown[:, _CLASSES:]
    preprocessor.mask_probs = {}
    return unknown[:, :_CLASSES]


def _keep_positions(encoding: Any) -> None:
    """Compute the Fourier position features once, with torch on the CPU, and keep them as a constant.

    Runtimes round positions differently, by up to a part in ten millions; times 15,000, under a sine, that shows.
    """
    import torch

    compute: Callable[..., Tensor] = encoding.forward
    kept: list[Tensor] = []

    def forward(dims: Sequence[int], number: int, device: Any, dtype: Any, pos: Any = None) -> Any:
        if not kept:
            kept.append(compute([int(dim) for dim in dims], 1, torch.device("cpu"), torch.float32, pos))
        kept[0] = kept[0].to(device, dtype)  # a copy to a GPU, once
        return kept[0].expand(number, -1, -1)

    encoding.forward = forward
