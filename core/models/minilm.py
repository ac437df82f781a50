"""MiniLM sentence embeddings (Wang et al. 2020; Reimers and Gurevych 2019): BERT, mean pooling, unit length."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import nn

MAX_TOKENS = 256
"""What the published sentence_bert_config.json says; the rest of a longer text is not read."""


def tokenizer(file: Path) -> Tokenizer:
    """The model's own tokenizer, cutting at ``MAX_TOKENS`` and padding to the longest of a batch."""
    from tokenizers import Tokenizer

    made: Tokenizer = Tokenizer.from_file(str(file))
    made.enable_truncation(MAX_TOKENS)
    made.enable_padding()
    return made


def batch(made: Tokenizer, texts: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Token ids and attention mask, each of shape (n, longest)."""
    encoded = made.encode_batch([_speakable(text) for text in texts])
    return {
        "input_ids": np.array([one.ids for one in encoded], np.int64),
        "attention_mask": np.array([one.attention_mask for one in encoded], np.int64),
    }


def _speakable(text: str) -> str:
    """Without halves of characters, which a badly decoded file may hold and the tokenizer refuses."""
    return text.encode("utf-8", "replace").decode("utf-8")


def network(folder: Path) -> nn.Module:
    """(n, length) ids and mask -> (n, 384) vectors of length 1. ``folder`` holds config.json and model.safetensors."""
    from transformers import BertModel
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return pooled(BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager"))


def pooled(bert: Any) -> nn.Module:
    """A BERT with the mean of its last states, brought to length 1."""
    import torch
    from torch import Tensor, nn

    class Sentences(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1)
            return torch.nn.functional.normalize(mean, dim=1)

    return Sentences().eval()
