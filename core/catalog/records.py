"""Contents on their way into the catalog and out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bowerbird.core.types import Kind, Label, Properties, Segment, Vectors


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
    next_s: float | None = None
    """Where the rest of the file begins, or None."""
    extends: int | None = None
    """The content that this is a further part of."""


@dataclass(frozen=True, slots=True)
class KnownContent:
    """A content as the catalog has it: the spaces it has vectors in, and where its rest begins, None if it is whole."""

    id: int
    spaces: frozenset[str]
    next_s: float | None


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """Rows for one collection of the vector store. ``vectors`` has shape (n, dimension)."""

    space: str
    segment_ids: list[int]
    vectors: Vectors
    kinds: list[Kind]
