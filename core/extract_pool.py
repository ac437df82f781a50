"""Disposable decoder processes: a file that hangs or kills its decoder costs that process, nothing else.

One process and one thread per slot, not an executor: one dead child must not break the others.
"""

from __future__ import annotations

import itertools
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from queue import PriorityQueue
from typing import Any

from bowerbird.core import sandbox
from bowerbird.core.errors import BowerbirdError, DecoderCrashed, DecoderTimeout, FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction, Locator

_SPAWN = multiprocessing.get_context("spawn")
_START_S = 60.0  # a cold disk and a busy machine
_FILES_A_CHILD = 2_000  # then a fresh one, so that no decoder's leak adds up
_WATCHED, _WAITED_FOR = 1, 0  # priorities: what the indexer wants, and what the user waits for


@dataclass(frozen=True, slots=True)
class _Task:
    call: str
    arguments: tuple[Any, ...]
    answer: Future[Any]


class ExtractPool:
    """Reads files in ``size`` decoder children, started when first needed."""

    def __init__(self, size: int, *, deadline_s: float = 60.0) -> None:
        """A file gets ``deadline_s`` seconds."""
        self._size, self._deadline_s = size, deadline_s
        self._tasks: PriorityQueue[tuple[int, int, _Task | None]] = PriorityQueue()
        self._numbers = itertools.count()
        self._slots: list[_Slot] = []
        self._starting = threading.Lock()

    def extract(self, path: Path, limits: Limits) -> Future[Extraction]:
        """Everything searchable in a file; fails with a ``FileError`` or ``FileSkipped``."""
        return self._submit(_WATCHED, "extract", path, limits)

    def render(self, path: Path, locator: Locator | None, side: int) -> Future[bytes]:
        """A JPEG of a file for the preview; overtakes all extraction."""
        return self._submit(_WAITED_FOR, "render", path, locator, side)

    def close(self) -> None:
        """End the children, whatever they are doing."""
        for slot in self._slots:
            slot.close()
        for _ in self._slots:
            self._tasks.put((-1, next(self._numbers), None))

    def _submit(self, priority: int, call: str, *arguments: Any) -> Future[Any]:
        with self._starting:
            if not self._slots:
                self._slots = [_Slot(self._tasks, self._deadline_s) for _ in range(self._size)]
        answer: Future[Any] = Future()
        self._tasks.put((priority, next(self._numbers), _Task(call, arguments, answer)))
        return answer


class _Slot:
    """A thread that feeds one child after another."""

    def __init__(self, tasks: PriorityQueue[tuple[int, int, _Task | None]], deadline_s: float) -> None:
        self._tasks, self._deadline_s = tasks, deadline_s
        self._child: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._left = 0
        self._closed = False
        threading.Thread(target=self._run, name="decoder", daemon=True).start()

    def close(self) -> None:
        self._closed = True
        self._end_child()

    def _run(self) -> None:
        while (task := self._tasks.get()[2]) is not None and not self._closed:
            if task.answer.set_running_or_notify_cancel():
                _settle(task.answer, lambda task=task: self._ask(task))  # type: ignore[misc]

    def _ask(self, task: _Task) -> Any:
        pipe = self._ready()
        try:
            pipe.send((task.call, task.arguments))
            if not pipe.poll(self._deadline_s):
                self._end_child()
                raise DecoderTimeout(f"Reading this file took longer than {self._deadline_s:g} seconds.")
            done, value = pipe.recv()
        except (EOFError, OSError):
            self._end_child()
            raise DecoderCrashed("This file made its decoder crash; it may be damaged.") from None
        if not done:
            raise value
        return value

    def _ready(self) -> Connection:
        if self._pipe is None or self._left == 0:
            self._end_child()
            self._pipe, there = _SPAWN.Pipe()
            self._child = _SPAWN.Process(target=_child, args=(there,), name="bowerbird-decoder", daemon=True)
            self._child.start()
            there.close()
            self._left = _FILES_A_CHILD
            if not self._pipe.poll(_START_S) or not self._pipe.recv():
                raise FileError("The decoder did not start; restart Bowerbird and try this file again.")
        self._left -= 1
        return self._pipe

    def _end_child(self) -> None:
        child, pipe, self._child, self._pipe = self._child, self._pipe, None, None
        if child is not None and child.pid is not None:
            child.kill()
            child.join(5)
        if pipe is not None:
            pipe.close()


def _settle(answer: Future[Any], work: Callable[[], Any]) -> None:
    try:
        answer.set_result(work())
    except BaseException as error:
        answer.set_exception(error)


def _child(pipe: Connection) -> None:
    """The decoder: asked for one file after another until the pipe closes."""
    import os
    import signal

    sandbox.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    calls = {"extract": _extract, "render": _render}
    _import_before_locking()
    sandbox.enter()
    pipe.send(True)
    try:
        while True:
            call, arguments = pipe.recv()
            pipe.send(_guarded(calls[call], arguments))
    except (EOFError, OSError):
        return


def _guarded(call: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, call(*arguments)
    except BowerbirdError as error:
        return False, type(error)(str(error))
    except MemoryError:
        return False, FileError("This file needs more memory than Bowerbird gives one file.")
    except RecursionError:
        return False, FileError("This file is nested too deeply to be read.")
    except Exception as error:
        return False, FileError(f"This file cannot be read ({type(error).__name__}: {error}).")


def _import_before_locking() -> None:
    import filetype  # noqa: F401
    import numpy  # noqa: F401
    import PIL.Image

    import bowerbird.core.extractors  # noqa: F401

    PIL.Image.init()


def _extract(path: Path, limits: Limits) -> Extraction:
    from bowerbird.core.extractors import extractor_for

    return extractor_for(path).extract(path, limits)


def _render(path: Path, locator: Locator | None, side: int) -> bytes:
    from bowerbird.core.extractors import extractor_for

    return extractor_for(path).render(path, locator, side)
