"""The decoder child: a process that reads one file after another, and nothing else."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bowerbird.core.decoding import sandbox, wire
from bowerbird.core.errors import BowerbirdError, FileError
from bowerbird.core.extractors import extractor_for
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction, Locator

READY = b"ready"
_FILES = 2_000  # after this many a fresh child takes over, so that no decoder's leak adds up
_MEMORY = 1 << 30  # bytes at the most so far: beyond, the next file gets a fresh child too
_NICE = 10  # indexing yields to whatever the user is doing

Calls = Mapping[str, Callable[..., Extraction | bytes]]


def _extract(path: Path, limits: Limits) -> Extraction:
    return extractor_for(path).extract(path, limits)


def _render(path: Path, locator: Locator | None, max_side: int) -> bytes:
    return extractor_for(path).render(path, locator, max_side)


CALLS: Calls = {"extract": _extract, "render": _render}


def serve(pipe: Connection, parent: int, nice: bool, seconds: float, calls: Calls = CALLS) -> None:
    """Answer requests until the pipe closes or this process is used up.

    ``parent`` is the process that must be alive, ``nice`` yields to other programs, ``seconds`` bounds the CPU time of
    a file. A request is the name of a call and its arguments; an answer is as ``wire`` sends it.
    """
    _settle_in(parent, nice)
    sandbox.enter()
    pipe.send_bytes(READY)
    try:
        for number in range(1, _FILES + 1):
            name, arguments = pipe.recv()
            sandbox.allow_cpu(seconds)
            answer = guarded(calls[name], arguments)
            last = number == _FILES or sandbox.memory_used() > _MEMORY
            wire.send(pipe, answer, last=last)
            if last:
                return
    except (EOFError, OSError):
        return  # the parent closed the pipe, or is gone


def guarded(call: Callable[..., Extraction | bytes], arguments: tuple[Any, ...]) -> wire.Answer:
    """The call's result; or, whatever goes wrong with a file, a sentence about that."""
    try:
        return call(*arguments)
    except BowerbirdError as error:
        return error
    except MemoryError:
        return FileError("This file needs more memory than Bowerbird gives one file.")
    except RecursionError:
        return FileError("This file is nested too deeply to be read.")
    except BaseException as error:  # a Rust library's panic is no Exception
        return FileError(f"This file cannot be read ({type(error).__name__}: {str(error)[:200]}).")


def _settle_in(parent: int, nice: bool) -> None:
    sandbox.die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
    _be_quiet()
    if nice and sys.platform == "win32":
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    elif nice:
        os.nice(_NICE)


def _be_quiet() -> None:
    """Keep the C libraries' remarks about broken files off the user's terminal."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
