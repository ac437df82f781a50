"""One file, or one part of a long one, on its way into the library: what was read, and what models made of it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.inference.inputs import spans, within
from bowerbird.core.types import (
    SAMPLE_RATE,
    Encoded,
    Extraction,
    FileFacts,
    FileState,
    Heard,
    Label,
    Modality,
    Segment,
    Vector,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: a new content, a known one (``content_id``), or a reason it has none.

    PENDING is a file that vanished or changed so that it could not be read, or one that could not be read through no
    fault of its own: it keeps its job.
    """

    facts: FileFacts
    state: FileState
    reason: str = ""
    content_id: int | None = None
    content: NewContent | None = None
    thumbnail: bytes = b""
    copies: tuple[FileFacts, ...] = ()
    """Files with the same content, read in one go."""
    accompanies: bool = False
    """Whether it is found with another file, not by its own name."""
    fingerprint: bytes = b""
    """Of a known content."""
    grown: bool = False
    """Whether the file has gained text at its end since it was identified."""
    again: bool = False
    """Whether another look after a pause may find more: the file changed while it was read, or its decoder crashed."""

    @property
    def machine_failed(self) -> bool:
        """Whether something about this machine kept the file from being read."""
        return self.state is FileState.PENDING and not self.again

    @property
    def partial(self) -> bool:
        """Whether there is more of the file to read."""
        return self.content is not None and self.content.next_at is not None


class ItemState(StrEnum):
    """Where an item stands. ``Pipeline`` alone moves it on, in the order given there; any state may end in DONE."""

    IDENTIFYING = "identifying"
    """Its fingerprint is being computed."""
    AWAITING_COPY = "awaiting copy"
    """Another file of the same content is on its way, and this one will share what becomes of it."""
    DECODING = "decoding"
    """A decoder child reads it."""
    ENCODING = "encoding"
    """Models have not answered about all of its segments."""
    DONE = "done"
    """Its outcome waits to be committed."""


@dataclass(slots=True)
class IndexItem:
    """A file, or a part of a long one, on its way: what was read, and what models answered about it so far."""

    facts: FileFacts
    state: ItemState = ItemState.IDENTIFYING
    fingerprint: bytes = b""
    sidecars: tuple[FileFacts, ...] = ()
    """The files beside it that say something about it, as they were when they were part of the fingerprint."""
    grows: bool = False
    """Whether it is a text that can be read on where it ended, if it gains more."""
    grown: bool = False
    """Whether it gained some since it was identified."""
    step: Future[Any] | None = None
    """The pending future, inference excluded."""
    extends: int | None = None
    """The content that this part continues."""
    only_tags: bool = False
    """Whether only the headers of the content ``extends`` are read again, for what they say."""
    further_tracks: bool = False
    """Whether that content has something of further tracks, which earlier versions did not read."""
    begun_again: bool = False
    """Whether the file changed between being identified and being decoded, so that both were done once more."""
    apart: bool = False
    """Whether it changed then too, so that nobody knows the true fingerprint of what was decoded."""
    copies: list[IndexItem] = field(default_factory=list)
    """Items of the same content that share what becomes of this one."""
    extraction: Extraction | None = None
    segments: list[Segment] = field(default_factory=list)
    """Without pixels and samples, which only models need."""
    pending: int = 0
    """How many answers of models are still to come."""
    lacks: set[str] = field(default_factory=set)
    """Spaces whose models could not be asked about one of its segments."""
    _vectors: dict[str, dict[int, Vector]] = field(default_factory=dict)
    _labels: dict[int, tuple[Label, ...]] = field(default_factory=dict)

    def add(self, segment: Segment) -> int:
        """Append a segment; its ordinal."""
        self.segments.append(Segment(segment.modality, segment.locator, segment.text))
        return len(self.segments) - 1

    def add_encoded(self, ordinal: int, encoded: Encoded, row: int) -> None:
        """Take the models' answer about one segment: row ``row`` of ``encoded``."""
        self.add_vectors(ordinal, {space: rows[row] for space, rows in encoded.vectors.items()})
        if encoded.labels:
            self._labels[ordinal] = encoded.labels[row]
        self.pending -= 1

    def add_unheard(self, window: Segment) -> None:
        """Append a window of sound without vectors, in the spans that a model which comes later would encode."""
        length_s = 0 if window.samples is None else len(window.samples) / SAMPLE_RATE
        for span in spans(length_s):
            self.add(Segment(Modality.SOUND, within(window, *span)))

    def add_heard(self, window: Segment, heard: Heard | None) -> list[int]:
        """Take the models' answer about a window of sound, None if there is none; the ordinals of what was spoken."""
        self.pending -= 1
        if heard is None:
            self.add_unheard(window)
            return []
        for row, span in enumerate(heard.spans):
            ordinal = self.add(Segment(Modality.SOUND, within(window, *span)))
            self.add_vectors(ordinal, {space: rows[row] for space, rows in heard.vectors.items()})
        return [
            self.add(Segment(Modality.TEXT, within(window, line.start_s, line.end_s), line.text))
            for line in heard.lines
        ]

    def add_vectors(self, ordinal: int, vectors: Mapping[str, Vector]) -> None:
        """Take a segment's vectors, by space. One of zeros is none: the segment is in a language of another model."""
        for space, vector in vectors.items():
            if vector.any():
                self._vectors.setdefault(space, {})[ordinal] = vector

    def content(self, spaces: frozenset[str]) -> NewContent:
        """What the catalog is to keep; ``spaces`` are those of the models in use."""
        assert self.extraction is not None
        return NewContent(
            self.fingerprint,
            self.extraction.kind,
            self.extraction.properties,
            self.segments,
            [self._labels.get(ordinal, ()) for ordinal in range(len(self.segments))],
            {space: (list(rows), np.stack(list(rows.values()))) for space, rows in self._vectors.items()},
            spaces - self.lacks,
            self.extraction.waveform,
            self.extraction.next_at,
            self.extends,
            self.extraction.omissions,
            self.facts.size,
            self.extraction.mails,
            self.extraction.layout,
            self.only_tags,
        )
