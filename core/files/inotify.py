"""Which folders Linux watches for this process, and how many it allows: what cannot be watched is missed in silence."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fdinfo")
_ENTRY = re.compile(r"^inotify wd:\S+ ino:([0-9a-f]+) sdev:([0-9a-f]+)", re.MULTILINE)
_LIMITS = Path("/proc/sys/fs/inotify")
_MINOR_BITS = 20  # of the kernel's own device numbers (include/linux/kdev_t.h)
_LEAST_ADVICE = 1 << 19
_TOO_MANY = {errno.ENOSPC: "max_user_watches", errno.EMFILE: "max_user_instances"}


@dataclass(frozen=True)
class Unwatched:
    """What is not watched below a folder."""

    tops: tuple[Path, ...] = ()
    """The topmost folders: to look through these is to look through all of it."""
    folders: int = 0
    """How many folders there are in all, these and those in them."""


class WatchedByKernel:
    """The folders that an inotify descriptor of this process covers, as proc(5) tells under ``fdinfo``."""

    def __init__(self, descriptor: int | None) -> None:
        """As it is now. Without a descriptor everything counts as watched: other systems watch a tree as a whole."""
        self._known = descriptor is not None
        self._folders = set() if descriptor is None else _entries(descriptor)
        self._devices = {device for device, _ in self._folders}
        self._inodes = {inode for _, inode in self._folders}

    def __contains__(self, folder: Path) -> bool:
        """Whether a folder is watched; one that is gone counts as watched.

        On some file systems (Btrfs) a folder has another device number for us than for the kernel.
        """
        try:
            status = folder.stat()
        except OSError:
            return True
        if status.st_dev in self._devices:
            return (status.st_dev, status.st_ino) in self._folders
        return status.st_ino in self._inodes

    def missing_below(self, tops: Iterable[Path]) -> Unwatched:
        """What is not watched of some folders and all below them, without what may not be read anyway."""
        missing, folders = list[Path](), 0
        for folder in _folders_below(tops) if self._known else ():
            if folder not in self and os.access(folder, os.R_OK):
                folders += 1
                if not (missing and missing[-1] in folder.parents):  # the walk goes depth first
                    missing.append(folder)
        return Unwatched(tuple(missing), folders)


def _folders_below(tops: Iterable[Path]) -> Iterator[Path]:
    return (Path(name) for top in tops for name, _, _ in os.walk(top))


def sentence(folder: Path, unwatched: Unwatched, error: OSError | None) -> str:
    """For the user: what of a watched folder is only looked through now and then, and what to do.

    Args:
        folder: the watched folder.
        unwatched: what is not watched in it.
        error: what the system said, where not even the folder itself could be watched.
    """
    what = f"{unwatched.folders:,} folders in {folder}" if unwatched.folders > 1 else str(*unwatched.tops)
    seen = f"Changes in {what} show within half a minute only"
    if error and error.errno not in _TOO_MANY:
        return f"{seen}: the system cannot watch it ({error.strerror})."
    limit = _TOO_MANY[(error and error.errno) or errno.ENOSPC]
    return f"{seen}, since Linux watches no more folders for you. To allow more: {_command(limit)}"


def _command(limit: str) -> str:
    try:
        now = int((_LIMITS / limit).read_text())
    except (OSError, ValueError):
        now = 0
    return f"sudo sysctl fs.inotify.{limit}={max(2 * now, _LEAST_ADVICE if limit == 'max_user_watches' else 0)}"


def _entries(descriptor: int) -> set[tuple[int, int]]:
    try:
        text = (_DESCRIPTORS / str(descriptor)).read_text()
    except OSError:  # closed meanwhile
        return set()
    return {(_device(int(device, 16)), int(inode, 16)) for inode, device in _ENTRY.findall(text)}


def _device(kernel_number: int) -> int:
    return os.makedev(kernel_number >> _MINOR_BITS, kernel_number & ((1 << _MINOR_BITS) - 1))
