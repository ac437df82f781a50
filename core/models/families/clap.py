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
_RATE = 48_000  # a second, as the model was trained; ours are stretched to it
_MOST_TOKENS = 77
_LEAST = SAMPLE_RATE // 10  # samples: shorter sounds end in silence, because a few cannot be stretched


class Clap:
    """Sounds, 512-d, by text and by example."""

    family: ClassVar[str] = "clap"
    modality: ClassVar[Modality] = Modality.SOUND

    def __init__(self, context: LoadContext) -> None:
        """Load what prepares sounds and sentences; the weights must be safetensors beside their configuration."""
        from tokenizers import Tokenizer
        from transformers import ClapFeatureExtractor

        folder = context.files["weights"].parent
        require(folder, context.entry.architecture)
        self._loading = context
        self._spectrum = ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
        self._tokenizer = Tokenizer.from_file(str(context.files["tokenizer"]))
        self._tokenizer.enable_truncation(_MOST_TOKENS)

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._sounds.name

    @cached_property
    def _sounds(self) -> Runtime:
        seen = self._spectra([np.zeros(SAMPLE_RATE, np.int16)] * 2)
        return self._tower("sounds", _sounds, {"input_features": seen}, alike=True)

    @cached_property
    def _sentences(self) -> Runtime:
        ids = np.ones((2, 8), np.int64)
        return self._tower("sentences", _sentences, {"input_ids": ids, "attention_mask": ids})

    def _tower(self, name: str, build: Callable[..., nn.Module], example: Arrays, **traits: bool) -> Runtime:
        context = self._loading
        made = partial(build, context.files["weights"].parent, context.entry.architecture)
        return context.runtime(Network(f"{context.name}-{name}", made, example, ("vectors",), **traits))

    def encode(self, items: Sequence[Samples]) -> Encoded:
        """Vectors of sounds; of one longer than ten seconds, of its first ten."""
        (made,) = self._sounds.run(items, lambda some: {"input_features": self._spectra(some)})
        return Encoded({SPACE: made})

    def _spectra(self, items: Sequence[Samples]) -> NDArray[np.float32]:
        """Shape (n, 1, 1001, 64): ten seconds; what is shorter is repeated."""
        most = self._spectrum.max_length_s * SAMPLE_RATE
        heard = [np.pad(item[:most], (0, max(0, _LEAST - len(item)))) for item in items]
        made = [self._spectrum(_stretched(item), sampling_rate=_RATE, return_tensors="np") for item in heard]
        return np.concatenate([np.asarray(one["input_features"], np.float32) for one in made])

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, 512)."""
        encoded = self._tokenizer.encode(speakable(text))
        ids, mask = np.array([encoded.ids], np.int64), np.array([encoded.attention_mask], np.int64)
        (made,) = self._sentences.run([text], lambda _: {"input_ids": ids, "attention_mask": mask})
        return made


def _sounds(folder: Path, architecture: str) -> nn.Module:
    """Spectra (n, 1, 1001, 64) -> (n, 512) vectors of length 1."""
    import torch
    from torch import Tensor, nn

    model = _published(folder, architecture)

    class Sounds(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_features: Tensor) -> Tensor:
            whole = torch.zeros(input_features.shape[0], 1, dtype=torch.bool, device=input_features.device)
            made = self.model.get_audio_features(input_features=input_features, is_longer=whole)
            return nn.functional.normalize(getattr(made, "pooler_output", made), dim=1)

    return Sounds().eval()


def _sentences(folder: Path, architecture: str) -> nn.Module:
    """Ids and mask (n, length) -> (n, 512) vectors of length 1."""
    from torch import Tensor, nn

    model = _published(folder, architecture)

    class Sentences(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            made = self.model.get_text_features(input_ids=input_ids, attention_mask=attention_mask)
            return nn.functional.normalize(getattr(made, "pooler_output", made), dim=1)

    return Sentences().eval()


def _published(folder: Path, architecture: str) -> Any:
    from transformers import ClapModel

    return pretrained(ClapModel, folder, architecture)


def _stretched(samples: Samples) -> NDArray[np.float32]:
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler

    frame = AudioFrame.from_ndarray(samples[None], "s16", "mono")
    frame.sample_rate = SAMPLE_RATE
    resampler = AudioResampler("flt", "mono", _RATE)
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray().reshape(-1) for part in parts]).astype(np.float32)
