"""Rows on their way into the catalog and out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bowerbird.core.types import (
    Corners,
    FileFacts,
    FileState,
    Kind,
    Label,
    Locator,
    MailHeader,
    Modality,
    Properties,
    Segment,
    Vector,
    Vectors,
)

TextVectors = Mapping[str, Mapping[str, Vector]]
"""Vectors by text and space id."""


@dataclass(frozen=True, slots=True)
class NewContent:
    """A content, or a part of one, to be kept. ``vectors``: by space id, ordinals of segments and a row for each."""

    fingerprint: bytes
    kind: Kind
    properties: Properties
    segments: Sequence[Segment]
    labels: Sequence[Sequence[Label]]
    vectors: dict[str, tuple[Sequence[int], Vectors]]
    spaces: frozenset[str]
    waveform: bytes = b""
    next_at: float | None = None
    """Where the rest of the file begins, or None."""
    extends: int | None = None
    """The content that this is a further part of."""
    omissions: tuple[str, ...] = ()
    size: int | None = None
    """Bytes of the file."""
    mails: Sequence[MailHeader] = ()
    layout: bytes = b""
    """Of a photo what it looks like from afar, as in ``Extraction``."""
    only_tags: bool = False
    """Whether it is what the headers of the content ``extends`` say, in place of what an earlier version read there."""


@dataclass(frozen=True, slots=True)
class KnownContent:
    """A content as the catalog has it: the spaces it has vectors in, and where its rest begins, None if it is whole."""

    id: int
    spaces: frozenset[str]
    next_at: float | None
    outdated: bool = False
    """Whether an earlier version read it, and less of it than this one would."""
    timed: bool = False
    """Whether it is a recording or clip: of these only the headers are read again."""
    further_tracks: bool = False
    """Whether it has something of a second sound track, or of subtitles."""


@dataclass(frozen=True, slots=True)
class FormerContent:
    """What a file held when it was last read, if no other file holds it."""

    content: KnownContent
    fingerprint: bytes
    size: int
    """Bytes of the file then."""


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """Rows for one collection of the vector store. ``vectors`` has shape (n, dimension)."""

    space: str
    segment_ids: list[int]
    vectors: Vectors
    kinds: list[Kind]


@dataclass(frozen=True, slots=True)
class SourceVectors:
    """Segments, and their vectors by space, each of shape (segments, dimension)."""

    segment_ids: list[int]
    kinds: list[Kind]
    vectors: Mapping[str, Vectors]


@dataclass(frozen=True, slots=True)
class SegmentToEmbed:
    """A segment that lacks a vector."""

    segment_id: int
    kind: Kind
    text: str
    """Empty but for text."""
    locator: Locator


@dataclass(frozen=True, slots=True)
class BackfillItem:
    """A content whose file must be decoded again for a space, and its segments of that space's modality, in order."""

    content_id: int
    facts: FileFacts
    segments: Sequence[SegmentToEmbed]


@dataclass(frozen=True, slots=True)
class PictureItem:
    """A photo, or a document with pages, to be looked at for text."""

    content_id: int
    kind: Kind
    facts: FileFacts
    pages: Sequence[int]
    """Those to look at, counted from 1."""
    known: Mapping[int, str]
    """Of pages that have a little text of their own, that text."""
    begun: bool
    """Whether earlier pages were looked at before."""


@dataclass(frozen=True, slots=True)
class TextBox:
    """Where in a picture a line is, or the part of it that stands in one segment."""

    start: int
    """Offset of its first character in the segment's text."""
    corners: Corners
    edges: tuple[float, ...]
    """As in ``PictureLine``."""

    @property
    def end(self) -> int:
        """Offset of what follows its last character."""
        return self.start + len(self.edges) - 1


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment as the catalog has it."""

    id: int
    content_id: int
    ordinal: int
    modality: Modality
    text: str
    labels: tuple[Label, ...]
    locator: Locator


class KnownFile(NamedTuple):
    """A file as it was when it was last looked at."""

    facts: FileFacts
    state: FileState
    volume_id: int | None = None
    """None for a folder that could not be read."""
    away: bool = False
    """Whether neither it nor its volume was there."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as the catalog has it, with what its content says of itself."""

    id: int
    path: Path
    kind: Kind | None
    state: FileState
    size: int
    mtime_ns: int
    content_id: int | None
    fingerprint: bytes
    properties: Properties
