"""Reads PDF through PDFium: text page by page, and pages as pictures."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import from_parts, label
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Pixels, Properties

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument

SUFFIXES = frozenset({".pdf"})
_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_QUALITY = 85


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The text by pages, and the first page as the thumbnail. A scan has no text.

    Raises:
        FileError: it is damaged, empty or locked.
    """
    with _open(source) as document:
        pages = ((Locator(page=n + 1), _text(document, n)) for n in range(min(len(document), limits.max_pages)))
        text = from_parts(pages, limits.max_characters)
        return Extraction(Kind.DOCUMENT, text, _properties(document), _page_jpeg(document, 0, limits.thumbnail_side))


def render(source: Source, page: int, max_side: int) -> bytes:
    """A page, counted from 1, as a JPEG with a longest side of ``max_side`` pixels; the last one if it has fewer.

    Raises:
        FileError: the PDF is damaged, empty or locked.
    """
    with _open(source) as document:
        return _page_jpeg(document, min(page, len(document)) - 1, max_side)


def page(source: Source, number: int, max_area: int) -> Pixels | None:
    """A page, counted from 1, with about ``max_area`` pixels; None if there is none, or it is damaged.

    Raises:
        FileError: the PDF is damaged, empty or locked.
    """
    with _open(source) as document:
        if number > len(document):
            return None
        image = _page_image(document, number - 1, lambda size: (max_area / math.prod(size)) ** 0.5)
        return None if image is None else np.asarray(image)


@contextmanager
def _open(source: Source) -> Iterator[PdfDocument]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source.open(), autoclose=True)
        if not len(document):
            raise FileError("The PDF has no pages.")
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or getattr(error, "err_code", None) == _PASSWORD_ERROR:
            raise FileError("The PDF is locked with a password.") from None
        raise FileError("This is no PDF, or it is damaged.") from None
    try:
        yield document
    finally:
        document.close()


def _text(document: PdfDocument, number: int) -> str:
    import pypdfium2

    try:
        page = document[number]
        text = page.get_textpage().get_text_bounded()
    except pypdfium2.PdfiumError:
        return ""  # one damaged page does not cost the others
    return str(text).replace("\r\n", "\n").replace("\ufffe", "").replace("\0", "") + "\n\n"


def _page_jpeg(document: PdfDocument, number: int, max_side: int) -> bytes:
    image = _page_image(document, number, lambda size: max_side / max(size))
    if image is None:
        return b""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _page_image(document: PdfDocument, number: int, scale_of: Callable[[tuple[float, float]], float]) -> Image | None:
    """A page as a picture, at the scale that ``scale_of`` gives for its size in points; None if it is damaged."""
    import pypdfium2

    try:
        page = document[number]
        image: Image = page.render(scale=scale_of(page.get_size())).to_pil().convert("RGB")
    except (pypdfium2.PdfiumError, ValueError, ZeroDivisionError):
        return None
    return image


def _properties(document: PdfDocument) -> Properties:
    metadata = document.get_metadata_dict()
    return Properties(
        title=label(metadata.get("Title", "")),
        author=label(metadata.get("Author", "")),
        taken_at=_date(metadata.get("CreationDate", "")),
        pages=len(document),
    )


def _date(text: str) -> datetime | None:
    """A PDF date, ``D:20240131120000+01'00'``: the local time in it."""
    digits = text.removeprefix("D:")[:14]
    try:
        # Whatever follows the year may be missing.
        return datetime.strptime(digits, "%Y%m%d%H%M%S"[: len(digits) - 2]) if len(digits) >= 4 else None
    except ValueError:
        return None
