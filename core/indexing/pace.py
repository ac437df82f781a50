"""How fast indexing goes and how long it will take, from what was done lately."""

from __future__ import annotations

import time
from collections import deque

from bowerbird.core.state import Progress

_WINDOW_S = 20.0
_ENOUGH_S = 2.0  # before this much was seen, an estimate would be a guess


class Pace:
    """Counts one round of indexing, from the moment work appears until none is left."""

    def __init__(self) -> None:
        """No round yet."""
        self._done = 0
        self._marks: deque[tuple[float, int]] = deque()

    def end(self) -> None:
        """Nothing is left: the next file begins another round."""
        self._done = 0
        self._marks.clear()

    def rest(self) -> None:
        """The round goes on after a pause, which does not count."""
        self._marks.clear()

    def finished(self, files: int) -> None:
        """So many more files are done."""
        self._done += files
        now = time.monotonic()
        self._marks.append((now, self._done))

    def progress(self, waiting: int, *, paused: bool = False, why: str = "") -> Progress:
        """Files done and in all in this round, files a second, seconds left (None until it can be told honestly)."""
        rate = self._per_second()
        left = waiting / rate if rate and waiting else None
        return Progress(self._done, self._done + waiting, rate, left, paused, why)

    def _per_second(self) -> float:
        now = time.monotonic()
        while len(self._marks) > 2 and self._marks[1][0] < now - _WINDOW_S:
            self._marks.popleft()  # two stay: while nothing ends, the rate falls
        if not self._marks:
            return 0.0
        since, before = self._marks[0]
        return (self._done - before) / (now - since) if now - since >= _ENOUGH_S else 0.0
