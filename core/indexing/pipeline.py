"""The road of one file: identify, extract, encode. Every step ends as a call on the indexer's thread.

A long recording or clip takes the road once for each of its parts, and is in the library up to the last one read.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bowerbird.core.catalog.records import KnownContent
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import (
    BowerbirdError,
    EnvironmentFailure,
    FileError,
    FileSkipped,
    FileVanished,
    ModelUnavailable,
)
from bowerbird.core.extractors import MEDIA, extractor_for, kind_of
from bowerbird.core.extractors.base import Limits
from bowerbird.core.files.identity import facts_of, fingerprint
from bowerbird.core.indexing.item import IndexItem, Outcome
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.inputs import model_input
from bowerbird.core.types import Encoded, Extraction, FileFacts, FileState, Heard, Modality, Segment

log = logging.getLogger(__name__)

# Enough that no batch waits for the decoders and no decoder for a batch; at 450 KB a photo, about 45 MB.
LOOK_AHEAD = 96
_MEDIA_AHEAD = 4  # parts of recordings and clips, of up to 80 MB each
_BATCHES_AHEAD = 2  # one being encoded, one behind it: the model host never waits for us

Post = Callable[[Callable[[], None]], None]


class Pipeline:
    """Reads files side by side and hands over their outcomes. All methods run on the indexer's thread."""

    def __init__(
        self,
        pool: ExtractPool,
        inference: Inference,
        post: Post,
        known: Callable[[bytes], KnownContent | None],
    ) -> None:
        """``post`` runs a call on the indexer's thread; ``known`` finds a content by fingerprint."""
        self._pool, self._inference, self._post, self._known = pool, inference, post, known
        self._identify = ThreadPoolExecutor(2, "identify")
        self._copies: dict[bytes, list[IndexItem]] = {}
        self._marks: dict[FileFacts, bytes] = {}  # of files read in part: hashing them takes a while
        self._to_encode: dict[Modality, deque[tuple[IndexItem, int, Any]]] = {m: deque() for m in Modality}
        self._to_hear: deque[tuple[IndexItem, Segment]] = deque()
        self._encoding = self._listening = 0
        self._outcomes: list[tuple[IndexItem, Outcome]] = []
        self.reading: dict[Path, IndexItem] = {}
        self.problem = ""
        """Why files are kept without vectors, or empty."""
        self.use_models()

    def use_models(self) -> None:
        """Read for the models in use now; what is on its way is begun again."""
        self.cancel()
        self._spaces: dict[Modality, set[str]] = {modality: set() for modality in Modality}
        for space in self._inference.spaces():
            self._spaces[space.modality].add(space.id)
        self._transcribing = self._inference.transcribing()
        scenes = bool(self._spaces[Modality.SCENE])
        self._limits = Limits(image_side=self._inference.image_side() or Limits().image_side, scenes=scenes)

    def cancel(self) -> None:
        """Drop what is on its way: it is still queued in the catalog. What models were asked already goes unheard."""
        cancelled = list(self.reading.values())
        self.reading.clear()
        for reading in cancelled:
            if reading.step is not None:
                reading.step.cancel()
        self._copies.clear()
        self._outcomes.clear()
        self._to_hear.clear()
        for queue in self._to_encode.values():
            queue.clear()

    def _cancelled(self, reading: IndexItem) -> bool:
        """Whether it was cancelled, even if the same file is being read anew."""
        return self.reading.get(reading.facts.path) is not reading

    @property
    def room(self) -> int:
        """How many more files it takes now."""
        return LOOK_AHEAD - len(self.reading)

    def takes(self, path: Path) -> bool:
        """Whether it takes this file now: of recordings and clips, which are large, only a few."""
        return kind_of(path) not in MEDIA or sum(kind_of(one) in MEDIA for one in self.reading) < _MEDIA_AHEAD

    def take(self) -> list[Outcome]:
        """What came to an end since the last call, each with the copies that waited for it."""
        taken = []
        for reading, outcome in self._outcomes:
            copies = [copy.facts for copy in self._copies.pop(reading.fingerprint, [])]
            if outcome.partial:
                self._marks.update(dict.fromkeys((outcome.facts, *copies), reading.fingerprint))
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
        reading = self.reading[facts.path] = IndexItem(facts)
        if mark := self._marks.pop(facts, None):
            self._post(lambda: self._step(reading, lambda: self._identified(reading, mark)))
        else:
            self._then(self._identify.submit(_identify, facts), reading, self._identified)

    def _then(self, future: Future[Any], reading: IndexItem, step: Callable[[IndexItem, Any], None]) -> None:
        reading.step = future
        future.add_done_callback(
            lambda done: self._post(lambda: self._step(reading, lambda: step(reading, done.result())))
        )

    def _step(self, reading: IndexItem, step: Callable[[], None]) -> None:
        if self._cancelled(reading):
            return
        try:
            step()
        except BowerbirdError as error:
            self._fail(reading, error)
        except CancelledError:  # whoever was asked is closing
            self._fail(reading, FileVanished("It was not read."))
        except Exception:
            log.exception("reading %r", reading.facts.path)
            self._fail(reading, FileError("Bowerbird made a mistake while reading this file; the log has the details."))

    def _identified(self, reading: IndexItem, mark: bytes) -> None:
        reading.fingerprint = mark
        known = self._known(mark)
        if mark in self._copies:
            self._copies[mark].append(reading)
        elif known and self._suffices(known) and known.next_s is None:
            self._finish(reading, Outcome(reading.facts, FileState.INDEXED, content_id=known.id))
        else:
            self._copies[mark] = []
            # What was read in part is read to its end first, whatever it lacks: else its first part is read for ever.
            goes_on = known and (known.next_s is not None or self._suffices(known))
            self._extract(reading, known if goes_on else None)

    def _suffices(self, known: KnownContent) -> bool:
        """Whether what is known need not be read anew: a space that it lacks is built beside."""
        return bool(known.spaces or not any(self._spaces.values())) and known.spaces >= self._transcribing

    def _extract(self, reading: IndexItem, known: KnownContent | None) -> None:
        limits = self._limits
        if known and known.next_s is not None:
            reading.extends, limits = known.id, replace(limits, start_s=known.next_s)
        self._then(self._pool.extract(reading.facts.path, limits), reading, self._extracted)

    def _extracted(self, reading: IndexItem, extraction: Extraction) -> None:
        if facts_of(reading.facts.path) != reading.facts:
            raise FileVanished("The file changed while it was read.")
        reading.extraction = extraction
        for segment in extraction.segments:
            if segment.modality is not Modality.SOUND:
                self._queue(reading, reading.add(segment), segment)
            elif self._spaces[Modality.SOUND]:
                self._to_hear.append((reading, segment))
                reading.waiting += 1
            else:
                reading.unheard(segment)
        self._go_on(reading)

    def _queue(self, reading: IndexItem, ordinal: int, segment: Segment) -> None:
        if (item := model_input(segment)) is not None and self._spaces[segment.modality]:
            self._to_encode[segment.modality].append((reading, ordinal, item))
            reading.waiting += 1

    def _go_on(self, reading: IndexItem) -> None:
        if not reading.waiting:
            self._complete(reading)
        self.encode()
        self._listen()

    def encode(self) -> None:
        """Send full batches, or whatever there is when the model host would otherwise wait."""
        for modality, queue in self._to_encode.items():
            while queue and self._encoding < _BATCHES_AHEAD:
                full = self._inference.batch_size(modality)
                if len(queue) < full and self._encoding:
                    break
                self._send(modality, [queue.popleft() for _ in range(min(len(queue), full))])

    def _send(self, modality: Modality, batch: Sequence[tuple[IndexItem, int, Any]]) -> None:
        self._encoding += 1
        future = self._inference.encode_documents(modality, [item for _, _, item in batch])
        future.add_done_callback(lambda done: self._post(lambda: self._encoded(modality, batch, done)))

    def _encoded(self, modality: Modality, batch: Sequence[tuple[IndexItem, int, Any]], done: Future[Encoded]) -> None:
        self._encoding -= 1
        try:
            encoded = done.result()
        except ModelUnavailable as error:
            # Keyword search still works, and the spaces that are lacking are caught up at a later start.
            encoded = Encoded({}, problem=str(error))
        self.problem = encoded.problem
        for row, (reading, ordinal, _) in enumerate(batch):
            reading.lacks |= self._spaces[modality] - encoded.vectors.keys()
            reading.encoded(ordinal, encoded, row)
            if not reading.waiting:
                self._complete(reading)
        self.encode()

    def _listen(self) -> None:
        while self._to_hear and self._listening < _BATCHES_AHEAD:
            reading, window = self._to_hear.popleft()
            self._listening += 1
            future = self._inference.listen(model_input(window))
            future.add_done_callback(partial(self._post_heard, reading, window))

    def _post_heard(self, reading: IndexItem, window: Segment, done: Future[Heard]) -> None:
        self._post(lambda: self._heard(reading, window, done))

    def _heard(self, reading: IndexItem, window: Segment, done: Future[Heard]) -> None:
        self._listening -= 1
        if not self._cancelled(reading):
            heard = None
            try:
                heard = done.result()
                self.problem = heard.problem
            except ModelUnavailable as error:
                self.problem = str(error)
            reading.lacks |= self._spaces[Modality.SOUND] - (heard.vectors.keys() if heard else set())
            for ordinal in reading.heard(window, heard):
                self._queue(reading, ordinal, reading.segments[ordinal])
            self._go_on(reading)
        self._listen()

    def _complete(self, reading: IndexItem) -> None:
        assert reading.extraction is not None
        content, thumbnail = reading.content(frozenset().union(*self._spaces.values())), reading.extraction.thumbnail
        self._finish(reading, Outcome(reading.facts, FileState.INDEXED, content=content, thumbnail=thumbnail))

    def _fail(self, reading: IndexItem, error: BowerbirdError) -> None:
        state = FileState.SKIPPED if isinstance(error, FileSkipped) else FileState.FAILED
        if isinstance(error, (FileVanished, EnvironmentFailure)):
            state = FileState.PENDING
        if isinstance(error, EnvironmentFailure):
            self.problem = str(error)
        # What was read of a long file before its damage stays.
        self._finish(reading, Outcome(reading.facts, state, str(error), content_id=reading.extends))

    def _finish(self, reading: IndexItem, outcome: Outcome) -> None:
        if not self._cancelled(reading):
            self._outcomes.append((reading, outcome))


def _identify(facts: FileFacts) -> bytes:
    extractor_for(facts.path)
    return fingerprint(facts.path)
