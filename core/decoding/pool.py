"""Runs decoder children: a file that hangs or crashes its decoder costs that process and nothing else.

Each slot is one process and one thread. It is not an executor: there, one dead child breaks the others.
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
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator

log = logging.getLogger(__name__)

DEADLINE_S = 60.0
"""The deadline of a decoder: seconds of real time for one file, or for one part of a recording or clip.

Then the child is killed and the file fails with ``DecoderTimeout``. ``ExtractPool`` takes another one for tests.
"""
_CPU_SHARE = 2  # times the deadline in CPU seconds, for more than one thread decodes; then the kernel ends the child
_START_S = 60.0  # a cold disk and a busy machine
_IDLE_S = 60.0  # then a child ends and gives its memory back
_CLOSE_S = 5.0
_CLOSING = "Bowerbird is closing."
_RENDERING, _EXTRACTING, _STOPPING = 0, 1, 2  # priorities within a queue, first to last; the last one ends the slot
_SPAWN = multiprocessing.get_context("spawn")

Serve = Callable[[Connection, int, bool, float], None]
"""What a child runs, with the arguments of ``child.serve``."""


@dataclass(frozen=True, slots=True)
class _Task:
    call: str
    path: Path
    expects: type[Extraction | bytes]
    arguments: tuple[Any, ...]
    answer: Future[Any]


_Queue = PriorityQueue[tuple[int, int, _Task | None]]


class ExtractPool:
    """Reads files in ``size`` background children, and urgent ones in one more. None starts before it is needed."""

    def __init__(self, size: int, *, deadline_s: float = DEADLINE_S, serve: Serve = child.serve) -> None:
        """A pool without processes yet; ``serve`` is what the children run."""
        self._numbers = itertools.count()
        self._background: _Queue = PriorityQueue()
        self._urgent: _Queue = PriorityQueue()
        queues = [self._background] * size + [self._urgent]
        self._slots = [_Slot(queue, deadline_s, serve, nice=queue is self._background) for queue in queues]
        self._closed = False

    def extract(self, path: Path, limits: Limits, *, urgent: bool = False) -> Future[Extraction]:
        """Everything searchable in a file, within ``limits``. ``urgent``: the user is waiting for it.

        The future fails with ``FileError`` or ``FileSkipped``; with ``EnvironmentFailure`` if it is not the file's
        fault. It is cancelled if the pool closes first.
        """
        queue = self._urgent if urgent else self._background
        return self._submit(queue, _EXTRACTING, "extract", path, Extraction, limits)

    def render(self, path: Path, locator: Locator | None, max_side: int) -> Future[bytes]:
        """A JPEG of a file, or of a place in it, with a longest side of at most ``max_side`` pixels.

        Always urgent, and ahead of urgent extractions. The future fails as that of ``extract`` does.
        """
        return self._submit(self._urgent, _RENDERING, "render", path, bytes, locator, max_side)

    def limit(self, size: int) -> None:
        """Use at most ``size`` background children from their next file on; 0 uses all."""
        background = (slot for slot in self._slots if slot.queue is self._background)
        for number, slot in enumerate(background):
            slot.allow(not size or number < size)

    def close(self) -> None:
        """Kill the children; files being read fail with ``EnvironmentFailure``, waiting ones are cancelled."""
        self._closed = True
        for slot in self._slots:
            slot.close()
        for queue in (self._background, self._urgent):
            _cancel_all(queue)
        for slot in self._slots:
            slot.queue.put((_STOPPING, next(self._numbers), None))
        for slot in self._slots:
            slot.join(_CLOSE_S)

    def _submit(
        self, queue: _Queue, priority: int, call: str, path: Path, expects: type[Extraction | bytes], *arguments: Any
    ) -> Future[Any]:
        answer: Future[Any] = Future()
        if self._closed:
            answer.cancel()
            return answer
        for slot in self._slots:
            if slot.queue is queue:
                slot.start()
        queue.put((priority, next(self._numbers), _Task(call, path, expects, arguments, answer)))
        return answer


class _Slot:
    """A thread that takes tasks from a queue and feeds them to one child after another."""

    def __init__(self, queue: _Queue, deadline_s: float, serve: Serve, *, nice: bool) -> None:
        self.queue = queue
        self._deadline_s, self._serve, self._nice = deadline_s, serve, nice
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)
        self._lock = threading.Lock()  # around starting and ending a child, and starting the thread
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._fresh = True  # whether the child has read no file yet
        self._closed = False
        self._allowed = threading.Event()
        self._allowed.set()

    def start(self) -> None:
        """Begin to take tasks; a child starts with the first of them."""
        with self._lock:
            if self._thread.ident is None:
                self._thread.start()

    def allow(self, allowed: bool) -> None:
        """Let the slot take further tasks, or none from the next one on."""
        (self._allowed.set if allowed else self._allowed.clear)()

    def close(self) -> None:
        """Kill the child and let the thread end."""
        self._allowed.set()
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, for at most so many seconds."""
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
            task.answer.set_result(self._perform(task))
        except BowerbirdError as error:
            task.answer.set_exception(error)
        except Exception as error:  # a mistake of ours: who asked hears of it, and the thread goes on
            log.exception("a decoder slot failed")
            self._end_child()
            task.answer.set_exception(error)

    def _perform(self, task: _Task) -> Extraction | bytes:
        with Source.at(task.path) as source:
            return self._read(task, source)

    def _read(self, task: _Task, source: Source) -> Extraction | bytes:
        """The child's answer. If a used child dies, an earlier file may be to blame: a fresh child tries once more."""
        pipe = self._ready_child()
        fresh, self._fresh = self._fresh, False
        try:
            answer, last = self._exchange(pipe, task, source)
        except (EOFError, OSError, DecoderCrashed) as error:
            self._end_child()
            if self._closed:
                raise EnvironmentFailure(_CLOSING) from error
            if fresh:
                log.warning("%s of %r ended its decoder", task.call, task.path)
                raise DecoderCrashed("Reading this file made its decoder crash; it may be damaged.") from error
            return self._read(task, source)
        if last:
            self._end_child()
        if isinstance(answer, BowerbirdError):
            raise answer
        return answer

    def _exchange(self, pipe: Connection, task: _Task, source: Source) -> tuple[wire.Answer, bool]:
        """Send the task and receive the answer, all of it within the deadline: then the child is killed."""
        late = threading.Event()
        process = self._process
        assert process is not None and process.pid is not None
        timer = threading.Timer(self._deadline_s, self._kill_late, (process, late))
        timer.daemon = True
        timer.start()
        try:
            wire.send_request(pipe, process.pid, task.call, source, *task.arguments)
            answer, last = wire.receive(pipe)
        except (EOFError, OSError, DecoderCrashed) as error:
            if not late.is_set() or self._closed:
                raise
            self._end_child()
            log.warning("%s of %r took too long", task.call, task.path)
            raise DecoderTimeout(f"Reading this file took longer than {self._deadline_s:g} seconds.") from error
        finally:
            timer.cancel()
        if not isinstance(answer, (task.expects, BowerbirdError)):
            raise DecoderCrashed("Reading this file confused its decoder; it may be damaged.")
        return answer, last or late.is_set()

    def _kill_late(self, process: SpawnProcess, late: threading.Event) -> None:
        with self._lock:
            if self._process is process:  # not yet ended and closed
                late.set()
                process.kill()

    def _ready_child(self) -> Connection:
        if self._pipe is None:
            self._pipe, self._fresh = self._start_child(), True
            if not _reports_ready(self._pipe):
                self._end_child()
                raise EnvironmentFailure(
                    "A decoder did not start: the machine may be out of memory. Restart Bowerbird."
                )
        return self._pipe

    def _start_child(self) -> Connection:
        parent_end, child_end = _SPAWN.Pipe()
        arguments = (child_end, os.getpid(), self._nice, _CPU_SHARE * self._deadline_s)
        with self._lock:
            if self._closed:
                raise EnvironmentFailure(_CLOSING)
            self._process = _SPAWN.Process(target=self._serve, args=arguments, name="bowerbird-decoder", daemon=True)
            self._process.start()
        child_end.close()
        return parent_end

    def _end_child(self) -> None:
        with self._lock:
            process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if process is not None:
            process.kill()
            process.join(_CLOSE_S)
        if pipe is not None:
            pipe.close()


def _reports_ready(pipe: Connection) -> bool:
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
