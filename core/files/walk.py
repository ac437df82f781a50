"""Finds the files below a folder, leaving out what the user excluded."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from bowerbird.core.files.identity import facts_of
from bowerbird.core.types import FileFacts


class Excludes:
    """Globs. One leaves a file or folder out if it matches its name, or its path below the watched folder."""

    def __init__(self, globs: Sequence[str]) -> None:
        """Compile the globs once: a walk asks for every name."""
        patterns = [fnmatch.translate(glob) for glob in globs if glob]
        self._pattern = re.compile("|".join(patterns) or r"(?!)")

    def match(self, path: PurePath) -> bool:
        """Whether a path below the watched folder, or any folder on the way, is left out."""
        parts = path.parts
        return any(self.leaves_out(part, "/".join(parts[: at + 1])) for at, part in enumerate(parts))

    def leaves_out(self, name: str, below: str) -> bool:
        """Whether a name, or the path below the watched folder that it stands at, is left out."""
        return bool(self._pattern.match(name) or self._pattern.match(below))


class Walk:
    """Every regular file below a folder, one at a time. Links are not followed, so there are no loops."""

    def __init__(self, folder: Path, excludes: Excludes, top: Path | None = None) -> None:
        """Walk ``top``, which lies in the watched ``folder``; by default all of it."""
        self._folder, self._excludes, self._top = folder, excludes, top or folder
        self.problems: list[tuple[Path, str]] = []
        """Folders that could not be read, and why; complete once the walk has ended."""

    def __iter__(self) -> Iterator[FileFacts]:
        """Walk depth first, holding one folder's entries at a time."""
        waiting = [self._top]
        while waiting:
            here = waiting.pop()
            for entry in self._entries(here):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(here / entry.name)
                elif entry.is_file(follow_symlinks=False) and (facts := facts_of(here / entry.name)):
                    yield facts

    def _entries(self, here: Path) -> list[os.DirEntry[str]]:
        below = "" if here == self._folder else here.relative_to(self._folder).as_posix() + "/"
        try:
            with os.scandir(here) as entries:
                return [entry for entry in entries if not self._excludes.leaves_out(entry.name, below + entry.name)]
        except FileNotFoundError:
            return []
        except OSError as error:
            self.problems.append((here, _sentence(error)))
            return []


def _sentence(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "You have no permission to look into this folder."
    return f"This folder cannot be read: {error.strerror}."
