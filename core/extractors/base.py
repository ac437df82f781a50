"""The protocol of extractors, and the limits within which they read.

An extractor reads one kind of file. It runs in a decoder child and trusts nothing in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Pixels

DAMAGED = "The document is damaged, or not what its name says."
LOCKED = "The document is locked with a password."
MEMORY = 512 << 20
"""Bytes that reading a file may take beyond what a decoder child weighs before it: enough for nearly every file."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read, and how large what is returned may be.

    How long a file may take is another matter: see ``decoding.pool.DEADLINE_S``.
    """

    image_side: int = 256
    """Shorter side of the pixels of IMAGE segments, in pixels: what the image models in use want."""
    thumbnail_side: int = 400
    """Longest side of ``Extraction.thumbnail``, in pixels."""
    max_pixels: int = 250_000_000
    """Pixels of a photo, or of a page of a scan, that may be in memory; a photo with more fails, unless its format lets
    it be shrunk while it is decoded."""
    max_pages: int = 2_000
    """Pages of a PDF that one call reads; ``Extraction.next_at`` is how many are before the next call's first."""
    max_characters: int = 2_000_000
    """Characters of a document's text, or of one part of it, that one call reads."""
    max_total: int = 20_000_000
    """Characters that are read of a document which every call must read from its beginning, as those of office."""
    max_bytes: int = 512 << 20
    """Size of a document; a larger one fails, but for plain text and mailboxes, which are read in parts."""
    max_unpacked: int = 1 << 30
    """Bytes that a document which is an archive (office, e-book) may unpack to; one with more fails."""
    start_at: float = 0.0
    """Where in the file the part begins that one call reads; ``Extraction.next_at`` is where the next call begins.

    In a recording or clip, seconds from what a player shows as 0:00; in a mailbox or a plain text, bytes;
    in a PDF, pages; in other documents, characters."""
    end_at: int | None = None
    """Where a mailbox or a plain text that may be growing ends, in bytes, as far as it is read; None is its end."""
    part_s: float = 120.0
    """How many seconds of a recording or clip one call reads."""
    part_bytes: int = 4 << 20
    """How many bytes of a mailbox or a plain text one call reads, up to the end of a mail or line."""
    within: int = 0
    """How many documents it lies within; what is attached to those within a few is not read."""
    exact: bool = False
    """Whether a part ends exactly after ``part_s``; otherwise a recording is cut at a quiet place shortly before."""
    only_tags: bool = False
    """Whether of a recording or clip only what its headers say is read, which takes no time however long it is."""
    scenes: bool = False
    """Whether clips get SCENE segments, for models that take pictures and sound together."""


class Extractor(Protocol):
    """Reads one kind of file."""

    kind: Kind
    suffixes: frozenset[str]
    """Those of the names of such files, in lower case, with the dot."""
    memory: int
    """Bytes that the largest of these files may take to read. One that ``MEMORY`` does not do for is read in a child of
    its own."""

    def extract(self, source: Source, limits: Limits) -> Extraction:
        """Everything searchable in the file, or in the part of it that ``limits`` names.

        Raises:
            FileError: it cannot be read; the sentence is for the user.
        """

    def page(self, source: Source, number: int, max_area: int) -> Pixels | None:
        """A photo, or a page counted from 1, as large as it is worth being read; None if there is no such picture.

        Args:
            source: the file.
            number: 1, but for scans and PDFs with more pages.
            max_area: its pixels at the most. Photos are not enlarged.

        Raises:
            FileError: it cannot be read.
            FileSkipped: no page of such files can be drawn.
        """

    def render(self, source: Source, locator: Locator | None, max_side: int) -> bytes:
        """A JPEG of the file, or of the place in it, for the preview; empty if there is nothing to see.

        Args:
            source: the file.
            locator: a page or a moment; None is the beginning.
            max_side: of the picture's longest side, in pixels. Nothing is enlarged.

        Raises:
            FileError: it cannot be read.
        """
