"""The indexer's thread, and how other threads reach it: calls, run there one after the other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Protocol, TypeVar

from bowerbird.core.faults import failure_of
from bowerbird.core.indexing.failures import STORE_ERRORS, WriteFailures

log = logging.getLogger(__name__)
T = TypeVar("T")
Call = Callable[[], None]

_STOP_S = 60.0  # the longest step, wiping what was forgotten in a large library, takes less
_IDLE_S = 1.0  # how long a call is waited for where no step is due


class Work(Protocol):
    """What the thread does between calls, as ``Indexer`` does it."""

    @property
    def hurried(self) -> bool:
        """Whether the next step is due at once."""

    def open(self) -> None:
        """Before anything else."""

    def step(self) -> None:
        """A little of whatever is due: calls wait meanwhile."""

    def close(self) -> None:
        """After everything else."""


class Inbox:
    """A queue of calls and the thread that runs them. Whatever a call raises ends neither."""

    def __init__(self, failures: WriteFailures) -> None:
        """Calls are kept until ``start``; ``failures`` deals with what they raise."""
        self._failures = failures
        self._calls: SimpleQueue[Call] = SimpleQueue()
        self._posting = threading.Lock()  # so that idle is never set over a call that has just come
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.ready = threading.Event()
        """Set once the work was opened, or that has failed."""
        self.idle = threading.Event()
        """Set while there is nothing left to do: by ``settle``, until the next call or ``unsettle``."""

    def start(self, work: Work) -> None:
        """Run the calls, and between them the steps of ``work``, on a new thread."""
        self._thread = threading.Thread(target=self._run, args=(work,), name="indexer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the calls that wait; waits for that, unless a disk holds it up that does not answer."""
        self.post(self._stop)
        if self._thread:
            self._thread.join(_STOP_S)
            if self._thread.is_alive():
                log.warning("the indexer's thread does not end; what it was at is done again at the next start")

    def post(self, call: Call) -> None:
        """Have a call run soon."""
        with self._posting:
            self.idle.clear()
            self._calls.put(call)

    def ask(self, question: Callable[[], T]) -> Future[T]:
        """Have a call run soon, for its result or its exception."""
        answer: Future[T] = Future()
        self.post(lambda: _answer(answer, question))
        return answer

    # on the thread

    def _run(self, work: Work) -> None:
        self._failures.guard(work.open)
        self.ready.set()
        while not self._stopping:
            self._run_calls(0.0 if work.hurried else _IDLE_S)
            self._failures.guard(work.step)
        work.close()

    def _stop(self) -> None:
        self._stopping = True

    def _run_calls(self, wait_s: float) -> None:
        """The calls that wait; if there is none, the first that comes within so many seconds."""
        while True:
            try:
                call = self._calls.get(timeout=wait_s) if wait_s else self._calls.get_nowait()
            except Empty:
                return
            self._failures.guard(call)
            wait_s = 0.0

    @property
    def empty(self) -> bool:
        """Whether no call waits."""
        return self._calls.empty()

    def unsettle(self) -> None:
        """There is something left to do."""
        self.idle.clear()

    def settle(self) -> bool:
        """There is nothing left to do; whether that is news. A call that waits is something to do."""
        with self._posting:
            if not self.empty or self.idle.is_set():
                return False
            self.idle.set()
            return True


def _answer(answer: Future[T], question: Callable[[], T]) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(question())
    except BaseException as error:
        answer.set_exception(error)
        if isinstance(error, STORE_ERRORS) or failure_of(error, ""):
            raise  # it concerns all that follows, not only the asker
