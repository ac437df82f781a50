"""One file, or one part of a long one, on its way into the library: what was read, and what models made of it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
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
    Vectors,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: a new content, a known one (``content_id``), or a reason it has none.

    PENDING is a file that vanished or changed while it was read: look at it again.
    """

    facts: FileFacts
    state: FileState
    reason: str = ""
    content_id: int | None = None
    content: NewContent | None = None
    thumbnail: bytes = b""
    copies: tuple[FileFacts, ...] = ()
    """Files with the same content, read in one go."""

    @property
    def partial(self) -> bool:
        """Whether there is more of the file to read."""
        return self.content is not None and self.content.next_s is not None


@dataclass(slots=True)
class IndexItem:
    """One file on its way."""

    facts: FileFacts
    fingerprint: bytes = b""
    step: Future[Any] | None = None
    """What it waits for, but for models."""
    extends: int | None = None
    """The content that this part continues."""
    extraction: Extraction | None = None
    segments: list[Segment] = field(default_factory=list)
    waiting: int = 0
    """What models have not answered yet."""
    lacks: set[str] = field(default_factory=set)
    """Spaces whose models could not be asked about one of its segments."""
    _vectors: dict[str, dict[int, Vectors]] = field(default_factory=dict)
    _labels: dict[int, tuple[Label, ...]] = field(default_factory=dict)

    def add(self, segment: Segment) -> int:
        """One more segment; its ordinal. What a model is given is not kept here."""
        self.segments.append(Segment(segment.modality, segment.locator, segment.text))
        return len(self.segments) - 1

    def encoded(self, ordinal: int, encoded: Encoded, row: int) -> None:
        """A model's answer for one segment."""
        self._keep(ordinal, encoded.vectors, row)
        if encoded.labels:
            self._labels[ordinal] = encoded.labels[row]
        self.waiting -= 1

    def unheard(self, window: Segment) -> None:
        """A window that no model listened to, in the spans that one would make vectors of: it may come later."""
        length_s = 0 if window.samples is None else len(window.samples) / SAMPLE_RATE
        for span in spans(length_s):
            self.add(Segment(Modality.SOUND, within(window, *span)))

    def heard(self, window: Segment, heard: Heard | None) -> list[int]:
        """What was heard in a window of sound; the ordinals of what was said. None: nobody could listen."""
        self.waiting -= 1
        if heard is None:
            self.unheard(window)
            return []
        for row, span in enumerate(heard.spans):
            self._keep(self.add(Segment(Modality.SOUND, within(window, *span))), heard.vectors, row)
        return [
            self.add(Segment(Modality.TEXT, within(window, line.start_s, line.end_s), line.text))
            for line in heard.lines
        ]

    def _keep(self, ordinal: int, vectors: Mapping[str, Vectors], row: int) -> None:
        for space, rows in vectors.items():
            if rows[row].any():
                self._vectors.setdefault(space, {})[ordinal] = rows[row]

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
            self.extraction.next_s,
            self.extends,
        )
