"""How a text model is to be used: what sentence-transformers keeps beside its weights, or else the registry.

Only JSON is read here, because ONNX Runtime serves these models in processes that import neither torch nor
sentence-transformers (1 and 5 seconds of a core). A model's files, by their roles in the registry:

- modules: modules.json, the modules that a text goes through, in order, and the folder of each
- transformer: sentence_bert_config.json, the most tokens that it reads
- pooling: 1_Pooling/config.json, how the states of its tokens become one vector
- prompts: config_sentence_transformers.json, what it was trained to see before a query and before a document
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.runtime.base import LoadContext

_MODULES = ("Transformer", "Pooling", "Normalize")
_CLASSES = {
    "sentence_transformers.models.Transformer": "Transformer",
    "sentence_transformers.models.Pooling": "Pooling",
    "sentence_transformers.models.Normalize": "Normalize",
    "sentence_transformers.base.modules.transformer.Transformer": "Transformer",
    "sentence_transformers.sentence_transformer.modules.pooling.Pooling": "Pooling",
    "sentence_transformers.sentence_transformer.modules.normalize.Normalize": "Normalize",
    "sentence_transformers.base.modules.normalize.Normalize": "Normalize",
}
"""The classes that modules.json may name, as versions 2 to 6 write them: importing any other could run any code."""


@dataclass(frozen=True, slots=True)
class SentenceConfig:
    """The use of one text model. Its vectors are normalised in any case: the stores compare by inner product."""

    pooling: Path | None
    """The folder with the verified config.json of its Pooling; None: the mean (Reimers and Gurevych 2019)."""
    max_tokens: int
    """Longer texts are cut."""
    lowercase: bool
    """Whether texts are lower-cased before its tokenizer sees them."""
    query_prompt: str
    document_prompt: str


def read(context: LoadContext) -> SentenceConfig:
    """The use of a model, from its files where it has them and from its registry entry where not.

    Raises:
        ModelUnavailable: a file is no JSON, or modules.json names modules or files that are not supported.
    """
    transformer, preprocessing = _json(context, "transformer", {}), context.entry.preprocessing
    query, document = prompts(context)
    return SentenceConfig(
        pooling=_pooling(context),
        max_tokens=int(transformer.get("max_seq_length") or preprocessing["max_tokens"]),
        lowercase=bool(transformer.get("do_lower_case")),
        query_prompt=query,
        document_prompt=document,
    )


def prompts(context: LoadContext) -> tuple[str, str]:
    """What comes before a query and before a document: as the model's files say, or else the registry.

    Raises:
        ModelUnavailable: the file with the prompts is no JSON.
    """
    published: Mapping[str, str] = _json(context, "prompts", {}).get("prompts") or {}
    query, document = (
        str(published.get(name) or context.entry.preprocessing.get(f"{name}_prompt", ""))
        for name in ("query", "document")
    )
    return query, document


def _pooling(context: LoadContext) -> Path | None:
    if "modules" not in context.files:
        return None
    saved = [module for module in _json(context, "modules", []) if isinstance(module, dict)]
    classes = [str(module.get("type")) for module in saved]
    if unknown := [name for name in classes if name not in _CLASSES]:
        raise ModelUnavailable(f"{context.entry.title} asks for the module {unknown[0]!r:.80}, which is not run here.")
    if tuple(_CLASSES[name] for name in classes) not in (_MODULES, _MODULES[:2]):
        raise ModelUnavailable(f"{context.entry.title} is not made of a transformer, pooling and normalisation.")
    folder = context.files["modules"].parent / str(saved[1].get("path"))
    if context.files.get("pooling") != folder / "config.json":
        raise ModelUnavailable(f"{context.entry.title} lacks the file with the settings of its pooling.")
    if not _json(context, "pooling", {}).get("include_prompt", True):
        raise ModelUnavailable(f"{context.entry.title} leaves prompts out of its vectors, which is not supported.")
    return folder


def _json(context: LoadContext, role: str, default: Any) -> Any:
    """The contents of a model's file, which must be of the default's type; the default if it has no such file."""
    if role not in context.files:
        return default
    path = context.files[role]
    try:
        contents = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"The file {path} cannot be read. Get it again.") from error
    if not isinstance(contents, type(default)):
        raise ModelUnavailable(f"The file {path} is not what it should be. Get it again.")
    return contents
