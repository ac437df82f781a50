"""Runs decoder children, one a slot and thread: a file that hangs or crashes its decoder costs that process alone.

It is not an executor: there, one dead child breaks the others.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, PriorityQueue
from typing import Any, TypeVar

from bowerbird.core.decoding import child
from bowerbird.core.decoding.child import Serve, Terms
from bowerbird.core.decoding.process import ChildProcess
from bowerbird.core.errors import (
    BowerbirdError,
    DecoderCrashed,
    DecoderOutOfMemory,
    DecoderTimeout,
    EnvironmentFailure,
)
from bowerbird.core.extractors import memory_of
from bowerbird.core.extractors.base import MEMORY, Limits
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator

log = logging.getLogger(__name__)

DEADLINE_S = 60.0
"""The deadline of a decoder: seconds of real time for one file, or for one part of a recording or clip.

Then the child is killed and the file fails with ``DecoderTimeout``. ``ExtractPool`` takes another one for tests.
"""
_CPU_SHARE = 2  # times the deadline in CPU seconds, for more than one thread decodes; then the kernel ends the child
_OPEN_S = 30.0  # disks that are asleep take up to fifteen
_IDLE_S = 60.0  # then a child ends and gives its memory back
_CLOSE_S = 5.0
_PAUSES_S = (0.5, 2.0, 5.0)  # between attempts to start a child
_CLOSING = "Bowerbird is closing."
_NO_START = (
    "The programs that read files do not start, perhaps for lack of memory. Close other programs and try again: "
    "nothing is lost, what was not read stays queued. bowerbird.log in the library has the details."
)
_RENDERING, _EXTRACTING, _PAGES, _STOPPING = range(4)  # priorities within a queue; the last one ends the slot

Answer = TypeVar("Answer", Extraction, bytes)


@dataclass(frozen=True, slots=True)
class _Task:
    perform: Callable[[_Slot], Any]
    answer: Future[Any]


_Queue = PriorityQueue[tuple[int, int, _Task | None]]


class ExtractPool:
    """Reads files in ``size`` background children, and urgent ones in one more. None starts before it is needed."""

    def __init__(self, size: int, *, deadline_s: float = DEADLINE_S, serve: Serve = child.serve) -> None:
        """A pool without processes yet; ``serve`` is what the children run."""
        self.missing_walls: tuple[str, ...] = ()
        """The walls that a child could not build, a sentence each; empty before the first one has started."""
        self._numbers = itertools.count()
        self._background: _Queue = PriorityQueue()
        self._urgent: _Queue = PriorityQueue()
        slots = ((self._background, True),) * size + ((self._urgent, False),)
        self._slots = [_Slot(queue, deadline_s, serve, self._note_walls, nice=nice) for queue, nice in slots]
        self._closed = False

    def extract(self, path: Path, limits: Limits, *, urgent: bool = False) -> Future[Extraction]:
        """Everything searchable in a file, within ``limits``. ``urgent``: the user is waiting for it.

        The future fails with ``FileError`` or ``FileSkipped``; with ``EnvironmentFailure`` if it is not the file's
        fault. It is cancelled if the pool closes first.
        """
        queue = self._urgent if urgent else self._background
        return self._submit(queue, _EXTRACTING, lambda slot: slot.read(path, Extraction, "extract", limits))

    def describe(self, path: Path) -> Future[Extraction]:
        """What a sidecar says, as the properties of an extraction without content. Fails as ``extract`` does."""
        return self._submit(self._background, _EXTRACTING, lambda slot: slot.read(path, Extraction, "describe"))

    def render(self, path: Path, locator: Locator | None, max_side: int) -> Future[bytes]:
        """A JPEG of a file, or of a place in it, with a longest side of at most ``max_side`` pixels.

        Always urgent, and ahead of urgent extractions. The future fails as that of ``extract`` does.
        """
        return self._submit(self._urgent, _RENDERING, lambda slot: slot.read(path, bytes, "render", locator, max_side))

    def page(self, path: Path, number: int, max_area: int, *, urgent: bool = False) -> Future[Extraction]:
        """A photo, or a page counted from 1, as the pixels of the only segment; no segment if there is no such page.

        At most ``max_area`` pixels. ``urgent``: the user is waiting for it; else it is read after all that is to be
        extracted. The future fails as that of ``extract`` does.
        """
        queue, after = (self._urgent, _EXTRACTING) if urgent else (self._background, _PAGES)
        return self._submit(queue, after, lambda slot: slot.read(path, Extraction, "page", number, max_area))

    def try_walls(self) -> Future[tuple[str, ...]]:
        """Start a child for urgent files if none runs; the walls that it lacks, a sentence each."""
        return self._submit(self._urgent, _RENDERING, lambda slot: slot.missing_walls())

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
        until = time.monotonic() + _CLOSE_S
        for slot in self._slots:
            slot.join(max(0.0, until - time.monotonic()))

    def _submit(self, queue: _Queue, priority: int, perform: Callable[[_Slot], Any]) -> Future[Any]:
        answer: Future[Any] = Future()
        if self._closed:
            answer.cancel()
            return answer
        for slot in self._slots:
            if slot.queue is queue:
                slot.start()
        queue.put((priority, next(self._numbers), _Task(perform, answer)))
        return answer

    def _note_walls(self, missing: tuple[str, ...]) -> None:
        if missing != self.missing_walls:
            self.missing_walls = missing
            log.warning("decoders lack walls: %s", " ".join(missing))


class _Slot:
    """A thread that takes tasks from a queue and gives them to one child after another."""

    def __init__(
        self,
        queue: _Queue,
        deadline_s: float,
        serve: Serve,
        on_start: Callable[[tuple[str, ...]], None],
        *,
        nice: bool,
    ) -> None:
        """``on_start`` is told which walls each child lacks."""
        self.queue = queue
        self._deadline_s, self._serve, self._on_start, self._nice = deadline_s, serve, on_start, nice
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)
        self._lock = threading.Lock()  # around starting and ending a child, and starting the thread
        self._child: ChildProcess | None = None
        self._closing = threading.Event()
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
        self._closing.set()
        self._allowed.set()
        with self._lock:
            if self._child is not None:
                self._child.kill()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, for at most so many seconds."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    # the thread's work

    def _run(self) -> None:
        while not self._closing.is_set():
            self._allowed.wait()
            try:
                _, _, task = self.queue.get(timeout=_IDLE_S if self._child else None)
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
            task.answer.set_result(task.perform(self))
        except BowerbirdError as error:
            task.answer.set_exception(error)
        except Exception as error:  # a mistake of ours: who asked hears of it, and the thread goes on
            log.exception("a decoder slot failed")
            self._end_child()
            task.answer.set_exception(error)

    def missing_walls(self) -> tuple[str, ...]:
        """Start a child if none runs; the walls that it lacks."""
        return self._ready_child(MEMORY).missing_walls

    def read(self, path: Path, expected: type[Answer], call: str, *arguments: object) -> Answer:
        """The child's answer about a file. If the child dies or lacks memory, a fresh one tries once more.

        For an earlier file may be to blame, and some kinds of file may take more memory than others.
        """
        with Source.within(_OPEN_S, path) as source:
            decoder, memory_limit = self._ready_child(MEMORY), memory_of(path)
            try:
                return self._ask(decoder, expected, call, source, *arguments)
            except (DecoderCrashed, DecoderOutOfMemory) as error:
                log.warning("%s of %r: %s", call, path, error)
                self._end_child()
                if decoder.asked == 1 and memory_limit <= MEMORY:
                    raise
            try:
                return self._ask(self._ready_child(memory_limit), expected, call, source, *arguments)
            finally:
                if memory_limit > MEMORY:
                    self._end_child()

    def _ask(
        self, decoder: ChildProcess, expected: type[Answer], call: str, source: Source, *arguments: object
    ) -> Answer:
        try:
            answer, last = decoder.ask(self._deadline_s, call, source, *arguments)
        except (DecoderCrashed, DecoderTimeout) as error:
            self._end_child()
            if self._closing.is_set():
                raise EnvironmentFailure(_CLOSING) from error
            raise
        if last or not isinstance(answer, (expected, BowerbirdError)):
            self._end_child()
        if isinstance(answer, BowerbirdError):
            raise answer
        if not isinstance(answer, expected):
            raise DecoderCrashed("Reading this file confused its decoder; it may be damaged.")
        return answer

    def _ready_child(self, memory: int) -> ChildProcess:
        """The child, started if there is none; where that fails, tried again after a pause."""
        for pause_s in (*_PAUSES_S, 0.0):
            try:
                decoder = self._child or self._start_child(memory)
                self._on_start(decoder.missing_walls)
            except (DecoderCrashed, OSError) as error:
                log.warning("a decoder did not start: %s", error)
                self._end_child()
            else:
                return decoder
            if self._closing.wait(pause_s):
                raise EnvironmentFailure(_CLOSING)
        raise EnvironmentFailure(_NO_START)

    def _start_child(self, memory: int) -> ChildProcess:
        terms = Terms(os.getpid(), self._nice, _CPU_SHARE * self._deadline_s, memory)
        with self._lock:
            if self._closing.is_set():
                raise EnvironmentFailure(_CLOSING)
            self._child = ChildProcess(self._serve, terms)
            return self._child

    def _end_child(self) -> None:
        with self._lock:
            decoder, self._child = self._child, None
        if decoder is not None:
            decoder.end()


def _cancel_all(queue: _Queue) -> None:
    while True:
        try:
            _, _, task = queue.get_nowait()
        except Empty:
            return
        if task is not None:
            task.answer.cancel()
