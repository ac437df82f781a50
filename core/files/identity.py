"""Tells whether a file is the same as before, by its facts or its content, and whether its folder is there at all.

Device and inode are no part of it: many volumes (Btrfs, exFAT, network shares) number them anew when they are mounted.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Collection
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from bowerbird.core.extractors.source import Source
from bowerbird.core.types import FileFacts

_BLOCK = 1 << 20
_FINGERPRINT_BYTES = 16
_LATEST_NS = (1 << 63) - 1


def facts_of(path: Path) -> FileFacts | None:
    """Size and times of a regular file; None if there is none at this path. Links are not followed."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    # On Windows ctime is when the file was made.
    ctime_ns = None if sys.platform == "win32" else _storable(status.st_ctime_ns)
    # SQLite's integers are signed: Windows file indexes and some network devices use all 64 bits.
    inode = status.st_ino - (1 << 64 if status.st_ino >= 1 << 63 else 0)
    return FileFacts(path, status.st_size, _storable(status.st_mtime_ns), ctime_ns, inode)


def _storable(time_ns: int) -> int:
    """What lies outside 1677 to 2262, as FILETIME's zero of 1601 does, is taken for the nearest of these."""
    return max(-_LATEST_NS, min(time_ns, _LATEST_NS))


def may_have_grown(before: FileFacts, present: FileFacts | None) -> bool:
    """Whether something may have been appended to a file: it is longer, and no other one was put in its place."""
    return present is not None and present.inode == before.inode and present.size > before.size


def is_unchanged(before: FileFacts, now: FileFacts | None) -> bool:
    """Whether a file is surely what it was before; where one of the times is not known, by the others."""
    if now is None or (before.size, before.mtime_ns) != (now.size, now.mtime_ns):
        return False
    return before.ctime_ns is None or now.ctime_ns is None or before.ctime_ns == now.ctime_ns


def cannot_tell(path: Path) -> bool:
    """Whether the disk does not even say that there is nothing at a path: then nothing is to be forgotten."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    return False


def fingerprint(path: Path, on_block: Callable[[], None] = lambda: None, size: int | None = None) -> bytes:
    """BLAKE2b over the whole content, 16 bytes: the same content has the same fingerprint wherever it lies.

    ``on_block`` is called with each block of it that was read. ``size``: over so many bytes of its beginning.

    Raises:
        FileVanished: there is no such file.
        FileError: it cannot be read.
        EnvironmentFailure: this computer has no memory or descriptors left.
    """
    digest = blake2b(digest_size=_FINGERPRINT_BYTES)
    with Source.at(path) as source, source.open() as file:
        _read(file, digest, on_block, size)
    return digest.digest()


def fingerprint_with(path: Path, sidecars: Collection[Path], on_block: Callable[[], None] = lambda: None) -> bytes:
    """The fingerprint of a file and of the sidecars beside it: what they say is part of its content.

    Without any it is the file's own. Raises as ``fingerprint`` does.
    """
    own = fingerprint(path, on_block)
    if not sidecars:
        return own
    digest = blake2b(own, digest_size=_FINGERPRINT_BYTES)
    for sidecar in sidecars:
        digest.update(sidecar.suffix.lower().encode() + fingerprint(sidecar, on_block))
    return digest.digest()


def grown_fingerprint(
    path: Path, before: int, size: int, on_block: Callable[[], None], *, within_line: bool = False
) -> tuple[bytes, bytes]:
    """The fingerprint of a file's first ``size`` bytes, and of its first ``before``.

    That is empty if no line ends there, unless that does not matter (``within_line``). Raises as ``fingerprint`` does.
    """
    digest = blake2b(digest_size=_FINGERPRINT_BYTES)
    with Source.at(path) as source, source.open() as file:
        last = _read(file, digest, on_block, before)
        beginning = digest.digest() if within_line or last == b"\n" else b""
        _read(file, digest, on_block, size - before)
    return digest.digest(), beginning


def _read(file: BinaryIO, digest: blake2b, on_block: Callable[[], None], size: int | None) -> bytes:
    """Have so many bytes digested; the last of them."""
    last = b""
    while block := file.read(_BLOCK if size is None else min(_BLOCK, size)):
        on_block()
        digest.update(block)
        last, size = block[-1:], None if size is None else size - len(block)
    return last


def is_offline(folder: Path) -> bool:
    """Whether a watched folder is not there, or its disk does not answer."""
    try:
        folder.stat()
    except PermissionError:
        return False  # it is there; that it cannot be read is another matter
    except (OSError, ValueError):
        return True
    return False
