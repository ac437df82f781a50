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

_NAMES = {
    "sentence_transformers.models.Transformer": "Transformer",
    "sentence_transformers.models.Pooling": "Pooling",
    "sentence_transformers.models.Normalize": "Normalize",
    "sentence_transformers.base.modules.transformer.Transformer": "Transformer",
    "sentence_transformers.sentence_transformer.modules.pooling.Pooling": "Pooling",
    "sentence_transformers.sentence_transformer.modules.normalize.Normalize": "Normalize",
    "sentence_transformers.base.modules.normalize.Normalize": "Normalize",
}
"""The classes that modules.json may name, as versions 2 to 6 write them. Whatever else it names could run any code."""


@dataclass(frozen=True, slots=True)
class SentenceModule:
    """One of sentence-transformers' modules."""

    name: str
    """"Transformer", "Pooling" or "Normalize"."""
    folder: Path | None = None
    """Holds the module's verified config.json; None: its defaults, which for Pooling are the mean."""


MEAN_POOLING = (SentenceModule("Transformer"), SentenceModule("Pooling"), SentenceModule("Normalize"))
"""Of models whose files do not name their modules: all in the registry are of this kind (Reimers and Gurevych 2019)."""


@dataclass(frozen=True, slots=True)
class SentenceConfig:
    """The use of one text model."""

    modules: tuple[SentenceModule, ...]
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
        modules=_modules(context),
        max_tokens=int(transformer.get("max_seq_length") or preprocessing["max_tokens"]),
        lowercase=bool(transformer.get("do_lower_case")),
        query_prompt=query,
        document_prompt=document,
    )


def prompts(context: LoadContext) -> tuple[str, str]:
    """What comes before a query and before a document: as the model's authors publish it, or as the registry says.

    Documents take the first of the names that ``SentenceTransformer.encode_document`` looks for.
    """
    published: Mapping[str, str] = _json(context, "prompts", {}).get("prompts") or {}
    document = next((published[name] for name in ("document", "passage", "corpus") if name in published), "")
    preprocessing = context.entry.preprocessing
    return (
        published.get("query") or preprocessing.get("query_prompt", ""),
        document or preprocessing.get("document_prompt", ""),
    )


def _modules(context: LoadContext) -> tuple[SentenceModule, ...]:
    if "modules" not in context.files:
        return MEAN_POOLING
    modules = tuple(_module(context, saved) for saved in _json(context, "modules", []) if isinstance(saved, dict))
    if [module.name for module in modules][:2] != ["Transformer", "Pooling"]:
        raise ModelUnavailable(f"{context.entry.title} does not begin with a transformer and a pooling of its states.")
    return modules


def _module(context: LoadContext, saved: Mapping[str, Any]) -> SentenceModule:
    path, kind = str(saved.get("path")), str(saved.get("type"))
    if kind not in _NAMES:
        raise ModelUnavailable(f"{context.entry.title} asks for the module {kind!r:.80}, which Bowerbird does not run.")
    if _NAMES[kind] != "Pooling":
        return SentenceModule(_NAMES[kind])
    folder = context.files["modules"].parent / path
    if context.files.get("pooling") != folder / "config.json":
        raise ModelUnavailable(f"{context.entry.title} lacks the file {path}/config.json, which modules.json names.")
    if not _json(context, "pooling", {}).get("include_prompt", True):
        raise ModelUnavailable(f"{context.entry.title} leaves prompts out of its vectors, which Bowerbird cannot.")
    return SentenceModule("Pooling", folder)


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
