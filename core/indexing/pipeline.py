"""The road of one file: identify, decode, encode. Every step ends as a call on the indexer's thread.

A long recording or clip takes the road once for each of its parts, and is in the library up to the last one read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from bowerbird.core.catalog.records import KnownContent
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import BowerbirdError, EnvironmentFailure, FileError, FileSkipped, FileVanished
from bowerbird.core.extractors import MEDIA, extractor_for, kind_of
from bowerbird.core.extractors.base import Limits
from bowerbird.core.files.identity import facts_of, fingerprint
from bowerbird.core.indexing.encoding import EncodingQueue, Post
from bowerbird.core.indexing.item import IndexItem, ItemState, Outcome
from bowerbird.core.inference.client import Inference
from bowerbird.core.types import Encoded, Extraction, FileFacts, FileState, Heard, Modality, Segment

log = logging.getLogger(__name__)

# Enough that no batch waits for the decoders and no decoder for a batch; at 450 KB a photo, about 45 MB.
LOOK_AHEAD = 96
_MEDIA_AHEAD = 4  # parts of recordings and clips, of up to 80 MB each


class Pipeline:
    """The state machine of items (``ItemState``), many side by side. All methods run on the indexer's thread.

    IDENTIFYING -> AWAITING_COPY, if a file of that content is on its way; DONE, if its content is known; else
    DECODING -> ENCODING -> DONE. Every state but AWAITING_COPY has a future that ends it.
    """

    def __init__(
        self,
        pool: ExtractPool,
        inference: Inference,
        post: Post,
        find_content: Callable[[bytes], KnownContent | None],
    ) -> None:
        """``post`` runs a call on the indexer's thread; ``find_content`` looks a fingerprint up in the catalog."""
        self._pool, self._inference, self._post, self._find_content = pool, inference, post, find_content
        self._identifying = ThreadPoolExecutor(2, "identify")
        self._encoding = EncodingQueue(inference, post, self._encoded, self._heard)
        self._items: dict[Path, IndexItem] = {}
        self._copies: dict[bytes, list[IndexItem]] = {}
        self._fingerprints: dict[FileFacts, bytes] = {}  # of files read in part: hashing them takes a while
        self._outcomes: list[tuple[IndexItem, Outcome]] = []
        self._problem = ""
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

    @property
    def paths(self) -> Collection[Path]:
        """The files on their way."""
        return self._items.keys()

    @property
    def problem(self) -> str:
        """Why files are kept without vectors, or not read at all, or empty."""
        return self._problem or self._encoding.problem

    @property
    def room(self) -> int:
        """How many more files it takes now."""
        return LOOK_AHEAD - len(self._items)

    def accepts(self, path: Path) -> bool:
        """Whether it takes this file now: of recordings and clips, which are large, only a few."""
        return kind_of(path) not in MEDIA or sum(kind_of(other) in MEDIA for other in self._items) < _MEDIA_AHEAD

    def start(self, facts: FileFacts) -> None:
        """Take a file."""
        item = self._items[facts.path] = IndexItem(facts)
        if known := self._fingerprints.pop(facts, None):
            self._post(lambda: self._step(item, lambda: self._identified(item, known)))
        else:
            self._after(self._identifying.submit(_identify, facts), item, self._identified)

    def take_outcomes(self) -> list[Outcome]:
        """The outcomes of items that are done since the last call, each with the copies that waited for it."""
        taken = []
        for item, outcome in self._outcomes:
            copies = [copy.facts for copy in self._copies.pop(item.fingerprint, [])]
            if outcome.partial:
                self._fingerprints.update(dict.fromkeys((outcome.facts, *copies), item.fingerprint))
            taken.append(replace(outcome, copies=tuple(copies)))
            for facts in (outcome.facts, *copies):
                self._items.pop(facts.path, None)
        self._outcomes.clear()
        return taken

    def cancel(self) -> None:
        """Drop what is on its way: it is still queued in the catalog. What models were asked already goes unheard."""
        cancelled = list(self._items.values())
        self._items.clear()
        for item in cancelled:
            if item.step is not None:
                item.step.cancel()
        self._copies.clear()
        self._outcomes.clear()
        self._encoding.clear()

    def close(self) -> None:
        """Take no more; what is on its way is dropped and stays queued in the catalog."""
        self._identifying.shutdown(wait=False, cancel_futures=True)

    # transitions

    def _after(self, future: Future[Any], item: IndexItem, step: Callable[[IndexItem, Any], None]) -> None:
        item.step = future
        future.add_done_callback(lambda done: self._post(lambda: self._step(item, lambda: step(item, done.result()))))

    def _step(self, item: IndexItem, step: Callable[[], None]) -> None:
        if self._is_cancelled(item):
            return
        try:
            step()
        except BowerbirdError as error:
            self._fail(item, error)
        except CancelledError:  # whoever was asked is closing
            self._fail(item, FileVanished("It was not read."))
        except Exception:  # a mistake of ours with one file must not end the others
            log.exception("reading %r", item.facts.path)
            self._fail(item, FileError("Bowerbird made a mistake while reading this file; the log has the details."))

    def _is_cancelled(self, item: IndexItem) -> bool:
        """Whether it was cancelled, even if the same file is being read anew."""
        return self._items.get(item.facts.path) is not item

    def _identified(self, item: IndexItem, content_fingerprint: bytes) -> None:
        item.fingerprint = content_fingerprint
        known = self._find_content(content_fingerprint)
        if content_fingerprint in self._copies:
            item.state = ItemState.AWAITING_COPY
            self._copies[content_fingerprint].append(item)
        elif known and known.next_s is None and self._suffices(known):
            self._finish(item, Outcome(item.facts, FileState.INDEXED, content_id=known.id))
        else:
            self._copies[content_fingerprint] = []
            # What was read in part is read to its end first, whatever it lacks: else its first part is read for ever.
            resumes = known is not None and known.next_s is not None
            self._decode(item, known if resumes else None)

    def _suffices(self, known: KnownContent) -> bool:
        """Whether what is known need not be read anew: a space that it lacks is filled beside."""
        return bool(known.spaces or not any(self._spaces.values())) and known.spaces >= self._transcribing

    def _decode(self, item: IndexItem, partial: KnownContent | None) -> None:
        item.state, limits = ItemState.DECODING, self._limits
        if partial and partial.next_s is not None:
            item.extends, limits = partial.id, replace(limits, start_s=partial.next_s)
        self._after(self._pool.extract(item.facts.path, limits), item, self._decoded)

    def _decoded(self, item: IndexItem, extraction: Extraction) -> None:
        if facts_of(item.facts.path) != item.facts:
            raise FileVanished("The file changed while it was read.")
        self._problem = ""
        item.state, item.extraction = ItemState.ENCODING, extraction
        for segment in extraction.segments:
            if segment.modality is not Modality.SOUND:
                self._encode(item, item.add(segment), segment)
            elif self._spaces[Modality.SOUND]:
                self._encoding.add_sound(item, segment)
            else:
                item.add_unheard(segment)
        self._encoding.send()
        self._complete_if_encoded(item)

    def _encode(self, item: IndexItem, ordinal: int, segment: Segment) -> None:
        if self._spaces[segment.modality]:
            self._encoding.add(item, ordinal, segment)

    def _encoded(self, item: IndexItem, ordinal: int, modality: Modality, encoded: Encoded, row: int) -> None:
        item.lacks |= self._spaces[modality] - encoded.vectors.keys()
        item.add_encoded(ordinal, encoded, row)
        self._complete_if_encoded(item)

    def _heard(self, item: IndexItem, window: Segment, heard: Heard | None) -> None:
        if self._is_cancelled(item):
            return
        item.lacks |= self._spaces[Modality.SOUND] - (heard.vectors.keys() if heard else set())
        for ordinal in item.add_heard(window, heard):
            self._encode(item, ordinal, item.segments[ordinal])
        self._complete_if_encoded(item)

    def _complete_if_encoded(self, item: IndexItem) -> None:
        if item.pending:
            return
        assert item.extraction is not None
        content = item.content(frozenset().union(*self._spaces.values()))
        self._finish(
            item,
            Outcome(item.facts, FileState.INDEXED, content=content, thumbnail=item.extraction.thumbnail),
        )

    def _fail(self, item: IndexItem, error: BowerbirdError) -> None:
        state = FileState.SKIPPED if isinstance(error, FileSkipped) else FileState.FAILED
        if isinstance(error, (FileVanished, EnvironmentFailure)):
            state = FileState.PENDING
        if isinstance(error, EnvironmentFailure):
            self._problem = str(error)
        # What was read of a long file before its damage stays.
        self._finish(item, Outcome(item.facts, state, str(error), content_id=item.extends))

    def _finish(self, item: IndexItem, outcome: Outcome) -> None:
        if not self._is_cancelled(item):
            item.state = ItemState.DONE
            self._outcomes.append((item, outcome))


def _identify(facts: FileFacts) -> bytes:
    extractor_for(facts.path)
    return fingerprint(facts.path)
