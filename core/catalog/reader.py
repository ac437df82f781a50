"""The catalog as searches and previews see it: read-only, from any thread, never waiting for the writer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.file_reader import FileReader
from bowerbird.core.catalog.filters.sql import MAIL_ID, literal
from bowerbird.core.catalog.filters.table import FILTERS, FOUND, Found, kinds_of, mail_sql, sql_of
from bowerbird.core.catalog.layouts import LayoutReader
from bowerbird.core.catalog.picture_texts import text_box
from bowerbird.core.catalog.records import FileRow, SegmentRow, TextBox
from bowerbird.core.catalog.rows import FILE, FILES, file_row
from bowerbird.core.catalog.shots import ShotReader
from bowerbird.core.catalog.vocabulary import Vocabulary
from bowerbird.core.conditions import EVERYTHING, Condition, Is, replaced
from bowerbird.core.types import Kind, Label, Locator, Modality, Vectors

# All SQL here is put together of these constants and of conditions with question marks; values are always bound.
_SEGMENT = "SELECT s.id, s.content_id, s.ordinal, s.modality, s.text, s.labels, s.page, s.section, s.start_s, s.end_s "
_TRIGRAM = 3  # characters: the index of names finds nothing shorter
_MOST_SHORT = 100  # words shorter than that, of a question without others: SQLite bears no more than 1,000
_ANY = "(SELECT value FROM json_each(?))"
# A mailbox may have a hundred thousand mails: the one that a segment is of is looked up by where it begins.
_ITS_MAIL = (
    "m.content_id = s.content_id AND m.last >= s.ordinal AND m.first = "
    "(SELECT max(first) FROM mails WHERE content_id = s.content_id AND first <= s.ordinal)"
)


class CatalogReader:
    """Filters, retrieval by words and by name, and rows to show."""

    def __init__(self, connections: ReadConnections) -> None:
        """Each thread reads through a connection of its own."""
        self._connections = connections
        self.files = FileReader(connections)
        """Files, in whatever order."""
        self.shots = ShotReader(connections)
        """Files that may be of one shot."""
        self.vocabulary = Vocabulary(connections)
        """The words of all texts."""
        self.layouts = LayoutReader(connections)
        """Photos that look the same."""

    @property
    def _db(self) -> sqlite3.Connection:
        return self._connections.get()

    # filters

    def resolved(self, where: Condition, known: dict[Is, Is]) -> Condition:
        """The same, with what slow filters let through in their place: to be applied more than once.

        ``known`` has what earlier calls came to, and takes what this one does.
        """

        def found(condition: Is) -> Condition:
            if condition.name == FOUND or not FILTERS[condition.name].slow:
                return condition
            if condition not in known:
                files = self._ids(f"SELECT f.id {FILES}", condition)
                known[condition] = Is(FOUND, Found(files, self._mails(condition)))
            return known[condition]

        return replaced(where, found)

    def allowed(self, where: Condition) -> frozenset[int] | None:
        """Contents that it lets through; None if it asks for kinds alone, by which each search filters too."""
        if where == EVERYTHING or kinds_of(where):
            return None
        return self._ids(f"SELECT DISTINCT f.content_id {FILES}", where) - {None}

    def passes_any(self, where: Condition) -> bool:
        """Whether there is a file that it lets through."""
        condition = sql_of(where)
        sql = f"SELECT 1 {FILES} WHERE {condition.text} LIMIT 1"
        return self._db.execute(sql, condition.values).fetchone() is not None

    def _mails(self, where: Condition) -> frozenset[int] | None:
        """The mails in mailboxes that it lets through; None if it does not tell them apart."""
        passing = mail_sql(where)
        if passing is None or not self._db.execute("SELECT 1 FROM mails LIMIT 1").fetchone():
            return None
        sql = f"SELECT {MAIL_ID} {FILES} JOIN mails m ON m.content_id = f.content_id WHERE {passing.text}"
        return frozenset(number for (number,) in self._db.execute(sql, passing.values))

    def _ids(self, select: str, where: Condition) -> frozenset[int]:
        condition = sql_of(where)
        rows = self._db.execute(f"{select} WHERE {condition.text}", condition.values)
        return frozenset(number for (number,) in rows)

    # retrieval

    def segment_estimate(self) -> int:
        """About how many segments there are; counting them would take longer than a search."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) FROM segments").fetchone()[0])

    def by_words(
        self, match: str, limit: int, allowed: Collection[int] | None, kinds: Collection[Kind] = ()
    ) -> list[tuple[int, float]]:
        """Segments that an FTS5 expression matches, with their BM25 score (higher is better), best first.

        Only of the contents ``allowed``, if that is not None, and of ``kinds``, if there are any.
        """
        only, values = _only(allowed, kinds)
        rows = self._db.execute(
            "SELECT w.rowid, -bm25(segment_words) FROM segment_words w JOIN segments s ON s.id = w.rowid "  # noqa: S608
            f"WHERE segment_words MATCH ? {only}ORDER BY bm25(segment_words) LIMIT ?",
            (match, *values, limit),
        )
        return [(number, score) for number, score in rows]

    def count_with_words(self, match: str, allowed: Collection[int] | None, kinds: Collection[Kind] = ()) -> int:
        """In how many contents segments are that ``by_words`` would find."""
        only, values = _only(allowed, kinds)
        row = self._db.execute(
            "SELECT count(DISTINCT s.content_id) FROM segment_words w JOIN segments s ON s.id = w.rowid "  # noqa: S608
            f"WHERE segment_words MATCH ? {only}",
            (match, *values),
        ).fetchone()
        return int(row[0])

    def by_name(
        self, words: Sequence[str], where: Condition, limit: int, contents: Collection[int] | None = None
    ) -> list[tuple[FileRow, str]]:
        """Files whose name, or whose folders' names, hold one of the words; and that name. The most telling first.

        Only of these ``contents``, if that is not None.
        """
        if not words:
            return []
        condition, values = sql_of(where)
        indexed = [word for word in words if len(word) >= _TRIGRAM]
        if indexed:
            matches, order, terms = "file_names MATCH ?", "n.rank", [" OR ".join(f'"{word}"' for word in indexed)]
        else:
            terms = [f"%{literal(word)}%" for word in words[:_MOST_SHORT]]
            likes = ["(n.name LIKE ? ESCAPE '\\')"] * len(terms)
            matches, order = " OR ".join(likes), f"{' + '.join(likes)} DESC, f.id"
        only = "" if contents is None else f"AND f.content_id IN {_ANY} "
        among = [] if contents is None else [json.dumps(list(contents))]
        rows = self._db.execute(
            f"{FILE.replace('FROM files f', ', n.name FROM file_names n JOIN files f ON f.id = n.rowid')}"
            f"WHERE {condition} AND ({matches}) {only}ORDER BY {order} LIMIT ?",
            (*values, *terms, *among, *(() if indexed else terms), limit),
        )
        return [(file_row(row), row[9]) for row in rows]

    def segments(self, ids: Iterable[int]) -> dict[int, SegmentRow]:
        """These segments, those that still exist and are of a file: what it held outlives a file for a while."""
        rows = self._db.execute(
            f"{_SEGMENT} FROM segments s WHERE s.id IN {_ANY} "  # noqa: S608
            "AND EXISTS (SELECT 1 FROM files f WHERE f.content_id = s.content_id)",
            (json.dumps(list(ids)),),
        )
        return {row[0]: _segment(row) for row in rows}

    def segments_of(self, content_id: int, most: int = -1) -> list[SegmentRow]:
        """A content's segments in order, the first few or all."""
        rows = self._db.execute(
            f"{_SEGMENT} FROM segments s WHERE s.content_id = ? ORDER BY ordinal LIMIT ?", (content_id, most)
        )
        return [_segment(row) for row in rows]

    def in_other_mails(self, segment_ids: Collection[int], where: Condition) -> set[int]:
        """Those of the segments that are of a mailbox, and of no mail in it that passes the filters."""
        passing = mail_sql(where)
        if passing is None:
            return set()
        ids = json.dumps(list(segment_ids))
        rows = self._db.execute(
            f"SELECT s.id FROM segments s WHERE s.id IN {_ANY} "  # noqa: S608
            "AND EXISTS (SELECT 1 FROM mails m WHERE m.content_id = s.content_id) EXCEPT "
            f"SELECT s.id FROM segments s CROSS JOIN mails m ON {_ITS_MAIL} CROSS JOIN files f USING (content_id) "
            f"LEFT JOIN contents c ON c.id = f.content_id WHERE s.id IN {_ANY} AND {passing.text}",
            (ids, ids, *passing.values),
        )
        return {number for (number,) in rows}

    def content_id(self, fingerprint: bytes) -> int | None:
        """The content with this fingerprint."""
        row = self._db.execute("SELECT id FROM contents WHERE fingerprint = ?", (fingerprint,)).fetchone()
        return row[0] if row else None

    def waveform(self, content_id: int) -> bytes:
        """Loudness over the length of a content with sound."""
        row = self._db.execute("SELECT waveform FROM contents WHERE id = ?", (content_id,)).fetchone()
        return bytes(row[0]) if row else b""

    def text_boxes(self, segment_id: int) -> list[TextBox]:
        """The lines of a segment that was read in a picture, in order."""
        rows = self._db.execute(
            "SELECT start, corners, edges FROM text_boxes WHERE segment_id = ? ORDER BY start", (segment_id,)
        )
        return [text_box(*row) for row in rows]

    def omissions(self, content_id: int) -> tuple[str, ...]:
        """A sentence for each limit that left something of a content unread."""
        rows = self._db.execute("SELECT sentence FROM omissions WHERE content_id = ? ORDER BY rowid", (content_id,))
        return tuple(sentence for (sentence,) in rows)

    def vectors(self, space: str, content_ids: Iterable[int], *, without: str = "") -> tuple[list[int], Vectors]:
        """Segment ids of these contents and their vectors in a space, shape (n, dimension).

        ``without`` names a section whose segments are left out.
        """
        rows = self._db.execute(
            "SELECT s.id, e.vector FROM segments s JOIN embeddings e ON e.segment_id = s.id AND e.space = ? "  # noqa: S608
            f"WHERE s.content_id IN {_ANY} AND (s.section = '' OR s.section != ?) ORDER BY s.id",
            (space, json.dumps(list(content_ids)), without),
        ).fetchall()
        if not rows:
            return [], np.empty((0, 0), np.float32)
        return [row[0] for row in rows], np.stack([np.frombuffer(row[1], np.float16) for row in rows]).astype(
            np.float32
        )


def _only(allowed: Collection[int] | None, kinds: Collection[Kind]) -> tuple[str, list[str]]:
    """What keeps segments ``s`` to the contents ``allowed``, if that is not None, or to ``kinds``, if there are any."""
    if allowed is not None:
        return f"AND s.content_id IN {_ANY} ", [json.dumps(list(allowed))]
    if kinds:
        return f"AND s.content_id IN (SELECT id FROM contents WHERE kind IN {_ANY}) ", [json.dumps(sorted(kinds))]  # noqa: S608
    return "", []


def _segment(row: Sequence[Any]) -> SegmentRow:
    number, content_id, ordinal, modality, text, labels, page, section, start_s, end_s = row
    recognised = tuple(Label(name, probability) for name, probability in json.loads(labels))
    return SegmentRow(
        number, content_id, ordinal, Modality(modality), text, recognised, Locator(page, section, start_s, end_s)
    )
