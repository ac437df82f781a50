"""The road of one file: identify, extract, encode. Every step ends as a call on the indexer's thread."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from bowerbird.core.catalog import NewContent
from bowerbird.core.errors import (
    BowerbirdError,
    EnvironmentFailure,
    FileError,
    FileSkipped,
    FileVanished,
    ModelUnavailable,
)
from bowerbird.core.extract_pool import ExtractPool
from bowerbird.core.extractors import extractor_for
from bowerbird.core.extractors.base import Limits
from bowerbird.core.identity import facts_of, fingerprint
from bowerbird.core.inference import Inference
from bowerbird.core.types import Encoded, Extraction, FileFacts, FileState, Label, Modality, Segment, Vectors

log = logging.getLogger(__name__)

# Enough that no batch waits for the decoders and no decoder for a batch; at 256 KB a photo, about 25 MB.
LOOK_AHEAD = 96
_BATCH = {Modality.IMAGE: 16, Modality.TEXT: 16}
_BATCHES_AHEAD = 2  # one being encoded, one behind it: the model host never waits for us

Post = Callable[[Callable[[], None]], None]


@dataclass(slots=True)
class Reading:
    """One file on its way."""

    facts: FileFacts
    fingerprint: bytes = b""
    extraction: Extraction | None = None
    waiting: int = 0
    """Segments not encoded yet."""
    vectors: dict[str, dict[int, Vectors]] = field(default_factory=dict)
    labels: dict[int, tuple[Label, ...]] = field(default_factory=dict)
    complete: bool = True
    """Whether every segment was encoded in every space."""


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


class Pipeline:
    """Reads files side by side and hands over their outcomes. All methods run on the indexer's thread."""

    def __init__(
        self,
        pool: ExtractPool,
        inference: Inference,
        post: Post,
        known: Callable[[bytes], tuple[int, frozenset[str]] | None],
    ) -> None:
        """``post`` runs a call on the indexer's thread; ``known`` finds a content by fingerprint."""
        self._pool, self._inference, self._post, self._known = pool, inference, post, known
        self._identify = ThreadPoolExecutor(2, "identify")
        self._spaces = frozenset(space.id for space in inference.spaces())
        self._limits = Limits(image_side=inference.image_side()) if inference.image_side() else Limits()
        self._copies: dict[bytes, list[Reading]] = {}
        self._to_encode: dict[Modality, deque[tuple[Reading, int, Any]]] = {m: deque() for m in Modality}
        self._encoding = 0
        self._outcomes: list[tuple[Reading, Outcome]] = []
        self.reading: dict[Path, Reading] = {}
        self.problem = ""
        """Why files are kept without vectors, or empty."""

    @property
    def room(self) -> int:
        """How many more files it takes now."""
        return LOOK_AHEAD - len(self.reading)

    def take(self) -> list[Outcome]:
        """What came to an end since the last call, each with the copies that waited for it."""
        taken = []
        for reading, outcome in self._outcomes:
            copies = [copy.facts for copy in self._copies.pop(reading.fingerprint, [])]
            taken.append(replace(outcome, copies=tuple(copies)))
            for facts in (outcome.facts, *copies):
                self.reading.pop(facts.path, None)
        self._outcomes.clear()
        return taken

    def close(self) -> None:
        """Take no more; what is on its way is dropped and stays queued in the catalog."""
        self._identify.shutdown(wait=False, cancel_futures=True)

    def read(self, facts: FileFacts) -> None:
        """Start with this file."""
        reading = self.reading[facts.path] = Reading(facts)
        self._then(self._identify.submit(_identify, facts), reading, self._identified)

    def _then(self, future: Future[Any], reading: Reading, step: Callable[[Reading, Any], None]) -> None:
        future.add_done_callback(lambda done: self._post(lambda: self._continue(done, reading, step)))

    def _continue(self, done: Future[Any], reading: Reading, step: Callable[[Reading, Any], None]) -> None:
        try:
            step(reading, done.result())
        except BowerbirdError as error:
            self._fail(reading, error)
        except CancelledError:  # whoever was asked is closing
            self._fail(reading, FileVanished("It was not read."))
        except Exception:
            log.exception("reading %r", reading.facts.path)
            self._fail(reading, FileError("Bowerbird made a mistake while reading this file; the log has the details."))

    def _identified(self, reading: Reading, mark: bytes) -> None:
        reading.fingerprint = mark
        if mark in self._copies:
            self._copies[mark].append(reading)
        elif (known := self._known(mark)) and known[1] >= self._spaces:
            self._finish(reading, Outcome(reading.facts, FileState.INDEXED, content_id=known[0]))
        else:
            self._copies[mark] = []
            self._then(self._pool.extract(reading.facts.path, self._limits), reading, self._extracted)

    def _extracted(self, reading: Reading, extraction: Extraction) -> None:
        if facts_of(reading.facts.path) != reading.facts:
            raise FileVanished("The file changed while it was read.")
        reading.extraction = extraction
        for ordinal, segment in enumerate(extraction.segments):
            if (item := _model_input(segment)) is not None and self._spaces:
                self._to_encode[segment.modality].append((reading, ordinal, item))
                reading.waiting += 1
        if reading.waiting:
            self.encode()
        else:
            self._complete(reading)

    def encode(self) -> None:
        """Send full batches, or whatever there is when the model host would otherwise wait."""
        for modality, queue in self._to_encode.items():
            while queue and self._encoding < _BATCHES_AHEAD:
                if len(queue) < _BATCH[modality] and self._encoding:
                    break
                self._send(modality, [queue.popleft() for _ in range(min(len(queue), _BATCH[modality]))])

    def _send(self, modality: Modality, batch: Sequence[tuple[Reading, int, Any]]) -> None:
        self._encoding += 1
        future = self._inference.encode_documents(modality, [item for _, _, item in batch])
        future.add_done_callback(lambda done: self._post(lambda: self._encoded(batch, done)))

    def _encoded(self, batch: Sequence[tuple[Reading, int, Any]], done: Future[Encoded]) -> None:
        self._encoding -= 1
        try:
            encoded = done.result()
            self.problem = ""
        except ModelUnavailable as error:
            # Keyword search still works, and the spaces not noted below are caught up at a later start.
            self.problem, encoded = str(error), Encoded({})
        for row, (reading, ordinal, _) in enumerate(batch):
            self._keep(reading, ordinal, encoded, row)
        self.encode()

    def _keep(self, reading: Reading, ordinal: int, encoded: Encoded, row: int) -> None:
        reading.complete &= bool(encoded.vectors)
        for space, vectors in encoded.vectors.items():
            reading.vectors.setdefault(space, {})[ordinal] = vectors[row]
        if encoded.labels:
            reading.labels[ordinal] = encoded.labels[row]
        reading.waiting -= 1
        if not reading.waiting:
            self._complete(reading)

    def _complete(self, reading: Reading) -> None:
        extraction = reading.extraction
        assert extraction is not None
        content = NewContent(
            reading.fingerprint,
            extraction.kind,
            extraction.properties,
            extraction.segments,
            [reading.labels.get(ordinal, ()) for ordinal in range(len(extraction.segments))],
            {space: (list(rows), np.stack(list(rows.values()))) for space, rows in reading.vectors.items()},
            self._spaces if reading.complete else frozenset(),
        )
        outcome = Outcome(reading.facts, FileState.INDEXED, content=content, thumbnail=extraction.thumbnail)
        self._finish(reading, outcome)

    def _fail(self, reading: Reading, error: BowerbirdError) -> None:
        state = FileState.SKIPPED if isinstance(error, FileSkipped) else FileState.FAILED
        if isinstance(error, (FileVanished, EnvironmentFailure)):
            state = FileState.PENDING
        if isinstance(error, EnvironmentFailure):
            self.problem = str(error)
        self._finish(reading, Outcome(reading.facts, state, str(error)))

    def _finish(self, reading: Reading, outcome: Outcome) -> None:
        self._outcomes.append((reading, outcome))


def _identify(facts: FileFacts) -> bytes:
    extractor_for(facts.path)
    return fingerprint(facts.path)


def _model_input(segment: Segment) -> Any:
    if segment.modality is Modality.IMAGE:
        return segment.pixels
    return segment.text if segment.text.strip() else None
