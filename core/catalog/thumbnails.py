"""Which contents should have a thumbnail. The pictures themselves are files beside the catalog."""

from __future__ import annotations

import sqlite3

# Of documents only those with pages have one.
_EXPECTED = (
    "SELECT fingerprint FROM contents "
    "WHERE without_thumbnail = 0 AND (kind != 'document' OR json_extract(properties, '$.pages') IS NOT NULL)"
)


class ThumbnailTable:
    """What is known of contents' thumbnails."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """``connection`` is the writer's."""
        self._db = connection

    def is_expected(self, fingerprint: bytes) -> bool:
        """Whether there should be a thumbnail of this content, as far as is known."""
        return self._db.execute(f"{_EXPECTED} AND fingerprint = ?", (fingerprint,)).fetchone() is not None

    def expected(self) -> list[bytes]:
        """The fingerprints of all contents of which there should be a thumbnail."""
        return [fingerprint for (fingerprint,) in self._db.execute(_EXPECTED)]

    def set_none(self, fingerprint: bytes) -> None:
        """Remember that the files of this content yield no thumbnail."""
        self._db.execute("UPDATE contents SET without_thumbnail = 1 WHERE fingerprint = ?", (fingerprint,))
