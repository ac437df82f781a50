"""Tells whether a file is the same as before, by its facts or its content, and whether its folder is there at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from bowerbird.core.errors import FileError, FileVanished
from bowerbird.core.types import FileFacts

_BLOCK = 1 << 20
_FINGERPRINT_BYTES = 16
_LATEST_NS = (1 << 63) - 1


def facts_of(path: Path) -> FileFacts | None:
    """Size, time and inode of a regular file; None if there is none at this path. Links are not followed."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    # SQLite's integers are signed: Windows file indexes and some network devices use all 64 bits.
    device, inode = [number - (1 << 64) if number >= 1 << 63 else number for number in (status.st_dev, status.st_ino)]
    # So are times: what lies outside 1677 to 2262, as FILETIME's zero of 1601 does, is taken for the nearest of these.
    mtime_ns = max(-_LATEST_NS, min(status.st_mtime_ns, _LATEST_NS))
    return FileFacts(path, status.st_size, mtime_ns, device, inode)


def cannot_tell(path: Path) -> bool:
    """Whether the disk does not even say that there is nothing at a path: then nothing is to be forgotten."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    return False


def fingerprint(path: Path, on_block: Callable[[], None] = lambda: None) -> bytes:
    """BLAKE2b over the whole content, 16 bytes: the same content has the same fingerprint wherever it lies.

    ``on_block`` is called with each block of it that was read.

    Raises:
        FileVanished: there is no such file.
        FileError: it cannot be read.
    """
    digest = blake2b(digest_size=_FINGERPRINT_BYTES)
    try:
        with path.open("rb", buffering=0) as file:
            while block := file.read(_BLOCK):
                on_block()
                digest.update(block)
    except (FileNotFoundError, NotADirectoryError):
        raise FileVanished("The file is gone.") from None
    except PermissionError:
        raise FileError("You have no permission to read this file.") from None
    except OSError as error:
        raise FileError(f"The disk cannot read this file: {error.strerror}.") from error
    return digest.digest()


def is_offline(folder: Path, *, known: bool) -> bool:
    """Whether a watched folder is away: missing, or empty as a mount point without its disk is.

    ``known``: files are known in it, so that it should not be empty.
    """
    if not folder.is_dir():
        return not folder.exists()
    return known and not _holds_anything(folder)


def _holds_anything(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return True  # it is there; that it cannot be read is another matter
