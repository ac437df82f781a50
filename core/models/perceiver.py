"""The multimodal Perceiver (Jaegle et al. 2021, "Perceiver IO"): a scene's pictures and sound in one vector.

Of the autoencoder only the preprocessor and the encoder run; the decoder would rebuild the scene. Its latents, shape
(784, 512), are averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.base import Loading, unit
from bowerbird.core.models.checkpoint import pretrained
from bowerbird.core.models.runtimes import device_name
from bowerbird.core.types import Encoded, Frames, Modality, Samples

if TYPE_CHECKING:
    from torch import nn

SPACE = "multimodal-perceiver@1"
FRAMES, SIDE = 16, 224
SAMPLES = 30_720
"""48,000 a second for as long as 16 frames last at 25 a second, as the model was trained."""
_CLASSES = 700  # of Kinetics: the third input, always masked

Scene = tuple[Frames, Samples | None]
"""Shape (16, 224, 224, 3), and (30720,) or no sound."""


class Perceiver:
    """Scenes of clips, 512-d, by example."""

    family: ClassVar[str] = "perceiver"
    modality: ClassVar[Modality] = Modality.SCENE

    def __init__(self, loading: Loading) -> None:
        """Load the encoder; the weights must be safetensors beside their config.json."""
        import torch

        self._torch, self._device = torch, loading.device or "cpu"
        torch.set_num_threads(loading.threads)
        self._encoder = _encoder(loading.files["weights"].parent, loading.entry.architecture).to(self._device)

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return f"torch {self._torch.__version__} on {device_name(self._device)}"

    def encode(self, items: Sequence[Scene]) -> Encoded:
        """The mean of each scene's latents."""
        return Encoded({SPACE: unit(np.stack([self.latents(item).mean(axis=0) for item in items]))})

    def latents(self, scene: Scene) -> NDArray[np.float32]:
        """What the encoder makes of a scene, shape (784, 512)."""
        frames, samples = scene
        pictures = np.ascontiguousarray(frames.transpose(0, 3, 1, 2), np.float32) / 255
        sound = np.zeros(SAMPLES, np.float32) if samples is None else samples.astype(np.float32) / 32768
        torch = self._torch
        inputs = {
            "image": torch.from_numpy(pictures)[None].to(self._device),
            "audio": torch.from_numpy(sound)[None, :, None].to(self._device),
            "label": torch.zeros((1, _CLASSES), device=self._device),
        }
        with torch.inference_mode():
            states = self._encoder(inputs).last_hidden_state
        return np.asarray(states[0].float().cpu().numpy(), np.float32)


def _encoder(folder: Path, architecture: str) -> nn.Module:
    """The reference model without what comes after its latents."""
    from transformers import PerceiverForMultimodalAutoencoding

    encoder: Any = pretrained(PerceiverForMultimodalAutoencoding, folder, architecture).perceiver
    encoder.decoder = encoder.output_postprocessor = None
    made: nn.Module = encoder.eval()
    return made
