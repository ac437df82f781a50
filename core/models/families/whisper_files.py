"""Prepares the files of Whisper for CTranslate2: joins the starter pack's two parts, or converts those of the hub."""

from __future__ import annotations

import shutil
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.checkpoint import require
from bowerbird.core.models.registry.joined import joined
from bowerbird.core.models.runtime.base import LoadContext

_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"  # of Systran/faster-whisper-base
_COPIED = ["tokenizer.json", "preprocessor_config.json"]


def folder_of(context: LoadContext) -> Path:
    """The folder that CTranslate2 loads: model.bin, its configuration, its vocabulary and its tokenizer.

    Raises:
        ModelUnavailable: the files are not those of a Whisper, or there is no room.
    """
    files = context.files
    if "weights" in files:
        return _converted(context, files["weights"].parent)
    parts = {
        "model.bin": (files["part1"], files["part2"]),
        "config.json": (files["config"],),
        "tokenizer.json": (files["tokenizer"],),
        "vocabulary.txt": (files["vocabulary"],),
    }
    return joined(context.cache / f"whisper-base-{_SHA256[:8]}", parts, ("model.bin", _SHA256))


def _converted(context: LoadContext, hub_folder: Path) -> Path:
    """The hub's files, converted once by CTranslate2's own converter."""
    from ctranslate2.converters import TransformersConverter

    folder = context.cache / f"{context.name}-ct2"
    if folder.is_dir():
        return folder
    require(hub_folder, context.entry.architecture)
    draft = folder.with_suffix(".new")
    try:
        TransformersConverter(str(hub_folder), copy_files=_COPIED).convert(str(draft), force=True)
        draft.rename(folder)
    except (OSError, RuntimeError, ValueError) as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise ModelUnavailable(f"{context.entry.title} could not be prepared: {error}.") from error
    return folder
