"""Where contents come from: their coordinates, and the towns, regions and countries these lie in, for filters."""

from __future__ import annotations

import sqlite3

from bowerbird.core.places import KM_PER_DEGREE
from bowerbird.core.questions import Near
from bowerbird.core.types import Properties

WITHIN = "f.content_id IN (SELECT content_id FROM content_places WHERE place IN (SELECT value FROM json_each(?)))"
"""A condition on files, whose value is a list of places in JSON."""
NEAR = (
    "f.content_id IN (SELECT content_id FROM coordinates "
    "WHERE latitude BETWEEN ? AND ? AND distance_km(latitude, longitude, ?, ?) <= ?)"
)
"""A condition on files, whose values are those of ``near_values``."""


class PlaceTable:
    """Coordinates and places by content. Part of ``Catalog``; they go with their content."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def put(self, content_id: int, properties: Properties) -> None:
        """Keep those of a content, in place of what was known."""
        for table in ("coordinates", "content_places"):
            self._db.execute(f"DELETE FROM {table} WHERE content_id = ?", (content_id,))  # noqa: S608
        at = (properties.latitude, properties.longitude)
        if None in at:
            return
        self._db.execute("INSERT INTO coordinates(content_id, latitude, longitude) VALUES (?, ?, ?)", (content_id, *at))
        self._db.execute(
            "INSERT OR IGNORE INTO content_places(content_id, place) SELECT ?, value FROM json_each(places_at(?, ?))",
            (content_id, *at),
        )


def near_values(near: Near) -> tuple[float, ...]:
    """The values for ``NEAR``: a band that an index finds, then what is in it."""
    band = near.km / KM_PER_DEGREE
    return near.latitude - band, near.latitude + band, near.latitude, near.longitude, near.km
