"""Sentence embeddings as sentence-transformers makes them (Reimers and Gurevych 2019): mean pooling, unit length."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.registry.checkpoint import pretrained
from bowerbird.core.models.runtime.network import Prepare, Runtime
from bowerbird.core.types import Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor, nn

T = TypeVar("T")


def tokenizer(file: Path, max_tokens: int) -> Tokenizer:
    """The model's own tokenizer, cutting at ``max_tokens`` and padding to the longest of a batch.

    Beside it lies config.json, which says what it is padded with.
    """
    from tokenizers import Tokenizer

    made: Tokenizer = Tokenizer.from_file(str(file))
    padding = json.loads((file.parent / "config.json").read_text("utf-8")).get("pad_token_id") or 0
    made.enable_truncation(max_tokens)
    made.enable_padding(pad_id=padding, pad_token=made.id_to_token(padding))
    return made


def batch(made: Tokenizer, texts: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Token ids and attention mask, each of shape (n, longest)."""
    encoded = made.encode_batch([speakable(text) for text in texts])
    return {
        "input_ids": np.array([one.ids for one in encoded], np.int64),
        "attention_mask": np.array([one.attention_mask for one in encoded], np.int64),
    }


def by_length(runtime: Runtime, items: Sequence[T], length: Callable[[T], int], prepare: Prepare) -> Vectors:
    """A runtime's vectors of items, shape (n, dimension). Those of like length go together: little is padding."""
    order = sorted(range(len(items)), key=lambda at: length(items[at]))
    (ordered,) = runtime.run([items[at] for at in order], prepare)
    made = np.empty_like(ordered)
    made[order] = ordered
    return made


def speakable(text: str) -> str:
    """Without halves of characters, which a badly decoded file may hold and the tokenizer refuses."""
    return text.encode("utf-8", "replace").decode("utf-8")


def network(folder: Path, architecture: str) -> nn.Module:
    """(n, length) ids and mask -> (n, hidden) vectors of length 1. ``folder`` holds config.json and model.safetensors.

    Raises:
        ModelUnavailable: it holds something else.
    """
    from transformers import AutoModel

    return pooled(pretrained(AutoModel, folder, architecture, add_pooling_layer=False))


def pooled(bert: Any) -> nn.Module:
    """An encoder with the mean of its last states, brought to length 1."""
    from torch import nn

    class Pooled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return mean(states, attention_mask)

    return Pooled().eval()


def mean(states: Tensor, attention_mask: Tensor) -> Tensor:
    """The mean of states (n, length, hidden) where the mask (n, length) is 1, brought to length 1."""
    import torch

    mask = attention_mask.unsqueeze(-1).to(states.dtype)
    return torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
