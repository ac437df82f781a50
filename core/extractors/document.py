"""Documents: PDF by PDFium, plain text by us, everything else by kreuzberg (the widest coverage of those measured)."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from bowerbird.core.errors import FileError, FileVanished
from bowerbird.core.extractors import mail, odf, office, pdf, text
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction, Kind, Locator

_READERS: tuple[tuple[frozenset[str], Callable[[Path, Limits], Extraction]], ...] = (
    (pdf.SUFFIXES, pdf.extract),
    (mail.SUFFIXES, mail.extract),
    (text.SUFFIXES, text.extract),
    (odf.SUFFIXES, odf.extract),
    (office.SUFFIXES, office.extract),
)


class DocumentExtractor:
    """Reads documents, by the format their name or their first bytes tell."""

    kind = Kind.DOCUMENT
    suffixes = frozenset[str]().union(*(suffixes for suffixes, _ in _READERS))

    def extract(self, path: Path, limits: Limits) -> Extraction:
        """The text in segments, and what the document says of itself."""
        try:
            self._check(path, limits)
            return _reader(path)(path, limits)
        except FileNotFoundError:
            raise FileVanished("The file is gone.") from None
        except PermissionError:
            raise FileError("You have no permission to read this file.") from None

    def render(self, path: Path, locator: Locator | None, side: int) -> bytes:
        """The page of a PDF; other documents are shown as text."""
        if not pdf.is_pdf(path):
            return b""
        return pdf.render(path, (locator.page if locator else None) or 1, side)

    def _check(self, path: Path, limits: Limits) -> None:
        size = path.stat().st_size
        if size == 0:
            raise FileError("The file is empty.")
        if size > limits.max_bytes:
            raise FileError(f"The document is larger than Bowerbird reads ({limits.max_bytes >> 20} MB).")
        if zipfile.is_zipfile(path):
            _check_archive(path, limits)


def _check_archive(path: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return  # the format's own reader will say what is wrong
    if unpacked > limits.max_unpacked:
        raise FileError(f"The document would unpack to {unpacked >> 20:,} MB, more than Bowerbird opens.")


def _reader(path: Path) -> Callable[[Path, Limits], Extraction]:
    if pdf.is_pdf(path):
        return pdf.extract
    suffix = path.suffix.lower()
    return next((reader for suffixes, reader in _READERS if suffix in suffixes), text.extract)
