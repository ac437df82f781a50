"""Reads what compound files (MS-CFB), which Office wrote before 2007, say of themselves (MS-OLEPS)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from bowerbird.core.extractors.documents.property_values import keywords, line, names, prose
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Properties

_UTF8 = 65001
_EMPTY = 1601  # the year of a date that is not set


@contextmanager
def opened(source: Source) -> Iterator[Any]:
    """The file as ``olefile.OleFileIO``.

    Raises:
        OSError: it is none, or damaged.
    """
    import olefile

    container = olefile.OleFileIO(source.open())
    try:
        yield container
    finally:
        container.close()


def properties(source: Source) -> Properties:
    """Title, author, subject, comment, keywords and category, date, pages or slides; empty for other files."""
    # What the library raises at damage is not documented, and a document is good without its properties.
    with suppress(Exception), opened(source) as container:
        said = container.get_metadata()
        page = said.codepage if isinstance(said.codepage, int) else 1252
        return Properties(
            title=line(_text(said.title, page)),
            author=names([_text(said.author, page)]),
            subject=line(_text(said.subject, page)),
            description=prose(_text(said.comments, page)),
            keywords=keywords([_text(said.keywords, page), _text(said.category, page)]),
            taken_at=_date(said.last_saved_time) or _date(said.create_time),
            pages=_count(said.num_pages) or _count(said.slides),
        )
    return Properties()


def _text(value: object, page: int) -> str:
    if not isinstance(value, bytes):
        return value if isinstance(value, str) else ""
    encoding = {_UTF8: "utf-8", 1200: "utf-16-le", 10_000: "mac-roman"}.get(page & 0xFFFF, f"cp{page & 0xFFFF}")
    try:
        return value.decode(encoding, "replace").rstrip("\0")
    except LookupError:
        return value.decode("cp1252", "replace").rstrip("\0")


def _date(value: object) -> datetime | None:
    return value if isinstance(value, datetime) and value.year > _EMPTY else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and 0 < value < 1_000_000 else None
