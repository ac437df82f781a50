"""Puts a model's checked files into one folder, under the names its runtime wants; a file may come in parts."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.sources import hash_of

_BLOCK = 1 << 20


def joined(folder: Path, files: Mapping[str, Sequence[Path]], digest: tuple[str, str]) -> Path:
    """``folder``, holding each named file, its parts one after the other; made if it is not there or not whole.

    ``digest`` names one of the files and gives the SHA-256 it must have in the end.

    Raises:
        ModelUnavailable: it has another, or cannot be written.
    """
    name, expected = digest
    if not (folder / name).is_file() or hash_of(folder / name) != expected:
        _join(folder, files)
        if (found := hash_of(folder / name)) != expected:
            raise ModelUnavailable(f"The model's file {name} was put together wrongly (its SHA-256 is {found}).")
    return folder


def _join(folder: Path, files: Mapping[str, Sequence[Path]]) -> None:
    draft = folder.with_name(folder.name + ".new")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for name, parts in files.items():
            with (draft / name).open("wb") as target:
                for part in parts:
                    with part.open("rb") as source:
                        shutil.copyfileobj(source, target, _BLOCK)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    except OSError as error:
        raise ModelUnavailable(f"The model folder {folder} cannot be written: {error.strerror}.") from error
