"""multilingual-e5-small (Wang et al. 2024): BERT with XLM-R's vocabulary, mean pooling, unit length."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bowerbird.core.models.families import e5_file, sentences
from bowerbird.core.models.families.e5_file import E5File

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import nn

MAX_TOKENS = 512
_PADDING = ("<pad>", 1)
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "word": "word_embeddings",
    "pos": "position_embeddings",
    "type": "token_type_embeddings",
    "ln": "LayerNorm",
}
_PART = {"w": "weight", "b": "bias"}


def tokenizer(weights: Path, cache: Path) -> Tokenizer:
    """The model's tokenizer, built once: a quarter of a million pieces take seconds."""
    from tokenizers import Tokenizer

    if not cache.exists():
        cache.parent.mkdir(parents=True, exist_ok=True)
        draft = cache.with_suffix(".new")
        _built(e5_file.read(weights)).save(str(draft))
        draft.replace(cache)
    made: Tokenizer = Tokenizer.from_file(str(cache))
    made.enable_truncation(MAX_TOKENS)
    made.enable_padding(pad_token=_PADDING[0], pad_id=_PADDING[1])
    return made


def _built(file: E5File) -> Tokenizer:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    made = Tokenizer(models.Unigram(file.pieces, unk_id=file.unknown, byte_fallback=False))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return made


def network(weights: Path) -> nn.Module:
    """(n, length) ids and mask -> (n, 384) vectors of length 1."""
    import torch
    from torch import Tensor, nn
    from transformers import BertConfig, BertModel

    class HalfTable(nn.Module):
        """The vocabulary's vectors as float16, which hold four bits and a scale well, in half the memory."""

        def __init__(self, table: Tensor) -> None:
            super().__init__()
            self.table = nn.Parameter(table.half(), requires_grad=False)

        def forward(self, ids: Tensor) -> Tensor:
            return nn.functional.embedding(ids, self.table).float()

    file = e5_file.read(weights)
    shape: dict[str, Any] = {**file.shape, "layer_norm_eps": file.epsilon}
    config = BertConfig(**shape)
    bert: Any = BertModel(config, add_pooling_layer=False)
    shapes = {name: tuple(value.shape) for name, value in bert.state_dict().items()}
    state = {
        named: torch.from_numpy(np.array(values).reshape(shapes[named]))
        for name, values in file.tensors.items()
        if (named := _named(name)) in shapes
    }
    bert.load_state_dict(state)
    bert.embeddings.word_embeddings = HalfTable(state["embeddings.word_embeddings.weight"])
    return sentences.pooled(bert)


def _named(name: str) -> str:
    """What transformers calls one of the file's tensors: "l3.q.w" is "encoder.layer.3.attention.self.query.weight"."""
    where, *rest = name.split(".")
    part = _PART[rest.pop()] if len(rest) > 1 else "weight"
    if where == "emb":
        return f"embeddings.{_EMBEDDINGS[rest[0]]}.{part}"
    return f"encoder.layer.{where[1:]}.{_LAYER[rest[0]]}.{part}"
