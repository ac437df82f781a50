"""Walks the files below a folder, without what the user's globs exclude."""

from __future__ import annotations

import errno
import fnmatch
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from bowerbird.core.files.identity import facts_of
from bowerbird.core.types import FileFacts

_TOO_LONG = "This path is longer than the system allows. Move what is here to a folder nearer to the top."


class Excludes:
    """The globs of files and folders to leave out, each matched with names and with paths below the watched folder."""

    def __init__(self, globs: Sequence[str]) -> None:
        """Compile the globs once: a walk asks for every name."""
        patterns = [fnmatch.translate(glob) for glob in globs if glob]
        self._pattern = re.compile("|".join(patterns) or r"(?!)")

    def match(self, path: PurePath) -> bool:
        """Whether a path relative to the watched folder, or any folder on the way to it, is left out."""
        parts = path.parts
        return any(self.leaves_out(part, "/".join(parts[:depth])) for depth, part in enumerate(parts, 1))

    def leaves_out(self, name: str, relative: str) -> bool:
        """Whether an entry is left out, by its name or by its path relative to the watched folder."""
        return bool(self._pattern.match(name) or self._pattern.match(relative))


class Walk:
    """Iterates over the facts of every regular file below a folder. Links are not followed, so there are no loops."""

    def __init__(self, folder: Path, excludes: Excludes, top: Path | None = None) -> None:
        """Walk ``top``, which lies in the watched ``folder``; by default all of it."""
        self._folder, self._excludes, self._top = folder, excludes, top or folder
        self.problems: list[tuple[Path, str]] = []
        """Folders that could not be read, and what has too long a path, and why; complete once the walk has ended."""

    def __iter__(self) -> Iterator[FileFacts]:
        """Walk depth first, holding one folder's entries at a time."""
        # The top may be a folder that has just appeared, which no walk from above has tested.
        folders = [] if self._excludes.match(self._top.relative_to(self._folder)) else [self._top]
        while folders:
            folder = folders.pop()
            for entry in self._entries(folder):
                path = folder / entry.name
                if self._is_folder(entry, path):
                    folders.append(path)
                elif facts := facts_of(path):
                    yield facts
                elif _is_too_long(path):
                    self.problems.append((path, _TOO_LONG))

    def _is_folder(self, entry: os.DirEntry[str], path: Path) -> bool:
        try:
            return entry.is_dir(follow_symlinks=False)
        except OSError as error:
            self.problems.append((path, _sentence(error)))
            return False

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        prefix = "" if folder == self._folder else folder.relative_to(self._folder).as_posix() + "/"
        try:
            with os.scandir(folder) as entries:
                return [entry for entry in entries if not self._excludes.leaves_out(entry.name, prefix + entry.name)]
        except (FileNotFoundError, NotADirectoryError):  # whoever asks where its files are looks again
            return []
        except OSError as error:
            self.problems.append((folder, _sentence(error)))
            return []


def _is_too_long(path: Path) -> bool:
    try:
        os.lstat(path)
    except OSError as error:
        return error.errno == errno.ENAMETOOLONG
    return False


def _sentence(error: OSError) -> str:
    if error.errno == errno.ENAMETOOLONG:
        return _TOO_LONG
    if isinstance(error, PermissionError):
        return "You have no permission to look into this folder."
    return f"This folder cannot be read: {error.strerror}."
