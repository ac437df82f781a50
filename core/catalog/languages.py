"""In which language contents are written or spoken, as far as is known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from bowerbird.core.catalog.attributes import Attribute
from bowerbird.core.extractors.about import UNSEEN
from bowerbird.core.types import Modality

_TELLING = 2_000  # characters from the beginning of a content: with more of them its language is hardly surer
_PASSAGES = 20
_NEXT = (
    "SELECT id FROM contents WHERE id > ? AND NOT EXISTS "
    "(SELECT 1 FROM attributes WHERE content_id = contents.id AND name = ?) ORDER BY id LIMIT ?"
)


class LanguageTable:
    """A content's language is one of its attributes: empty if none could be told. Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    @property
    def changes(self) -> int:
        """How much was written to the catalog: while that stays the same there is nothing new to be looked for."""
        return self._db.total_changes

    def next(self, after: int, limit: int) -> list[tuple[int, str]]:
        """Contents behind this id whose language was not looked for, with the beginning of what they say."""
        rows = self._db.execute(_NEXT, (after, Attribute.LANGUAGE, limit)).fetchall()
        return [(content_id, self._beginning(content_id)) for (content_id,) in rows]

    def _beginning(self, content_id: int) -> str:
        rows = self._db.execute(
            "SELECT text, section FROM segments WHERE content_id = ? AND modality = ? AND text != '' "
            "ORDER BY ordinal LIMIT ?",
            (content_id, Modality.TEXT, _PASSAGES),
        )
        return " ".join(text for text, section in rows if section not in UNSEEN)[:_TELLING]

    def put(self, languages: Iterable[tuple[int, str]]) -> None:
        """Keep the languages of contents that are still there, by their ids."""
        self._db.executemany(
            "INSERT OR IGNORE INTO attributes(content_id, name, value) SELECT id, ?, ? FROM contents WHERE id = ?",
            [(Attribute.LANGUAGE, language, content_id) for content_id, language in languages],
        )
