"""Chooses the reader of a document by its content and its name.

Each format has the reader that loses least of it: PDFium, djvu-rs and kreuzberg where they do, modules of ours where
nothing else reads what people write beside the main text. To add a format: a module with ``SUFFIXES`` and ``extract``,
and a line in ``_READERS``.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable

from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors import sniff
from bowerbird.core.extractors.base import DAMAGED, Limits
from bowerbird.core.extractors.documents import (
    archive,
    cards,
    dbf,
    djvu,
    dxf,
    epub,
    fb2,
    fields,
    harvest,
    hwp,
    iwork,
    mail,
    mobi,
    notebook,
    odf,
    office,
    ooxml,
    pdf,
    text,
    web,
)
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Pixels

# What archives, compressed streams, numbers and texts out of order raise in the readers below.
_SIGNS_OF_DAMAGE = (OSError, ValueError, LookupError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)

Reader = Callable[[Source, str, Limits], Extraction]
"""Reads a document; the text is the suffix of the format to read it as."""
_READERS: tuple[tuple[frozenset[str], Reader], ...] = (
    (pdf.SUFFIXES, lambda source, form, limits: pdf.extract(source, form, limits, DocumentExtractor())),
    (mail.SUFFIXES, lambda source, form, limits: mail.extract(source, form, limits, DocumentExtractor())),
    (cards.SUFFIXES, cards.extract),
    (odf.SUFFIXES, odf.extract),
    (djvu.SUFFIXES, djvu.extract),
    (epub.SUFFIXES, epub.extract),
    (fb2.SUFFIXES, fb2.extract),
    (mobi.SUFFIXES, mobi.extract),
    (notebook.SUFFIXES, notebook.extract),
    (hwp.SUFFIXES, hwp.extract),
    (harvest.SUFFIXES, harvest.extract),
    (archive.SUFFIXES, archive.extract),
    (fields.SUFFIXES, fields.extract),
    (dbf.SUFFIXES, dbf.extract),
    (dxf.SUFFIXES, dxf.extract),
    (ooxml.SUFFIXES, ooxml.extract),
    (iwork.SUFFIXES, iwork.extract),
    (web.SUFFIXES, web.extract),
    (office.SUFFIXES, office.extract),
    (text.SUFFIXES, text.extract),
)
_RENDERERS = ((pdf.SUFFIXES, pdf.render), (djvu.SUFFIXES, djvu.render))
_TEXT_BY_CONTENT = {".txt", ".html", ".eml", ".mbox", ".svg"}
# What content that is plainly some text may be, by its name.
_WRITTEN_IN_TEXT = (
    {".html", ".htm", ".xhtml", ".fb2", ".ipynb", ".fodt", ".fods", ".fodp", ".fodg", ".rtf"}
    | mail.SUFFIXES
    | cards.SUFFIXES
    | fields.SUFFIXES
    | dxf.SUFFIXES
)
# What an archive may be, by its name.
_PACKED = (
    archive.SUFFIXES | ooxml.SUFFIXES | odf.SUFFIXES | epub.SUFFIXES | iwork.SUFFIXES | {".xmind", ".kmz", ".hwpx"}
)
_ENDLESS = text.SUFFIXES | archive.SUFFIXES | mail.MAILBOXES
# Formats with one way of reading: between these the name is believed, else the content.
_FAMILIES = (
    {".doc", ".dot"},
    {".docx", ".docm", ".dotx", ".dotm"},
    {".xls", ".xlt"},
    {".xlsx", ".xlsm", ".xlsb", ".xltx", ".xltm"},
    {".ppt", ".pot", ".pps"},
    {".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm"},
    {".html", ".htm", ".xhtml"},
    {".odt", ".ott"},
    {".ods", ".ots"},
    {".odp", ".otp"},
    {".odg", ".otg"},
    {".vsdx", ".vsdm", ".vstx", ".vssx"},
    {".zip", ".cbz", ".fbz"},
)


class DocumentExtractor:
    """Reads documents, in the format that their first bytes show, or else their name."""

    kind = Kind.DOCUMENT
    suffixes = frozenset[str]().union(*(suffixes for suffixes, _ in _READERS))
    memory = 2 << 30  # kreuzberg takes a document as bytes, of which there are ``Limits.max_bytes``, and copies them

    def extract(self, source: Source, limits: Limits) -> Extraction:
        """The text in segments, title, author, date and pages, and of a PDF a thumbnail.

        Raises:
            FileError: it cannot be read.
        """
        try:
            _check(source, limits)
            form = _form(source)
            reader = next((reader for suffixes, reader in _READERS if form in suffixes), text.extract)
            return reader(source, form, limits)
        except _SIGNS_OF_DAMAGE as error:
            raise FileError(DAMAGED) from error

    def page(self, source: Source, number: int, max_area: int) -> Pixels | None:
        """The page of a PDF with at most ``max_area`` pixels; None where there is no such page.

        Raises:
            FileError: the PDF is damaged, empty or locked.
            FileSkipped: it is no PDF, and has no pages to be drawn.
        """
        if _form(source) not in pdf.SUFFIXES:
            raise FileSkipped("Bowerbird does not draw the pages of such documents.")
        return pdf.page(source, number, max_area)

    def render(self, source: Source, locator: Locator | None, max_side: int) -> bytes:
        """The page of a PDF or DjVu as a JPEG; empty for other documents, which are shown as text."""
        form, page = _form(source), (locator.page if locator else None) or 1
        render = next((render for suffixes, render in _RENDERERS if form in suffixes), None)
        return render(source, page, max_side) if render else b""


def is_read_on(source: Source) -> bool:
    """Whether a document that gains text at its end can be read on from there: a log, a table, a mailbox."""
    if source.suffix not in text.SUFFIXES | mail.MAILBOXES:
        return False
    form = _form(source)
    return form in mail.MAILBOXES or (form in text.SUFFIXES and text.is_plain(form))


def _form(source: Source) -> str:
    """The suffix of the format to read it as."""
    by_name = source.suffix
    candidates = [sniff.suffix_by_content(source)]
    if candidates == [""]:
        candidates = sniff.ole_suffixes(source)
    if any(_agree(by_name, by_content) for by_content in candidates) or not candidates:
        return by_name
    return candidates[0] if any(candidates[0] in suffixes for suffixes, _ in _READERS) else by_name


def _agree(by_name: str, by_content: str) -> bool:
    if by_content in _TEXT_BY_CONTENT:  # the name knows better which kind of text
        return by_name in _WRITTEN_IN_TEXT or by_name in text.SUFFIXES
    if by_content == ".zip":
        return by_name in _PACKED
    return by_name == by_content or any({by_name, by_content} <= family for family in _FAMILIES)


def _check(source: Source, limits: Limits) -> None:
    if not source.read(1):
        raise FileError("The file is empty.")
    # Texts and mailboxes are read in parts, of archives the directory, however large they are.
    if source.suffix not in _ENDLESS and source.size > limits.max_bytes:
        raise FileError(f"The document is larger than Bowerbird reads (the limit is {limits.max_bytes >> 20} MB).")
    if sniff.is_zip(source) and source.suffix not in archive.SUFFIXES:
        _check_archive(source, limits)


def _check_archive(source: Source, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(source.open()) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return  # the format's own reader will say what is wrong
    if unpacked > limits.max_unpacked:
        raise FileError(f"The document would unpack to {unpacked >> 20:,} MB, more than Bowerbird opens.")
