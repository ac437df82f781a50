"""The library that a command works on: opened here, or that of the process which has it open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bowerbird.core.errors import LibraryBusy, OwnerAway
from bowerbird.core.library import Library
from bowerbird.core.owner.client import RemoteLibrary
from bowerbird.core.owner.protocol import LibraryCalls

_PATIENCE_S = 60.0  # an owner may be bringing an old catalog up to date, on a computer that is busy
_RETRY_S = 0.1


@contextmanager
def opened(directory: Path) -> Iterator[LibraryCalls]:
    """The library in ``directory``, closed at the end. If its owner ends meanwhile, it is opened again.

    Raises:
        EnvironmentFailure: it cannot be opened, or another process has it open and does not answer.
    """
    library = _open_when_ready(directory)
    try:
        yield library
    finally:
        library.close()


def _open_when_ready(directory: Path) -> Library | RemoteLibrary:
    """An owner that is starting or ending neither answers nor lets go: that is waited for."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return _open(directory)
        except OwnerAway:
            if time.monotonic() > until:
                raise
            time.sleep(_RETRY_S)


def _open(directory: Path) -> Library | RemoteLibrary:
    try:
        return Library.open(directory)
    except LibraryBusy:
        return RemoteLibrary(directory, reopen=lambda: _open_when_ready(directory))
