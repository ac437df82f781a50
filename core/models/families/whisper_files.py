"""Whisper's files as CTranslate2 wants them: the starter pack's in two parts, or converted from those of the hub."""

from __future__ import annotations

import shutil
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.checkpoint import require
from bowerbird.core.models.registry.joined import joined
from bowerbird.core.models.runtime.base import LoadContext

_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"  # of Systran/faster-whisper-base
_CARRIED = ["tokenizer.json", "preprocessor_config.json"]


def folder_of(context: LoadContext) -> Path:
    """A folder with model.bin, its configuration, its vocabulary and its tokenizer.

    Raises:
        ModelUnavailable: the files are not those of a Whisper, or there is no room.
    """
    files = context.files
    if "weights" in files:
        return _converted(context, files["weights"].parent)
    named = {
        "model.bin": (files["part1"], files["part2"]),
        "config.json": (files["config"],),
        "tokenizer.json": (files["tokenizer"],),
        "vocabulary.txt": (files["vocabulary"],),
    }
    return joined(context.cache / f"whisper-base-{_SHA256[:8]}", named, ("model.bin", _SHA256))


def _converted(context: LoadContext, published: Path) -> Path:
    """Converted once, by CTranslate2's own converter."""
    from ctranslate2.converters import TransformersConverter

    folder = context.cache / f"{context.name}-ct2"
    if folder.is_dir():
        return folder
    require(published, context.entry.architecture)
    draft = folder.with_suffix(".new")
    try:
        TransformersConverter(str(published), copy_files=_CARRIED).convert(str(draft), force=True)
        draft.rename(folder)
    except (OSError, RuntimeError, ValueError) as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise ModelUnavailable(f"{context.entry.title} could not be prepared: {error}.") from error
    return folder
