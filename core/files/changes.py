"""What was noticed of files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Change(StrEnum):
    """What a watcher or a scan saw of a path."""

    PRESENT = "present"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FileChange:
    """A hint that the file or folder at ``path`` may have changed; the indexer looks for itself."""

    path: Path
    change: Change
