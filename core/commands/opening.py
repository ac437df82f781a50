"""The library that a command works on: opened here, or that of the process which has it open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bowerbird.core.errors import EnvironmentFailure, LibraryBusy
from bowerbird.core.library import Library
from bowerbird.core.owner.client import RemoteLibrary
from bowerbird.core.owner.protocol import LibraryCalls

_BUSY_S = 10.0  # a command that is just closing lets go within this time
_RETRY_S = 0.1


@contextmanager
def opened(directory: Path) -> Iterator[LibraryCalls]:
    """The library in ``directory``, closed at the end.

    Raises:
        EnvironmentFailure: it cannot be opened, or another process has it open and does not answer.
    """
    library = _open_when_free(directory)
    try:
        yield library
    finally:
        library.close()


def _open_when_free(directory: Path) -> Library | RemoteLibrary:
    """The owner may just be opening, or closing, and then neither answers nor lets go: neither is worth an error."""
    until = time.monotonic() + _BUSY_S
    while True:
        try:
            return _open(directory)
        except EnvironmentFailure as error:
            if time.monotonic() > until or not isinstance(error.__cause__, LibraryBusy):
                raise
            time.sleep(_RETRY_S)


def _open(directory: Path) -> Library | RemoteLibrary:
    try:
        return Library.open(directory)
    except LibraryBusy as busy:
        try:
            return RemoteLibrary(directory)
        except EnvironmentFailure as error:
            raise error from busy
