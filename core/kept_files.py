"""Small files of what the user has set or made: written whole, with a copy of the last good one beside each."""

from __future__ import annotations

import logging
from pathlib import Path

from bowerbird.core.paths import write_whole

log = logging.getLogger(__name__)


def read(path: Path) -> bytes:
    """What is in a file; if it was emptied, what is in the copy of the last good one.

    Raises:
        OSError: it cannot be read.
    """
    return (last_good(path) if is_emptied(path) else path).read_bytes()


def write(path: Path, content: bytes) -> None:
    """Write a file so that a crash or a power cut leaves the old one or the new one, and a copy beside it.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    write_whole(path, content)
    keep(path, content)


def last_good(path: Path) -> Path:
    """Where the copy of a file is kept."""
    return path.with_name(f"{path.name}.bak")


def is_emptied(path: Path) -> bool:
    """Whether nothing is left of a file that has a copy. After a power cut it may be full of zeros."""
    return path.exists() and last_good(path).exists() and not path.read_bytes().strip(b"\0 \t\r\n")


def keep(path: Path, content: bytes) -> None:
    """Keep a copy of what is in a file. The file counts without it, so that a full disk is no error."""
    copy = last_good(path)
    try:
        if not copy.exists() or copy.read_bytes() != content:
            write_whole(copy, content)
    except OSError as error:
        log.warning("%s cannot be kept: %s", copy, error)
