"""The process that exports networks: started for the first, it serves those that follow at once, and then ends.

What torch, transformers and sentence-transformers take to be imported, seconds and hundreds of megabytes, is so spent
once for all the networks of a new library.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from bowerbird.core.decoding import sandbox
from bowerbird.core.models.runtime.network import Network

_IDLE_S = 5.0  # the next network of the same model, or of the next one, is asked for at once
_SPAWN = multiprocessing.get_context("spawn")

Write = Callable[[Network, str], None]
"""Writes a network to a file; picklable."""


class ExportProcess:
    """Has networks written by another process, one after the other. Safe from any thread."""

    def __init__(self) -> None:
        """No process yet."""
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def write(self, write: Write, network: Network, path: Path) -> bool:
        """Whether ``write`` made the file ``path``; if not, there is none, and standard error has the traceback.

        A process that ended between two networks, for it had been idle, is replaced.
        """
        with self._lock:
            used = self._pipe is not None
            written = self._ask((write, network, path))
            if written is None and used:
                written = self._ask((write, network, path))
            return bool(written)

    def _ask(self, request: tuple[Write, Network, Path]) -> bool | None:
        """The process's answer; None if it ended without one."""
        pipe = self._pipe = self._pipe or self._start()
        try:
            pipe.send(request)
            return bool(pipe.recv())
        except (EOFError, OSError):
            self._end()
            return None

    def _start(self) -> Connection:
        ours, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs, os.getpid()), name="bowerbird-export", daemon=True)
        self._process.start()
        theirs.close()
        return ours

    def _end(self) -> None:
        if self._pipe and self._process:
            self._pipe.close()
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None


def _serve(pipe: Connection, parent: int) -> None:
    """Answer requests until the pipe closes or none comes for a while."""
    sandbox.die_with(parent)
    while pipe.poll(_IDLE_S):
        try:
            write, network, path = pipe.recv()
        except EOFError:
            return
        pipe.send(_written(write, network, path))


def _written(write: Write, network: Network, path: Path) -> bool:
    """Write to a draft beside the file, which takes its place once it is whole."""
    file, draft = tempfile.mkstemp(prefix=f"{network.name}-", suffix=".new", dir=path.parent)
    os.close(file)
    try:
        write(network, draft)
        Path(draft).replace(path)
    except Exception:  # noqa: BLE001  # whatever a network raises concerns this export alone
        traceback.print_exc()
        return False
    finally:
        Path(draft).unlink(missing_ok=True)
    return True
