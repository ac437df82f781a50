"""The operating system's notifications of changed files, through watchdog."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog import events

if TYPE_CHECKING:
    from watchdog.observers.api import ObservedWatch

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
    *([events.FileAttribEvent] if hasattr(events, "FileAttribEvent") else []),  # since watchdog 7
]

log = logging.getLogger(__name__)


class Notifications:
    """Reports each path that something happens to in some folders, from a thread of its own, until it dies.

    It does die: where a folder is moved out, another is made in its place, and both are deleted, watchdog 6 and 7 raise
    on their only reading thread. Who owns this looks at ``alive`` now and then, and makes another.
    """

    def __init__(self, on_path: Callable[[Path], None], on_lost: Callable[[], None]) -> None:
        """Notifications of no folder yet.

        Args:
            on_path: takes each path.
            on_lost: called where more happened than the kernel keeps.

        Raises:
            OSError: the system gives none.
        """
        from watchdog.observers import Observer

        self._on_path = on_path
        self._watches: dict[Path, ObservedWatch] = {}
        self._observer = Observer()
        self._observer.start()
        self._overflow = _OverflowHandler(on_lost)
        logging.getLogger("watchdog").addHandler(self._overflow)

    @property
    def alive(self) -> bool:
        """Whether every thread that it needs still runs."""
        holders = [self._observer, *self._observer.emitters]
        held = [
            thread for holder in holders for thread in vars(holder).values() if isinstance(thread, threading.Thread)
        ]
        return all(thread.is_alive() for thread in (*holders, *held))

    def add(self, folder: Path) -> None:
        """Report what happens in a folder and below it.

        Raises:
            OSError: not even the folder itself can be watched. What else cannot, watchdog keeps to itself.
        """
        target = folder.resolve()  # a link given as the folder is followed; links inside it are not

        def touch(path: Path) -> None:
            self._on_path(folder / path.relative_to(target) if path.is_relative_to(target) else folder)

        handler = _EventHandler(touch)
        self._watches[folder] = self._observer.schedule(handler, str(target), recursive=True, event_filter=_EVENTS)

    def remove(self, folder: Path) -> None:
        """Report it no longer."""
        if watch := self._watches.pop(folder, None):
            _quietly(lambda: self._observer.unschedule(watch))

    def close(self) -> None:
        """Report nothing any more."""
        logging.getLogger("watchdog").removeHandler(self._overflow)
        _quietly(self._observer.stop)


class _EventHandler(events.FileSystemEventHandler):
    """Called by watchdog on a thread of its own: notes the path and returns."""

    def __init__(self, touch: Callable[[Path], None]) -> None:
        self._touch = touch

    def dispatch(self, event: events.FileSystemEvent) -> None:
        for path in (event.src_path, event.dest_path):
            if path:
                self._touch(Path(os.fsdecode(path)))


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
