"""The one crossing between core, which has threads and blocks, and the window, which must never wait."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from bowerbird.core.errors import BowerbirdError, LibraryBusy

if TYPE_CHECKING:
    from bowerbird.core.library import Library
    from bowerbird.core.state import Event, EventKind

log = logging.getLogger(__name__)

_EVENT_INTERVAL_MS = 100  # how long events of one kind are gathered into one
_THREADS = 6
_SLOW = 16  # downloads and the like, which must not keep searches waiting
_MISTAKE = "Bowerbird made a mistake here; the log in its library folder has the details."

T = TypeVar("T")
Failed = Callable[[BowerbirdError], None]


class Bridge(QObject):
    """Runs blocking library calls in threads and brings their answers, and core's events, to the UI thread."""

    happened = Signal(object)
    """An ``Event``, at most about ten a second of each kind."""
    superseded = Signal()
    """Another window has this library open and has come to the front: there is nothing to do for this one."""
    failed = Signal(object)
    """A ``BowerbirdError`` that no caller asked for."""
    _answered = Signal(object)
    _ended = Signal(object)
    _woken = Signal()

    def __init__(self, directory: Path, parent: QObject | None = None) -> None:
        """Name the library's folder; ``open`` opens it."""
        super().__init__(parent)
        self._directory = directory
        self._library: Library | None = None
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="call")
        self._slow = ThreadPoolExecutor(_SLOW, thread_name_prefix="work")
        self._lanes: dict[str, _Lane] = {}
        self._lock = threading.Lock()
        self._waiting: dict[EventKind, Event] = {}
        self._closing = False
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_EVENT_INTERVAL_MS)
        self._quiet.timeout.connect(self._flush)
        self._woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(lambda done: done(), Qt.ConnectionType.QueuedConnection)

    # life

    def open(self, success: Callable[[None], None], failure: Failed) -> None:
        """Import core, open the library and start it, all behind the UI thread's back."""
        self._run(self._open, success, failure)

    def _open(self) -> None:
        from bowerbird.core.library import Library
        from bowerbird.core.owner.client import come_forward

        library = Library(self._directory, on_event=self.post)
        try:
            library.open()
        except LibraryBusy:
            if come_forward(self._directory):
                self.superseded.emit()
            raise
        library.start()
        self._library = library

    def close(self, done: Callable[[], None]) -> None:
        """Close the library; ``done`` is called on the UI thread when nothing runs any more."""
        self._closing = True
        threading.Thread(target=self._close, args=(done,), name="close").start()

    def _close(self, done: Callable[[], None]) -> None:
        try:
            if self._library:
                self._library.cancel_model()  # a download would keep the window's process for as long as it takes
        except Exception:
            log.exception("ending downloads")
        for threads in (self._slow, self._threads):
            threads.shutdown(wait=True, cancel_futures=True)
        try:
            if self._library:
                self._library.close()
        except Exception:
            log.exception("closing the library")
        self._ended.emit(done)

    # calls

    def call(
        self,
        op: Callable[[Library], T],
        success: Callable[[T], None] = lambda _: None,
        failure: Failed | None = None,
        *,
        slow: bool = False,
    ) -> None:
        """Run ``op`` in a thread, then ``success`` or ``failure`` on the UI thread. ``slow``: it may take minutes."""
        self._run(lambda: op(self._opened()), success, failure or self.failed.emit, slow=slow)

    def latest(
        self, lane: str, op: Callable[[Library], T], success: Callable[[T], None], failure: Failed | None = None
    ) -> None:
        """As ``call``, but a newer call in the same lane takes the place of this one: its answer is never told."""
        self._lanes.setdefault(lane, _Lane(self._run)).submit(
            lambda: op(self._opened()), success, failure or self.failed.emit
        )

    def forget(self, lane: str) -> None:
        """Never tell the answer that this lane still owes."""
        if lane in self._lanes:
            self._lanes[lane].forget()

    def _opened(self) -> Library:
        if self._library is None:
            raise BowerbirdError("The library is not open yet.")
        return self._library

    def _run(self, op: Callable[[], T], success: Callable[[T], None], failure: Failed, *, slow: bool = False) -> None:
        try:
            (self._slow if slow else self._threads).submit(self._work, op, success, failure)
        except RuntimeError:  # the window is closing
            log.debug("a call came after the end")

    def _work(self, op: Callable[[], T], success: Callable[[T], None], failure: Failed) -> None:
        try:
            result = op()
        except BowerbirdError as error:
            self._tell(failure, error)
        except Exception:
            log.exception("a call from the window")
            self._tell(failure, BowerbirdError(_MISTAKE))
        else:
            self._tell(success, result)

    def _tell(self, listener: Callable[[Any], None], value: Any) -> None:
        self._answered.emit(lambda: listener(value))

    def _deliver(self, answer: Callable[[], None]) -> None:
        if not self._closing:  # nobody looks any more
            answer()

    # events

    def post(self, event: Event) -> None:
        """Take an event from any thread; later ones of its kind replace it until it is told."""
        if self._closing:
            return
        with self._lock:
            first = not self._waiting
            self._waiting[event.kind] = event
        if first:
            self._woken.emit()

    def _wake(self) -> None:
        if not self._quiet.isActive():
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            events, self._waiting = self._waiting, {}
        for event in events.values():
            self.happened.emit(event)
        if events:
            self._quiet.start()


class _Lane:
    """Calls of one sort: one runs, one waits, and only the newest is told. Lives on the UI thread."""

    def __init__(self, run: Callable[[Callable[[], Any], Callable[[Any], None], Failed], None]) -> None:
        self._run = run
        self._waiting: tuple[Callable[[], Any], Callable[[Any], None], Failed] | None = None
        self._busy = False
        self._stale = False

    def submit(self, op: Callable[[], Any], success: Callable[[Any], None], failure: Failed) -> None:
        if self._busy:
            self._waiting, self._stale = (op, success, failure), True
            return
        self._busy, self._stale = True, False
        self._run(op, lambda result: self._ended(success, result), lambda error: self._ended(failure, error))

    def forget(self) -> None:
        self._waiting, self._stale = None, True

    def _ended(self, listener: Callable[[Any], None], value: Any) -> None:
        self._busy = False
        stale, waiting, self._waiting = self._stale, self._waiting, None
        if waiting:
            self.submit(*waiting)
        if not stale:
            listener(value)
