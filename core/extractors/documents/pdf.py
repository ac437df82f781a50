"""Reads PDF through PDFium: text page by page with notes and form fields, and pages as pictures."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Extractor, Limits
from bowerbird.core.extractors.documents import paged
from bowerbird.core.extractors.documents.attached import AttachedReader
from bowerbird.core.extractors.segments import Part, label
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Pixels, Properties

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument, PdfPage

SUFFIXES = frozenset({".pdf"})
_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_QUALITY = 85
# PDFium writes U+0002 or U+FFFE for a hyphen at the end of a line, and joins it with the next one, since most hyphens
# there are the typesetter's. Those of "Baden-Württemberg" and of "Vor- und Nachteile" are the writer's.
_SOFT_BREAK = re.compile("\xad[ \t]*\n")
_DIVIDED = re.compile("[\x02\ufffe](?P<and>(?=(?:und|oder|bzw|sowie|and|or)\\b))?")


def extract(source: Source, _form: str, limits: Limits, documents: Extractor) -> Extraction:
    """The text by pages, from page ``limits.start_at`` on, and with the first one the thumbnail. A scan has no text.

    Notes and form fields stand after the text of their page, or in a section of their own where it has none.
    ``documents`` reads the files embedded in it.

    Raises:
        FileError: it is damaged, empty or locked.
    """
    from bowerbird.core.extractors.documents import pdf_properties

    with _open(source) as document:
        texts, numbers = paged.read(partial(_page, document), len(document), limits)
        parts, attached = [*texts, *_beside_pages(document, texts, numbers)], AttachedReader(limits, documents)
        begins = not numbers.start
        parts += _attached(document, attached) if begins else ()
        properties = pdf_properties.read(document, source) if begins else Properties()
        thumbnail = _page_jpeg(document, 0, limits.thumbnail_side) if begins else b""
        extraction = paged.extraction(parts, numbers, len(document), limits, properties, thumbnail)
        return replace(extraction, omissions=(*extraction.omissions, *attached.sentences()))


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
        document.init_forms()  # what is filled in is drawn too
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


def _page(document: PdfDocument, number: int) -> Iterator[Part]:
    import pypdfium2

    from bowerbird.core.extractors.documents import pdf_notes

    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return  # one damaged page does not cost the others
    try:
        text, notes = _text(page), "".join(f"{line}\n" for line in pdf_notes.notes(document, page))
    finally:
        page.close()
    if text.strip():
        yield Locator(page=number + 1), f"{text.rstrip()}\n{notes}\n"
    elif notes:  # the page itself stays one without text, for what reads its picture
        yield Locator(section=f"Page {number + 1}"), notes


def _text(page: PdfPage) -> str:
    import pypdfium2

    try:
        text = str(page.get_textpage().get_text_bounded())
    except pypdfium2.PdfiumError:
        return ""
    return _DIVIDED.sub(_hyphen, _SOFT_BREAK.sub("", text.replace("\r\n", "\n").replace("\0", "")))


def _hyphen(mark: re.Match[str]) -> str:
    if mark["and"] is not None:
        return "- "
    return "-" if mark.string[mark.end() : mark.end() + 1].isupper() else ""


def _beside_pages(document: PdfDocument, pages: list[Part], numbers: range) -> Iterator[Part]:
    """What belongs to no page: bookmarks that the pages do not show, and values of an XFA form."""
    from bowerbird.core.extractors.documents import pdf_notes

    shown = _squeezed("".join(text for _, text in pages))
    titles = [title for title in pdf_notes.bookmarks(document, numbers) if _squeezed(title) not in shown]
    if titles:
        yield Locator(section="Bookmarks"), "".join(f"{title}\n" for title in titles)
    values = () if numbers.start else pdf_notes.xfa_values(document)
    if unshown := [value for value in values if _squeezed(value) not in shown]:
        yield Locator(section="Form"), "".join(f"{value}\n" for value in unshown)


def _attached(document: PdfDocument, reader: AttachedReader) -> Iterator[Part]:
    """The names of files within the document, and the texts of those that can be read."""
    from bowerbird.core.extractors.documents import pdf_notes

    names, texts = list[str](), list[Part]()
    for name, data in pdf_notes.attachments(document):
        names.append(f"{name}\n")
        if text := reader.text(name, data):
            texts.append((Locator(section=label(name)), f"{text}\n"))
    if names:
        yield Locator(section="Attached files"), "".join(names)
    yield from texts


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


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
