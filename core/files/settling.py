"""Paths to which something happens, each handed on once it has come to rest."""

from __future__ import annotations

import threading
import time
from pathlib import Path


class Settling:
    """One thread takes; any may touch."""

    def __init__(self, settle_s: float, latest_s: float) -> None:
        """A path is handed on after so many quiet seconds, or so long after its first change: some never rest."""
        self._settle_s, self._latest_s = settle_s, latest_s
        self._touched: dict[Path, tuple[float, float]] = {}  # when each path was first and last touched
        self._wake = threading.Condition()
        self._closed = False

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._touched)

    def touch(self, path: Path) -> None:
        """Something happened at a path."""
        now = time.monotonic()
        with self._wake:
            first, _ = self._touched.get(path, (now, now))
            self._touched[path] = (first, now)
            self._wake.notify()

    def take(self, wait_s: float) -> list[Path] | None:
        """Those that have come to rest, after a moment, or ``wait_s`` if there are none; None once it is closed."""
        with self._wake:
            if not self._closed:
                self._wake.wait(self._settle_s / 2 if self._touched else wait_s)
            return None if self._closed else self._take_settled()

    def _take_settled(self) -> list[Path]:
        now = time.monotonic()
        settled = [
            path
            for path, (first, last) in self._touched.items()
            if now - last >= self._settle_s or now - first >= self._latest_s
        ]
        for path in settled:
            del self._touched[path]
        return settled

    def close(self) -> None:
        """Hand on nothing more, and let the thread that takes go."""
        with self._wake:
            self._closed = True
            self._wake.notify()
