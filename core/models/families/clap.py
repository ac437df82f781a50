"""CLAP (Wu et al. 2023, "Large-scale contrastive language-audio pretraining"): sounds and sentences in one space.

Each tower is loaded when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.families.sentences import speakable
from bowerbird.core.models.registry.checkpoint import pretrained, require
from bowerbird.core.models.runtime.base import LoadContext
from bowerbird.core.models.runtime.network import Arrays, Network, Runtime
from bowerbird.core.types import SAMPLE_RATE, Encoded, Modality, Samples, Vectors

if TYPE_CHECKING:
    from torch import nn

SPACE = "clap-htsat-unfused@1"
_RATE = 48_000  # samples a second, as the model was trained; ours are resampled to it
_MAX_TOKENS = 77
_MIN_SAMPLES = SAMPLE_RATE // 10  # shorter sounds are padded with silence: a few samples cannot be resampled


class Clap:
    """Sounds, 512-d, by text and by example."""

    family: ClassVar[str] = "clap"
    modality: ClassVar[Modality] = Modality.SOUND

    def __init__(self, context: LoadContext) -> None:
        """Load the feature extractor and the tokenizer; the towers come when they are needed.

        Raises:
            ModelUnavailable: the folder of the weights holds another architecture.
        """
        from tokenizers import Tokenizer
        from transformers import ClapFeatureExtractor

        folder = context.files["weights"].parent
        require(folder, context.entry.architecture)
        self._context = context
        self._extractor = ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
        self._tokenizer = Tokenizer.from_file(str(context.files["tokenizer"]))
        self._tokenizer.enable_truncation(_MAX_TOKENS)

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._sounds.name

    @cached_property
    def _sounds(self) -> Runtime:
        example = self._spectra([np.zeros(SAMPLE_RATE, np.int16)] * 2)
        return self._tower("sounds", _sounds, {"input_features": example}, parallel_prepare=True)

    @cached_property
    def _sentences(self) -> Runtime:
        ids = np.ones((2, 8), np.int64)
        return self._tower("sentences", _sentences, {"input_ids": ids, "attention_mask": ids})

    def _tower(self, name: str, build: Callable[[Path, str], nn.Module], example: Arrays, **traits: bool) -> Runtime:
        context = self._context
        tower = partial(build, context.files["weights"].parent, context.entry.architecture)
        return context.runtime(Network(f"{context.name}-{name}", tower, example, ("vectors",), **traits))

    def encode(self, items: Sequence[Samples]) -> Encoded:
        """Vectors of sounds, of shape (samples,): shape (n, 512). Only the first ten seconds of a sound count."""
        (vectors,) = self._sounds.run(items, lambda sounds: {"input_features": self._spectra(sounds)})
        return Encoded({SPACE: vectors})

    def _spectra(self, items: Sequence[Samples]) -> NDArray[np.float32]:
        """Shape (n, 1, 1001, 64): ten seconds; what is shorter is repeated."""
        max_samples = self._extractor.max_length_s * SAMPLE_RATE
        sounds = [np.pad(item[:max_samples], (0, max(0, _MIN_SAMPLES - len(item)))) for item in items]
        outputs = [self._extractor(resampled(sound), sampling_rate=_RATE, return_tensors="np") for sound in sounds]
        return np.concatenate([np.asarray(output["input_features"], np.float32) for output in outputs])

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, 512)."""
        encoded = self._tokenizer.encode(speakable(text))
        ids, mask = np.array([encoded.ids], np.int64), np.array([encoded.attention_mask], np.int64)
        (vectors,) = self._sentences.run([text], lambda _: {"input_ids": ids, "attention_mask": mask})
        return vectors


def _sounds(folder: Path, architecture: str) -> nn.Module:
    """Spectra (n, 1, 1001, 64) -> (n, 512) vectors of length 1."""
    import torch
    from torch import Tensor, nn

    model = _pretrained(folder, architecture)

    class Sounds(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_features: Tensor) -> Tensor:
            whole = torch.zeros(input_features.shape[0], 1, dtype=torch.bool, device=input_features.device)
            output = self.model.get_audio_features(input_features=input_features, is_longer=whole)
            return nn.functional.normalize(getattr(output, "pooler_output", output), dim=1)

    return Sounds().eval()


def _sentences(folder: Path, architecture: str) -> nn.Module:
    """Ids and mask (n, length) -> (n, 512) vectors of length 1."""
    from torch import Tensor, nn

    model = _pretrained(folder, architecture)

    class Sentences(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            output = self.model.get_text_features(input_ids=input_ids, attention_mask=attention_mask)
            return nn.functional.normalize(getattr(output, "pooler_output", output), dim=1)

    return Sentences().eval()


def _pretrained(folder: Path, architecture: str) -> Any:
    from transformers import ClapModel

    return pretrained(ClapModel, folder, architecture)


def resampled(samples: Samples) -> NDArray[np.float32]:
    """16,000 samples a second as int16 -> 48,000 as floats."""
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler

    frame = AudioFrame.from_ndarray(samples[None], "s16", "mono")
    frame.sample_rate = SAMPLE_RATE
    resampler = AudioResampler("flt", "mono", _RATE)
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray().reshape(-1) for part in parts]).astype(np.float32)
