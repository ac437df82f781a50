"""The items that the pipeline has taken and not yet handed back."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from bowerbird.core.extractors import MEDIA, kind_of
from bowerbird.core.files.identity import may_have_grown
from bowerbird.core.indexing.identify import sidecars_of
from bowerbird.core.indexing.item import IndexItem, ItemState, Outcome
from bowerbird.core.types import FileFacts

LOOK_AHEAD = 96
"""Items at the most: no batch waits for the decoders and no decoder for a batch. At 450 KB a photo, about 45 MB."""
_MEDIA_AHEAD = 4  # parts of recordings and clips, of up to 80 MB each


class ItemsInFlight:
    """By path, with those that are read for their copies too, and the outcomes that wait to be committed."""

    def __init__(self) -> None:
        """None."""
        self._items: dict[Path, IndexItem] = {}
        self._readers: dict[bytes, IndexItem] = {}  # by fingerprint, the one that is read for all its copies
        self._outcomes: list[tuple[IndexItem, Outcome]] = []
        # Of files read in part, for hashing them takes a while: as they were, fingerprints, whether they may grow, and
        # sidecars.
        self._parts: dict[Path, tuple[FileFacts, bytes, bool, tuple[FileFacts, ...]]] = {}

    @property
    def paths(self) -> Collection[Path]:
        """The files."""
        return self._items.keys()

    @property
    def room(self) -> int:
        """How many more fit."""
        return LOOK_AHEAD - len(self._items)

    def has_room_for(self, path: Path) -> bool:
        """Whether this file fits: of recordings and clips, which are large, only a few do."""
        return kind_of(path) not in MEDIA or sum(kind_of(other) in MEDIA for other in self._items) < _MEDIA_AHEAD

    def add(self, facts: FileFacts) -> IndexItem:
        """A new item, which knows its fingerprint if an earlier part of the file was read.

        A text that has grown since then is read to where it ended: else a huge log would be hashed for each part.
        """
        before, known, grows, sidecars = self._parts.pop(facts.path, (facts, b"", False, ()))
        if before != facts and not (grows and may_have_grown(before, facts)):
            before, known, grows, sidecars = facts, b"", False, ()
        item = self._items[facts.path] = IndexItem(before, fingerprint=known, sidecars=sidecars, grows=grows)
        return item

    def holds(self, item: IndexItem) -> bool:
        """False if an item is done, or was cleared, even if the same file is being read anew."""
        return self._items.get(item.facts.path) is item and item.state is not ItemState.DONE

    def is_copy(self, item: IndexItem) -> bool:
        """Whether another item of the same content is on its way; if so, this one shares what becomes of it."""
        reader = self._readers.get(item.fingerprint)
        if reader is None:
            return False
        item.state = ItemState.AWAITING_COPY
        reader.copies.append(item)
        return True

    def expect_copies(self, item: IndexItem) -> None:
        """Copies of this item wait for it from now on."""
        self._readers[item.fingerprint] = item

    def part_from_copies(self, item: IndexItem) -> None:
        """An item turned out to hold something else: its copies leave, to be read by themselves; they are queued."""
        for copy in self._take_copies(item):
            del self._items[copy.facts.path]

    def keep_apart(self, item: IndexItem) -> None:
        """An item goes on changing: what was decoded is nobody else's content, and is looked at again later."""
        self.part_from_copies(item)
        item.fingerprint, item.apart = secrets.token_bytes(len(item.fingerprint)), True

    def _take_copies(self, item: IndexItem) -> list[IndexItem]:
        if self._readers.get(item.fingerprint) is item:
            del self._readers[item.fingerprint]
        copies, item.copies = item.copies, []
        return copies

    def finish(self, item: IndexItem, outcome: Outcome) -> None:
        """An item is done, unless it was cleared, or was done before."""
        if self.holds(item):
            item.state = ItemState.DONE
            self._outcomes.append((item, outcome))

    def take_outcomes(self) -> list[Outcome]:
        """What was finished since the last call, each with the copies that waited for it; these leave."""
        outcomes, self._outcomes = self._outcomes, []
        return [self._with_copies(item, outcome) for item, outcome in outcomes]

    def _with_copies(self, item: IndexItem, outcome: Outcome) -> Outcome:
        copies = self._take_copies(item)
        for one in (item, *copies):
            self._items.pop(one.facts.path, None)
            if outcome.partial:
                self._parts[one.facts.path] = one.facts, item.fingerprint, item.grows, one.sidecars
        same = [copy for copy in copies if sidecars_of(copy.facts.path) == copy.sidecars]  # the others are still queued
        return replace(outcome, copies=tuple(copy.facts for copy in same))

    def clear(self) -> None:
        """Let go of all: what waits for something is cancelled, as far as that can be."""
        for item in self._items.values():
            if item.step is not None:
                item.step.cancel()
        self._items.clear()
        self._readers.clear()
        self._outcomes.clear()
