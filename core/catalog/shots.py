"""Files that may be of one shot: those that a file shares its name, a note of the camera or the moment with.

Whether they are is decided in search/shots.py, from what is there when somebody asks: files come, go and are renamed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bowerbird.core.catalog.attributes import Attribute
from bowerbird.core.catalog.connection import ReadConnections, range_below
from bowerbird.core.catalog.records import FileRow
from bowerbird.core.types import Kind
from bowerbird.core.words import fold


class ShotFile(NamedTuple):
    """What tells of a photo or clip which others are of its shot: a light row, since there may be hundreds."""

    id: int
    folder: str
    stem: str
    suffix: str
    kind: Kind | None
    content_id: int | None
    taken_at: datetime | None
    camera: str
    live_id: str
    burst_id: str
    duration_s: float | None
    shot: int = 0
    """Those with the same number are of one shot; those with another only look the same. See ``Shots``."""

    @staticmethod
    def of(row: FileRow) -> ShotFile:
        """The same of a file that is known already."""
        own = row.properties
        return ShotFile(
            row.id, *_names(str(row.path)), row.kind, row.content_id, own.taken_at, own.camera, own.live_id,
            own.burst_id, own.duration_s,
        )  # fmt: skip

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self.folder, self.stem + self.suffix)

    @property
    def key(self) -> int:
        """Its content; minus its own id if it was not read."""
        return -self.id if self.content_id is None else self.content_id


def _names(path: str) -> tuple[str, str, str]:
    """Folder, stem and suffix."""
    folder, name = os.path.split(path)
    return folder, *os.path.splitext(name)  # noqa: PTH122  # a path takes ten times as long


# SQL of constants and question marks.
_FILE = (
    "SELECT f.id, f.path, f.kind, f.content_id, c.taken_at, c.properties ->> '$.camera', c.properties ->> '$.live_id', "
    "c.properties ->> '$.burst_id', c.properties ->> '$.duration_s' FROM files f LEFT JOIN contents c "
    "ON c.id = f.content_id "
)
_BESIDE = (
    f"{_FILE} WHERE f.kind IN ('photo', 'clip') AND lower(CAST(f.path AS TEXT)) >= lower(CAST(? AS TEXT)) "
    "AND lower(CAST(f.path AS TEXT)) < lower(CAST(? AS TEXT)) LIMIT ?"  # as the index has it
)
_NOTED = f"{_FILE} WHERE f.content_id IN (SELECT content_id FROM attributes WHERE name = ? AND value = ?) LIMIT ?"  # noqa: S608
_TAKEN = (
    f"{_FILE} WHERE c.kind = 'photo' AND c.taken_at BETWEEN ? AND ? AND +f.path >= ? AND +f.path < ? "  # no index on +
    "AND c.properties ->> '$.camera' = ? LIMIT ?"
)
_WITH = f"{_FILE} WHERE f.content_id IN (SELECT value FROM json_each(?)) LIMIT ?"  # noqa: S608
_MOST = 1_000  # files


class ShotReader:
    """Photos and clips, read or not; part of ``CatalogReader``."""

    def __init__(self, connections: ReadConnections) -> None:
        """Each thread reads through a connection of its own."""
        self._connections = connections

    def beside(self, folder: str, stem: str) -> list[ShotFile]:
        """Those whose paths begin with these and a dot, in whatever capitals."""
        start = os.fsencode(os.path.join(folder, stem))
        return self._files(_BESIDE, start + b".", start + b"/")  # the dot and what follows it in ASCII

    def with_note(self, note: Attribute, value: str) -> list[ShotFile]:
        """Those whose camera noted this."""
        return self._files(_NOTED, note, fold(value))

    def taken_between(self, folder: str, first: datetime, last: datetime, camera: str) -> list[ShotFile]:
        """Photos in a folder, or below it, of which it is known that a camera took them then."""
        return self._files(_TAKEN, first.isoformat(), last.isoformat(), *range_below(Path(folder)), camera)

    def with_contents(self, content_ids: Collection[int]) -> list[ShotFile]:
        """Those that have one of these contents."""
        return self._files(_WITH, json.dumps(list(content_ids)))

    def _files(self, sql: str, *values: object) -> list[ShotFile]:
        rows = self._connections.get().execute(sql, (*values, _MOST))
        return [
            ShotFile(
                number, *_names(os.fsdecode(path)), Kind(kind) if kind else None, content_id,
                datetime.fromisoformat(taken_at) if taken_at else None, camera or "", live_id or "", burst_id or "",
                duration_s,
            )
            for number, path, kind, content_id, taken_at, camera, live_id, burst_id, duration_s in rows
        ]  # fmt: skip
