"""Text that was read in photos and scanned pages: what is still to be looked at, and where each line is."""

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from bowerbird.core.catalog.contents import ContentTable
from bowerbird.core.catalog.records import NewContent, PictureItem, TextBox
from bowerbird.core.types import Corners, FileFacts, FileState, Kind, Locator, Modality

IN_PICTURE = "text in the picture"
"""The section of segments that were read in a picture."""
_LITTLE_TEXT = (
    100  # characters of a page's own text: with more of them it is no scan, and its pictures are illustrations
)
_MOST_PAGES = 100_000  # documents may claim any number
_SCALE = 65_535
_TO_READ = (
    "FROM contents c JOIN files f ON f.content_id = c.id AND f.state = ? "
    "LEFT JOIN pictures_read r ON r.content_id = c.id AND r.reader = ? "
    "WHERE c.next_s IS NULL AND (r.content_id IS NULL OR r.next_page IS NOT NULL) "
    "AND (c.kind = ? OR json_extract(c.properties, '$.pages') IS NOT NULL)"
)


class PictureTextTable:
    """Which contents a reader has looked at, and what it read. Part of ``Catalog``."""

    def __init__(self, connection: sqlite3.Connection, contents: ContentTable) -> None:
        """Use the writer's connection."""
        self._db, self._contents = connection, contents

    def count(self, reader: str) -> int:
        """How many photos and documents with pages this reader has not looked at to their end."""
        sql = f"SELECT count(DISTINCT c.id) {_TO_READ}"
        return int(self._db.execute(sql, (FileState.INDEXED, reader, Kind.PHOTO)).fetchone()[0])

    def next(self, reader: str, after: int) -> PictureItem | None:
        """The next of them by id."""
        row = self._db.execute(
            "SELECT c.id, c.kind, json_extract(c.properties, '$.pages'), r.next_page, f.path, f.size, f.mtime_ns, "
            f"f.ctime_ns, f.inode {_TO_READ} AND c.id > ? ORDER BY c.id LIMIT 1",
            (FileState.INDEXED, reader, Kind.PHOTO, after),
        ).fetchone()
        if row is None:
            return None
        content_id, kind, pages, next_page, path, *stat = row
        texts = self._page_texts(content_id)
        every = range(next_page or 1, min(pages or self._pictures(content_id), _MOST_PAGES) + 1)
        return PictureItem(
            content_id,
            Kind(kind),
            FileFacts(Path(os.fsdecode(path)), *stat),
            [page for page in every if len(texts.get(page, "")) < _LITTLE_TEXT],
            texts,
            begun=next_page is not None,
        )

    def _pictures(self, content_id: int) -> int:
        """Of a photo: the pages that were read of a scan."""
        sql = "SELECT count(*) FROM segments WHERE content_id = ? AND modality = ?"
        return max(1, int(self._db.execute(sql, (content_id, Modality.IMAGE)).fetchone()[0]))

    def _page_texts(self, content_id: int) -> Mapping[int, str]:
        rows = self._db.execute(
            "SELECT page, group_concat(text, ' ') FROM segments "
            "WHERE content_id = ? AND modality = ? AND section != ? AND page IS NOT NULL GROUP BY page",
            (content_id, Modality.TEXT, IN_PICTURE),
        )
        return {page: text.strip() for page, text in rows}

    def forget(self, content_id: int) -> None:
        """Drop what an earlier reader has read of a content."""
        self._db.execute("DELETE FROM segments WHERE content_id = ? AND section = ?", (content_id, IN_PICTURE))
        # Ordinals are given anew: what follows must not be taken for what the vector store has.
        self._db.execute(
            "UPDATE contents SET sent = min(sent, "
            "coalesce((SELECT max(ordinal) + 1 FROM segments WHERE content_id = contents.id), 0)) WHERE id = ?",
            (content_id,),
        )
        self._db.execute("DELETE FROM pictures_read WHERE content_id = ?", (content_id,))

    def put(self, content: NewContent, boxes: Sequence[Iterable[TextBox]]) -> None:
        """Add segments to the content that ``content`` extends; ``boxes``: of each, its lines."""
        content_id = self._contents.put(content)
        rows = self._db.execute(
            "SELECT id FROM segments WHERE content_id = ? ORDER BY ordinal DESC LIMIT ?",
            (content_id, len(content.segments)),
        )
        segments = [segment_id for (segment_id,) in rows][::-1]
        self._db.executemany(
            "INSERT INTO text_boxes(segment_id, start, corners, edges) VALUES (?, ?, ?, ?)",
            (
                (segment_id, box.start, _packed(chain(*box.corners)), _packed(box.edges))
                for segment_id, of_segment in zip(segments, boxes, strict=True)
                for box in of_segment
            ),
        )

    def mark_read(self, content_id: int, reader: str, next_page: int | None) -> None:
        """This reader has looked at a content up to its page ``next_page``, or None: to its end."""
        self._db.execute(
            "INSERT OR REPLACE INTO pictures_read(content_id, reader, next_page) "
            "SELECT id, ?, ? FROM contents WHERE id = ?",
            (reader, next_page, content_id),
        )


def text_box(start: int, corners: bytes, edges: bytes) -> TextBox:
    """A row of the table ``text_boxes``."""
    at = _unpacked(corners)
    return TextBox(start, tuple(zip(at[::2], at[1::2], strict=True)), _unpacked(edges))


def part_of(box: TextBox, start: int, end: int) -> Corners:
    """The box of those characters of a line that stand between two offsets in its segment's text."""
    first, last = (box.edges[max(0, min(at, box.end) - box.start)] for at in (start, end))
    upper_left, upper_right, lower_right, lower_left = box.corners
    return (
        _between(upper_left, upper_right, first),
        _between(upper_left, upper_right, last),
        _between(lower_left, lower_right, last),
        _between(lower_left, lower_right, first),
    )


def place_of(locator: Locator) -> Locator:
    """Where a segment is, whether its text was read there in a picture or not."""
    return replace(locator, section="") if locator.section == IN_PICTURE else locator


def _between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _packed(shares: Iterable[float]) -> bytes:
    values = [round(_SCALE * min(1.0, max(0.0, share))) for share in shares]
    return struct.pack(f"<{len(values)}H", *values)


def _unpacked(blob: bytes) -> tuple[float, ...]:
    return tuple(value / _SCALE for value in struct.unpack(f"<{len(blob) // 2}H", blob))
