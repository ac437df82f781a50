"""A small JSON object in the models folder, which several processes may add to."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from bowerbird.core.paths import write_whole

log = logging.getLogger(__name__)


class JsonRecord:
    """Names and values in a file. One that cannot be read counts as empty: all that is in it can be found out again."""

    def __init__(self, path: Path) -> None:
        """``path`` of the file; it need not exist."""
        self._path = path

    def read(self) -> dict[str, object]:
        """Everything that is recorded."""
        try:
            values = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return values if isinstance(values, dict) else {}

    def add(self, values: Mapping[str, object]) -> None:
        """Record these too, beside what others have recorded meanwhile; a crash leaves the old file or the new one.

        Where nothing can be written, as on a full disk, it is found out again each time.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock")):
                write_whole(self._path, json.dumps(self.read() | dict(values), indent=1).encode())
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error)
