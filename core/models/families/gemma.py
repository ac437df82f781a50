"""EmbeddingGemma 2: text, photos and sounds in one space, in a hundred languages. Google, 2026.

Three networks, each loaded when it is first needed: a tower turns a photo or a sound into what the language model
takes in place of words, and the language model turns words or those into a vector. Clips are found by their pictures
and their sound.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.families import gemma_parts
from bowerbird.core.models.families.sentences import by_length, speakable
from bowerbird.core.models.registry.checkpoint import require
from bowerbird.core.models.runtime.base import LoadContext
from bowerbird.core.models.runtime.network import Arrays, Network, Runtime
from bowerbird.core.types import SAMPLE_RATE, Encoded, Modality, Pixels, Samples, Vectors

_MADE = ("soft", "counts")  # by towers


@dataclass(frozen=True, slots=True)
class _Piece:
    """What the language model reads: ids, and the rows that take the place of some of them."""

    ids: Sequence[int]
    soft: NDArray[np.float32]


class Gemma:
    """768-d; every space of it takes text."""

    family: ClassVar[str] = "gemma"
    modality: ClassVar[Modality] = Modality.TEXT

    def __init__(self, context: LoadContext) -> None:
        """Load the tokenizer, the prompts that its authors publish, and the language model."""
        from tokenizers import Tokenizer
        from transformers import AutoConfig

        self._loading, self._folder = context, context.files["weights"].parent
        require(self._folder, context.entry.architecture)
        self._config: Any = AutoConfig.from_pretrained(self._folder, local_files_only=True)
        self._spaces = {space.modality: space.id for space in context.entry.spaces}
        self._question, self._passage = _prompts(context)
        self._tokenizer = Tokenizer.from_file(str(context.files["tokenizer"]))
        self._tokenizer.enable_truncation(context.entry.preprocessing["max_tokens"])
        text, ids = self._config.text_config, np.ones((2, 8), np.int64)
        self._pad, self._begin = text.pad_token_id, text.bos_token_id
        self._none = np.zeros((0, text.hidden_size), np.float32)
        ids[:, 0] = self._config.image_token_id
        example = {"input_ids": ids, "attention_mask": ids, "soft": np.zeros((2, text.hidden_size), np.float32)}
        self._language = self._part("language", example, ("vectors",))

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._language.name

    def encode(self, items: Sequence[str] | Sequence[Pixels] | Sequence[Samples]) -> Encoded:
        """Vectors of passages, of photos, or of sounds: all of a kind."""
        first, made = items[0], {}
        if isinstance(first, str):
            made[Modality.TEXT] = self._texts([self._passage + str(item) for item in items])
        elif first.ndim == 3:
            made[Modality.IMAGE] = self._photos(items)
        else:
            made[Modality.SOUND] = self._sounds(items)
        return Encoded({self._spaces[modality]: vectors for modality, vectors in made.items()})

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, 768)."""
        return self._texts([self._question + text])

    def _texts(self, texts: Sequence[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch([speakable(text) for text in texts])
        # A text may name what stands for a photo or a sound.
        slots = {self._config.image_token_id, self._config.audio_token_id, self._config.video_token_id}
        said = [
            [self._pad if token in slots else token for token in one.ids] for one in encoded
        ]  # a text may name them
        return self._vectors([_Piece(ids, self._none) for ids in said])

    def _photos(self, items: Sequence[Any]) -> Vectors:
        config = self._config
        return self._around(
            self._vision.run(items, self._patches), config.boi_token_id, config.image_token_id, config.eoi_token_id
        )

    def _sounds(self, items: Sequence[Any]) -> Vectors:
        config = self._config
        return self._around(
            self._audio.run(items, self._spectra), config.boa_token_id, config.audio_token_id, config.eoa_token_index
        )

    def _around(self, made: Sequence[NDArray[Any]], begin: int, slot: int, end: int) -> Vectors:
        """Items of which a tower made soft tokens, with what comes before and after them."""
        soft, counts = made
        ends = self._tokenizer.encode("").ids
        before, after = [one for one in ends if one == self._begin], [one for one in ends if one != self._begin]
        each = np.split(soft, np.cumsum(counts).astype(int)[:-1])
        return self._vectors([_Piece([*before, begin, *[slot] * len(one), end, *after], one) for one in each])

    def _vectors(self, pieces: Sequence[_Piece]) -> Vectors:
        return by_length(self._language, pieces, lambda piece: len(piece.ids), self._batch)

    def _batch(self, pieces: Sequence[_Piece]) -> Arrays:
        longest = max(len(piece.ids) for piece in pieces)
        ids, mask = np.full((len(pieces), longest), self._pad, np.int64), np.zeros((len(pieces), longest), np.int64)
        for row, piece in enumerate(pieces):
            ids[row, : len(piece.ids)], mask[row, : len(piece.ids)] = piece.ids, 1
        return {"input_ids": ids, "attention_mask": mask, "soft": np.concatenate([piece.soft for piece in pieces])}

    @cached_property
    def _vision(self) -> Runtime:
        example = self._patches([np.zeros((256, 256, 3), np.uint8)] * 2)
        return self._part("vision", example, _MADE, heavy=True, alike=True)

    @cached_property
    def _audio(self) -> Runtime:
        return self._part("audio", self._spectra([np.zeros(5 * SAMPLE_RATE, np.int16)] * 2), _MADE)

    def _part(self, name: str, example: Arrays, outputs: Sequence[str], **traits: bool) -> Runtime:
        build = partial(gemma_parts.NETWORKS[name], self._folder, self._loading.entry.architecture)
        return self._loading.runtime(Network(f"{self._loading.name}-{name}", build, example, outputs, **traits))

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
        made = self._image_processor(images=list(items), input_data_format="channels_last", return_tensors="np")
        return {name: np.asarray(made[name]) for name in ("pixel_values", "image_position_ids")}

    def _spectra(self, items: Sequence[Samples]) -> Arrays:
        heard = [item.astype(np.float32) / 32768 for item in items]
        made = self._feature_extractor(heard, sampling_rate=SAMPLE_RATE, return_tensors="np")
        return {name: np.asarray(made[name]) for name in ("input_features", "input_features_mask")}


def _prompts(context: LoadContext) -> tuple[str, str]:
    """What the model wants before a question and before a passage, as its authors say."""
    if "prompts" not in context.files:
        return "", ""
    prompts = json.loads(context.files["prompts"].read_text("utf-8")).get("prompts", {})
    return prompts.get("query", ""), prompts.get("document", "")
