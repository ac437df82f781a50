"""Value types that searches and previews answer with: hits, their reasons, timings and previews. Frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bowerbird.core.types import Corners, Kind, Line, Locator, Properties, Spans


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file is a hit, as a phrase such as "page 3 has these words", with its strength (0…1).

    ``marks`` are the parts of ``text`` that matched.
    """

    text: str
    strength: float
    marks: Spans = ()


class Role(StrEnum):
    """What a file is to its shot; the earlier ones stand for it."""

    PICTURE = "picture"
    RAW = "raw"
    CLIP = "clip"


@dataclass(frozen=True, slots=True)
class Part:
    """Another file of a hit's shot."""

    path: Path
    role: Role


@dataclass(frozen=True, slots=True)
class Hit:
    """A file that answers a query, with the place in it that answers best."""

    path: Path
    kind: Kind | None
    """None for a file no extractor reads, found by its name."""
    score: float
    """Logistic of the summed evidence (see search/ranking.py), 0…1; falls with rank."""
    strong: bool
    """False where the score is so low that "nothing else matches well"."""
    reasons: tuple[Reason, ...]
    """Strongest first."""
    moment: Locator | None = None
    """The best place; None where the file matches as a whole."""
    snippet: str = ""
    """Text around the first matching words, on one line."""
    marks: Spans = ()
    """The parts of ``snippet`` that matched."""
    thumbnail: Path | None = None
    """A JPEG that may not exist; None for a file that was not read."""
    properties: Properties = field(default_factory=Properties)
    modified_at: datetime | None = None
    size: int = 0
    """Bytes."""
    copies: tuple[Path, ...] = ()
    """Further files with the same content."""
    parts: tuple[Part, ...] = ()
    """The other files of its shot, those that do not match by themselves, too: of a burst its pictures."""
    moments: tuple[Locator, ...] = ()
    """Further places in the same file that match, best first."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Duration of a search and of its steps, in milliseconds."""

    total: float = 0.0
    encode: float = 0.0
    retrieve: float = 0.0
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query."""

    hits: tuple[Hit, ...]
    took: Timings = Timings()
    notice: str = ""
    """A sentence to show beside the hits (a phrase nothing holds, a model that is missing), or empty."""
    phrases_found: bool | None = None
    """Whether every hit has the phrases asked for; False where no file does, and hits only come close; None without."""
    total: int = 0
    """About how many files answer, where ``hits`` are as many as were asked for; 0 where they are all."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A file shown large: its picture, its text with the matches marked, or what stands beside the player."""

    path: Path
    kind: Kind | None
    image: bytes = b""
    """A JPEG, or empty."""
    text: str = ""
    marks: Spans = ()
    """The parts of ``text`` that matched."""
    focus: int = 0
    """Offset in ``text`` to scroll to."""
    page: int | None = None
    """The page that ``image`` shows, counted from 1."""
    pages: int | None = None
    boxes: tuple[Corners, ...] = ()
    """Where in ``image`` the matches are, if its text was read there."""
    lines: tuple[Line, ...] = ()
    """Transcript of a recording or clip, or its subtitles, in order."""
    scenes: tuple[Locator, ...] = ()
    """The shots of a clip, in order."""
    waveform: bytes = b""
    """Loudness over the length of a recording or clip, 0…255, evenly spaced, at most 1,000 values."""
    duration_s: float | None = None
    details: tuple[tuple[str, str], ...] = ()
    """Name and value of each property worth showing, such as ("Taken", "14 July 2024, 17:02")."""
    problem: str = ""
    """Why nothing can be shown, or empty."""
