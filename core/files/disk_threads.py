"""Threads that read the user's disks: one that does not answer holds up no other disk, and not the end of the process.

A read from a network folder that is dead can neither be given a deadline nor be interrupted: its thread is left to
itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from bowerbird.core.errors import DiskSilent
from bowerbird.core.extractors.source import SILENT
from bowerbird.core.files.mounts import mount_points

T = TypeVar("T")

_SILENCE_S = 30.0  # disks that are asleep take up to fifteen seconds to start
_THREADS = 2  # of each volume
_MOUNTS_S = 5.0  # what is mounted is looked up no more often

OnBlock = Callable[[], None]
"""To be called with each block that was read: the disk answers."""


class DiskThreads:
    """Runs calls in daemon threads, a few for each volume. Safe from any thread."""

    def __init__(self, silence_s: float = _SILENCE_S) -> None:
        """A disk may be silent for so many seconds in the middle of a call."""
        self._silence_s = silence_s
        self._lanes: dict[Path, _Lane] = {}
        self._lock = threading.Lock()
        self._mount_points: frozenset[Path] = frozenset()
        self._mounts_known_until = 0.0
        self._closed = threading.Event()
        self._guard = threading.Thread(target=self._give_up_the_silent, name="disks", daemon=True)

    def submit(self, path: Path, call: Callable[[OnBlock], T]) -> Future[T]:
        """Run a call that reads the file at ``path``.

        The future fails with ``DiskSilent`` if the disk does not answer, and is cancelled if all is closed first.
        """
        task = _Task(call)
        with self._lock:
            if self._closed.is_set():
                task.answer.cancel()
                return task.answer
            if not self._guard.ident:
                self._guard.start()
            self._lanes.setdefault(self._mount_point(path), _Lane()).add(task)
        return task.answer

    def close(self) -> None:
        """Begin nothing more; what is being read ends by itself, or with the process."""
        with self._lock:
            self._closed.set()
            for lane in self._lanes.values():
                lane.close()

    def _mount_point(self, path: Path) -> Path:
        """Where the volume of a file is mounted, without asking that volume."""
        if time.monotonic() > self._mounts_known_until:
            self._mount_points = mount_points()
            self._mounts_known_until = time.monotonic() + _MOUNTS_S
        return next((folder for folder in path.parents if folder in self._mount_points), Path(path.anchor))

    def _give_up_the_silent(self) -> None:
        while not self._closed.wait(self._silence_s / 4):
            with self._lock:
                lanes = list(self._lanes.values())
            for lane in lanes:
                lane.give_up(time.monotonic() - self._silence_s)


class _Task:
    def __init__(self, call: Callable[[OnBlock], Any]) -> None:
        self.answer: Future[Any] = Future()
        self.heard_at = time.monotonic()
        self._call = call
        self._lock = threading.Lock()
        self._settled = False

    def run(self) -> None:
        self._heard()
        try:
            result = self._call(self._heard)
        except BaseException as error:  # noqa: BLE001 # it is the asker's
            self._settle(lambda failure=error: self.answer.set_exception(failure))  # type: ignore[misc]
        else:
            self._settle(lambda: self.answer.set_result(result))

    def give_up(self) -> None:
        silent = DiskSilent(SILENT)
        self._settle(lambda: self.answer.set_exception(silent))

    def _heard(self) -> None:
        self.heard_at = time.monotonic()

    def _settle(self, settle: Callable[[], None]) -> None:
        """Unless that was done: a disk may answer after it was given up."""
        with self._lock:
            if self._settled:
                return
            self._settled = True
        settle()


class _Lane:
    """The threads of one volume, what they are at, and what waits for them."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[_Task | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._running: list[_Task] = []

    def add(self, task: _Task) -> None:
        self._waiting.put(task)
        if len(self._threads) < _THREADS:
            thread = threading.Thread(target=self._run, name="identify", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        for task in self._take_waiting():
            task.answer.cancel()
        for _ in self._threads:
            self._waiting.put(None)

    def give_up(self, heard_before: float) -> None:
        """Give up the tasks whose disk was not heard since then; if that is all of them, also those that wait."""
        silent = [task for task in tuple(self._running) if task.heard_at < heard_before]
        waiting = self._take_waiting() if len(silent) == _THREADS else ()
        for task in (*silent, *(task for task in waiting if task.answer.set_running_or_notify_cancel())):
            task.give_up()

    def _run(self) -> None:
        while task := self._waiting.get():
            if task.answer.set_running_or_notify_cancel():
                self._running.append(task)
                task.run()
                self._running.remove(task)

    def _take_waiting(self) -> list[_Task]:
        tasks: list[_Task] = []
        while True:
            try:
                task = self._waiting.get_nowait()
            except Empty:
                return tasks
            if task and not task.answer.cancelled():
                tasks.append(task)
