"""Runs the library's blocking calls in threads and delivers results and events to the UI thread, which never waits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from bowerbird.core.errors import BowerbirdError, LibraryBusy
from bowerbird.core.faults import failure_of

if TYPE_CHECKING:
    from bowerbird.core.library import Library
    from bowerbird.core.state import Event, EventKind

log = logging.getLogger(__name__)

_EVENT_INTERVAL_MS = 100  # events of one kind within it are merged into the latest
_THREADS = 6
_SLOW_THREADS = 16  # for downloads and the like, which must not keep searches waiting
_MISTAKE = "Bowerbird made a mistake here; the log in its library folder has the details."

T = TypeVar("T")
OnFailure = Callable[[BowerbirdError], None]


class Bridge(QObject):
    """The window's only access to its ``Library``. Call its methods from the UI thread, but for ``post``."""

    event_received = Signal(object)
    """An ``Event``, at most about ten a second of each kind."""
    superseded = Signal()
    """Another window has this library open and has come to the front: this one is not needed."""
    call_failed = Signal(object)
    """A ``BowerbirdError`` from a call without ``failure``."""
    _result_ready = Signal(object)
    _library_closed = Signal(object)
    _event_posted = Signal()

    def __init__(self, directory: Path, parent: QObject | None = None) -> None:
        """For the library in ``directory``; ``open`` opens it."""
        super().__init__(parent)
        self._directory = directory
        self._library: Library | None = None
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="call")
        self._slow_threads = ThreadPoolExecutor(_SLOW_THREADS, thread_name_prefix="work")
        self._lanes: dict[str, _Lane] = {}
        self._lock = threading.Lock()
        self._events: dict[EventKind, Event] = {}
        self._closing = False
        self._event_timer = QTimer(self)
        self._event_timer.setSingleShot(True)
        self._event_timer.setInterval(_EVENT_INTERVAL_MS)
        self._event_timer.timeout.connect(self._emit_events)
        queued = Qt.ConnectionType.QueuedConnection
        self._event_posted.connect(self._on_event_posted, queued)
        self._result_ready.connect(self._deliver, queued)
        self._library_closed.connect(lambda done: done(), queued)

    # opening and closing

    def open(self, success: Callable[[None], None], failure: OnFailure) -> None:
        """Import core, open the library and start indexing, in a thread."""
        self._run(self._open, success, failure)

    def _open(self) -> None:
        from bowerbird.core.library import Library
        from bowerbird.core.owner.client import come_forward

        try:
            library = Library.open(self._directory, on_event=self.post)
        except LibraryBusy:
            if come_forward(self._directory):
                self.superseded.emit()
            raise
        library.start()
        self._library = library

    def close(self, done: Callable[[], None]) -> None:
        """Close the library in a thread; ``done`` is called in the UI thread once no other thread is left."""
        self._closing = True
        threading.Thread(target=self._close, args=(done,), name="close").start()

    def _close(self, done: Callable[[], None]) -> None:
        # Whatever goes wrong here, the window has to close.
        try:
            if self._library:
                self._library.cancel_model()  # or the process would live on until a download ends
        except Exception:
            log.exception("ending downloads")
        for threads in (self._slow_threads, self._threads):
            threads.shutdown(wait=True, cancel_futures=True)
        try:
            if self._library:
                self._library.close()
        except Exception:
            log.exception("closing the library")
        self._library_closed.emit(done)

    # calls

    def call(
        self,
        op: Callable[[Library], T],
        success: Callable[[T], None] = lambda _: None,
        failure: OnFailure | None = None,
        *,
        slow: bool = False,
    ) -> None:
        """Run ``op`` in a thread, then ``success`` or ``failure`` in the UI thread. ``slow``: it may take minutes."""
        self._run(lambda: op(self._opened_library()), success, failure or self.call_failed.emit, slow=slow)

    def latest(
        self, lane: str, op: Callable[[Library], T], success: Callable[[T], None], failure: OnFailure | None = None
    ) -> None:
        """As ``call``, but a newer call in the same lane replaces this one: its result is then dropped."""
        self._lanes.setdefault(lane, _Lane(self._run)).submit(
            lambda: op(self._opened_library()), success, failure or self.call_failed.emit
        )

    def forget(self, lane: str) -> None:
        """Drop the result of the call in this lane."""
        if lane in self._lanes:
            self._lanes[lane].forget()

    def _opened_library(self) -> Library:
        if self._library is None:
            raise BowerbirdError("The library is not open yet.")
        return self._library

    def _run(
        self, op: Callable[[], T], success: Callable[[T], None], failure: OnFailure, *, slow: bool = False
    ) -> None:
        try:
            (self._slow_threads if slow else self._threads).submit(self._work, op, success, failure)
        except RuntimeError:  # the threads are shut down
            log.debug("a call after closing")

    def _work(self, op: Callable[[], T], success: Callable[[T], None], failure: OnFailure) -> None:
        try:
            result = op()
        except BowerbirdError as error:
            self._send(failure, error)
        except Exception as error:  # a bug in one call must not end the window
            log.exception("a call from the window")
            self._send(failure, failure_of(error, "The library") or BowerbirdError(_MISTAKE))
        else:
            self._send(success, result)

    def _send(self, callback: Callable[[Any], None], value: Any) -> None:
        self._result_ready.emit(lambda: callback(value))

    def _deliver(self, callback: Callable[[], None]) -> None:
        if not self._closing:
            callback()

    # events

    def post(self, event: Event) -> None:
        """Accept an event, from any thread; a later one of its kind replaces it until it is emitted."""
        if self._closing:
            return
        with self._lock:
            is_first = not self._events
            self._events[event.kind] = event
        if is_first:
            self._event_posted.emit()

    def _on_event_posted(self) -> None:
        if not self._event_timer.isActive():
            self._emit_events()

    def _emit_events(self) -> None:
        with self._lock:
            events, self._events = self._events, {}
        for event in events.values():
            self.event_received.emit(event)
        if events:
            self._event_timer.start()


class _Lane:
    """Runs one call at a time, keeps only the newest of those that wait, and drops results that are out of date."""

    def __init__(self, run: Callable[[Callable[[], Any], Callable[[Any], None], OnFailure], None]) -> None:
        self._run = run
        self._next: tuple[Callable[[], Any], Callable[[Any], None], OnFailure] | None = None
        self._busy = False
        self._stale = False

    def submit(self, op: Callable[[], Any], success: Callable[[Any], None], failure: OnFailure) -> None:
        if self._busy:
            self._next, self._stale = (op, success, failure), True
            return
        self._busy, self._stale = True, False
        self._run(op, lambda result: self._on_ended(success, result), lambda error: self._on_ended(failure, error))

    def forget(self) -> None:
        self._next, self._stale = None, True

    def _on_ended(self, callback: Callable[[Any], None], value: Any) -> None:
        self._busy = False
        stale, following, self._next = self._stale, self._next, None
        if following:
            self.submit(*following)
        if not stale:
            callback(value)
