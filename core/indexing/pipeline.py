"""The road of one file: identify, decode, encode. Every step ends as a call on the indexer's thread.

A long recording or clip takes the road once for each of its parts, and is in the library up to the last one read.
What changes on the road is kept as it was read, and looked at again later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from bowerbird.core.catalog.records import FormerContent, KnownContent, TextVectors
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import (
    BowerbirdError,
    DecoderCrashed,
    DiskSilent,
    EnvironmentFailure,
    FileAccompanies,
    FileError,
    FileSkipped,
    FileVanished,
)
from bowerbird.core.extractors.about import about, whereabouts
from bowerbird.core.extractors.base import Limits
from bowerbird.core.faults import failure_of
from bowerbird.core.files.disk_threads import DiskThreads
from bowerbird.core.files.identity import facts_of, fingerprint, is_unchanged, may_have_grown
from bowerbird.core.indexing.described import described
from bowerbird.core.indexing.encoding import EncodingQueue, Post
from bowerbird.core.indexing.identify import Identity, identify, sidecars_of
from bowerbird.core.indexing.in_flight import ItemsInFlight
from bowerbird.core.indexing.item import IndexItem, ItemState, Outcome
from bowerbird.core.inference.client import Inference
from bowerbird.core.types import Encoded, Extraction, FileFacts, FileState, Heard, Modality, Segment

log = logging.getLogger(__name__)

# Bytes: of a longer text that has grown only the rest is read. Each time that makes a passage of its own, however
# short; a shorter text is cut anew, and the vectors of the passages that are as before are kept.
_MISTAKE = "Bowerbird made a mistake while reading this file; the log has the details."


class Pipeline:
    """The state machine of items (``ItemState``), many side by side. All methods run on the indexer's thread.

    IDENTIFYING -> AWAITING_COPY, if a file of that content is on its way; DONE, if its content is known; else
    DECODING -> ENCODING -> DONE, or once from DECODING back to IDENTIFYING, if the file changed meanwhile. Every state
    but AWAITING_COPY has a future that ends it. What is done waits in ``items``.
    """

    def __init__(
        self,
        pool: ExtractPool,
        inference: Inference,
        post: Post,
        find_content: Callable[[bytes], KnownContent | None],
        find_vectors: Callable[[Path, Collection[str], Collection[str]], TextVectors],
        find_former: Callable[[Path], FormerContent | None],
        find_untagged: Callable[[Path], bytes],
    ) -> None:
        """``post`` runs a call on the indexer's thread.

        The catalog is asked for the content of a fingerprint (``find_content``), and for the vectors in some spaces of
        some texts, if a file held them when it was last read (``find_vectors``): they are not encoded again. Of a text
        that has only grown since then (``find_former``) the rest is read. Of a recording or clip, however long, that an
        earlier version has read (``find_untagged``, its fingerprint or nothing) only the headers are.
        """
        self._pool, self._inference, self._post = pool, inference, post
        self._find_content, self._find_vectors = find_content, find_vectors
        self._find_former, self._find_untagged = find_former, find_untagged
        self._disks = DiskThreads()
        self._encoding = EncodingQueue(inference, post, self._encoded, self._heard)
        self.items = ItemsInFlight()
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
    def problem(self) -> str:
        """Why files are kept without vectors, or not read at all, or empty."""
        return self._problem or self._encoding.problem

    def start(self, facts: FileFacts) -> None:
        """Take a file."""
        item = self.items.add(facts)
        item.fingerprint = item.fingerprint or self._find_untagged(facts.path)
        if item.fingerprint and sidecars_of(facts.path) == item.sidecars:
            identity = Identity(item.facts, item.fingerprint, item.grows, sidecars=item.sidecars)
            self._post(lambda: self._step(item, lambda: self._identified(item, identity)))
        else:
            self._step(item, lambda: self._identify(item))

    def _identify(self, item: IndexItem) -> None:
        item.state, path = ItemState.IDENTIFYING, item.facts.path
        former = self._find_former(path)
        future = self._disks.submit(path, lambda on_block: identify(path, former, on_block))
        self._after(future, item, self._identified)

    def cancel(self) -> None:
        """Drop what is on its way: it is still queued in the catalog. What models were asked already goes unheard."""
        self.items.clear()
        self._encoding.clear()

    def close(self) -> None:
        """Take no more; what is on its way is dropped and stays queued in the catalog."""
        self._disks.close()

    # transitions

    def _after(self, future: Future[Any], item: IndexItem, step: Callable[[IndexItem, Any], None]) -> None:
        item.step = future
        future.add_done_callback(lambda done: self._post(lambda: self._step(item, lambda: step(item, done.result()))))

    def _step(self, item: IndexItem, step: Callable[[], None]) -> None:
        if not self.items.holds(item):
            return
        try:
            step()
        except BowerbirdError as error:
            self._fail(item, error)
        except CancelledError:  # whoever was asked is closing
            self._fail(item, FileVanished("It was not read."))
        except Exception as error:  # a mistake of ours with one file must not end the others
            log.exception("reading %r", item.facts.path)
            self._fail(item, failure_of(error, "The library") or FileError(_MISTAKE))

    def _identified(self, item: IndexItem, identity: Identity) -> None:
        item.facts, item.fingerprint, item.grows = identity.facts, identity.fingerprint, identity.grows
        item.sidecars = identity.sidecars
        known = self._find_content(item.fingerprint)
        if self.items.is_copy(item):
            return
        enough = known is not None and _suffices(known, self._spaces.values(), self._transcribing)
        if known and known.next_at is None and enough and not known.outdated:
            outcome = Outcome(item.facts, FileState.INDEXED, content_id=known.id, fingerprint=item.fingerprint)
            self.items.finish(item, replace(outcome, again=_is_described_anew(item)))
            return
        self.items.expect_copies(item)
        former = identity.former
        # What was read in part is read to its end first, whatever it lacks: else its first part is read for ever.
        if known is not None and known.next_at is not None:
            self._decode(item, known.id, known.next_at)
        elif known is not None and known.timed and enough:
            item.only_tags, item.further_tracks = True, known.further_tracks
            self._decode(item, known.id)
        elif known is None and former and _suffices(former.content, self._spaces.values(), self._transcribing):
            at = former.content.next_at
            self._decode(item, former.content.id, former.size if at is None else at)
        else:
            self._decode(item)

    def _decode(self, item: IndexItem, extends: int | None = None, start_at: float = 0.0) -> None:
        item.state, item.extends = ItemState.DECODING, extends
        end_at = item.facts.size if item.grows else None
        limits = replace(self._limits, start_at=start_at, end_at=end_at, only_tags=item.only_tags)
        self._after(self._pool.extract(item.facts.path, limits), item, self._decoded)

    def _decoded(self, item: IndexItem, extraction: Extraction) -> None:
        present, size, path = facts_of(item.facts.path), item.facts.size, item.facts.path
        unchanged = is_unchanged(item.facts, present)
        if unchanged and item.only_tags and extraction.further_tracks and not item.further_tracks:
            item.only_tags = False  # an earlier version has read the first sound track alone
            self._decode(item)
            return
        if unchanged and item.sidecars and (item.extends is None or item.only_tags):
            sidecars = [sidecar.path for sidecar in item.sidecars]
            self._after(described(self._pool.describe, extraction, sidecars), item, self._encode_all)
        elif unchanged:
            self._encode_all(item, extraction)
        elif item.grows and may_have_grown(item.facts, present) and extraction.next_at is not None:
            item.grown = True  # whether it has only grown is looked at once, with its last part
            self._encode_all(item, extraction)
        elif item.grows and present is not None and present.size > size:
            future = self._disks.submit(path, lambda on_block: fingerprint(path, on_block, size))
            self._after(future, item, lambda item, beginning: self._decoded_growing(item, extraction, beginning))
        else:
            self._decoded_changed(item, extraction)

    def _decoded_growing(self, item: IndexItem, extraction: Extraction, beginning: bytes) -> None:
        """A file has become longer: it was read up to where it ended, if that is as it was."""
        if beginning != item.fingerprint:
            self._decoded_changed(item, extraction)
            return
        item.grown = True
        self._encode_all(item, extraction)

    def _decoded_changed(self, item: IndexItem, extraction: Extraction) -> None:
        if item.extends is not None:
            raise FileVanished("The file changed while it was read.")
        if facts_of(item.facts.path) is None:
            raise FileVanished("The file is gone.")
        if not item.begun_again:  # most files change but once
            self.items.part_from_copies(item)
            item.begun_again = True
            self._identify(item)
        else:
            self.items.keep_apart(item)
            self._encode_all(item, extraction)

    def _encode_all(self, item: IndexItem, extraction: Extraction) -> None:
        self._problem = ""
        item.state, item.extraction = ItemState.ENCODING, extraction
        texts = {segment.text for segment in extraction.segments if segment.text}
        read_on = item.extends is not None and not item.only_tags
        known = {} if read_on else self._find_vectors(item.facts.path, self._spaces[Modality.TEXT], texts)
        said = () if read_on else (about(extraction), whereabouts(extraction.properties))
        for segment in (*extraction.segments, *filter(None, said)):
            if segment.modality is Modality.TEXT and segment.text in known:
                item.add_vectors(item.add(segment), known[segment.text])
            elif segment.modality is not Modality.SOUND:
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
        self._step(item, lambda: self._take_encoded(item, ordinal, modality, encoded, row))

    def _take_encoded(self, item: IndexItem, ordinal: int, modality: Modality, encoded: Encoded, row: int) -> None:
        item.lacks |= self._spaces[modality] - encoded.vectors.keys()
        item.add_encoded(ordinal, encoded, row)
        self._complete_if_encoded(item)

    def _heard(self, item: IndexItem, window: Segment, heard: Heard | None) -> None:
        self._step(item, lambda: self._take_heard(item, window, heard))

    def _take_heard(self, item: IndexItem, window: Segment, heard: Heard | None) -> None:
        item.lacks |= self._spaces[Modality.SOUND] - (heard.vectors.keys() if heard else set())
        for ordinal in item.add_heard(window, heard):
            self._encode(item, ordinal, item.segments[ordinal])
        self._complete_if_encoded(item)

    def _complete_if_encoded(self, item: IndexItem) -> None:
        if item.pending:
            return
        assert item.extraction is not None
        content, thumbnail = item.content(frozenset().union(*self._spaces.values())), item.extraction.thumbnail
        outcome = Outcome(item.facts, FileState.INDEXED, content=content, thumbnail=thumbnail, grown=item.grown)
        outcome = replace(outcome, again=item.apart or item.grown or _is_described_anew(item))
        self.items.finish(item, outcome)

    def _fail(self, item: IndexItem, error: BowerbirdError) -> None:
        if isinstance(error, EnvironmentFailure):
            self._problem = str(error)
            outcome = Outcome(item.facts, FileState.PENDING, str(error))
        elif isinstance(error, FileSkipped):
            accompanies = isinstance(error, FileAccompanies)
            outcome = Outcome(item.facts, FileState.SKIPPED, str(error), accompanies=accompanies)
        elif isinstance(error, FileVanished) or (not isinstance(error, DiskSilent) and _has_changed(item.facts)):
            self.items.part_from_copies(item)  # half of a file is no failure, and says nothing of whole ones
            outcome = Outcome(item.facts, FileState.PENDING, str(error), again=True)
        else:  # what was read of a long file before its damage stays
            passing = isinstance(error, (DecoderCrashed, DiskSilent))
            outcome = Outcome(item.facts, FileState.FAILED, str(error), content_id=item.extends, again=passing)
        self.items.finish(item, outcome)


def _suffices(known: KnownContent, spaces: Iterable[Collection[str]], transcribing: Collection[str]) -> bool:
    """Whether what is known need not be read anew: a space that it lacks is filled beside."""
    encoded = bool(known.spaces or not any(spaces))
    return encoded and known.spaces.issuperset(transcribing)


def _is_described_anew(item: IndexItem) -> bool:
    return sidecars_of(item.facts.path) != item.sidecars


def _has_changed(facts: FileFacts) -> bool:
    return not is_unchanged(facts, facts_of(facts.path))
