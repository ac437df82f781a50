"""Which folders may be watched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bowerbird.core.errors import UsageError


def check_new_folder(folder: Path, library: Path, watched: Iterable[Path]) -> None:
    """Refuse a folder that cannot be watched beside those that are.

    Raises:
        UsageError: it is no folder, or the library itself, or lies in a watched one, or holds one.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.")
    root = library.resolve()
    if root == folder.resolve() or root in folder.resolve().parents:
        raise UsageError(f"{folder} is Bowerbird's own library; choose another folder.")
    for known in watched:
        if known in folder.parents:
            raise UsageError(f"{folder} is inside {known}, which is watched already.")
        if folder in known.parents:
            raise UsageError(f"{folder} holds {known}, which is watched already. Remove that one first.")
