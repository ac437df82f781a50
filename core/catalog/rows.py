"""Rows of files as the catalog has them, read from SQL."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bowerbird.core.catalog.records import FileRow
from bowerbird.core.types import FileState, Kind, Properties

FILES = "FROM files f LEFT JOIN contents c ON c.id = f.content_id"
"""What conditions on files are about."""
FILE = f"SELECT f.id, f.path, f.kind, f.state, f.size, f.mtime_ns, f.content_id, c.fingerprint, c.properties {FILES} "
"""The beginning of a query whose rows ``file_row`` takes."""


def file_row(row: Sequence[Any]) -> FileRow:
    """A file with what its content says of itself."""
    number, path, kind, state, size, mtime_ns, content_id, fingerprint, properties = row[:9]
    return FileRow(
        number,
        Path(os.fsdecode(path)),
        Kind(kind) if kind else None,
        FileState(state),
        size,
        mtime_ns,
        content_id,
        fingerprint or b"",
        properties_of(properties),
    )


def properties_of(text: str | None) -> Properties:
    """What a content says of itself, from the JSON that the catalog keeps."""
    if not text:
        return Properties()
    values: dict[str, Any] = json.loads(text)
    values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    taken_at = values.get("taken_at")
    return Properties(**{**values, "taken_at": datetime.fromisoformat(taken_at) if taken_at else None})
