"""The catalog as searches and previews see it: read-only, from any thread, never waiting for the writer."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bowerbird.core.catalog.attributes import HOLDS, LIKE, pattern, wanted
from bowerbird.core.catalog.connection import ReadConnections, range_below
from bowerbird.core.catalog.mails import HOLDS_MAIL, NO_MAILBOX, in_other_mails, passing
from bowerbird.core.catalog.picture_texts import text_box
from bowerbird.core.catalog.places import NEAR, WITHIN, near_values
from bowerbird.core.catalog.records import FileRow, SegmentRow, TextBox
from bowerbird.core.catalog.rows import FILE, file_row
from bowerbird.core.catalog.shots import ShotReader
from bowerbird.core.types import FileState, Kind, Label, Locator, Modality, Query, Vectors
from bowerbird.core.words import all_words, typed_words

# All SQL here is put together of these constants and of conditions with question marks; values are always bound.
_SEGMENT = "SELECT s.id, s.content_id, s.ordinal, s.modality, s.text, s.labels, s.page, s.section, s.start_s, s.end_s "
_DAY = "coalesce(c.taken_at, datetime(f.mtime_ns / 1000000000, 'unixepoch', 'localtime'))"
_KEY = "coalesce(f.content_id, -f.id)"
_TRIGRAM = 3  # characters: the index of names finds nothing shorter
_ANY = "(SELECT value FROM json_each(?))"
_LACKS = (
    "coalesce(f.content_id, 0) NOT IN "
    "(SELECT s.content_id FROM segment_words w JOIN segments s ON s.id = w.rowid WHERE segment_words MATCH ?)"
)


class CatalogReader:
    """Filters, retrieval by words and by name, and rows to show."""

    def __init__(self, connections: ReadConnections) -> None:
        """Each thread reads through a connection of its own."""
        self._connections = connections
        self.shots = ShotReader(connections)
        """Files that may be of one shot."""

    @property
    def _db(self) -> sqlite3.Connection:
        return self._connections.get()

    # filters

    def allowed(self, query: Query) -> frozenset[int] | None:
        """Contents that the filters let through; None without any but ``kinds``, by which each search filters too.

        With phrases, minus the ids of files without a content, too, whose names have them.
        """
        if not (query.phrases or _conditions(replace(query, kinds=frozenset()))[0]):
            return None
        where, values = _conditions(query)
        key, join = (_KEY, "LEFT JOIN") if query.phrases else ("f.content_id", "JOIN")
        sql = f"SELECT DISTINCT {key} FROM files f {join} contents c ON c.id = f.content_id {where}"  # noqa: S608
        ids = self._ids(sql, values)
        for phrase in query.phrases:
            ids &= self._with_phrase(phrase)
        return frozenset(ids)

    def _with_phrase(self, phrase: str) -> set[int]:
        """What has these words in a row, in a segment or in a file's name, where they may be parts of longer ones."""
        if not (words := all_words(phrase)):
            return set()
        in_text = self._ids(
            "SELECT s.content_id FROM segment_words w JOIN segments s ON s.id = w.rowid WHERE segment_words MATCH ?",
            (f'"{" ".join(words)}"',),
        )
        typed = typed_words(phrase)
        in_name = self._db.execute(
            f"SELECT {_KEY}, n.name FROM file_names n JOIN files f ON f.id = n.rowid WHERE n.name LIKE ?",  # noqa: S608
            (f"%{'%'.join(typed)}%",),
        )
        in_a_row = re.compile(r"[\W_]*".join(typed), re.IGNORECASE)  # whatever stands between them: Annual_Report.pdf
        return in_text | {key for key, name in in_name if in_a_row.search(name)}

    def _ids(self, sql: str, values: Sequence[object]) -> set[int]:
        return {number for (number,) in self._db.execute(sql, tuple(values)) if number is not None}

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
        only, values = "", list[str]()
        if allowed is not None:
            only, values = f"AND s.content_id IN {_ANY} ", [json.dumps(list(allowed))]
        elif kinds:
            only = f"AND s.content_id IN (SELECT id FROM contents WHERE kind IN {_ANY}) "  # noqa: S608
            values = [json.dumps(sorted(kinds))]
        rows = self._db.execute(
            "SELECT w.rowid, -bm25(segment_words) FROM segment_words w JOIN segments s ON s.id = w.rowid "  # noqa: S608
            f"WHERE segment_words MATCH ? {only}ORDER BY bm25(segment_words) LIMIT ?",
            (match, *values, limit),
        )
        return [(number, score) for number, score in rows]

    def frequencies(self, stems: Collection[str]) -> dict[str, int]:
        """In how many segments each stem stands."""
        rows = self._db.execute(f"SELECT term, doc FROM segment_terms WHERE term IN {_ANY}", (json.dumps(list(stems)),))  # noqa: S608
        return dict(rows.fetchall())

    def by_name(self, words: Sequence[str], query: Query, limit: int) -> list[tuple[FileRow, str]]:
        """Files whose name, or whose folders' names, hold one of the words; and that name. The most telling first."""
        if not words:
            return []
        where, values = _conditions(query)
        indexed = [word for word in words if len(word) >= _TRIGRAM]
        if indexed:
            matches, terms = "file_names MATCH ?", [" OR ".join(f'"{word}"' for word in indexed)]
        else:
            matches = " OR ".join("n.name LIKE ? ESCAPE '\\'" for _ in words)
            terms = [pattern(word) for word in words]
        rows = self._db.execute(
            f"{FILE.replace('FROM files f', ', n.name FROM file_names n JOIN files f ON f.id = n.rowid')}"
            f"{where or 'WHERE 1'} AND ({matches}) ORDER BY {'n.rank' if indexed else 'f.id'} LIMIT ?",
            (*values, *terms, limit),
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

    def in_other_mails(self, segment_ids: Collection[int], query: Query) -> set[int]:
        """Those of the segments that are of a mailbox, and of no mail in it that passes the query's filters."""
        return in_other_mails(self._db, list(segment_ids), query)

    def files_of(self, content_ids: Iterable[int], query: Query) -> list[FileRow]:
        """The files that have these contents and pass the query's filters."""
        where, values = _conditions(query)
        rows = self._db.execute(
            f"{FILE} {where or 'WHERE 1'} AND f.content_id IN {_ANY} ORDER BY f.path",
            (*values, json.dumps(list(content_ids))),
        )
        return [file_row(row) for row in rows]

    def files_by_id(self, ids: Iterable[int], query: Query) -> list[FileRow]:
        """These files, those that pass the query's filters."""
        where, values = _conditions(query)
        rows = self._db.execute(f"{FILE} {where or 'WHERE 1'} AND f.id IN {_ANY}", (*values, json.dumps(list(ids))))
        return [file_row(row) for row in rows]

    def file(self, path: Path) -> FileRow | None:
        """The file at this path."""
        row = self._db.execute(f"{FILE} WHERE f.path = ?", (os.fsencode(path),)).fetchone()
        return file_row(row) if row else None

    def newest(self, query: Query, most: int) -> list[FileRow]:
        """The newest files that were read and pass the query's filters, ``most`` at the most."""
        where, values = _conditions(query)
        rows = self._db.execute(
            f"{FILE} {where or 'WHERE 1'} AND f.state = ? ORDER BY f.mtime_ns DESC LIMIT ?",
            (*values, FileState.INDEXED, most),
        )
        return [file_row(row) for row in rows]

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


def _conditions(query: Query) -> tuple[str, tuple[object, ...]]:
    """A query's filters on files as an SQL condition, empty if there is none, and its values. To add one: a part here.

    ``kind:`` and the like are parsed in search/query.py; ``phrases`` are not about files. Names and labels with a
    word of ``without`` are left to search/hits.py.
    """
    parts: list[str] = []
    values: list[object] = []
    if query.kinds:
        parts.append(f"f.kind IN {_ANY}")
        values.append(json.dumps(sorted(query.kinds)))
    if query.under:
        parts.append("(" + " OR ".join("(f.path >= ? AND f.path < ?)" for _ in query.under) + ")")
        values += [bound for folder in query.under for bound in range_below(folder)]
    if query.places:
        parts.append(WITHIN)
        values.append(json.dumps(sorted(query.places)))
    if query.near:
        parts.append(NEAR)
        values += near_values(query.near)
    mails, mail_values = passing(query)
    if mails:
        own, own_values = _own(query)
        parts.append(f"(({own} AND {NO_MAILBOX}) OR {HOLDS_MAIL.format(mails)})")
        values += [*own_values, *mail_values]
    for words in filter(None, map(all_words, query.without)):
        parts.append(_LACKS)
        values.append(f'"{" ".join(words)}"')
    return ("WHERE " + " AND ".join(parts) if parts else ""), tuple(values)


def _own(query: Query) -> tuple[str, list[object]]:
    """The filters that a mail in a mailbox passes instead of the file: by dates, and by what it says of itself."""
    parts, values = list[str](), list[object]()
    for day, sign in ((query.after, ">="), (query.before, "<")):
        if day:
            parts.append(f"date({_DAY}) {sign} ?")
            values.append(day.isoformat())
    for name, texts in wanted(query):
        parts.append(HOLDS.format(" OR ".join(f"value {LIKE}" for _ in texts)))
        values += [name, *map(pattern, texts)]
    return " AND ".join(parts), values


def _segment(row: Sequence[Any]) -> SegmentRow:
    number, content_id, ordinal, modality, text, labels, page, section, start_s, end_s = row
    recognised = tuple(Label(name, probability) for name, probability in json.loads(labels))
    return SegmentRow(
        number, content_id, ordinal, Modality(modality), text, recognised, Locator(page, section, start_s, end_s)
    )
