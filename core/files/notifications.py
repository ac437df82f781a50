"""The operating system's notifications of changed files, through watchdog."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog import events
from watchdog.utils import BaseThread

if TYPE_CHECKING:
    from watchdog.observers.api import EventEmitter, ObservedWatch

# Not what is only opened and read: a scan, which opens every folder, would overflow the kernel's queue in a large tree,
# be repeated for that, and so for ever.
_EVENTS = [
    events.FileCreatedEvent,
    events.FileModifiedEvent,
    events.FileClosedEvent,
    events.FileMovedEvent,
    events.FileDeletedEvent,
    events.DirCreatedEvent,
    events.DirMovedEvent,
    events.DirDeletedEvent,
    events.FileAttribEvent,
]

_END_S = 5.0

log = logging.getLogger(__name__)


class Notifications:
    """Reports each path that something happens to in some folders, from a thread of its own.

    It is not to be trusted for long. Where folders are moved or deleted, watchdog 7 can lose count of which is which,
    and then says nothing of one, or raises on its only reading thread and says nothing any more. Who owns this makes
    another after ``on_folder`` told of that, and where this one is no longer ``alive``.
    """

    def __init__(
        self, on_path: Callable[[Path], None], on_folder: Callable[[Path, bool], None], on_lost: Callable[[], None]
    ) -> None:
        """Notifications of no folder yet.

        Args:
            on_path: takes each path, those of folders too.
            on_folder: takes each folder that was made, moved (where from and to) or deleted; and whether it was moved
                or deleted.
            on_lost: called where more happened than the kernel keeps.

        Raises:
            OSError: the system gives none.
        """
        from watchdog.observers import Observer

        # It warns of a folder that it finds twice, which is harmless.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        self._on_path, self._on_folder = on_path, on_folder
        self._watches: dict[Path, ObservedWatch] = {}
        self._observer = Observer()
        self._observer.start()
        self._overflow = _OverflowHandler(on_lost)
        logging.getLogger("watchdog").addHandler(self._overflow)

    @property
    def alive(self) -> bool:
        """Whether every thread that it needs still runs."""
        return all(thread.is_alive() for thread in self._threads())

    @property
    def descriptor(self) -> int | None:
        """The inotify descriptor, where that is what it uses; watchdog has no public name for it."""
        reader = vars(self._observer).get("_inotify_fd")
        return getattr(reader, "_inotify_fd", None)

    def _threads(self) -> list[BaseThread]:
        holders = [*self._observer.emitters, self._observer]
        held = [thread for holder in holders for thread in vars(holder).values() if isinstance(thread, BaseThread)]
        return [*held, *holders]

    def add(self, folder: Path) -> None:
        """Report what happens in a folder and below it.

        Raises:
            OSError: not even the folder itself can be watched. What else cannot, watchdog keeps to itself.
        """
        handler = _EventHandler(folder, self._on_path, self._on_folder)
        # A link given as the folder is followed; links inside it are not.
        watch = self._observer.schedule(handler, str(handler.target), recursive=True, event_filter=_EVENTS)
        self._watches[folder] = watch

    def remove(self, folder: Path) -> None:
        """Report it no longer."""
        if watch := self._watches.pop(folder, None):
            for emitter in [emitter for emitter in self._observer.emitters if emitter.watch == watch]:
                _end(emitter)
            _quietly(lambda: self._observer.unschedule(watch))

    def close(self) -> None:
        """Report nothing any more, and leave nothing behind."""
        logging.getLogger("watchdog").removeHandler(self._overflow)
        # In a thread: watchdog waits for threads of its own, and whoever closes this must go on in any case.
        ending = threading.Thread(target=self._end_all, name="ending", daemon=True)
        ending.start()
        ending.join(_END_S)

    def _end_all(self) -> None:
        for emitter in tuple(self._observer.emitters):
            _end(emitter)
        for thread in self._threads():
            _quietly(thread.stop)


def _end(emitter: EventEmitter) -> None:
    """Stop a thread of watchdog's. It may raise on the way, and would wait for its queue for ever."""
    group = vars(emitter).get("_inotify")
    _quietly(emitter.stop)
    if queue := getattr(group, "_move_event_grouper", None):
        _quietly(queue.close)


class _EventHandler(events.FileSystemEventHandler):
    """Called by watchdog on a thread of its own: notes the paths and returns."""

    def __init__(self, folder: Path, on_path: Callable[[Path], None], on_folder: Callable[[Path, bool], None]) -> None:
        self._folder, self.target = folder, folder.resolve()
        self._on_path, self._on_folder = on_path, on_folder

    def dispatch(self, event: events.FileSystemEvent) -> None:
        for name in (event.src_path, event.dest_path):
            if name:
                path = self._as_named(Path(os.fsdecode(name)))
                if event.is_directory:
                    self._on_folder(path, event.event_type != events.EVENT_TYPE_CREATED)
                self._on_path(path)

    def _as_named(self, path: Path) -> Path:
        return self._folder / path.relative_to(self.target) if path.is_relative_to(self.target) else self._folder


class _OverflowHandler(logging.Handler):
    """Notices that the kernel dropped notifications: watchdog mends its watches, but only its log says so."""

    def __init__(self, on_lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._on_lost = on_lost

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage().lower():
            self._on_lost()


def _quietly(end: Callable[[], None]) -> None:
    """End a watch: watchdog raises here as well where it has lost count of its folders."""
    try:
        end()
    except (KeyError, OSError):
        log.warning("a watch did not end as it should", exc_info=True)
