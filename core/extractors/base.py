"""What an extractor is: it reads one kind of file, in a decoder child, and trusts nothing in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bowerbird.core.types import Extraction, Kind, Locator

DAMAGED = "The document is damaged, or not what its name says."
LOCKED = "The document is locked with a password."


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read, and how large what comes back may be."""

    image_side: int = 256
    """Shorter side, in pixels, of the pictures handed to image models."""
    thumbnail_side: int = 400
    """Longest side of thumbnails."""
    max_pixels: int = 250_000_000
    max_pages: int = 2_000
    max_characters: int = 2_000_000
    max_bytes: int = 512 << 20
    """Of a document; photos are bounded by their pixels."""
    max_unpacked: int = 1 << 30
    """Bytes that an archive, as office files and e-books are, may unpack to."""
    start_s: float = 0.0
    """Where in a recording or clip to begin."""
    part_s: float = 120.0
    """How much of a recording or clip is read in one go; the rest is for further calls."""
    exact: bool = False
    """Whether a part ends right there, not at a quiet place shortly before."""
    scenes: bool = False
    """Whether a model wants scenes of clips."""


class Extractor(Protocol):
    """Reads one kind of file."""

    kind: Kind
    suffixes: frozenset[str]
    """Lower case, with the dot."""

    def extract(self, path: Path, limits: Limits) -> Extraction:
        """Everything searchable in the file.

        Raises:
            FileError: it cannot be read; the sentence is for its owner.
        """

    def render(self, path: Path, locator: Locator | None, side: int) -> bytes:
        """A JPEG of the file or the place in it, its longest side at most ``side`` pixels; empty if it has no looks.

        Raises:
            FileError: it cannot be read.
        """
