"""Turns the operating system's file notifications into changes, each path once it has come to rest."""

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

_LATEST_S = 2.0  # a file that never rests, such as a log, is reported this often all the same
_POLL_S = 30.0
_ATTEND_S = 5.0
_TELLING = ("created", "modified", "deleted", "moved", "closed")

OnChange = Callable[[Sequence[FileChange]], None]


class Watcher:
    """Watches folders. ``on_change`` is called from a thread of the watcher's own."""

    def __init__(self, on_change: OnChange, *, settle_s: float = 0.3) -> None:
        """A path is reported once nothing happened to it for ``settle_s`` seconds."""
        from watchdog.observers import Observer

        self._on_change, self._settle_s = on_change, settle_s
        self._moving: dict[Path, tuple[float, float]] = {}  # when each path was first and last touched
        self._wake = threading.Condition()
        self._watches: dict[Path, tuple[BaseObserver, ObservedWatch]] = {}
        self._away: set[Path] = set()
        self._looked_at = 0.0
        self._observers = [Observer()]
        self._observers[0].start()
        self._closed = False
        self._overflow = _Overflow(self._rescan)
        logging.getLogger("watchdog").addHandler(self._overflow)
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._thread.start()
        self.problems: tuple[str, ...] = ()
        """What the user should know: folders that can only be looked at now and then."""

    def watch(self, folder: Path) -> None:
        """Watch a folder and all below it; one that is away, from when it comes back."""
        if folder in self._watches:
            return
        if not folder.is_dir():
            self._away.add(folder)
            return
        try:
            self._watch(self._observers[0], folder)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EMFILE):
                return
            self._poll(folder)

    def _watch(self, observer: BaseObserver, folder: Path) -> None:
        there = folder.resolve()  # a link given as the folder is followed; links inside it are not

        def touch(path: Path) -> None:
            self._touch(folder / path.relative_to(there))

        watch = observer.schedule(_Listener(touch), str(there), recursive=True)
        self._watches[folder] = (observer, watch)

    def _poll(self, folder: Path) -> None:
        from watchdog.observers.polling import PollingObserver

        polling = PollingObserver(timeout=_POLL_S)
        polling.start()
        self._observers.append(polling)
        self._watch(polling, folder)
        self.problems = (*self.problems, f"{folder} has too many folders to watch: changes show within half a minute.")

    def unwatch(self, folder: Path) -> None:
        """Watch a folder no longer."""
        self._away.discard(folder)
        if found := self._watches.pop(folder, None):
            observer, watch = found
            observer.unschedule(watch)

    def close(self) -> None:
        """Stop watching."""
        logging.getLogger("watchdog").removeHandler(self._overflow)
        for observer in self._observers:
            observer.stop()
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _rescan(self) -> None:
        for folder in list(self._watches):
            self._touch(folder)

    def _touch(self, path: Path) -> None:
        now = time.monotonic()
        with self._wake:
            first, _ = self._moving.get(path, (now, now))
            self._moving[path] = (first, now)
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait(self._settle_s / 2 if self._moving else _ATTEND_S)
                if self._closed:
                    return
                rested = self._rested()
            if rested:
                self._on_change([_change(path) for path in rested])
            self._attend()

    def _attend(self) -> None:
        """Notice watched folders that went away with their disk, or came back: no notification says so reliably."""
        if time.monotonic() - self._looked_at < _ATTEND_S:
            return
        self._looked_at = time.monotonic()
        gone = [folder for folder in self._watches if not folder.is_dir()]
        back = [folder for folder in self._away if folder.is_dir()]
        for folder in gone:
            self.unwatch(folder)
            self._away.add(folder)
        for folder in back:
            self._away.discard(folder)
            self.watch(folder)
        for folder in (*gone, *back):
            self._touch(folder)

    def _rested(self) -> list[Path]:
        now = time.monotonic()
        due = [
            p for p, (first, last) in self._moving.items() if now - last >= self._settle_s or now - first >= _LATEST_S
        ]
        for path in due:
            del self._moving[path]
        return due


class _Listener(FileSystemEventHandler):
    """What watchdog calls, on its own thread: it notes the path and returns."""

    def __init__(self, touch: Callable[[Path], None]) -> None:
        self._touch = touch

    def dispatch(self, event: FileSystemEvent) -> None:
        if event.event_type not in _TELLING or (event.is_directory and event.event_type == "modified"):
            return
        for path in (event.src_path, event.dest_path):
            if path:
                self._touch(Path(os.fsdecode(path)))


class _Overflow(logging.Handler):
    """Notices that the kernel dropped notifications: watchdog mends its watches, but says so only in its log."""

    def __init__(self, rescan: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._rescan = rescan

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage().lower():
            self._rescan()


def _change(path: Path) -> FileChange:
    return FileChange(path, Change.PRESENT if os.path.lexists(path) else Change.GONE)
