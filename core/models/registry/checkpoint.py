"""Loads a transformers model from a folder, and says in a sentence what is wrong with one that will not load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bowerbird.core.errors import ModelUnavailable

_LONGEST_HEADER = 100_000_000  # bytes, as the format allows


def pretrained(kind: Any, folder: Path, architecture: str, **options: Any) -> Any:
    """A model of a transformers class, in float32 and ready to infer. ``folder`` holds config.json and safetensors.

    Raises:
        ModelUnavailable: it is of another architecture than it should be, damaged, or lacks weights.
    """
    import torch
    from safetensors import SafetensorError
    from transformers.utils import logging

    require(folder, architecture)
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    options |= {"use_safetensors": True, "local_files_only": True, "dtype": torch.float32}
    try:
        model, found = kind.from_pretrained(folder, output_loading_info=True, **options)
    except RuntimeError as error:  # in which transformers names itself and not the file
        raise ModelUnavailable(f"The weights in {folder} do not fit the config.json there. Get it again.") from error
    except (OSError, ValueError, SafetensorError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelUnavailable(f"The model in {folder} cannot be loaded: {reason} Get it again.") from error
    if missing := sorted(found["missing_keys"]):
        raise ModelUnavailable(f"The model in {folder} lacks weights, {missing[0]} among them. Get it again.")
    return model.eval()


def require(folder: Path, architecture: str) -> None:
    """Refuse a folder whose config.json is not of this architecture.

    Raises:
        ModelUnavailable: it is not.
    """
    try:
        found = json.loads((folder / "config.json").read_text("utf-8"))["model_type"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(f"The file {folder / 'config.json'} describes no model. Get it again.") from error
    if found != architecture:
        raise ModelUnavailable(f"The file config.json is of a model of the kind {found}, not {architecture}.")


def require_whole(weights: Path) -> None:
    """Refuse a file that is no safetensors file, or only the beginning of one: its header tells how long it is.

    Raises:
        ModelUnavailable: it is.
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
