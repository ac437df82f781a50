"""Folders that wait to be scanned, one after the other, in small steps."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bowerbird.core.faults import Fault, fault_of
from bowerbird.core.files.changes import FileChange
from bowerbird.core.files.scanner import Scanner

log = logging.getLogger(__name__)

_TRIES = 3

Scan = tuple[Path, Path | None]
"""A watched folder, and the folder in it to scan, or None for all of it."""


class ScanQueue:
    """Runs on the indexer's thread."""

    def __init__(self, scanner: Scanner) -> None:
        """Nothing to scan yet."""
        self.scanner = scanner
        self._waiting: deque[Scan] = deque()
        self._now: Scan | None = None
        self._failed: Counter[Scan] = Counter()
        self._steps: Iterator[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether there is something to scan."""
        return self._steps is not None or bool(self._waiting)

    def add(self, scans: Iterable[Scan]) -> None:
        """Scan these too."""
        self._waiting.extend(scans)

    def apply(self, changes: Sequence[FileChange]) -> None:
        """Take a watcher's news: files are looked at now, folders scanned."""
        self.add(self.scanner.apply(changes))

    def cancel(self, folder: Path) -> None:
        """Scan nothing of this watched folder any more."""
        self._waiting = deque(scan for scan in self._waiting if scan[0] != folder)
        if self._now and self._now[0] == folder:
            self._steps = None

    def step(self) -> bool:
        """Go on a little; whether a scan has just ended."""
        if self._steps is None and self._waiting:
            self._now = self._waiting.popleft()
            self._steps = self.scanner.scan(*self._now)
        if self._now is None or self._steps is None or not self._ends(self._now, self._steps):
            return False
        self._steps = None
        self._failed.pop(self._now, None)
        return True

    def _ends(self, scan: Scan, steps: Iterator[None]) -> bool:
        try:
            return next(steps, self) is self
        except Exception as error:
            self._steps = None
            self._scan_later(scan, error)
            raise

    def _scan_later(self, scan: Scan, error: Exception) -> None:
        """A scan that ended early forgot nothing and does not count: it is tried again.

        A catalog that refuses is waited for. Anything else is a mistake of ours, and is made ``_TRIES`` times.
        """
        log.warning("the scan of %s ended early", scan[1] or scan[0])
        self._failed[scan] += fault_of(error) is Fault.BUG
        if self._failed[scan] < _TRIES:
            self._waiting.append(scan)
            return
        del self._failed[scan]
        self.scanner.give_up(*scan)
