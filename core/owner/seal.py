"""A seal on the library's stores: whoever finds it whole need not check them."""

from __future__ import annotations

import json
import logging

from bowerbird.core.paths import LibraryPaths, write_whole

log = logging.getLogger(__name__)

_STORES = ("catalog.sqlite3*", "*vec.db*")
"""The stores with whatever lies beside them while they are open, or after a crash."""


class Seal:
    """Names the stores' files as they were when they were closed well: sizes and times.

    It is whole only if nothing has touched them since: no crash, no restored backup, no other program.
    """

    def __init__(self, paths: LibraryPaths) -> None:
        """For the library whose lock is taken."""
        self._paths = paths

    def take(self) -> bool:
        """Break the seal; whether it was whole."""
        try:
            whole = bool(json.loads(self._paths.seal.read_bytes()) == self._stores())
        except (OSError, ValueError):  # there is none, or only a part of one
            whole = False
        try:
            self._paths.seal.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the seal stays: %s", error)
        return whole

    def put(self, *, closed_well: bool) -> None:
        """Seal the stores if they were closed well. Without a seal they are checked when they are opened next."""
        if not closed_well:
            return
        try:
            write_whole(self._paths.seal, json.dumps(self._stores()).encode())
        except OSError as error:
            log.warning("the stores are not sealed: %s", error)

    def _stores(self) -> dict[str, list[int]]:
        paths = {path for pattern in _STORES for path in self._paths.root.glob(pattern)}
        return {path.name: [path.stat().st_size, path.stat().st_mtime_ns] for path in paths}
