"""Fills the spaces of models that came into use later, beside those that are searched meanwhile: when, and how far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.indexing.backfill_ledger import BackfillLedger
from bowerbird.core.indexing.backfill_run import BackfillJob, BackfillRun, ReadingJob
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.searched import SearchedSpaces
from bowerbird.core.settings import Settings
from bowerbird.core.state import Building
from bowerbird.core.types import Modality, Space
from bowerbird.core.vectors.sync import StoreSync

Ask = Callable[[Callable[[], Any]], Future[Any]]
"""Runs a call on the indexer's thread, for its result."""


class Backfill:
    """What spaces lack, and the run that encodes it. On the indexer's thread, but for what tells how far it is."""

    def __init__(
        self,
        ask: Ask,
        catalog: Catalog,
        sync: StoreSync,
        pool: ExtractPool,
        inference: Inference,
        searched: SearchedSpaces,
        held: Callable[[], bool],
        settings: Settings,
    ) -> None:
        """``held`` says whether no work is wanted now. ``searched`` is told which spaces are complete."""
        self._ask, self._catalog, self._table = ask, catalog, catalog.spaces
        self._reads_pictures = settings.read_pictures
        self._has_new, self._reader = False, ""
        self.ledger = BackfillLedger(catalog, sync, searched)
        self._pool, self._inference, self._held = pool, inference, held
        self._run: BackfillRun | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being encoded."""
        return self._run is not None and self._run.is_alive()

    def building(self) -> Building:
        """How far the spaces that are being filled are, and why others are not."""
        return Building(self.ledger.progress, self.ledger.problems)

    def least(self) -> tuple[int, int] | None:
        """The progress of the space that is farthest from complete, or None."""
        building = [progress for name, progress in self.ledger.progress.items() if name != self._reader]
        return min(building, key=lambda progress: progress[0] / max(1, progress[1]), default=None)

    def pictures(self) -> tuple[int, int] | None:
        """How many pictures were looked at for text, of how many; None while none are."""
        return self.ledger.progress.get(self._reader)

    def begin(self) -> None:
        """Look at what the spaces in use lack, and start encoding it. What was being encoded before is left."""
        self.stop()
        spaces = self._inference.spaces()
        lacking = {space.id: count for space in spaces if (count := self._count_lacking(space))}
        self.ledger.begin(lacking)
        self._start([*self._jobs([space for space in spaces if space.id in lacking]), *self._reading_jobs()])

    def note_new(self) -> None:
        """Contents came that may be pictures with text."""
        self._has_new = True

    def read_new_pictures(self) -> None:
        """If nothing else is being encoded, read the text in pictures that came meanwhile."""
        if self._has_new and not self.busy:
            self._start(self._reading_jobs())

    def read_pictures(self, wanted: bool) -> None:
        """Read text in pictures from now on, or leave it; what was read stays."""
        if wanted != self._reads_pictures:
            self._reads_pictures = wanted
            self.begin()

    def _start(self, jobs: Sequence[BackfillJob | ReadingJob]) -> None:
        if jobs:
            self._run = BackfillRun(self.ledger, self._ask, self._pool, self._inference, self._held, jobs)
            self._run.start()

    def _reading_jobs(self) -> list[ReadingJob]:
        """One, if there are pictures to read."""
        self._has_new = False
        reader = self._inference.reader() if self._reads_pictures else ""
        count = self._catalog.picture_texts.count(reader) if reader else 0
        if not count:
            return []
        self._reader = reader
        self.ledger.set_progress([reader], 0, count)
        return [ReadingJob(reader)]

    def _count_lacking(self, space: Space) -> int:
        """How many contents lack a space; one that none lacks is complete."""
        self._table.add_where_empty(space.id, space.modality)
        count = self._table.count_lacking(space.id, space.modality)
        if not count:
            self._table.mark_complete(space.id)
        return count

    def _jobs(self, spaces: Sequence[Space]) -> list[BackfillJob]:
        """Spaces that one model makes of one modality are filled together, except of text."""
        jobs: dict[tuple[Modality, frozenset[str]], list[str]] = defaultdict(list)
        for space in spaces:
            jobs[space.modality, self._inference.models_of([space.id])].append(space.id)
        return [BackfillJob(modality, tuple(names)) for (modality, _), names in jobs.items()]

    def stop(self) -> None:
        """Leave off at once; what is encoded stays, and ``begin`` goes on with the rest."""
        if self._run is not None:
            self._run.stop()
        self._run = None
        self.ledger.forget_progress()
