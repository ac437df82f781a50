"""Copies a model's verified files into one folder under the names its runtime expects, joining split ones."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.sources import hash_of

_BLOCK = 1 << 20  # bytes


def joined(folder: Path, files: Mapping[str, Sequence[Path]], digest: tuple[str, str]) -> Path:
    """Make ``folder`` hold each named file as the concatenation of its parts, and return it.

    ``digest``: the name of one of the files and its SHA-256. A folder whose file has that hash is left as it is.

    Raises:
        ModelUnavailable: the joined file has another hash, or the folder cannot be written.
    """
    name, expected = digest
    if not (folder / name).is_file() or hash_of(folder / name) != expected:
        _join(folder, files)
        if (actual := hash_of(folder / name)) != expected:
            raise ModelUnavailable(f"The model's file {name} was put together wrongly (its SHA-256 is {actual}).")
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
