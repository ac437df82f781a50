"""What happens when the library cannot be written: the user is told, and it is tried again by itself."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable

from bowerbird.core.errors import StoreDamaged, StoreFailure
from bowerbird.core.faults import failure_of

log = logging.getLogger(__name__)

_RETRY_S = 15.0
STORE_ERRORS = (StoreFailure, sqlite3.Error)
"""What the catalog and the vector store raise where they cannot be used."""


class WriteFailures:
    """The failure policy of the indexer's thread: no exception ends that thread.

    Stores that refuse, a full disk or a machine without memory are waited out for ``_RETRY_S`` seconds; then whatever
    was left undone is queued again (``take_failed``). Our own mistakes go to the log.
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        """All is well. ``on_change`` is called on the indexer's thread when ``message`` has become another."""
        self._on_change = on_change
        self.message = ""
        """Why nothing can be written, or not everything read, for the user; or empty."""
        self.damaged = False
        """Whether a store was found damaged since the start: it must be checked when it is opened next."""
        self._retry_at = 0.0
        self._failed = False
        self._refused = ""

    def guard(self, call: Callable[[], None]) -> None:
        """Run a call, and deal with whatever it raises."""
        try:
            call()
        except Exception as error:  # nothing that one call raises may end indexing
            if failure := failure_of(error, "The library"):
                self._report(failure, error)
            else:
                log.exception("the indexer made a mistake")

    def _report(self, failure: StoreFailure, error: Exception) -> None:
        log.warning("%s", failure, exc_info=error)
        self.damaged |= isinstance(failure, StoreDamaged)
        self.message = self._refused = str(failure)
        self._failed = True
        self.wait()
        self._on_change()

    def end(self) -> None:
        """Whatever refused does so no more."""
        if self.message and self.message == self._refused:
            self.message = ""
            self._on_change()

    def wait(self) -> None:
        """Something about this machine, not a file, is in the way: do nothing for a while."""
        self._retry_at = time.monotonic() + _RETRY_S

    @property
    def waiting(self) -> bool:
        """True while we wait to retry after a write failure."""
        return time.monotonic() < self._retry_at

    def take_failed(self) -> bool:
        """Whether a store failed since the last call: what was left undone must be queued again."""
        failed, self._failed = self._failed, False
        return failed
