"""Chooses the reader of a document by its content and its name.

PDF is read by PDFium; mail, web pages, OpenDocument and plain text by us; everything else by kreuzberg, which covers
most formats of the libraries measured. To add a format: a module with ``SUFFIXES`` and ``extract``, and a line in
``_READERS``.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import cards, iwork, mail, odf, office, pdf, sniff, text, web
from bowerbird.core.extractors.base import DAMAGED, Limits
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator

# What archives, compressed streams, numbers and texts out of order raise in the readers below.
_SIGNS_OF_DAMAGE = (OSError, ValueError, LookupError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)

Reader = Callable[[Source, str, Limits], Extraction]
"""Reads a document; the text is the suffix of the format to read it as."""
_READERS: tuple[tuple[frozenset[str], Reader], ...] = (
    (pdf.SUFFIXES, pdf.extract),
    (mail.SUFFIXES, lambda source, form, limits: mail.extract(source, form, limits, DocumentExtractor())),
    (cards.SUFFIXES, cards.extract),
    (odf.SUFFIXES, odf.extract),
    (iwork.SUFFIXES, iwork.extract),
    (web.SUFFIXES, web.extract),
    (office.SUFFIXES, office.extract),
    (text.SUFFIXES, text.extract),
)
_TEXT_BY_CONTENT = {".txt", ".html", ".eml", ".mbox", ".svg"}
# What content that is plainly some text may be, by its name.
_WRITTEN_IN_TEXT = {".html", ".htm", ".xhtml", ".fb2", ".ipynb", ".fodt", ".fods", ".fodp", ".rtf"}
_WRITTEN_IN_TEXT |= mail.SUFFIXES | cards.SUFFIXES
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

    def render(self, source: Source, locator: Locator | None, max_side: int) -> bytes:
        """The page of a PDF as a JPEG; empty for other documents, which are shown as text."""
        if _form(source) not in pdf.SUFFIXES:
            return b""
        return pdf.render(source, (locator.page if locator else None) or 1, max_side)


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
    return by_name == by_content or any({by_name, by_content} <= family for family in _FAMILIES)


def _check(source: Source, limits: Limits) -> None:
    if not source.read(1):
        raise FileError("The file is empty.")
    # Texts and mailboxes are read in parts, however long they are.
    if source.suffix not in text.SUFFIXES | mail.MAILBOXES and source.size > limits.max_bytes:
        raise FileError(f"The document is larger than Bowerbird reads (the limit is {limits.max_bytes >> 20} MB).")
    if sniff.is_zip(source):
        _check_archive(source, limits)


def _check_archive(source: Source, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(source.open()) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return  # the format's own reader will say what is wrong
    if unpacked > limits.max_unpacked:
        raise FileError(f"The document would unpack to {unpacked >> 20:,} MB, more than Bowerbird opens.")
