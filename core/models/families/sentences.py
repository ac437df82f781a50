"""Sentence embeddings as sentence-transformers makes them (Reimers and Gurevych 2019): tokens, and the network."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.families.sentence_config import SentenceConfig
from bowerbird.core.models.registry.checkpoint import pretrained
from bowerbird.core.models.runtime.network import Prepare, Runtime
from bowerbird.core.types import Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor, nn

INPUTS = ("input_ids", "attention_mask")
"""Of a text model's network, each of shape (n, length)."""
T = TypeVar("T")


def tokenizer(file: Path, config: SentenceConfig) -> Tokenizer:
    """A model's tokenizer from its tokenizer.json, truncating as ``config`` says and padding to the longest of a batch.

    The config.json beside it gives the id of the padding token.
    """
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Lowercase
    from tokenizers.normalizers import Sequence as Normalizers

    loaded: Tokenizer = Tokenizer.from_file(str(file))
    padding = json.loads((file.parent / "config.json").read_text("utf-8")).get("pad_token_id") or 0
    loaded.enable_truncation(config.max_tokens)
    loaded.enable_padding(pad_id=padding, pad_token=loaded.id_to_token(padding))
    if config.lowercase:
        loaded.normalizer = Normalizers([Lowercase(), *([loaded.normalizer] if loaded.normalizer else [])])
    return loaded


def batch(tokenizer: Tokenizer, texts: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Token ids and attention mask of texts, by the names in ``INPUTS``, each of shape (n, longest)."""
    encodings = tokenizer.encode_batch([speakable(text) for text in texts])
    return {
        "input_ids": np.array([encoding.ids for encoding in encodings], np.int64),
        "attention_mask": np.array([encoding.attention_mask for encoding in encodings], np.int64),
    }


def by_length(runtime: Runtime, items: Sequence[T], length: Callable[[T], int], prepare: Prepare) -> Vectors:
    """A runtime's first output over items, shape (n, dimension), in the order of the items.

    Items of similar length are computed together, so that little of a batch is padding.
    """
    order = sorted(range(len(items)), key=lambda index: length(items[index]))
    (ordered,) = runtime.run([items[index] for index in order], prepare)
    vectors = np.empty_like(ordered)
    vectors[order] = ordered
    return vectors


def speakable(text: str) -> str:
    """The text with lone surrogates, which badly decoded files hold and tokenizers refuse, replaced by "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def network(folder: Path, architecture: str, dimension: int, pooling: Path | None) -> nn.Module:
    """The network of a text model in a folder with config.json and model.safetensors; see ``sentence_transformer``.

    Raises:
        ModelUnavailable: the folder holds another model, or a damaged one.
    """
    from transformers import AutoModel

    encoder = pretrained(AutoModel, folder, architecture, add_pooling_layer=False)
    return sentence_transformer(encoder, dimension, pooling)


def sentence_transformer(
    encoder: nn.Module, dimension: int, pooling: Path | None = None, inputs: Sequence[str] = INPUTS
) -> nn.Module:
    """A ``SentenceTransformer`` as a network that runtimes and the export take: arrays in order, one array out.

    The encoder stands in for the library's own Transformer, which would load a second tokenizer from files that
    nobody verified, and would not mind missing weights.

    Args:
        encoder: Takes ``inputs`` by name; its result's ``last_hidden_state`` has shape (n, length, dimension).
        dimension: Of the states and of the vectors.
        pooling: The folder with the config.json of its Pooling; None: the mean.
        inputs: Names of the arrays, in order; "attention_mask" is among them.

    Returns:
        A network with an output of shape (n, dimension), in evaluation mode.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
    from torch import nn

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
            return features | {"token_embeddings": self.encoder(**features).last_hidden_state}

    class Positional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            pool = Pooling.load(str(pooling), local_files_only=True) if pooling else Pooling(dimension, "mean")
            modules = [Encoder(), pool, Normalize()]
            self.model = SentenceTransformer(modules=modules, device="cpu", local_files_only=True)

        def forward(self, *arrays: Tensor) -> Tensor:
            vectors: Tensor = self.model(dict(zip(inputs, arrays, strict=True)))["sentence_embedding"]
            return vectors

    return Positional().eval()
