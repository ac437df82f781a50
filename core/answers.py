"""What the library answers with: hits and their reasons, the results of a search, and files shown large."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bowerbird.core.types import Kind, Line, Locator, Properties


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason a hit is there, in words, with its strength (0…1). ``marks`` are spans of ``text`` that matched."""

    text: str
    strength: float
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A file that answers a query, at the moment that answers it best."""

    path: Path
    kind: Kind | None
    """None for a file no extractor reads, found by its name."""
    score: float
    """0…1, falls with rank."""
    strong: bool
    """False once "nothing else matches well"."""
    reasons: tuple[Reason, ...]
    """Strongest first."""
    moment: Locator | None = None
    snippet: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    """Spans of ``snippet`` that matched."""
    thumbnail: Path | None = None
    properties: Properties = field(default_factory=Properties)
    modified_at: datetime | None = None
    size: int = 0
    copies: tuple[Path, ...] = ()
    """Other places the same content lies."""
    moments: tuple[Locator, ...] = ()
    """Further moments of the same file that match, best first."""


@dataclass(frozen=True, slots=True)
class Took:
    """Where a search's time went, in milliseconds."""

    total: float = 0.0
    encode: float = 0.0
    retrieve: float = 0.0
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query. ``notice`` is a sentence worth showing beside it, or empty."""

    hits: tuple[Hit, ...]
    took: Took = Took()
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A file shown large: an image (JPEG or PNG bytes), its text with the matching spans marked, or what to play."""

    path: Path
    kind: Kind | None
    image: bytes = b""
    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    focus: int = 0
    """Offset in ``text`` to scroll to."""
    page: int | None = None
    pages: int | None = None
    lines: tuple[Line, ...] = ()
    """What is said in a recording or clip, in order."""
    scenes: tuple[Locator, ...] = ()
    """The spans of a clip that look alike, in order."""
    waveform: bytes = b""
    """Loudness over the length of a recording or clip, 0…255, evenly spaced, at most 1,000 values."""
    duration_s: float | None = None
    details: tuple[tuple[str, str], ...] = ()
    """Rows such as ("Taken", "14 July 2024, 17:02")."""
    problem: str = ""
    """Why nothing can be shown, or empty."""
