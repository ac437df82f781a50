"""Keeps the vector store level with the catalog: whatever the catalog has and the store may lack is sent again.

Ids are the catalog's, so sending twice is harmless: after a crash the two meet without anything being embedded again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager

import numpy as np

from bowerbird.core.catalog.outbox import Outbox
from bowerbird.core.errors import StoreDamaged, StoreFailure
from bowerbird.core.notices import Notices
from bowerbird.core.types import Kind, Space, Vectors
from bowerbird.core.vectors.store import VectorStore

log = logging.getLogger(__name__)

_CONTENTS_AT_ONCE = 64
_LATEST_S = 0.5  # a vector waits no longer than this while more are being made
_DELETES_AT_ONCE = 1000
_REBUILT = "The search data was damaged and has been rebuilt. Nothing of yours was touched."
_FULL = "The search data is damaged, and there is no room to make it anew. Make some room."


class StoreSync:
    """The writing side of the vector store; the indexer thread owns it.

    A store that refuses is started again and compared with the catalog. It is made anew only if its file is damaged:
    else whatever is in the way is waited for.
    """

    def __init__(
        self, outbox: Outbox, notices: Notices, store: VectorStore, spaces: Sequence[Space], *, check: bool
    ) -> None:
        """``notices`` take what the user is told of damage.

        ``spaces`` are those to search. ``check``: the store may not be as it was closed.
        """
        self._check = check
        self._outbox, self._notices, self._store, self._spaces = outbox, notices, store, spaces
        self._ran_at = 0.0
        self.problem = ""
        """Why the store cannot be used, or not be written, for the user; or empty."""

    def open(self) -> None:
        """Start the store; one that may not be as it was closed is looked through, and compared with the catalog.

        Raises:
            StoreFailure: it does not start; ``run`` tries again.
        """
        try:
            if self._check or not self._store.file.exists():
                self.restart()
            else:
                self._start()
        except StoreFailure as error:  # also where another store ends just now: all share a folder, which each deletes
            log.warning("%s", error, exc_info=True)
            self.restart()

    def _start(self) -> None:
        self._store.open()
        for space in self._spaces:
            self._store.ensure(space.id, space.dimension)

    def restart(self) -> None:
        """Start the store again: a damaged one is made anew, and what it lacks is sent again.

        Raises:
            StoreFailure: it does not start although it is not damaged, or cannot be looked at.
        """
        with self._noting():
            self._store.close()
            existed = self._store.file.exists()
            try:
                if not self._is_whole():
                    self._outbox.mark_all_unsent()
                    if existed:
                        self._notices.add(_REBUILT)
            except BaseException:
                self._store.close()  # what it lacks is not known yet: all of this is done again
                raise

    def restart_since(self, starts: int) -> None:
        """Start the store again unless it was started since it had been started so often: see ``restart``."""
        if self._store.starts == starts:
            self.restart()

    def _is_whole(self) -> bool:
        """Start the store; whether it is sound and lacks nothing. A damaged one is made anew."""
        try:
            self._store.file.check()
            self._start()
            return self._reconcile_ids()
        except StoreDamaged as error:
            log.warning("%s", error, exc_info=True)
            self._store.close()
            if self._store.file.is_on_full_disk:
                raise StoreFailure(_FULL) from error
            self._store.file.delete()
            self._start()
            return False

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Note whether the store is in order."""
        try:
            yield
        except StoreFailure as error:
            self.problem = str(error)
            raise
        self.problem = ""

    def _reconcile_ids(self) -> bool:
        """Whether the store holds all that the catalog believes it does; what it holds beyond that is deleted."""
        for space in self._spaces:
            have, want = self._store.ids(space.id), self._outbox.sent_segments(space.id)
            if want - have:
                return False
            self._store.delete(sorted(have - want - self._outbox.segments(space.id)), space.id)
        return True

    def close(self) -> None:
        """Stop the store."""
        self._store.close()

    def run(self, *, hurry: bool) -> None:
        """Send what is due: full batches, and the rest when in a hurry or after half a second.

        Raises:
            StoreFailure: the store refuses, also after it was started again.
        """
        if not self._store.is_open:
            self.restart()
        self._retry(lambda: self._run(hurry=hurry))

    def _retry(self, call: Callable[[], None]) -> None:
        """Run a call that may be made twice. If the store refuses, it is started again: its server may be gone."""
        with self._noting():
            try:
                call()
            except StoreFailure as error:
                log.warning("%s", error, exc_info=True)
                if self._store.file.is_on_full_disk:  # searching goes on with the one that runs
                    raise
                self.restart()
                call()

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
            StoreFailure: the store refuses.
        """
        self.run(hurry=True)
        self._store.file.compact()

    def add(self, space: str, segment_ids: Sequence[int], vectors: Vectors, kinds: Sequence[Kind]) -> None:
        """Send vectors that the catalog is about to have, in a space that is being built. Not within a transaction.

        Raises:
            StoreFailure: the store refuses, also after it was started again.
        """
        rounded = np.asarray(vectors, np.float16).astype(np.float32)  # as the catalog will have them
        self._retry(lambda: self._add(space, segment_ids, rounded, kinds))

    def _add(self, space: str, segment_ids: Sequence[int], vectors: Vectors, kinds: Sequence[Kind]) -> None:
        self._store.ensure(space, vectors.shape[1])
        self._store.upsert(space, segment_ids, vectors, kinds)

    def use(self, spaces: Sequence[Space]) -> None:
        """Search these from now on, and drop what there is of others.

        Raises:
            StoreFailure: the store refuses, also after it was started again.
        """
        gone = {space.id for space in self._spaces} - {space.id for space in spaces}
        self._spaces = spaces
        self._retry(lambda: self._use(gone))

    def _use(self, gone: Set[str]) -> None:
        for space in self._spaces:
            self._store.ensure(space.id, space.dimension)
        for name in gone:
            self._store.drop(name)

    def drop(self, space: str) -> None:
        """Forget what there is of a space.

        Raises:
            StoreFailure: the store refuses.
        """
        self._store.drop(space)

    def _send(self, contents: Sequence[int]) -> None:
        for rows in self._outbox.unsent_vectors(contents):
            self._add(rows.space, rows.segment_ids, rows.vectors, rows.kinds)
        self._outbox.mark_sent(contents)
        self._ran_at = time.monotonic()
