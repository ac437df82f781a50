"""Turns the operating system's file notifications into changes, a path at a time once it has come to rest."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler

from bowerbird.core.types import Change, FileChange

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

_POLL_S = 30.0
_EVENT_TYPES = ("created", "modified", "deleted", "moved", "closed")  # not those of files that are only read

OnChange = Callable[[Sequence[FileChange]], None]

log = logging.getLogger(__name__)


class Watcher:
    """Watches folders. ``on_change`` is called from a thread of the watcher's own.

    Every change is reported: the path itself; or, where notifications may have been lost (in a folder that is new, or
    when there were more than the kernel keeps), a folder above it, which is then to be scanned.
    """

    def __init__(
        self, on_change: OnChange, *, settle_s: float = 0.3, latest_s: float = 2.0, check_s: float = 5.0
    ) -> None:
        """A watcher of no folder yet.

        Args:
            on_change: takes the changes.
            settle_s: a path is reported once nothing happened to it for so many seconds,
            latest_s: or this long after its first change: some never rest, such as logs.
            check_s: how often watched folders are checked for having gone or returned with their disk.
        """
        from watchdog.observers import Observer

        self._on_change = on_change
        self._settle_s, self._latest_s, self._check_s = settle_s, latest_s, check_s
        self._unsettled: dict[Path, tuple[float, float]] = {}  # when each path was first and last touched
        self._wake = threading.Condition()
        self._watches: dict[Path, tuple[BaseObserver, ObservedWatch]] = {}
        self._missing: set[Path] = set()  # to be watched when they return
        self._checked_at = 0.0
        self._observers = [Observer()]
        self._observers[0].start()
        self._closed = False
        self._overflow = _OverflowHandler(self._report_folders)
        logging.getLogger("watchdog").addHandler(self._overflow)
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._thread.start()
        self.problems: tuple[str, ...] = ()
        """Sentences for the user about folders that can only be polled."""

    def watch(self, folder: Path) -> None:
        """Watch a folder and everything below it; one that is missing, from when it returns."""
        if folder in self._watches:
            return
        if not folder.is_dir():
            self._missing.add(folder)
            return
        try:
            self._schedule(self._observers[0], folder)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EMFILE):
                return
            self._poll(folder)

    def _schedule(self, observer: BaseObserver, folder: Path) -> None:
        target = folder.resolve()  # a link given as the folder is followed; links inside it are not

        def touch(path: Path) -> None:
            self._touch(folder / path.relative_to(target))

        watch = observer.schedule(_EventHandler(touch), str(target), recursive=True)
        self._watches[folder] = (observer, watch)

    def _poll(self, folder: Path) -> None:
        from watchdog.observers.polling import PollingObserver

        polling = PollingObserver(timeout=_POLL_S)
        polling.start()
        self._observers.append(polling)
        self._schedule(polling, folder)
        self.problems = (*self.problems, f"{folder} has too many folders to watch: changes show within half a minute.")

    def unwatch(self, folder: Path) -> None:
        """Watch a folder no longer."""
        self._missing.discard(folder)
        if entry := self._watches.pop(folder, None):
            observer, watch = entry
            _quietly(lambda: observer.unschedule(watch))

    def close(self) -> None:
        """Stop watching; nothing is reported any more."""
        logging.getLogger("watchdog").removeHandler(self._overflow)
        for observer in self._observers:
            _quietly(observer.stop)
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _report_folders(self) -> None:
        for folder in list(self._watches):
            self._touch(folder)

    def _touch(self, path: Path) -> None:
        now = time.monotonic()
        with self._wake:
            first, _ = self._unsettled.get(path, (now, now))
            self._unsettled[path] = (first, now)
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait(self._settle_s / 2 if self._unsettled else self._check_s)
                if self._closed:
                    return
                settled = self._take_settled()
            try:
                if settled:
                    self._on_change([_change_at(path) for path in settled])
                self._check_folders()
            except Exception:  # without this thread nothing would be noticed any more
                log.exception("watching goes on")

    def _check_folders(self) -> None:
        """Notice watched folders that went with their disk, or returned: notifications do not say so reliably."""
        if time.monotonic() - self._checked_at < self._check_s:
            return
        self._checked_at = time.monotonic()
        # Copies, since other threads watch and unwatch meanwhile.
        gone = [folder for folder in tuple(self._watches) if not folder.is_dir()]
        returned = [folder for folder in tuple(self._missing) if folder.is_dir()]
        for folder in gone:
            self.unwatch(folder)
            self._missing.add(folder)
        for folder in returned:
            self._missing.discard(folder)
            self.watch(folder)
        for folder in (*gone, *returned):
            self._touch(folder)

    def _take_settled(self) -> list[Path]:
        now = time.monotonic()
        settled = [
            path
            for path, (first, last) in self._unsettled.items()
            if now - last >= self._settle_s or now - first >= self._latest_s
        ]
        for path in settled:
            del self._unsettled[path]
        return settled


class _EventHandler(FileSystemEventHandler):
    """Called by watchdog on a thread of its own: notes the path and returns."""

    def __init__(self, touch: Callable[[Path], None]) -> None:
        self._touch = touch

    def dispatch(self, event: FileSystemEvent) -> None:
        if event.event_type not in _EVENT_TYPES or (event.is_directory and event.event_type == "modified"):
            return
        for path in (event.src_path, event.dest_path):
            if path:
                self._touch(Path(os.fsdecode(path)))


class _OverflowHandler(logging.Handler):
    """Notices that the kernel dropped notifications: watchdog mends its watches, but only its log says so."""

    def __init__(self, on_overflow: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._on_overflow = on_overflow

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage().lower():
            self._on_overflow()


def _quietly(end: Callable[[], None]) -> None:
    """End a watch. watchdog 6 loses count of folders that were moved into one another, and raises where they end."""
    try:
        end()
    except (KeyError, OSError):
        log.warning("a watch did not end as it should", exc_info=True)


def _change_at(path: Path) -> FileChange:
    return FileChange(path, Change.PRESENT if os.path.lexists(path) else Change.GONE)
