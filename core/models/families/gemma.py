"""EmbeddingGemma 2 (Google 2026): text, photos and sounds in one space, in a hundred languages.

Three networks, each loaded when it is first needed: a tower turns a photo or a sound into soft tokens, which the
language model takes in place of words' embeddings, and the language model turns words or soft tokens into a vector.
Clips are found by their pictures and their sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.families import gemma_parts, sentence_config
from bowerbird.core.models.families.sentences import by_length, speakable
from bowerbird.core.models.registry.checkpoint import require
from bowerbird.core.models.runtime.base import LoadContext
from bowerbird.core.models.runtime.network import Arrays, Network, Runtime
from bowerbird.core.types import SAMPLE_RATE, Encoded, Modality, Pixels, Samples, Vectors

_TOWER_OUTPUTS = ("soft", "counts")


@dataclass(frozen=True, slots=True)
class _Input:
    """One item as the language model takes it."""

    ids: Sequence[int]
    """Token ids; those of placeholders stand for the soft tokens, in order."""
    soft: NDArray[np.float32]
    """Shape (placeholders, hidden)."""


class Gemma:
    """Encodes texts, photos and sounds into 768 dimensions; each of its spaces takes typed sentences."""

    family: ClassVar[str] = "gemma"
    modality: ClassVar[Modality] = Modality.TEXT

    def __init__(self, context: LoadContext) -> None:
        """Load the tokenizer, the prompts and the language model.

        Raises:
            ModelUnavailable: the files are of another architecture, damaged, or lack weights.
        """
        from tokenizers import Tokenizer
        from transformers import AutoConfig

        self._context, self._folder = context, context.files["weights"].parent
        require(self._folder, context.entry.architecture)
        self._config: Any = AutoConfig.from_pretrained(self._folder, local_files_only=True)
        self._spaces = {space.modality: space.id for space in context.entry.spaces}
        self._query_prompt, self._document_prompt = sentence_config.prompts(context)
        self._tokenizer = Tokenizer.from_file(str(context.files["tokenizer"]))
        self._tokenizer.enable_truncation(context.entry.preprocessing["max_tokens"])
        text, ids = self._config.text_config, np.ones((2, 8), np.int64)
        self._pad, self._begin = text.pad_token_id, text.bos_token_id
        self._no_soft_tokens = np.zeros((0, text.hidden_size), np.float32)
        ids[:, 0] = self._config.image_token_id
        example = {"input_ids": ids, "attention_mask": ids, "soft": np.zeros((2, text.hidden_size), np.float32)}
        self._language = self._part("language", example, ("vectors",))

    @property
    def runtime(self) -> str:
        """What runs it, for the user to read."""
        return self._language.name

    def encode(self, items: Sequence[str] | Sequence[Pixels] | Sequence[Samples]) -> Encoded:
        """Vectors of passages, of photos or of sounds, all of one kind: shape (n, 768), of length 1.

        Photos have shape (height, width, 3), sounds (samples,) at 16 kHz.
        """
        first = items[0]
        if isinstance(first, str):
            return self._encoded(Modality.TEXT, self._texts([self._document_prompt + str(item) for item in items]))
        if first.ndim == 3:
            return self._encoded(Modality.IMAGE, self._photos(items))
        return self._encoded(Modality.SOUND, self._sounds(items))

    def _encoded(self, modality: Modality, vectors: Vectors) -> Encoded:
        return Encoded({self._spaces[modality]: vectors})

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, 768), of length 1."""
        return self._texts([self._query_prompt + text])

    def _texts(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch([speakable(text) for text in texts])
        # A text may contain the words that stand for a photo or a sound: there is none to put in their place.
        slots = {self._config.image_token_id, self._config.audio_token_id, self._config.video_token_id}
        return self._vectors(
            [
                _Input([self._pad if token in slots else token for token in encoding.ids], self._no_soft_tokens)
                for encoding in encodings
            ]
        )

    def _photos(self, items: Sequence[Any]) -> Vectors:
        config, outputs = self._config, self._vision.run(items, self._patches)
        return self._of_soft_tokens(outputs, config.boi_token_id, config.image_token_id, config.eoi_token_id)

    def _sounds(self, items: Sequence[Any]) -> Vectors:
        config, outputs = self._config, self._audio.run(items, self._spectra)
        return self._of_soft_tokens(outputs, config.boa_token_id, config.audio_token_id, config.eoa_token_index)

    def _of_soft_tokens(self, outputs: Sequence[NDArray[Any]], begin: int, slot: int, end: int) -> Vectors:
        """Vectors of a tower's outputs, each item's soft tokens between the ids that begin and end one of its kind."""
        soft, counts = outputs
        special = self._tokenizer.encode("").ids
        before = [token for token in special if token == self._begin]
        after = [token for token in special if token != self._begin]
        items = np.split(soft, np.cumsum(counts).astype(int)[:-1])
        return self._vectors([_Input([*before, begin, *[slot] * len(item), end, *after], item) for item in items])

    def _vectors(self, inputs: Sequence[_Input]) -> Vectors:
        return by_length(self._language, inputs, lambda item: len(item.ids), self._batch)

    def _batch(self, inputs: Sequence[_Input]) -> Arrays:
        longest = max(len(item.ids) for item in inputs)
        ids, mask = np.full((len(inputs), longest), self._pad, np.int64), np.zeros((len(inputs), longest), np.int64)
        for row, item in enumerate(inputs):
            ids[row, : len(item.ids)], mask[row, : len(item.ids)] = item.ids, 1
        return {"input_ids": ids, "attention_mask": mask, "soft": np.concatenate([item.soft for item in inputs])}

    @cached_property
    def _vision(self) -> Runtime:
        example = self._patches([np.zeros((256, 256, 3), np.uint8)] * 2)
        return self._part("vision", example, _TOWER_OUTPUTS, heavy=True, parallel_prepare=True)

    @cached_property
    def _audio(self) -> Runtime:
        return self._part("audio", self._spectra([np.zeros(5 * SAMPLE_RATE, np.int16)] * 2), _TOWER_OUTPUTS)

    def _part(self, name: str, example: Arrays, outputs: Sequence[str], **traits: bool) -> Runtime:
        build = partial(gemma_parts.NETWORKS[name], self._folder, self._context.entry.architecture)
        return self._context.runtime(Network(f"{self._context.name}-{name}", build, example, outputs, **traits))

    @cached_property
    def _image_processor(self) -> Any:
        from transformers import AutoImageProcessor

        processor: Any = AutoImageProcessor
        return processor.from_pretrained(self._folder, local_files_only=True, backend="pil")

    @cached_property
    def _feature_extractor(self) -> Any:
        from transformers import AutoFeatureExtractor

        extractor: Any = AutoFeatureExtractor
        return extractor.from_pretrained(self._folder, local_files_only=True)

    def _patches(self, items: Sequence[Pixels]) -> Arrays:
        inputs = self._image_processor(images=list(items), input_data_format="channels_last", return_tensors="np")
        return {name: np.asarray(inputs[name]) for name in ("pixel_values", "image_position_ids")}

    def _spectra(self, items: Sequence[Samples]) -> Arrays:
        samples = [item.astype(np.float32) / 32768 for item in items]
        inputs = self._feature_extractor(samples, sampling_rate=SAMPLE_RATE, return_tensors="np")
        return {name: np.asarray(inputs[name]) for name in ("input_features", "input_features_mask")}
