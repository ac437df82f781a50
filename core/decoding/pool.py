"""Disposable decoder processes: a file that hangs or kills its decoder costs that process, nothing else.

One process and one thread per slot, not an executor: one dead child must not break the others.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from queue import Empty, PriorityQueue
from typing import Any

from bowerbird.core.decoding import child, wire
from bowerbird.core.errors import BowerbirdError, DecoderCrashed, DecoderTimeout, EnvironmentFailure
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction, Locator

log = logging.getLogger(__name__)

Serve = Callable[[Connection, int, bool, float], None]
_SPAWN = multiprocessing.get_context("spawn")
_START_S = 60.0  # a cold disk and a busy machine
_IDLE_S = 60.0  # then a child ends and gives its memory back
_CLOSE_S = 5.0
_CLOSING = "Bowerbird is closing."
_FIRST, _LATER, _NEVER = 0, 1, 2  # priorities within a queue; the last one ends the slot


@dataclass(frozen=True, slots=True)
class _Task:
    call: str
    arguments: tuple[Any, ...]
    answer: Future[Any]


_Queue = PriorityQueue[tuple[int, int, _Task | None]]


class ExtractPool:
    """Reads files in ``size`` decoder children, and what the user waits for in one more. None starts before its use."""

    def __init__(self, size: int, *, deadline_s: float = 60.0, serve: Serve = child.serve) -> None:
        """A file gets ``deadline_s`` seconds. ``serve`` is what the children run."""
        self._numbers = itertools.count()
        self._indexing: _Queue = PriorityQueue()
        self._waited_for: _Queue = PriorityQueue()
        queues = [self._indexing] * size + [self._waited_for]
        self._slots = [_Slot(queue, deadline_s, serve, nice=queue is self._indexing) for queue in queues]
        self._closed = False

    def extract(self, path: Path, limits: Limits, *, urgent: bool = False) -> Future[Extraction]:
        """Everything searchable in a file. ``urgent``: the user waits.

        It fails with ``FileError`` or ``FileSkipped``, or, through no fault of the file, with ``EnvironmentFailure``.
        """
        return self._submit(self._waited_for if urgent else self._indexing, "extract", path, limits)

    def render(self, path: Path, locator: Locator | None, max_side: int) -> Future[bytes]:
        """A JPEG of a file for the preview; fails as ``extract`` does. The user waits: it overtakes all indexing."""
        return self._submit(self._waited_for, "render", path, locator, max_side)

    def limit(self, size: int) -> None:
        """Index with at most so many children, each from its next file on; 0 is all of them."""
        indexing = (slot for slot in self._slots if slot.queue is self._indexing)
        for number, slot in enumerate(indexing):
            slot.allow(not size or number < size)

    def close(self) -> None:
        """End the children, whatever they are doing; what is not answered yet is cancelled or fails."""
        self._closed = True
        for slot in self._slots:
            slot.close()
        for queue in (self._indexing, self._waited_for):
            _cancel_all(queue)
        for slot in self._slots:
            slot.queue.put((_NEVER, next(self._numbers), None))
        for slot in self._slots:
            slot.join(_CLOSE_S)

    def _submit(self, queue: _Queue, call: str, *arguments: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        if self._closed:
            answer.cancel()
            return answer
        for slot in self._slots:
            if slot.queue is queue:
                slot.start()
        queue.put((_FIRST if call == "render" else _LATER, next(self._numbers), _Task(call, arguments, answer)))
        return answer


class _Slot:
    """A thread that feeds one child after another."""

    def __init__(self, queue: _Queue, deadline_s: float, serve: Serve, *, nice: bool) -> None:
        self.queue = queue
        self._deadline_s, self._serve, self._nice = deadline_s, serve, nice
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)
        self._lock = threading.Lock()  # around starting and ending a child, and starting the thread
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._fresh = True
        self._closed = False
        self._allowed = threading.Event()
        self._allowed.set()

    def start(self) -> None:
        """Begin to take tasks; a child starts with the first one."""
        with self._lock:
            if self._thread.ident is None:
                self._thread.start()

    def allow(self, allowed: bool) -> None:
        """Whether it may take another task."""
        (self._allowed.set if allowed else self._allowed.clear)()

    def close(self) -> None:
        """Kill the child; the thread notices and ends."""
        self._allowed.set()
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._closed:
            self._allowed.wait()
            try:
                _, _, task = self.queue.get(timeout=_IDLE_S if self._pipe else None)
            except Empty:
                self._end_child()
                continue
            if task is None:
                break
            if task.answer.set_running_or_notify_cancel():
                self._answer(task)
        self._end_child()

    def _answer(self, task: _Task) -> None:
        try:
            task.answer.set_result(self._asked(task))
        except BowerbirdError as error:
            task.answer.set_exception(error)
        except Exception as error:
            log.exception("asking a decoder child")
            self._end_child()
            task.answer.set_exception(error)

    def _asked(self, task: _Task) -> Extraction | bytes:
        """The child's answer. A child that other files may have damaged gets a second chance to be a fresh one."""
        pipe = self._ready()
        fresh, self._fresh = self._fresh, False
        try:
            answer, last = self._exchange(pipe, task)
        except (EOFError, OSError, DecoderCrashed) as error:
            self._end_child()
            if self._closed:
                raise EnvironmentFailure(_CLOSING) from error
            if fresh:
                log.warning("%s of %r ended its decoder", task.call, task.arguments[0])
                raise DecoderCrashed("Reading this file made its decoder crash; it may be damaged.") from error
            return self._asked(task)
        if last:
            self._end_child()
        if isinstance(answer, BowerbirdError):
            raise answer
        return answer

    def _exchange(self, pipe: Connection, task: _Task) -> tuple[wire.Answer, bool]:
        pipe.send((task.call, task.arguments))
        if pipe.poll(self._deadline_s):
            return wire.receive(pipe)
        self._end_child()
        log.warning("%s of %r took too long", task.call, task.arguments[0])
        raise DecoderTimeout(f"Reading this file took longer than {self._deadline_s:g} seconds.")

    def _ready(self) -> Connection:
        if self._pipe is None:
            self._pipe, self._fresh = self._started(), True
            if not _says_ready(self._pipe):
                self._end_child()
                raise EnvironmentFailure(
                    "A decoder did not start: the machine may be out of memory. Restart Bowerbird."
                )
        return self._pipe

    def _started(self) -> Connection:
        here, there = _SPAWN.Pipe()
        arguments = (there, os.getpid(), self._nice, 2 * self._deadline_s)
        with self._lock:
            if self._closed:
                raise EnvironmentFailure(_CLOSING)
            self._process = _SPAWN.Process(target=self._serve, args=arguments, name="bowerbird-decoder", daemon=True)
            self._process.start()
        there.close()
        return here

    def _end_child(self) -> None:
        with self._lock:
            process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if process is not None:
            process.kill()
            process.join(_CLOSE_S)
        if pipe is not None:
            pipe.close()


def _says_ready(pipe: Connection) -> bool:
    try:
        return pipe.poll(_START_S) and pipe.recv_bytes(len(child.READY)) == child.READY
    except (EOFError, OSError):
        return False


def _cancel_all(queue: _Queue) -> None:
    while True:
        try:
            _, _, task = queue.get_nowait()
        except Empty:
            return
        if task is not None:
            task.answer.cancel()
