"""What the user must be told of damage, kept until then: the process that found it may have had nobody to tell."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import replace
from pathlib import Path

from bowerbird.core.answers import Results
from bowerbird.core.paths import write_whole

log = logging.getLogger(__name__)


class Notices:
    """Sentences for the user. Each is told by one process, for as long as that runs. Safe from any thread."""

    def __init__(self, path: Path) -> None:
        """Those that an earlier process left in the file ``path``, and told nobody."""
        self._path, self._lock = path, threading.Lock()
        self._told: tuple[str, ...] = ()
        try:
            self._untold: tuple[str, ...] = tuple(map(str, json.loads(path.read_bytes())))
        except (OSError, ValueError, TypeError):  # nothing was left, or only a part of it
            self._untold = ()

    def add(self, text: str) -> None:
        """Keep a sentence until it is told."""
        with self._lock:
            if text not in self._untold:
                self._set_untold((*self._untold, text))

    def tell(self) -> tuple[str, ...]:
        """All that was told since this process started, and what nobody was told before."""
        self._tell_new()
        return self._told

    def tell_beside(self, results: Results) -> Results:
        """The results, with what nobody was told before as a notice beside them."""
        return replace(results, notice=" ".join(filter(None, (*self._tell_new(), results.notice))))

    def _tell_new(self) -> tuple[str, ...]:
        with self._lock:
            new = self._untold
            self._told += tuple(text for text in new if text not in self._told)
            if new:
                self._set_untold(())
            return new

    def _set_untold(self, texts: tuple[str, ...]) -> None:
        self._untold = texts
        try:
            write_whole(self._path, json.dumps(texts).encode())
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error)
