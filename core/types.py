"""The words everything in Bowerbird is said in: small frozen values, no behaviour beyond themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, dimension), each row of length 1."""
Pixels = NDArray[np.uint8]
"""Shape (height, width, 3), sRGB, upright."""
Frames = NDArray[np.uint8]
"""Shape (frames, height, width, 3), as ``Pixels``, in the order they are shown."""
Samples = NDArray[np.int16]
"""Shape (n,), mono, ``SAMPLE_RATE`` a second."""
SAMPLE_RATE = 16_000


class Kind(StrEnum):
    """What a file is to the person who keeps it."""

    PHOTO = "photo"
    DOCUMENT = "document"
    RECORDING = "recording"
    CLIP = "clip"


class Modality(StrEnum):
    """What a model is given."""

    TEXT = "text"
    IMAGE = "image"
    SOUND = "sound"
    SCENE = "scene"
    """A second or so of a clip: pictures and sound together."""


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in its file a segment lies: a page from 1, a named section, or a span in seconds."""

    page: int | None = None
    section: str = ""
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """One searchable piece of a file. A document's segments, joined, are its text: they do not overlap."""

    modality: Modality
    locator: Locator = Locator()
    text: str = ""
    pixels: Pixels | None = None
    samples: Samples | None = None
    """Of a SOUND; of a SCENE with sound."""
    frames: Frames | None = None
    """Of a SCENE."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says of itself. Empty where it says nothing."""

    title: str = ""
    author: str = ""
    taken_at: datetime | None = None
    """Local time, as the camera's clock or the document's own date had it, without a zone."""
    camera: str = ""
    exposure: str = ""
    latitude: float | None = None
    longitude: float | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that a decoder child read out of one file, or out of one part of a long recording or clip.

    ``thumbnail`` is a JPEG, or empty; the properties and the thumbnail come with the first part.
    """

    kind: Kind
    segments: tuple[Segment, ...]
    properties: Properties = Properties()
    thumbnail: bytes = b""
    waveform: bytes = b""
    """Loudness of a part with sound, 0…255, ``WAVEFORM_RATE`` values a second."""
    next_s: float | None = None
    """Where the next part begins; None after the last."""


WAVEFORM_RATE = 10


@dataclass(frozen=True, slots=True)
class Line:
    """Something said, and when. ``marks`` are spans of ``text`` that matched."""

    start_s: float
    end_s: float
    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What the sound models made of some seconds of sound; times count from its start.

    ``spans`` belong to the rows of ``vectors``, which is by space id.
    """

    lines: tuple[Line, ...]
    spans: tuple[tuple[float, float], ...]
    vectors: Mapping[str, Vectors]
    problem: str = ""
    """Why a model did not answer, or empty: its spaces are missing."""


@dataclass(frozen=True, slots=True)
class Label:
    """A class that a photo's classifier saw, with its probability (0…1)."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Space:
    """One model at one revision with one preprocessing: its vectors compare with each other and nothing else.

    ``background`` is the mean and standard deviation of the cosine between a query and an unrelated item,
    measured once per space; ranking uses it to put every space on one scale.
    """

    id: str
    dimension: int
    modality: Modality
    """What its documents are."""
    takes_text: bool
    """Whether a typed sentence can be compared with it."""
    background: tuple[float, float]
    example_background: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Vectors by space id, a row per item; and, from a classifier, each item's labels, most probable first.

    A row of zeros: the space's model is not the one for that item's language.
    """

    vectors: Mapping[str, Vectors]
    labels: tuple[tuple[Label, ...], ...] = ()
    problem: str = ""
    """Why a model did not answer, or empty: its spaces are missing."""


class Change(StrEnum):
    """What happened to a path, as far as a watcher or a scan can tell."""

    PRESENT = "present"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FileChange:
    """Something may have changed at ``path``; the indexer looks for itself. A folder may be named too."""

    path: Path
    change: Change


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the file system says of a file: enough to tell whether it changed."""

    path: Path
    size: int
    mtime_ns: int
    device: int
    inode: int


class FileState(StrEnum):
    """Where a file stands."""

    PENDING = "pending"
    INDEXED = "indexed"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Example:
    """A file to search by, or a part of a recording or clip."""

    path: Path
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked. Text and examples combine; empty filters let everything through."""

    text: str = ""
    like: tuple[Example, ...] = ()
    phrases: tuple[str, ...] = ()
    """Exact wordings, each of which must stand in the file or its name."""
    without: tuple[str, ...] = ()
    """Words that must not."""
    kinds: frozenset[Kind] = frozenset()
    under: tuple[Path, ...] = ()
    after: date | None = None
    """First day let through."""
    before: date | None = None
    """First day no longer let through."""
    limit: int = 50
