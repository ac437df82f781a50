"""The indexer: the only writer of the catalog and the vector store, which decides what is done next."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bowerbird.core.catalog.jobs import Priority
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.files.scanner import Scanner
from bowerbird.core.indexing.backfill import Backfill
from bowerbird.core.indexing.commit import Committer
from bowerbird.core.indexing.derivation import Derivation
from bowerbird.core.indexing.failures import STORE_ERRORS, WriteFailures
from bowerbird.core.indexing.inbox import Inbox
from bowerbird.core.indexing.languages import LanguageFinder
from bowerbird.core.indexing.layouts import LayoutFinder
from bowerbird.core.indexing.pace import Pace
from bowerbird.core.indexing.pipeline import Pipeline
from bowerbird.core.indexing.power import Power
from bowerbird.core.indexing.scans import ScanQueue
from bowerbird.core.indexing.thumbnails import ThumbnailRepair
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.searched import SearchedSpaces
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.settings import Settings
from bowerbird.core.state import Event, EventKind, LongFile, Progress
from bowerbird.core.types import FileState, Modality, Space
from bowerbird.core.vectors.sync import StoreSync

log = logging.getLogger(__name__)

_REPORT_S = 0.25
_WIPE_S = 300.0  # between two wipings: each takes seconds in a large library
GRACE_S = 300.0
"""Seconds in which a file that has gone may turn up elsewhere."""


class Indexer:
    """Everything here runs on the inbox's thread, but for the attributes, which any thread may read.

    Between calls ``step`` does a little of whatever is due, in this order: scan folders, commit what was read, bring
    the vector store up to date, read more.
    """

    def __init__(
        self,
        paths: LibraryPaths,
        catalog: Catalog,
        sync: StoreSync,
        pool: ExtractPool,
        inference: Inference,
        searched: SearchedSpaces,
        settings: Settings,
        inbox: Inbox,
        failures: WriteFailures,
        long_files: Callable[[], tuple[LongFile, ...]],
        on_event: Callable[[Event], None],
    ) -> None:
        """Nothing is opened before ``open``, nothing read before ``begin``. ``long_files``: those read in part."""
        self._catalog, self._sync, self._inference, self._inbox = catalog, sync, inference, inbox
        self._failures, self._long_files, self._on_event = failures, long_files, on_event
        self.power, self._pace = Power(settings), Pace()
        contents = catalog.contents
        self._pipeline = Pipeline(
            pool, inference, inbox.post, contents.find, contents.text_vectors, contents.former, contents.untagged
        )
        self.backfill = Backfill(inbox.ask, catalog, sync, pool, inference, searched, self._is_held, settings)
        self._derivation = Derivation(catalog, sync, inference)
        self.scans = ScanQueue(Scanner(catalog, settings.excludes))
        self.committer = Committer(paths, catalog, self.scans)
        self.thumbnails = ThumbnailRepair(
            paths, catalog, pool, inbox.post, lambda: on_event(Event(EventKind.THUMBNAILS))
        )
        self._layouts = LayoutFinder(paths, catalog, pool, inbox.post)
        self.languages = LanguageFinder(catalog, inference, inbox.post)
        self._begun = self._changed = False
        self._reported_at, self._wiped_at = 0.0, -_WIPE_S
        self.grace_s = 0.0
        """How long what a file held is kept after it has gone: ``GRACE_S`` where changes are told as they happen."""
        self.paused = self.closed_well = False
        """Whether the user paused it; whether the stores were closed, and nothing was wrong with them then."""
        self.progress = Progress()
        """Where indexing stands."""

    # the thread's work

    @property
    def hurried(self) -> bool:
        """Whether there is a folder to scan, vectors to derive or words to fold, and nothing is in the way."""
        folding = self._begun and self._catalog.refolding.left and not self._is_held()
        return (self.scans.busy or self._derivation.left or folding) and not self._failures.waiting

    def open(self) -> None:
        """Start the vector store, and drop what models made that this version no longer knows, or makes otherwise."""
        self._failures.guard(self._sync.open)
        self._derivation.look()
        self._derivation.drop_unknown()

    def step(self) -> None:
        """A little of whatever is due."""
        if self._failures.waiting:
            return
        if self._failures.take_failed():
            self._catch_up()
        self._derivation_step()
        self._scan_step()
        self._commit()
        self._sync.run(hurry=not self._pipeline.items.paths)
        if self._begun and not self._is_held() and not self._failures.waiting:
            self._read_more()
            self.thumbnails.step()
            self._layouts.step()
            self._catalog.refolding.step()
        self._settle()
        self._failures.end()
        self._report()

    def close(self) -> None:
        """Let go of the stores; what was being read stays queued."""
        self.backfill.stop()
        self._pipeline.close()
        self._sync.close()
        self._catalog.close()
        self.closed_well = not self._failures.damaged and not self._sync.problem

    # calls

    def begin(self) -> None:
        """Read what is queued, what lacks vectors in newer spaces, and what was left unfinished or to be read later."""
        self._begun = True
        self._catalog.jobs.hurry()
        self._catch_up()

    def pause(self, paused: bool) -> None:
        """Read no more files and free the models' memory, or go on."""
        self.paused, self._changed = paused, True
        if paused:
            self._pace.rest()
            self._pipeline.cancel()
            self._inference.unload()
        else:
            self._catch_up()

    def use_settings(self, settings: Settings) -> None:
        """Work by these settings from now on."""
        self.power.use(settings)
        self.backfill.read_pictures(settings.read_pictures)
        self.scans.scanner.use_excludes(settings.excludes)
        self._inference.set_threads(settings.cores)

    def add_folder(self, folder: Path) -> None:
        """Remember a watched folder."""
        self._catalog.folders.add(folder)

    def remove_folder(self, folder: Path) -> None:
        """Forget a watched folder and what was read from it."""
        self.scans.cancel(folder)
        self._pipeline.cancel()  # what is being read of it must not be written afterwards
        self._catalog.remove_folder(folder)
        self.committer.drop_orphans()
        self._wipe_traces()
        self._changed = True

    def _wipe_traces(self) -> None:
        """Leave no bytes of what was forgotten in the library."""
        if not self._catalog.traces.left:
            return
        self._wiped_at = time.monotonic()
        try:
            self._sync.wipe_traces()
            self._catalog.traces.wipe()
        except STORE_ERRORS:  # perhaps there is no room for a second copy: nothing else waits for this
            log.warning("what was forgotten is wiped later", exc_info=True)

    def retry(self, paths: Sequence[Path]) -> int:
        """Queue failed files again, all of them if none is named; how many."""
        return self._catalog.files.retry(paths)

    def use_models(self, dropped: Sequence[Space]) -> None:
        """Read for the models in use now, fill what their spaces lack, and forget the spaces ``dropped``.

        Raises:
            sqlite3.Error: the catalog cannot be written; all is as it was.
        """
        self.backfill.stop()
        with self._catalog.transaction():
            for space in dropped:
                self._catalog.spaces.drop(space.id)
            if any(space.modality is Modality.TEXT for space in dropped):  # its passages go to the remaining ones
                for space in (each for each in self._inference.spaces() if each.modality is Modality.TEXT):
                    self._catalog.spaces.reopen(space.id)
        self._pipeline.use_models()
        self._failures.guard(lambda: self._sync.use(self._inference.spaces()))  # the catalog is what counts
        self._derivation.look()
        self._catch_up()
        self._changed = True

    # steps

    def _catch_up(self) -> None:
        with self._catalog.transaction():
            if self._inference.spaces():  # else all would be read again, for nothing
                for path in self._catalog.spaces.paths_to_reindex(self._inference.transcribing()):
                    self._catalog.jobs.queue(path)
                for path in self._catalog.contents.outdated():
                    self._catalog.jobs.queue(path, Priority.AGAIN)
            if not self._derivation.left:  # what lacks vectors after that is decoded
                self.backfill.begin()

    def _derivation_step(self) -> None:
        if not self._derivation.left:
            return
        self._derivation.step()
        if not self._derivation.left:
            self._derivation.drop_unknown()
            if self._begun:
                self.backfill.begin()

    def _scan_step(self) -> None:
        if self.scans.step():
            self._changed = True
            self._on_event(Event(EventKind.FOLDERS))
            if self.scans.scanner.take_returned():
                self._catch_up()  # models that came into use meanwhile could not read it
        if self.scans.scanner.take_forgotten():
            self._changed = True
            self._on_event(Event(EventKind.FILES))

    def _commit(self) -> None:
        outcomes = self._pipeline.items.take_outcomes()
        if not outcomes:
            return
        self._pace.finished(self.committer.commit(outcomes))
        self._changed = True
        self.backfill.note_new()
        self._failures.message = self._pipeline.problem
        if self._pipeline.problem and any(outcome.machine_failed for outcome in outcomes):
            self._failures.wait()
        self._on_event(Event(EventKind.FILES))
        if any(outcome.state is FileState.FAILED for outcome in outcomes):
            self._on_event(Event(EventKind.FAILURES))

    def _read_more(self) -> None:
        if self._pipeline.items.room < 1 or self._derivation.left:  # read on, a file has nothing left to derive from
            return
        for path in self._catalog.jobs.due(self._pipeline.items.room, self._pipeline.items.paths):
            if not self._pipeline.items.has_room_for(path):
                continue
            if known := self._catalog.files.facts(path):
                self._pipeline.start(known[0])
            else:
                self._catalog.files.forget([path])

    def _settle(self) -> None:
        building = self.backfill.busy and not self.paused
        folding = self._begun and self._catalog.refolding.left
        mending = self.thumbnails.busy or self._layouts.busy or self.languages.busy or folding
        left = self._begun and bool(self._catalog.jobs.due(1, ()))
        due = left and not self.paused
        self.backfill.ledger.indexing = self.scans.busy or bool(self._pipeline.items.paths) or due
        busy = self.backfill.ledger.indexing or building or self._derivation.left or (mending and not self._is_held())
        if busy or not self._inbox.empty:
            self._inbox.unsettle()
            return
        self.committer.drop_orphans(self.grace_s)
        self._sync.run(hurry=True)
        if self._begun and time.monotonic() - self._wiped_at > _WIPE_S:
            self._wipe_traces()
        if not left:  # a pause does not end the round: it goes on where it was
            self._pace.end()
        if self._begun and not self._is_held():
            self.thumbnails.look()
            self._layouts.look()
            self.languages.look()
            self.backfill.read_new_pictures()
            if self.thumbnails.busy or self._layouts.busy or self.languages.busy or self.backfill.busy:
                return
        self._changed |= self._inbox.settle()

    def _is_held(self) -> bool:
        """Whether no work is wanted now."""
        return self.paused or bool(self.power.why())

    def _report(self) -> None:
        now = time.monotonic()
        moving = self._changed or self.backfill.busy or bool(self._pipeline.items.paths)
        if not moving or now - self._reported_at < _REPORT_S:
            return
        self._changed, self._reported_at = False, now
        progress = self._pace.progress(self._catalog.jobs.count_due(), paused=self.paused, why=self.power.why())
        reading = next(iter(self._pipeline.items.paths), None)
        folder = self.scans.scanner.folder_of(reading) if reading else None
        built, pictures = self.backfill.least(), self.backfill.pictures()
        self.progress = replace(progress, folder=folder, long=self._long_files(), built=built, pictures=pictures)
        self._on_event(Event(EventKind.PROGRESS, self.progress))
