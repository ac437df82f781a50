"""The mails of mailboxes: who wrote each, about what and when, for filters that one mail must pass as a whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from bowerbird.core.catalog.attributes import LIKE, Attribute, pattern, wanted
from bowerbird.core.types import MailHeader, Query
from bowerbird.core.words import fold

_COLUMNS = {Attribute.AUTHOR: "m.sender", Attribute.SENDER: "m.sender", Attribute.SUBJECT: "m.subject"}
NO_MAILBOX = "NOT EXISTS (SELECT 1 FROM mails m WHERE m.content_id = f.content_id)"
"""A condition on files."""
HOLDS_MAIL = "f.content_id IN (SELECT m.content_id FROM mails m WHERE {})"
"""A condition on files, to be completed with one on mails."""


class MailTable:
    """Mails by content, each with the segments it has. Part of ``Catalog``; they go with their content."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use the writer's connection."""
        self._db = connection

    def put(self, content_id: int, first: int, mails: Iterable[MailHeader]) -> None:
        """Keep those of a content, or of the part of it whose first segment has the ordinal ``first``."""
        self._db.executemany(
            "INSERT OR REPLACE INTO mails(content_id, first, last, sender, subject, sent_at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (content_id, first + mail.first, first + mail.last, fold(mail.sender), fold(mail.subject),
                 mail.sent_at and mail.sent_at.isoformat())
                for mail in mails
            ],
        )  # fmt: skip


def passing(query: Query) -> tuple[str, tuple[object, ...]]:
    """A query's filters on mails as an SQL condition, empty if it has none, and its values."""
    parts, values = list[str](), list[object]()
    for name, texts in wanted(query):
        column = _COLUMNS.get(name)  # a mail has no camera
        parts.append("(" + " OR ".join(f"{column} {LIKE}" for _ in texts) + ")" if column else "0")
        values += map(pattern, texts) if column else ()
    for day, sign in ((query.after, ">="), (query.before, "<")):
        if day:
            parts.append(f"date(m.sent_at) {sign} ?")
            values.append(day.isoformat())
    return " AND ".join(parts), tuple(values)


def in_other_mails(connection: sqlite3.Connection, segment_ids: Sequence[int], query: Query) -> set[int]:
    """Those of the segments that are of a mailbox, and of no mail in it that passes the query's filters."""
    condition, values = passing(query)
    if not condition:
        return set()
    rows = connection.execute(
        "SELECT s.id FROM segments s WHERE s.id IN (SELECT value FROM json_each(?)) "  # noqa: S608
        "AND EXISTS (SELECT 1 FROM mails m WHERE m.content_id = s.content_id) AND NOT EXISTS (SELECT 1 FROM mails m "
        f"WHERE m.content_id = s.content_id AND s.ordinal BETWEEN m.first AND m.last AND {condition})",
        (json.dumps(list(segment_ids)), *values),
    )
    return {number for (number,) in rows}
