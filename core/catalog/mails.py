"""The mails of mailboxes: who wrote each, about what and when, for filters that one mail must pass as a whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from bowerbird.core.types import MailHeader
from bowerbird.core.words import fold


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
