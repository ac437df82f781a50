"""What happens when the library cannot be written: the user is told, and it is tried again by itself."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable

from bowerbird.core.errors import StoreDamaged

log = logging.getLogger(__name__)

_RETRY_S = 15.0
STORE_ERRORS = (StoreDamaged, sqlite3.Error)
"""What the catalog and the vector store raise where they cannot be used."""


class WriteFailures:
    """The failure policy of the indexer's thread: no exception ends that thread.

    Stores that refuse, a full disk or a machine without memory are waited out for ``_RETRY_S`` seconds; then whatever
    was left undone is queued again (``take_failed``). Our own mistakes go to the log.
    """

    def __init__(self) -> None:
        """All is well."""
        self.message = ""
        """Why nothing can be written, or not everything read, for the user; or empty."""
        self._retry_at = 0.0
        self._failed = False

    def guard(self, call: Callable[[], None]) -> None:
        """Run a call, and deal with whatever it raises."""
        try:
            call()
        except StoreDamaged as error:
            self._report_store_failure(str(error), error)
        except sqlite3.OperationalError as error:
            self._report_store_failure(
                f"The library cannot be written: {error}. Bowerbird tries again by itself.", error
            )
        except sqlite3.DatabaseError as error:
            self._report_store_failure("The catalog is damaged. Start Bowerbird again to rebuild it.", error)
        except Exception:  # a mistake of ours in one call must not end indexing
            log.exception("the indexer made a mistake")

    def _report_store_failure(self, message: str, error: Exception) -> None:
        log.warning("%s", message, exc_info=error)
        self.message, self._failed = message, True
        self.wait()

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
