"""Folders that wait to be scanned, one after the other, in small steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bowerbird.core.files.scanner import Scanner
from bowerbird.core.types import FileChange

Scan = tuple[Path, Path | None]
"""A watched folder, and the folder in it to scan, or None for all of it."""


class ScanQueue:
    """Runs on the indexer's thread."""

    def __init__(self, scanner: Scanner) -> None:
        """Nothing to scan yet."""
        self.scanner = scanner
        self._waiting: deque[Scan] = deque()
        self._folder: Path | None = None
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
        if self._folder == folder:
            self._steps = None

    def step(self) -> bool:
        """Go on a little; whether a scan has just ended."""
        if self._steps is None and self._waiting:
            self._folder, top = self._waiting.popleft()
            self._steps = self.scanner.scan(self._folder, top)
        if self._steps is None or next(self._steps, self) is not self:
            return False
        self._steps = None
        return True
