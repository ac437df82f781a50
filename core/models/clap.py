"""CLAP (Wu et al. 2023, "Large-scale contrastive language-audio pretraining"): sounds and sentences in one space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.base import Loading, unit
from bowerbird.core.models.checkpoint import pretrained
from bowerbird.core.models.runtimes import device_name
from bowerbird.core.types import SAMPLE_RATE, Encoded, Modality, Samples, Vectors

SPACE = "clap-htsat-unfused@1"
_RATE = 48_000  # a second, as the model was trained; ours are stretched to it
_MOST_TOKENS = 77
_LEAST = SAMPLE_RATE // 10  # samples: shorter sounds end in silence, because a few cannot be stretched


class Clap:
    """Sounds, 512-d, by text and by example."""

    family: ClassVar[str] = "clap"
    modality: ClassVar[Modality] = Modality.SOUND

    def __init__(self, loading: Loading) -> None:
        """Load both towers; the weights must be safetensors beside their configuration."""
        import torch
        from tokenizers import Tokenizer
        from transformers import ClapFeatureExtractor, ClapModel

        self._torch, self._device = torch, loading.device or "cpu"
        torch.set_num_threads(loading.threads)
        folder = loading.files["weights"].parent
        self._model: Any = pretrained(ClapModel, folder, loading.entry.architecture).to(self._device)
        self._spectrum = ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
        self._tokenizer = Tokenizer.from_file(str(loading.files["tokenizer"]))
        self._tokenizer.enable_truncation(_MOST_TOKENS)

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return f"torch {self._torch.__version__} on {device_name(self._device)}"

    def encode(self, items: Sequence[Samples]) -> Encoded:
        """Vectors of sounds; of one longer than ten seconds, of its first ten."""
        return Encoded({SPACE: np.concatenate([self._sound(item) for item in items])})

    def _sound(self, samples: Samples) -> Vectors:
        most = self._spectrum.max_length_s * SAMPLE_RATE
        heard = np.pad(samples[:most], (0, max(0, _LEAST - len(samples))))
        given = self._spectrum(_stretched(heard), sampling_rate=_RATE, return_tensors="pt").to(self._device)
        return self._projected(self._model.get_audio_features, **given)

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, 512)."""
        encoded = self._tokenizer.encode(text)
        ids = self._torch.tensor([encoded.ids], device=self._device)
        mask = self._torch.tensor([encoded.attention_mask], device=self._device)
        return self._projected(self._model.get_text_features, input_ids=ids, attention_mask=mask)

    def _projected(self, tower: Any, **given: Any) -> Vectors:
        with self._torch.inference_mode():
            made = tower(**given)
        return unit(getattr(made, "pooler_output", made).float().cpu().numpy())


def _stretched(samples: Samples) -> NDArray[np.float32]:
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler

    frame = AudioFrame.from_ndarray(samples[None], "s16", "mono")
    frame.sample_rate = SAMPLE_RATE
    resampler = AudioResampler("flt", "mono", _RATE)
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray().reshape(-1) for part in parts]).astype(np.float32)
