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
"""48,000 a second for as long as 16 frames last at 25 a second, as the model was trained."""
_CLASSES = 700  # of Kinetics: the third input

Scene = tuple[Frames, Samples | None]
"""Shape (16, 224, 224, 3), and (30720,) or no sound."""


class Perceiver:
    """Scenes of clips, 512-d, by example."""

    family: ClassVar[str] = "perceiver"
    modality: ClassVar[Modality] = Modality.SCENE

    def __init__(self, context: LoadContext) -> None:
        """Load the encoder; the weights must be safetensors beside their config.json."""
        build = partial(_encoder, context.files["weights"].parent, context.entry.architecture)
        black = np.zeros((FRAMES, SIDE, SIDE, 3), np.uint8)
        example = _inputs([(black, None)])
        self._encoder = context.runtime(Network(context.name, build, example, ("latents",), heavy=True))

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._encoder.name

    def encode(self, items: Sequence[Scene]) -> Encoded:
        """The mean of each scene's latents."""
        return Encoded({SPACE: unit(self.latents(items).mean(axis=1))})

    def latents(self, scenes: Sequence[Scene]) -> NDArray[np.float32]:
        """What the encoder makes of scenes, shape (n, 784, 512)."""
        (made,) = self._encoder.run(scenes, _inputs)
        return made


def _inputs(scenes: Sequence[Scene]) -> Arrays:
    sounds = [np.zeros(SAMPLES, np.int16) if samples is None else samples for _, samples in scenes]
    return {"frames": np.stack([frames for frames, _ in scenes]), "samples": np.stack(sounds)}


def _encoder(folder: Path, architecture: str) -> nn.Module:
    """Pictures (n, 16, 224, 224, 3) and sounds (n, 30720), both as files have them -> latents (n, 784, 512).

    It is the reference model without what comes after its latents.
    """
    from torch import nn
    from transformers import PerceiverForMultimodalAutoencoding

    encoder: Any = pretrained(PerceiverForMultimodalAutoencoding, folder, architecture).perceiver
    encoder.decoder = encoder.output_postprocessor = None
    unknown = _without_dice(encoder.input_preprocessor)
    for name in ("image", "audio"):
        _keep_positions(encoder.input_preprocessor.modalities[name].position_embeddings)

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            self.unknown = nn.Buffer(unknown)

        def forward(self, frames: Tensor, samples: Tensor) -> Tensor:
            inputs = {
                "image": frames.permute(0, 1, 4, 2, 3).float() / 255,
                "audio": samples[..., None].float() / 32768,
                "label": self.unknown.expand(frames.shape[0], -1),
            }
            made: Tensor = self.encoder(inputs).last_hidden_state
            return made

    return Encoder().eval()


def _without_dice(preprocessor: Any) -> Tensor:
    """Mask the class, and nothing else, as the reference does with probabilities of 1 and 0: what to give as a class.

    ONNX Runtime's dice are not torch's at those ends.
    """
    unknown: Tensor = preprocessor.mask["label"].detach()
    preprocessor.padding["label"].data = unknown[:, _CLASSES:]
    preprocessor.mask_probs = {}
    return unknown[:, :_CLASSES]


def _keep_positions(encoding: Any) -> None:
    """Compute position features once, here: runtimes round positions differently, by up to a part in ten millions.

    That is much in the sine of 15,000 times as much.
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
