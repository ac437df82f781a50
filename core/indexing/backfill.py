"""Builds the space of a model that came into use later, beside those that are searched meanwhile.

Text is taken from the catalog; for the rest, files are read again. The builder is a thread that waits for the models;
what it reads of the catalog and writes, it asks of the indexer's thread.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from itertools import accumulate
from typing import Any, TypeVar

from bowerbird.core.catalog.spaces import BackfillItem, SegmentToEmbed, SpaceTable
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import BowerbirdError, ModelUnavailable
from bowerbird.core.indexing.backfill_reader import BackfillReader, EncodedRows, passing_over
from bowerbird.core.inference.client import Inference
from bowerbird.core.state import Building
from bowerbird.core.types import Modality, Space, Vectors
from bowerbird.core.vectors.sync import StoreSync

log = logging.getLogger(__name__)
T = TypeVar("T")

_TEXTS = 64  # at once: enough for every core, few enough that pausing takes seconds
_WAIT_S = 0.5


class _Stopped(Exception):
    """The library is closing, or the models in use changed."""


class SpaceBuilder:
    """What spaces lack, and the thread that makes it. Everything but ``progress`` and ``hidden`` is for the indexer."""

    def __init__(
        self,
        ask: Callable[[Callable[[], Any]], Future[Any]],
        table: SpaceTable,
        sync: StoreSync,
        pool: ExtractPool,
        inference: Inference,
        held: Callable[[], bool],
    ) -> None:
        """``ask`` runs a call on the indexer's thread; ``held`` says whether the user wants no work done now."""
        self._ask_indexer, self._table, self._sync = ask, table, sync
        self._pool, self._inference, self._held = pool, inference, held
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self._spaces: tuple[Space, ...] = ()
        self._progress: dict[str, tuple[int, int]] = {}
        self._note_complete()
        self.problems: dict[str, str] = {}
        """By space, why it is not being built."""

    @property
    def busy(self) -> bool:
        """Whether it is building."""
        return self._thread is not None and self._thread.is_alive()

    def building(self) -> Building:
        """Which spaces are being built, and why others are not."""
        return Building(dict(self._progress), self.problems)

    def least(self) -> tuple[int, int] | None:
        """The progress of the space that is farthest from complete, or None."""
        return min(self._progress.values(), key=lambda told: told[0] / max(1, told[1]), default=None)

    def searched(self) -> tuple[Space, ...]:
        """The spaces to search: one that is being built waits while another model's can answer for it."""
        return tuple(space for space in self._inference.spaces() if not self._waits(space))

    def _waits(self, space: Space) -> bool:
        if space.id in self._complete:
            return False
        own = self._inference.models_of([space.id])
        return any(
            other.id in self._complete
            and self._inference.models_of([other.id]) != own
            and other.modality is space.modality
            and (other.takes_text or not space.takes_text)
            for other in self._inference.spaces()
        )

    def begin(self) -> None:
        """Look at what the spaces in use lack, and start making it. What was being made before is left."""
        self.stop()
        self._spaces = self._inference.spaces()
        complete, left = self._table.complete(), {}
        for space in self._spaces:
            self._table.nothing_for(space.id, space.modality)
            if number := self._table.left(space.id, space.modality):
                left[space.id] = number
            elif space.id not in complete:
                self._table.mark_complete(space.id)
        self._note_complete()
        self._progress = {name: (0, number) for name, number in left.items()}
        self.problems = {}
        if left:
            self._over = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._over,), name="spaces", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Leave off at once; what is made stays, and ``begin`` goes on with the rest."""
        self._over.set()
        self._thread = None
        self._progress = {}

    # on the builder's thread

    def _run(self, over: threading.Event) -> None:
        with suppress(_Stopped, CancelledError):
            for modality, names in self._jobs():
                if why := self._tried(modality, names, over):
                    self._ask(lambda: self._give_up(names, why), over)  # noqa: B023

    def _tried(self, modality: Modality, names: Sequence[str], over: threading.Event) -> str:
        """Build these; why that cannot be done, or empty."""
        try:
            self._build(modality, names, over)
        except (_Stopped, CancelledError):
            raise
        except BowerbirdError as error:
            log.warning("a space is not being built: %s", error)
            return str(error)
        except Exception:
            log.exception("building a space")
            return "Bowerbird made a mistake while building search data; the log has the details."
        return ""

    def _jobs(self) -> list[tuple[Modality, list[str]]]:
        """Spaces to build together, for one model makes them of one thing."""
        jobs: dict[tuple[Modality, frozenset[str]], list[str]] = defaultdict(list)
        for space in self._spaces:
            if space.id in self._progress:
                jobs[space.modality, self._inference.models_of([space.id])].append(space.id)
        return [(modality, names) for (modality, _), names in jobs.items()]

    def _build(self, modality: Modality, names: Sequence[str], over: threading.Event) -> None:
        if modality is not Modality.TEXT:
            self._build_from_files(names, modality, over)
            return
        for name in names:
            self._build_texts(name, over)

    def _build_texts(self, space: str, over: threading.Event) -> None:
        after, size, done = 0, _TEXTS, 0
        newest, whole = self._ask(lambda: (self._table.newest(), self._table.texts_left(space)), over)
        while size == _TEXTS:
            rows: list[SegmentToEmbed] = self._ask(lambda: self._table.texts(space, after, _TEXTS), over)  # noqa: B023
            size = len(rows)
            if telling := [row for row in rows if row.text.strip()]:
                made = self._inference.encode_documents(
                    Modality.TEXT, [row.text for row in telling], self._inference.models_of([space])
                )
                self._keep(space, telling, self._wait(made, over).vectors, over)
            after = rows[-1].segment_id if rows else after
            done += size
            self._ask(lambda: self._tell([space], done, max(done, whole)), over)  # noqa: B023
        self._ask(lambda: self._finish(space, newest), over)

    def _build_from_files(self, names: Sequence[str], modality: Modality, over: threading.Event) -> None:
        done = 0
        whole = self._ask(lambda: max(self._progress[name][1] for name in names), over)
        again = BackfillReader(self._pool, self._inference, lambda future: self._wait(future, over), names, modality)
        for some in self._all_lacking(names, modality, again.batch_size, over):
            if len(some) > 1:
                read, made = again.photos(some)
                self._keep_all(read, made, names, over)
            else:
                with passing_over(some[0]):
                    self._keep_all(some, again.file(some[0]), names, over)
            done += len(some)
            self._ask(lambda: self._tell(names, min(done, whole), whole), over)  # noqa: B023
        self._ask(lambda: self._complete_now(names), over)

    def _all_lacking(
        self, names: Sequence[str], modality: Modality, batch_size: int, over: threading.Event
    ) -> Iterator[Sequence[BackfillItem]]:
        """Photos with about so many pictures together, then everything else one by one."""
        for photos in (True, False):
            after, limit = 0, batch_size if photos else 1
            while found := self._ask(
                lambda: self._table.next(names, modality, after, limit, photos=photos),  # noqa: B023
                over,
            ):
                fit = sum(pictures <= batch_size for pictures in accumulate(len(one.rows) for one in found))
                yield (some := found[: max(1, fit)])
                after = some[-1].content_id

    def _keep_all(
        self, read: Sequence[BackfillItem], made: Iterable[EncodedRows], names: Sequence[str], over: threading.Event
    ) -> None:
        """Everything that is made of these, and then that they lack it no longer."""
        for one in made:
            if one.labels:
                numbers = [row.segment_id for row in one.rows]
                self._ask(lambda: self._table.label(numbers, one.labels), over)  # noqa: B023
            for name in names:
                self._keep(name, one.rows, one.vectors, over)
        for found in read:
            self._ask(lambda: self._table.done(names, found.content_id), over)  # noqa: B023

    def _keep(
        self, space: str, rows: Sequence[SegmentToEmbed], made: Mapping[str, Vectors], over: threading.Event
    ) -> None:
        """Zeros are a text in another model's language: nothing to keep."""
        if space not in made:
            raise ModelUnavailable(f"No model makes {space} any more.")
        at = [number for number in range(len(rows)) if made[space][number].any()]
        some, vectors = [rows[number] for number in at], made[space][at]
        if some:
            self._ask(lambda: self._store(space, some, vectors), over)

    def _ask(self, question: Callable[[], T], over: threading.Event) -> T:
        def unless_over() -> T:
            if over.is_set():  # on the indexer's thread, which sets it: nothing comes after the models changed
                raise _Stopped
            return question()

        asked: Future[T] = self._ask_indexer(unless_over)
        return self._wait(asked, over)

    def _wait(self, future: Future[T], over: threading.Event) -> T:
        while not over.is_set():
            if not future.done():
                wait([future], _WAIT_S)
            elif self._held():
                over.wait(_WAIT_S)  # afterwards, so that a pause in the meantime keeps the models unloaded
            else:
                return future.result()
        future.cancel()
        raise _Stopped

    # on the indexer's thread

    def _tell(self, names: Sequence[str], done: int, whole: int) -> None:
        self._progress = self._progress | dict.fromkeys(names, (done, whole))

    def _give_up(self, names: Sequence[str], why: str) -> None:
        """Until ``begin`` is called again; the others are built meanwhile."""
        self.problems = self.problems | dict.fromkeys(names, why)
        self._progress = {name: told for name, told in self._progress.items() if name not in names}

    def _store(self, space: str, rows: Sequence[SegmentToEmbed], vectors: Vectors) -> None:
        """The store first: what it has and the catalog lacks does no harm, the other way round is damage."""
        numbers = [row.segment_id for row in rows]
        self._sync.add(space, numbers, vectors, [row.kind for row in rows])
        self._table.put(space, numbers, vectors)

    def _finish(self, name: str, newest: int) -> None:
        self._table.done_until(name, newest)  # what is newer was read for this space too
        self._complete_now([name])

    def _complete_now(self, names: Sequence[str]) -> None:
        for name in names:
            self._table.mark_complete(name)
        self._progress = {name: told for name, told in self._progress.items() if name not in names}
        self._note_complete()

    def _note_complete(self) -> None:
        self._complete = frozenset(self._table.complete())
        self._inference.waiting = frozenset(one.id for one in self._inference.spaces() if self._waits(one))
