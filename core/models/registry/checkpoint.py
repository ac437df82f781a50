"""Builds transformers models from files or tensors, and says in one sentence why one cannot be built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bowerbird.core.errors import ModelUnavailable

if TYPE_CHECKING:
    from torch import Tensor

_LONGEST_HEADER = 100_000_000  # bytes, the safetensors format's own limit


def pretrained(kind: Any, folder: Path, architecture: str, **options: Any) -> Any:
    """A transformers model in float32, in evaluation mode, from a local folder; nothing is fetched.

    Args:
        kind: A class with ``from_pretrained``, such as ``AutoModel``.
        folder: Holds config.json and model.safetensors; weights in other formats are refused.
        architecture: ``model_type`` that config.json must have.
        options: Passed on to ``from_pretrained``.

    Raises:
        ModelUnavailable: it is of another architecture, damaged, or lacks weights.
    """
    import torch
    from safetensors import SafetensorError

    require(folder, architecture)
    options |= {"use_safetensors": True, "local_files_only": True, "dtype": torch.float32}
    try:
        model, report = _from_pretrained(kind, folder, **options)
    except RuntimeError as error:  # its message names transformers' own code, not the file
        raise ModelUnavailable(f"The weights in {folder} do not fit the config.json there. Get it again.") from error
    except (OSError, ValueError, SafetensorError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelUnavailable(f"The model in {folder} cannot be loaded: {reason} Get it again.") from error
    return _complete(model, report, folder)


def from_tensors(kind: Any, config: Any, tensors: Mapping[str, Tensor], source: Path, **options: Any) -> Any:
    """A transformers model in float32, in evaluation mode, from tensors by their names in the state dict.

    Weights are neither initialised nor copied. ``source`` is the file that the tensors were read from.

    Raises:
        ModelUnavailable: some are missing.
    """
    model, report = _from_pretrained(kind, None, config=config, state_dict=dict(tensors), **options)
    return _complete(model, report, source)


def _from_pretrained(kind: Any, source: Path | None, **options: Any) -> tuple[Any, Mapping[str, Any]]:
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model, report = kind.from_pretrained(source, output_loading_info=True, **options)
    return model, report


def _complete(model: Any, report: Mapping[str, Any], source: Path) -> Any:
    if missing := sorted(report["missing_keys"]):
        raise ModelUnavailable(f"The model in {source} lacks weights, {missing[0]} among them. Get it again.")
    return model.eval()


def require(folder: Path, architecture: str) -> None:
    """Check that a folder's config.json has this ``model_type``.

    Raises:
        ModelUnavailable: it has not, or cannot be read.
    """
    try:
        model_type = json.loads((folder / "config.json").read_text("utf-8"))["model_type"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(f"The file {folder / 'config.json'} describes no model. Get it again.") from error
    if model_type != architecture:
        raise ModelUnavailable(f"The file config.json is of a model of the kind {model_type}, not {architecture}.")


def require_whole(weights: Path) -> None:
    """Check that a file is in the safetensors format and not cut short: its header states how long it is.

    Raises:
        ModelUnavailable: it is not.
    """
    size = weights.stat().st_size
    with weights.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = file.read(length) if length < min(size, _LONGEST_HEADER) else b""
    try:
        tensors = [value for name, value in json.loads(header).items() if name != "__metadata__"]
        whole = 8 + length + max(int(tensor["data_offsets"][1]) for tensor in tensors)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ModelUnavailable(f"{weights.name} is not what it should be: it is no safetensors file.") from error
    if size != whole:
        raise ModelUnavailable(f"{weights.name} is not whole: {size:,} bytes instead of {whole:,}.")
