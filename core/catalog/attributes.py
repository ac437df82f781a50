"""Values that a content has in its headers, folded to one form: what filters such as ``author:`` compare."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from enum import StrEnum

from bowerbird.core.types import Properties
from bowerbird.core.words import fold


class Attribute(StrEnum):
    """The name of a value."""

    AUTHOR = "author"
    SENDER = "sender"
    SUBJECT = "subject"
    CAMERA = "camera"
    TAG = "tag"
    LANGUAGE = "language"
    """That it is written or spoken in, by its code (core/languages.py); never what a file says of itself."""
    LIVE = "live"
    BURST = "burst"
    """Notes of the camera that the files of one shot share (shots.py): no words."""


NO_WORDS = (Attribute.LANGUAGE, Attribute.LIVE, Attribute.BURST)
"""Those whose values nobody looks for as words."""


class AttributeTable:
    """Values by content. Part of ``Catalog``; they go with their content."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def put(self, content_id: int, properties: Properties) -> None:
        """Keep those of a content, in place of what was known."""
        sql = "DELETE FROM attributes WHERE content_id = ? AND name != ?"
        self._db.execute(sql, (content_id, Attribute.LANGUAGE))
        self._db.executemany(
            "INSERT OR IGNORE INTO attributes(content_id, name, value) VALUES (?, ?, ?)",
            [(content_id, name, fold(value)) for name, value in _values(properties) if value],
        )

    def forget_unknown_language(self, content_id: int) -> None:
        """There is more of a content, by which its language may be told."""
        sql = "DELETE FROM attributes WHERE content_id = ? AND name = ? AND value = ''"
        self._db.execute(sql, (content_id, Attribute.LANGUAGE))


def _values(own: Properties) -> Iterable[tuple[Attribute, str]]:
    yield Attribute.AUTHOR, own.author or own.sender
    yield Attribute.SENDER, own.sender
    yield Attribute.SUBJECT, own.subject
    yield Attribute.CAMERA, " ".join(filter(None, (own.camera, own.lens)))
    yield from ((Attribute.TAG, tag) for tag in own.keywords)
    yield Attribute.LIVE, own.live_id
    yield Attribute.BURST, own.burst_id
