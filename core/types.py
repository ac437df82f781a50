"""Value types that every room of the core shares: files, their segments, vectors and queries. Frozen, no behaviour.

What a search answers with is in ``answers``, the state of folders, models and indexing in ``state``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""float32, shape (n, dimension); each row has length 1."""
Vector = NDArray[np.float32]
"""One of these rows, shape (dimension,)."""
Pixels = NDArray[np.uint8]
"""uint8, shape (height, width, 3); sRGB, upright."""
Frames = NDArray[np.uint8]
"""uint8, shape (frames, height, width, 3), each as ``Pixels``, in the order they are shown."""
Samples = NDArray[np.int16]
"""int16, shape (n,); mono, ``SAMPLE_RATE`` samples a second."""
Spans = tuple[tuple[int, int], ...]
"""(start, end) character offsets in a text, ascending, not overlapping."""
SAMPLE_RATE = 16_000
"""Hz: what speech and sound models are trained on."""


class Kind(StrEnum):
    """The kind of a file, as its owner would call it. ``kind:`` in a query takes these names."""

    PHOTO = "photo"
    DOCUMENT = "document"
    RECORDING = "recording"
    CLIP = "clip"


class Modality(StrEnum):
    """The kind of input a model takes. Every segment and every space has one."""

    TEXT = "text"
    IMAGE = "image"
    SOUND = "sound"
    SCENE = "scene"
    """A second or so of a clip: its frames and sound together."""


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in its file a segment lies: a page (counted from 1), a named section, or a span in seconds."""

    page: int | None = None
    section: str = ""
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a file with vectors of its own. A document's segments do not overlap: joined, they are its text."""

    modality: Modality
    locator: Locator = Locator()
    text: str = ""
    pixels: Pixels | None = None
    samples: Samples | None = None
    """Of SOUND, and of a SCENE with sound."""
    frames: Frames | None = None
    """Of a SCENE."""


@dataclass(frozen=True, slots=True)
class Properties:
    """Metadata from a file's own headers; a field is empty where the file has none."""

    title: str = ""
    author: str = ""
    """Who wrote, took or performed it; several are separated by "; "."""
    sender: str = ""
    """Of a mail: name and address."""
    subject: str = ""
    description: str = ""
    """A caption, summary or comment: prose."""
    keywords: tuple[str, ...] = ()
    """Tags, genres and categories."""
    people: tuple[str, ...] = ()
    """Names of those who are seen in it."""
    album: str = ""
    rating: int | None = None
    """Stars, 0…5."""
    taken_at: datetime | None = None
    """Local time without a zone, as the camera's clock or the document's own date gives it."""
    camera: str = ""
    lens: str = ""
    exposure: str = ""
    latitude: float | None = None
    longitude: float | None = None
    """Degrees; north and east are positive."""
    width: int | None = None
    """Pixels, of the picture as it is shown."""
    height: int | None = None
    pages: int | None = None
    duration_s: float | None = None
    live_id: str = ""
    """Of a Live Photo: what its picture and its clip share with no other file."""
    burst_id: str = ""
    """What all photos of a burst share."""
    clip_bytes: int | None = None
    """The clip of a Motion Photo is the last so many bytes of its picture."""


@dataclass(frozen=True, slots=True)
class MailHeader:
    """A mail in a mailbox, and which segments are of it: the first and the last, counted from 0."""

    first: int
    last: int
    sender: str
    subject: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a decoder read of a file, or of a part of a long one; properties and thumbnail come with the first part."""

    kind: Kind
    segments: tuple[Segment, ...]
    properties: Properties = Properties()
    thumbnail: bytes = b""
    """A JPEG, or empty."""
    waveform: bytes = b""
    """Loudness of a part with sound, a byte (0…255) each, ``WAVEFORM_RATE`` a second."""
    next_at: float | None = None
    """Where in the file the next part begins, as ``Limits.start_at`` counts; None after the last."""
    omissions: tuple[str, ...] = ()
    """A sentence for each limit that left something of the file unread."""
    mails: tuple[MailHeader, ...] = ()
    further_tracks: bool = False
    """Whether a recording or clip has several sound tracks, or subtitles."""
    layout: bytes = b""
    """Of a photo what it looks like from afar, upright: see layouts.py."""


WAVEFORM_RATE = 10
"""Hz."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a transcript, with its times in seconds. ``marks`` are the parts of ``text`` that matched."""

    start_s: float
    end_s: float
    text: str
    marks: Spans = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """Transcript and sound vectors of one window of sound. Times are seconds from the start of the window."""

    lines: tuple[Line, ...]
    spans: tuple[tuple[float, float], ...]
    """(start, end) of each row of ``vectors``."""
    vectors: Mapping[str, Vectors]
    """By space id."""
    problem: str = ""
    """Why a model did not answer, or empty: its spaces are missing."""


Corners = tuple[tuple[float, float], ...]
"""x and y of the four corners of a box in a picture, as shares (0…1) of its width and height: clockwise, beginning with
the upper left corner of the text in it, however that is turned."""


@dataclass(frozen=True, slots=True)
class PictureLine:
    """A line of text that was read in a picture."""

    text: str
    confidence: float
    """0…1."""
    box: Corners
    edges: tuple[float, ...]
    """Where along the box each character begins, and the last one ends, 0…1: one more than there are characters."""
    starts_row: bool = True
    """False if it goes on to the right of the line before it."""


@dataclass(frozen=True, slots=True)
class Label:
    """A class that a photo's classifier recognised, with its probability (0…1)."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Space:
    """A vector space: one model at one revision with one preprocessing. Vectors compare only within their space.

    The backgrounds, measured once per space, are what ranking puts every space on one scale with.
    """

    id: str
    dimension: int
    modality: Modality
    """Of the segments that have vectors in it."""
    takes_text: bool
    """Whether a typed sentence can be compared with it."""
    background: tuple[float, float]
    """Mean and standard deviation of the cosine of a typed query and an unrelated item."""
    example_background: tuple[float, float]
    """The same of two unrelated items."""
    backgrounds: tuple[tuple[str, tuple[float, float]], ...] = ()
    """In place of ``background``, for items in languages in which they are nearer or farther, by its code."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Answer of the models to a batch of items: a row of vectors per item in each space."""

    vectors: Mapping[str, Vectors]
    """By space id. A row of zeros: the item's language belongs to another model."""
    labels: tuple[tuple[Label, ...], ...] = ()
    """From a classifier: those of each item, most probable first."""
    problem: str = ""
    """Why a model did not answer, or empty: its spaces are missing."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """File system metadata that tells whether a file changed. ``size`` is in bytes."""

    path: Path
    size: int
    mtime_ns: int
    ctime_ns: int | None = None
    """Changes with whatever is done to a file, its other times included; None where the system keeps no such time."""
    inode: int = field(default=0, compare=False)
    """No part of what a file is, since some volumes number anew: it leads to other names of the same file."""


class FileState(StrEnum):
    """Indexing state of a file."""

    PENDING = "pending"
    INDEXED = "indexed"
    SKIPPED = "skipped"
    FAILED = "failed"
