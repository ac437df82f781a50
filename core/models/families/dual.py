"""Dual encoders, photos and sentences in one space: CLIP (Radford et al. 2021), SigLIP (Zhai et al. 2023; 2 in 2025).

Each tower is loaded when it is first needed: indexing needs one, a typed sentence the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.families.sentences import speakable
from bowerbird.core.models.registry.checkpoint import pretrained, require
from bowerbird.core.models.runtime.base import LoadContext
from bowerbird.core.models.runtime.network import Network, Runtime
from bowerbird.core.types import Encoded, Modality, Pixels, Vectors

if TYPE_CHECKING:
    from torch import nn

_TOWERS = {
    "clip": ("CLIPVisionModelWithProjection", "CLIPTextModelWithProjection"),
    "siglip": ("SiglipVisionModel", "SiglipTextModel"),
}
"""By architecture, transformers' classes for photos and for sentences."""


class Dual:
    """Photos by text and by example."""

    family: ClassVar[str] = "dual"
    modality: ClassVar[Modality] = Modality.IMAGE

    def __init__(self, context: LoadContext) -> None:
        """Load what prepares photos and sentences."""
        from tokenizers import Tokenizer
        from transformers import AutoImageProcessor

        told, folder = context.entry.preprocessing, context.files["weights"].parent
        require(folder, context.entry.architecture)
        self._loading = context
        (self._space,) = (space.id for space in context.entry.spaces)
        processor: Any = AutoImageProcessor
        self._processor = processor.from_pretrained(folder, local_files_only=True, backend="pil")
        self._lowercase = bool(told.get("lowercase"))
        self._tokenizer = Tokenizer.from_file(str(context.files["tokenizer"]))
        self._tokenizer.enable_truncation(told["tokens"])
        # SigLIP was trained on padded sentences, without being told where they end.
        self._tokenizer.enable_padding(length=told["tokens"], pad_id=told["padding"])

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._photos.name

    @cached_property
    def _photos(self) -> Runtime:
        (picture,) = self._pictures([np.zeros((256, 256, 3), np.uint8)])
        return self._tower("photos", _photos, {"pixel_values": np.stack([picture, picture])})

    @cached_property
    def _sentences(self) -> Runtime:
        ids = np.ones((2, self._loading.entry.preprocessing["tokens"]), np.int64)
        ids[:, -1] = self._loading.entry.preprocessing["padding"]
        return self._tower("sentences", _sentences, {"input_ids": ids})

    def _tower(self, name: str, build: Any, example: dict[str, NDArray[Any]]) -> Runtime:
        context = self._loading
        made = partial(build, context.files["weights"].parent, context.entry.architecture)
        return context.runtime(Network(f"{context.name}-{name}", made, example, ("vectors",), alike=True))

    def encode(self, items: Sequence[Pixels]) -> Encoded:
        """Vectors of photos."""
        (made,) = self._photos.run(items, lambda some: {"pixel_values": self._pictures(some)})
        return Encoded({self._space: made})

    def _pictures(self, items: Sequence[Pixels]) -> NDArray[np.float32]:
        made = self._processor(images=list(items), input_data_format="channels_last", return_tensors="np")
        return np.asarray(made["pixel_values"], np.float32)

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, dimension)."""
        plain = speakable(text.lower() if self._lowercase else text)
        ids = np.array([self._tokenizer.encode(plain).ids], np.int64)
        (made,) = self._sentences.run([ids], lambda _: {"input_ids": ids})
        return made


def _photos(folder: Path, architecture: str) -> nn.Module:
    return _tower(folder, architecture, 0)


def _sentences(folder: Path, architecture: str) -> nn.Module:
    return _tower(folder, architecture, 1)


def _tower(folder: Path, architecture: str, which: int) -> nn.Module:
    """Pixels (n, 3, side, side) or ids (n, tokens) -> (n, dimension) vectors of length 1."""
    import transformers
    from torch import Tensor, nn

    kind = getattr(transformers, _TOWERS[architecture][which])
    tower = pretrained(kind, folder, architecture)

    class Tower(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tower = tower

        def forward(self, given: Tensor) -> Tensor:
            made = self.tower(given)
            vectors = made.image_embeds if "image_embeds" in made else made.get("text_embeds")
            return nn.functional.normalize(made.pooler_output if vectors is None else vectors, dim=1)

    return Tower().eval()
