"""Turns the operating system's file notifications into changes, a path at a time once it has come to rest."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bowerbird.core.files.changes import Change, FileChange
from bowerbird.core.files.inotify import Unwatched, WatchedByKernel, sentence
from bowerbird.core.files.notifications import Notifications
from bowerbird.core.files.settling import Settling

_SLEPT_S = 10.0  # clocks that drift apart by more than this between two checks
_DRAIN_S = 5.0  # watchdog holds back half a second of events, and more on a busy computer
_RENEWAL_SHARE = 20  # between two renewals at least so many times what the last one took
_CLOSE_S = 5.0  # a folder on a network that is gone can hold up the thread for minutes

OnChange = Callable[[Sequence[FileChange]], None]

log = logging.getLogger(__name__)


@dataclass
class _Watched:
    """A watched folder that is there."""

    place: tuple[int, int]
    """Its device and inode: another folder in its place is watched anew."""
    error: OSError | None = None
    """Why not even the folder itself can be watched."""
    unwatched: Unwatched = field(default_factory=Unwatched)
    """What in it is only looked through now and then."""


class Watcher:
    """Watches folders. ``on_change`` is called from a thread of the watcher's own.

    Every change is reported: the path itself; or, where notifications may have been lost (in a folder that is new, or
    when there were more than the kernel keeps, or while this computer slept), a folder above it, which is then to be
    scanned. What cannot be watched is reported so every half minute, and told in ``problems``.
    """

    def __init__(
        self,
        on_change: OnChange,
        *,
        settle_s: float = 0.3,
        latest_s: float = 2.0,
        check_s: float = 5.0,
        poll_s: float = 30.0,
    ) -> None:
        """A watcher of no folder yet.

        Args:
            on_change: takes the changes.
            settle_s: a path is reported once nothing happened to it for so many seconds,
            latest_s: or this long after its first change: some never rest, such as logs.
            check_s: how often it is checked whether folders have gone or returned, and whether all are watched.
            poll_s: how often what cannot be watched is reported, to be scanned.
        """
        self._on_change = on_change
        self._check_s, self._poll_s = check_s, poll_s
        self._unsettled = Settling(settle_s, latest_s)
        self._changing = threading.RLock()  # of what follows: folders come and go from several threads
        self._watched: dict[Path, _Watched] = {}
        self._missing: set[Path] = set()  # to be watched when they return
        self._unverified: set[Path] = set()  # folders of which it is not known whether all in them is watched
        self._doubting = threading.Lock()
        self._in_doubt: set[Path] = set()  # folders made, moved or deleted since notifications began,
        self._renewal_due = False  # and whether any was moved or deleted
        self._renew_after = 0.0
        self._notifications: Notifications | None = None
        self._retired: list[tuple[float, Notifications]] = []  # to be closed then
        self._checked_at, self._polled_at, self._asleep_s = 0.0, time.monotonic(), _asleep_s()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._thread.start()

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences for the user about folders in which not all can be watched."""
        found = [(folder, entry) for folder, entry in tuple(self._watched.items()) if entry.unwatched.tops]
        return tuple(sentence(folder, entry.unwatched, entry.error) for folder, entry in found)

    def watch(self, folder: Path) -> None:
        """Watch a folder and everything below it; one that is missing, from when it returns."""
        with self._changing:
            if folder in self._watched:
                return
            if (place := _place(folder)) is None:
                self._missing.add(folder)
                return
            self._missing.discard(folder)
            self._watched[folder] = entry = _Watched(place)
            self._start(folder, entry)

    def _start(self, folder: Path, entry: _Watched) -> None:
        try:
            self._notifications = self._notifications or Notifications(
                self._unsettled.touch, self._doubt, self._touch_all
            )
            self._notifications.add(folder)
            entry.error, entry.unwatched = None, Unwatched()
        except OSError as error:
            log.warning("%s cannot be watched: %s", folder, error)
            entry.error, entry.unwatched = error, Unwatched((folder,), 1)
        self._unverified.add(folder)

    def unwatch(self, folder: Path) -> None:
        """Watch a folder no longer."""
        with self._changing:
            self._missing.discard(folder)
            if self._watched.pop(folder, None) and self._notifications:
                self._notifications.remove(folder)

    def close(self) -> None:
        """Stop watching; nothing is reported any more."""
        self._unsettled.close()
        self._thread.join(_CLOSE_S)
        self._retire()
        self._close_retired(math.inf)

    def _touch_all(self) -> None:
        for folder in tuple(self._watched):
            self._unsettled.touch(folder)

    def _doubt(self, folder: Path, gone: bool) -> None:
        with self._doubting:
            self._in_doubt.add(folder)
            self._renewal_due |= gone

    # on the thread

    def _run(self) -> None:
        while (settled := self._unsettled.take(self._check_s)) is not None:
            try:
                self._report(settled)
                self._check()
            except Exception:  # without this thread nothing would be noticed any more
                log.exception("watching goes on")

    def _report(self, settled: Sequence[Path]) -> None:
        if settled:
            self._unverified.update(path for path in settled if path.is_dir())
            self._on_change([_change_at(path) for path in settled])

    def _check(self) -> None:
        """Notice what notifications do not say reliably, or not at all."""
        if time.monotonic() - self._checked_at < self._check_s:
            return
        self._checked_at = time.monotonic()
        if abs(_asleep_s() - self._asleep_s) > _SLEPT_S:  # disks and shares may have changed meanwhile
            self._asleep_s = _asleep_s()
            self._touch_all()
        with self._changing:
            self._check_folders()
            self._close_retired(time.monotonic())
            self._renew()
            self._poll()
        self._verify()

    def _check_folders(self) -> None:
        """Notice watched folders that went with their disk, returned, or had another put in their place."""
        places = {folder: _place(folder) for folder in (*self._watched, *self._missing)}
        moved = [folder for folder, entry in self._watched.items() if places[folder] != entry.place]
        returned = [folder for folder in self._missing if places[folder]]
        for folder in moved:
            self.unwatch(folder)
        for folder in (*moved, *returned):
            self.watch(folder)
            self._unsettled.touch(folder)

    def _renew(self) -> None:
        """Watch anew where notifications have died, or folders were moved; report what may have been missed."""
        dead = self._notifications is not None and not self._notifications.alive
        began = time.monotonic()
        if not dead and (not self._renewal_due or began < self._renew_after):
            return
        with self._doubting:
            in_doubt, self._in_doubt, self._renewal_due = self._in_doubt, set(), False
        complete = self._restart()
        for path in _topmost(path for path in in_doubt if path.is_dir()) if complete and not dead else self._watched:
            self._unsettled.touch(path)
        self._renew_after = time.monotonic() + _RENEWAL_SHARE * (time.monotonic() - began)

    def _restart(self) -> bool:
        """Have all folders watched by new notifications; whether nothing is missed in between."""
        starved = self._any_unwatched()
        self._retire()
        if not starved:
            self._start_all()
            self._verify()
            if not self._any_unwatched():
                return True
            self._retire()
        self._close_retired(math.inf)  # the system allows too few watches for the old and the new
        self._start_all()
        return False

    def _any_unwatched(self) -> bool:
        return any(entry.unwatched.tops for entry in self._watched.values())

    def _retire(self) -> None:
        if self._notifications:
            self._retired.append((time.monotonic() + _DRAIN_S, self._notifications))
            self._notifications = None

    def _close_retired(self, by: float) -> None:
        """Close those that hold nothing back any more by this time."""
        while self._retired and self._retired[0][0] <= by:
            self._retired.pop(0)[1].close()

    def _start_all(self) -> None:
        for folder, entry in self._watched.items():
            self._start(folder, entry)

    def _poll(self) -> None:
        """Look through what is not watched, and try again to watch it."""
        if time.monotonic() - self._polled_at < self._poll_s:
            return
        self._polled_at = time.monotonic()
        for folder, entry in self._watched.items():
            for top in entry.unwatched.tops:
                self._unsettled.touch(top)
            if entry.error:
                self._start(folder, entry)

    def _verify(self) -> None:
        """Find out what is not watched in folders that are new, or were not watched before."""
        unverified, self._unverified = self._unverified, set()
        if not unverified or not self._notifications:
            return
        covered = WatchedByKernel(self._notifications.descriptor)
        for folder, entry in tuple(self._watched.items()):
            tops = [path for path in unverified if path == folder or folder in path.parents]
            if tops and entry.error is None:
                entry.unwatched = covered.missing_below([folder] if entry.unwatched.tops else _topmost(tops))


def _topmost(paths: Iterable[Path]) -> list[Path]:
    tops = list[Path]()
    for path in sorted(paths):
        if not (tops and (tops[-1] in path.parents or tops[-1] == path)):
            tops.append(path)
    return tops


def _place(folder: Path) -> tuple[int, int] | None:
    """Device and inode of a folder; None if there is none."""
    if not folder.is_dir():
        return None
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _asleep_s() -> float:
    """Seconds, but for a constant, that this computer has slept: only one of the two clocks goes on meanwhile."""
    return time.time() - time.monotonic()


def _change_at(path: Path) -> FileChange:
    return FileChange(path, Change.PRESENT if os.path.lexists(path) else Change.GONE)
