"""Dual encoders, photos and sentences in one space: CLIP (Radford et al. 2021), SigLIP (Zhai et al. 2023; 2 in 2025).

Each tower is loaded when it is first needed: indexing needs one, a typed sentence the other.
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
from bowerbird.core.types import Encoded, Modality, Pixels, Vectors

if TYPE_CHECKING:
    from torch import nn

_TOWERS = {
    "clip": ("CLIPVisionModelWithProjection", "CLIPTextModelWithProjection"),
    "siglip": ("SiglipVisionModel", "SiglipTextModel"),
}
"""By architecture, transformers' classes of the photo tower and of the sentence tower."""


class Dual:
    """Photos by text and by example, in one space."""

    family: ClassVar[str] = "dual"
    modality: ClassVar[Modality] = Modality.IMAGE

    def __init__(self, context: LoadContext) -> None:
        """Load the photo processor and the tokenizer; the towers come when they are needed.

        Raises:
            ModelUnavailable: the folder of the weights holds another architecture.
        """
        from tokenizers import Tokenizer
        from transformers import AutoImageProcessor

        preprocessing, folder = context.entry.preprocessing, context.files["weights"].parent
        require(folder, context.entry.architecture)
        self._context = context
        (self._space,) = (space.id for space in context.entry.spaces)
        processor: Any = AutoImageProcessor
        self._processor = processor.from_pretrained(folder, local_files_only=True, backend="pil")
        self._lowercase = bool(preprocessing.get("lowercase"))
        self._tokenizer = Tokenizer.from_file(str(context.files["tokenizer"]))
        self._tokenizer.enable_truncation(preprocessing["tokens"])
        # SigLIP was trained on padded sentences, without being told where they end.
        self._tokenizer.enable_padding(length=preprocessing["tokens"], pad_id=preprocessing["padding"])

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        return self._photos.name

    @cached_property
    def _photos(self) -> Runtime:
        example = self._pixel_values([np.zeros((256, 256, 3), np.uint8)] * 2)
        return self._tower("photos", _photos, {"pixel_values": example})

    @cached_property
    def _sentences(self) -> Runtime:
        ids = np.ones((2, self._context.entry.preprocessing["tokens"]), np.int64)
        ids[:, -1] = self._context.entry.preprocessing["padding"]
        return self._tower("sentences", _sentences, {"input_ids": ids})

    def _tower(self, name: str, build: Callable[[Path, str], nn.Module], example: Arrays) -> Runtime:
        context = self._context
        tower = partial(build, context.files["weights"].parent, context.entry.architecture)
        return context.runtime(Network(f"{context.name}-{name}", tower, example, ("vectors",), parallel_prepare=True))

    def encode(self, items: Sequence[Pixels]) -> Encoded:
        """Vectors of photos, of shape (height, width, 3): shape (n, dimension)."""
        (vectors,) = self._photos.run(items, lambda photos: {"pixel_values": self._pixel_values(photos)})
        return Encoded({self._space: vectors})

    def _pixel_values(self, items: Sequence[Pixels]) -> NDArray[np.float32]:
        """Shape (n, 3, side, side)."""
        inputs = self._processor(images=list(items), input_data_format="channels_last", return_tensors="np")
        return np.asarray(inputs["pixel_values"], np.float32)

    def encode_query(self, text: str) -> Vectors:
        """The vector of a typed sentence, shape (1, dimension)."""
        plain = speakable(text.lower() if self._lowercase else text)
        ids = np.array([self._tokenizer.encode(plain).ids], np.int64)
        (vectors,) = self._sentences.run([ids], lambda _: {"input_ids": ids})
        return vectors


def _photos(folder: Path, architecture: str) -> nn.Module:
    return _tower(folder, architecture, _TOWERS[architecture][0])


def _sentences(folder: Path, architecture: str) -> nn.Module:
    return _tower(folder, architecture, _TOWERS[architecture][1])


def _tower(folder: Path, architecture: str, class_name: str) -> nn.Module:
    """Pixels (n, 3, side, side) or ids (n, tokens) -> (n, dimension) vectors of length 1."""
    import transformers
    from torch import Tensor, nn

    tower = pretrained(getattr(transformers, class_name), folder, architecture)

    class Tower(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tower = tower

        def forward(self, inputs: Tensor) -> Tensor:
            output = self.tower(inputs)
            vectors = output.image_embeds if "image_embeds" in output else output.get("text_embeds")
            return nn.functional.normalize(output.pooler_output if vectors is None else vectors, dim=1)

    return Tower().eval()
