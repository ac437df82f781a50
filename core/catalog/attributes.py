"""Values that a content has in its headers, folded to one form: what filters such as ``author:`` compare."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from enum import StrEnum

from bowerbird.core.types import Properties, Query
from bowerbird.core.words import fold


class Attribute(StrEnum):
    """The name of a value."""

    AUTHOR = "author"
    SENDER = "sender"
    SUBJECT = "subject"
    CAMERA = "camera"
    LIVE = "live"
    BURST = "burst"


HOLDS = "f.content_id IN (SELECT content_id FROM attributes WHERE name = ? AND ({}))"
"""A condition on files, to be completed with a ``LIKE`` for each value that would do."""
LIKE = "LIKE ? ESCAPE '\\'"


class AttributeTable:
    """Values by content. Part of ``Catalog``; they go with their content."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def put(self, content_id: int, properties: Properties) -> None:
        """Keep those of a content, in place of what was known."""
        self._db.execute("DELETE FROM attributes WHERE content_id = ?", (content_id,))
        self._db.executemany(
            "INSERT INTO attributes(content_id, name, value) VALUES (?, ?, ?)",
            [(content_id, name, fold(value)) for name, value in _values(properties).items() if value],
        )


def pattern(text: str) -> str:
    """For ``LIKE``: whatever has this text in it."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def wanted(query: Query) -> Iterable[tuple[Attribute, tuple[str, ...]]]:
    """The values that a query asks for; of each attribute one must be part of a file's value."""
    fields: Mapping[Attribute, tuple[str, ...]] = {
        Attribute.AUTHOR: query.authors,
        Attribute.SENDER: query.senders,
        Attribute.SUBJECT: query.subjects,
        Attribute.CAMERA: query.cameras,
    }
    return [(name, tuple(fold(text) for text in texts)) for name, texts in fields.items() if texts]


def _values(own: Properties) -> Mapping[Attribute, str]:
    return {
        Attribute.AUTHOR: own.author or own.sender,
        Attribute.SENDER: own.sender,
        Attribute.SUBJECT: own.subject,
        Attribute.CAMERA: " ".join(filter(None, (own.camera, own.lens))),
        Attribute.LIVE: own.live_id,
        Attribute.BURST: own.burst_id,
    }
