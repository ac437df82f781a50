"""Keeps the vector store level with the catalog: whatever the catalog has and the store may lack is sent again.

Ids are the catalog's, so sending twice is harmless: after a crash the two meet without anything being embedded again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

import numpy as np

from bowerbird.core.catalog.outbox import Outbox
from bowerbird.core.errors import StoreDamaged
from bowerbird.core.types import Kind, Space, Vectors
from bowerbird.core.vectors.store import VectorStore

log = logging.getLogger(__name__)

_CONTENTS_AT_ONCE = 64
_LATEST_S = 0.5  # a vector waits no longer than this while more are being made
_DELETES_AT_ONCE = 1000
_ROOM = 256 << 20  # bytes: with less free, a refusal is the disk's, not the store's


class StoreSync:
    """The writing side of the vector store; the indexer thread owns it."""

    def __init__(self, outbox: Outbox, store: VectorStore, spaces: Sequence[Space]) -> None:
        """``spaces`` are those to search."""
        self._outbox, self._store, self._spaces = outbox, store, spaces
        self._ran_at = 0.0
        self._refusals = 0
        self.notice = ""
        """What had to be rebuilt, for the user, or empty."""

    def open(self) -> None:
        """Start the store; one that is damaged or lost is filled again from the catalog."""
        existed = self._store.exists()
        try:
            self._start()
            lost = not self._reconcile_ids()
        except StoreDamaged as error:
            log.warning("%s", error, exc_info=True)
            self._store.discard()
            self._start()
            lost = True
        if lost:
            self._refill(existed)

    def _start(self) -> None:
        self._store.open()
        for space in self._spaces:
            self._store.ensure(space.id, space.dimension)

    def _refill(self, existed: bool) -> None:
        self._outbox.mark_all_unsent()
        if existed:
            self.notice = "The search data was damaged and has been rebuilt. Nothing of yours was touched."

    def _reconcile_ids(self) -> bool:
        """Whether the store holds all that the catalog believes it does; what it holds beyond that is deleted."""
        for space in self._spaces:
            have, want = self._store.ids(space.id), self._outbox.sent_segments(space.id)
            if want - have:
                return False
            self._store.delete(sorted(have - want - self._outbox.segments(space.id)))
        return True

    def close(self) -> None:
        """Stop the store."""
        self._store.close()

    def run(self, *, hurry: bool) -> None:
        """Send what is due: full batches, and the rest when in a hurry or after half a second.

        Raises:
            StoreDamaged: the store refuses, and there is no room to make another.
        """
        try:
            self._run(hurry=hurry)
            self._refusals = 0
        except StoreDamaged as error:
            log.warning("%s", error, exc_info=True)
            self.restart_or_rebuild()

    def restart_or_rebuild(self) -> None:
        """After a refusal the store is started again; one that goes on refusing is made anew.

        Raises:
            StoreDamaged: there is no room for that.
        """
        self._refusals += 1
        self._store.close()
        if self._refusals > 1:
            if self._store.free_bytes() < _ROOM:
                raise StoreDamaged("The disk is full, so what was read cannot be searched yet. Make some room.")
            self._store.discard()
        self.open()

    def _run(self, *, hurry: bool) -> None:
        full = True
        while full:
            due = self._outbox.unsent_contents(_CONTENTS_AT_ONCE)
            full = len(due) == _CONTENTS_AT_ONCE
            if due and (full or hurry or time.monotonic() - self._ran_at > _LATEST_S):
                self._send(due)
        while hurry and (deletes := self._outbox.pending_deletes(_DELETES_AT_ONCE)):
            self._store.delete(deletes)
            self._outbox.mark_deleted(deletes)

    def wipe_traces(self) -> None:
        """Delete what is to be deleted, and leave no bytes of it in the store's file.

        Raises:
            StoreDamaged: the store refuses.
        """
        self.run(hurry=True)
        self._store.compact()

    def add(self, space: str, segment_ids: Sequence[int], vectors: Vectors, kinds: Sequence[Kind]) -> None:
        """Send vectors that the catalog is about to have, in a space that is being built.

        Raises:
            StoreDamaged: the store refuses.
        """
        self._store.ensure(space, vectors.shape[1])
        rounded = np.asarray(vectors, np.float16).astype(np.float32)  # as the catalog will have them
        self._store.upsert(space, segment_ids, rounded, kinds)

    def use(self, spaces: Sequence[Space]) -> None:
        """Search these from now on, and drop what there is of others.

        Raises:
            StoreDamaged: the store refuses, and there is no room to make another.
        """
        gone = {space.id for space in self._spaces} - {space.id for space in spaces}
        self._spaces = spaces
        try:
            for space in spaces:
                self._store.ensure(space.id, space.dimension)
            for name in gone:
                self._store.drop(name)
        except StoreDamaged as error:
            log.warning("%s", error, exc_info=True)
            self.restart_or_rebuild()

    def drop(self, space: str) -> None:
        """Forget what there is of a space.

        Raises:
            StoreDamaged: the store refuses.
        """
        self._store.drop(space)

    def _send(self, contents: Sequence[int]) -> None:
        for rows in self._outbox.unsent_vectors(contents):
            self._store.ensure(rows.space, rows.vectors.shape[1])
            self._store.upsert(rows.space, rows.segment_ids, rows.vectors, rows.kinds)
        self._outbox.mark_sent(contents)
        self._ran_at = time.monotonic()
