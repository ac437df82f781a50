"""Reads DjVu through djvu-rs: the text layer page by page, bookmarks, and pages as pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import DAMAGED, Limits
from bowerbird.core.extractors.documents import paged
from bowerbird.core.extractors.documents.property_values import keywords, line, moment, names
from bowerbird.core.extractors.segments import Part
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

if TYPE_CHECKING:
    from djvu_rs import Bookmark, Document

SUFFIXES = frozenset({".djvu", ".djv"})
_QUALITY = 85


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The text by pages, from page ``limits.start_at`` on, and with the first one the thumbnail. A scan has no text.

    Raises:
        FileError: it is damaged.
    """
    with _opened(source) as document:
        count = document.page_count()
        parts, pages = paged.read(partial(_page, document), count, limits)
        if pages.start:
            return paged.extraction(parts, pages, count, limits, Properties(), b"")
        if titles := [title for bookmark in document.bookmarks() for title in _titles(bookmark)]:
            parts.append((Locator(section="Bookmarks"), "".join(f"{title}\n" for title in titles)))
        thumbnail = _jpeg(document, 0, limits.thumbnail_side, limits.max_pixels)
        return paged.extraction(parts, pages, count, limits, _properties(document), thumbnail)


def render(source: Source, page: int, max_side: int) -> bytes:
    """A page, counted from 1, as a JPEG with a longest side of ``max_side`` pixels; the last one if it has fewer.

    Raises:
        FileError: it is damaged.
    """
    with _opened(source) as document:
        return _jpeg(document, min(page, document.page_count()) - 1, max_side, Limits().max_pixels)


@contextmanager
def _opened(source: Source) -> Iterator[Document]:
    import djvu_rs

    try:
        yield djvu_rs.Document.from_bytes(source.read())
    except (djvu_rs.Error, IndexError) as error:
        raise FileError(DAMAGED) from error


def _page(document: Document, number: int) -> Iterator[Part]:
    import djvu_rs

    with suppress(djvu_rs.Error):  # one damaged page does not cost the others
        if text := document.page(number).text():
            yield Locator(page=number + 1), f"{text}\n\n"


def _titles(bookmark: Bookmark) -> Iterator[str]:
    yield bookmark["title"]
    for child in bookmark["children"]:
        yield from _titles(child)


def _jpeg(document: Document, number: int, max_side: int, max_pixels: int) -> bytes:
    import djvu_rs

    with suppress(djvu_rs.Error, ValueError, ZeroDivisionError):
        page = document.page(number)
        if page.width * page.height > max_pixels:
            return b""
        scale = min(1.0, max_side / max(page.width, page.height))
        size = max(1, round(page.width * scale)), max(1, round(page.height * scale))
        out = io.BytesIO()
        page.render(size=size).to_pil().convert("RGB").save(out, "JPEG", quality=_QUALITY)
        return out.getvalue()
    return b""


def _properties(document: Document) -> Properties:
    said = document.metadata()
    if said is None:
        return Properties(pages=document.page_count())
    return Properties(
        title=line(said["title"]),
        author=names([said["author"]]),
        subject=line(said["subject"]),
        keywords=keywords([said["keywords"]]),
        taken_at=moment(said["year"]),
        pages=document.page_count(),
    )
