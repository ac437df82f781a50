"""EmbeddingGemma 2: text, photos and sounds in one space, in a hundred languages. Google, 2026.

It is loaded in parts: the language model for sentences first; for photos and sounds torch's, with a tower for each,
when they are first needed. Clips are found by their pictures and their sound.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bowerbird.core.models import sentences
from bowerbird.core.models.base import Loading
from bowerbird.core.models.checkpoint import pretrained, require
from bowerbird.core.models.runtimes import Network
from bowerbird.core.types import SAMPLE_RATE, Encoded, Modality, Pixels, Samples, Vectors

if TYPE_CHECKING:
    from torch import nn

_TOWERS = {"vision": ("vision_tower", "embed_vision"), "audio": ("audio_tower", "embed_audio")}


class Gemma:
    """768-d; every space of it takes text."""

    family: ClassVar[str] = "gemma"
    modality: ClassVar[Modality] = Modality.TEXT

    def __init__(self, loading: Loading) -> None:
        """Load the tokenizer, the prompts that its authors publish, and the language model."""
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoConfig

        self._torch, self._device, self._loading = torch, loading.device or "cpu", loading
        torch.set_num_threads(loading.threads)
        self._folder = loading.files["weights"].parent
        require(self._folder, loading.entry.architecture)
        self._config: Any = AutoConfig.from_pretrained(self._folder, local_files_only=True)
        self._spaces = {space.modality: space.id for space in loading.entry.spaces}
        self._question, self._passage = _prompts(loading)
        self._tokenizer = Tokenizer.from_file(str(loading.files["tokenizer"]))
        self._tokenizer.enable_truncation(loading.entry.preprocessing["max_tokens"])
        self._tokenizer.enable_padding(pad_id=self._config.text_config.pad_token_id)
        self._lock = threading.Lock()
        self._there: set[str] = set()
        build = partial(_sentences, self._folder, loading.entry.architecture)
        example = {name: np.ones((2, 8), np.int64) for name in ("input_ids", "attention_mask")}
        self._sentences = loading.runtime(Network(loading.name, build, example, ("vectors",)))

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._sentences.name

    def encode(self, items: Sequence[str] | Sequence[Pixels] | Sequence[Samples]) -> Encoded:
        """Vectors of passages, of photos, or of sounds: all of a kind."""
        first = items[0]
        if isinstance(first, str):
            return Encoded({self._spaces[Modality.TEXT]: self._texts([self._passage + str(one) for one in items])})
        photos = first.ndim == 3
        rows = [self._photo(one) if photos else self._sound(one) for one in items]  # type: ignore[arg-type]
        return Encoded({self._spaces[Modality.IMAGE if photos else Modality.SOUND]: np.concatenate(rows)})

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, 768)."""
        return self._texts([self._question + text])

    def _texts(self, texts: Sequence[str]) -> Vectors:
        """Texts of like length go together."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        (ordered,) = self._sentences.run([texts[at] for at in order], partial(sentences.batch, self._tokenizer))
        made = np.empty_like(ordered)
        made[order] = ordered
        return made

    @cached_property
    def _model(self) -> Any:
        return _part(self._folder, self._loading.entry.architecture, "").to(self._device)

    @cached_property
    def _pictures(self) -> Any:
        from transformers import AutoImageProcessor

        processor: Any = AutoImageProcessor
        return processor.from_pretrained(self._folder, local_files_only=True, backend="pil")

    @cached_property
    def _sounds(self) -> Any:
        from transformers import AutoFeatureExtractor

        extractor: Any = AutoFeatureExtractor
        return extractor.from_pretrained(self._folder, local_files_only=True)

    def _photo(self, pixels: Pixels) -> Vectors:
        config = self._config
        made = self._pictures(images=[pixels], input_data_format="channels_last", return_tensors="pt")
        slots = [config.image_token_id] * int(made["num_soft_tokens_per_image"][0])
        self._need("vision")
        given = {name: made[name].to(self._device) for name in ("pixel_values", "image_position_ids")}
        return self._pooled(self._around([config.boi_token_id, *slots, config.eoi_token_id]), **given)

    def _sound(self, samples: Samples) -> Vectors:
        config = self._config
        made = self._sounds([samples.astype(np.float32) / 32768], sampling_rate=SAMPLE_RATE, return_tensors="pt")
        self._need("audio")
        given = {name: made[name].to(self._device) for name in ("input_features", "input_features_mask")}
        with self._torch.inference_mode():
            heard = self._model.get_audio_features(**given, return_dict=True)
        slots = [config.audio_token_id] * int(heard.attention_mask.sum())
        return self._pooled(self._around([config.boa_token_id, *slots, config.eoa_token_index]), **given)

    def _around(self, ids: list[int]) -> list[int]:
        """With what the tokenizer puts before and after every text."""
        ends, first = self._tokenizer.encode("").ids, self._config.text_config.bos_token_id
        return [*(one for one in ends if one == first), *ids, *(one for one in ends if one != first)]

    def _pooled(self, ids: list[int], **given: Any) -> Vectors:
        """The mean of the last states, brought to length 1."""
        torch = self._torch
        with torch.inference_mode():
            asked = torch.tensor([ids], device=self._device)
            made = self._model(input_ids=asked, attention_mask=torch.ones_like(asked), **given)
            mean = made.last_hidden_state.float().mean(1)
            return np.asarray(torch.nn.functional.normalize(mean, dim=1).cpu().numpy(), np.float32)

    def _need(self, tower: str) -> None:
        with self._lock:
            if tower not in self._there:
                part = _part(self._folder, self._loading.entry.architecture, tower)
                for name in _TOWERS[tower]:
                    setattr(self._model, name, getattr(part, name).to(self._device))
                setattr(self._model.config, f"{tower}_config", getattr(self._config, f"{tower}_config"))
                self._there.add(tower)


def _part(folder: Path, architecture: str, tower: str) -> Any:
    """The language model, with one tower or none."""
    from transformers import AutoConfig, EmbeddingGemma2Model

    config: Any = AutoConfig.from_pretrained(folder, local_files_only=True)
    for other in _TOWERS.keys() - {tower}:
        setattr(config, f"{other}_config", None)
    return pretrained(EmbeddingGemma2Model, folder, architecture, config=config, attn_implementation="eager")


def _sentences(folder: Path, architecture: str) -> nn.Module:
    """Ids and mask (n, length) -> (n, 768) vectors of length 1."""
    return sentences.pooled(_part(folder, architecture, ""))


def _prompts(loading: Loading) -> tuple[str, str]:
    """What the model wants before a question and before a passage, as its authors say."""
    if "prompts" not in loading.files:
        return "", ""
    prompts = json.loads(loading.files["prompts"].read_text("utf-8")).get("prompts", {})
    return prompts.get("query", ""), prompts.get("document", "")
