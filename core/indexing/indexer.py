"""The indexer: one thread, the only writer of the catalog and the vector store, working through one inbox of calls."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import StoreDamaged
from bowerbird.core.files.scanner import Scanner
from bowerbird.core.indexing.backfill import SpaceBuilder
from bowerbird.core.indexing.item import Outcome
from bowerbird.core.indexing.pace import Pace
from bowerbird.core.indexing.pipeline import Pipeline
from bowerbird.core.indexing.power import Power
from bowerbird.core.inference.client import Inference
from bowerbird.core.models.registry import entries
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.settings import Settings
from bowerbird.core.state import Event, EventKind, LongFile, Progress
from bowerbird.core.types import FileChange, FileFacts, FileState, Modality, Space
from bowerbird.core.vectors.sync import StoreSync

log = logging.getLogger(__name__)
T = TypeVar("T")

_IDLE_S = 1.0
_REPORT_S = 0.25
_RETRY_S = 15.0  # after the disk was full


class Indexer(threading.Thread):
    """Reads what is queued, stores what was read. Other threads reach it through ``post`` and ``ask``."""

    def __init__(
        self,
        paths: LibraryPaths,
        catalog: Catalog,
        long_files: Callable[[], tuple[LongFile, ...]],
        sync: StoreSync,
        pool: ExtractPool,
        inference: Inference,
        settings: Settings,
        on_event: Callable[[Event], None],
    ) -> None:
        """Nothing starts before ``start``, nothing is read before ``begin``. ``long_files``: those read in part."""
        super().__init__(name="indexer", daemon=True)
        self._long_files = long_files
        self._paths, self._catalog, self._sync, self._on_event = paths, catalog, sync, on_event
        self._inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._pipeline = Pipeline(pool, inference, self.post, catalog.content)
        self.builder = SpaceBuilder(self.ask, catalog.spaces, sync, pool, inference, self._held_now)
        self._inference = inference
        self._scanner = Scanner(catalog, settings.excludes)
        self._scans: deque[tuple[Path, Path | None]] = deque()
        self._scan: Iterator[None] | None = None
        self._scanning: Path | None = None
        self._pace = Pace()
        self._settling = threading.Lock()
        self._begun = self._stopping = self._dirty = self._suffered = False
        self._power = Power(settings)
        self._reported = self._retry_at = 0.0
        self.paused = False
        self.insisted = False
        """Whether somebody waits for the end, so that the battery is no reason to stop."""
        self.trouble = ""
        """Why nothing can be written, or empty."""
        self.ready = threading.Event()
        """Set once the vector store answers, or is known not to."""
        self.idle = threading.Event()
        """Set while there is nothing left to do."""
        self.indexed = 0
        """Files read with success since the start."""

    # from other threads

    def post(self, action: Callable[[], None]) -> None:
        """Run a call on this thread, soon."""
        with self._settling:
            self.idle.clear()
            self._inbox.put(action)

    def ask(self, question: Callable[[], T]) -> Future[T]:
        """Run a call on this thread and have its answer."""
        answer: Future[T] = Future()
        self.post(lambda: _answer(answer, question))
        return answer

    def begin(self) -> None:
        """Start reading what is queued."""
        self.post(lambda: setattr(self, "_begun", True))

    def scan(self, folder: Path) -> None:
        """Have a folder reconciled."""
        self.post(lambda: self._scans.append((folder, None)))

    def changed(self, changes: Sequence[FileChange]) -> None:
        """Take a watcher's news."""
        self.post(lambda: self._scans.extend(self._scanner.apply(changes)))

    def catch_up(self) -> None:
        """Queue what lacks vectors in a space that has come since, and what was left unfinished."""
        self.post(self._catch_up)

    def pause(self, paused: bool) -> None:
        """Read no more files and free the models' memory, or go on."""
        self.post(lambda: self._pause(paused))

    def use(self, settings: Settings) -> None:
        """Work by these settings from now on."""
        self.post(lambda: self._use(settings))

    @property
    def stuck(self) -> bool:
        """Whether something keeps the library from being written, and was there to be retried."""
        return time.monotonic() < self._retry_at

    def stop(self) -> None:
        """End after what is being written; what was being read stays queued."""
        self.post(lambda: setattr(self, "_stopping", True))
        self.join()

    # on this thread; through ``ask``

    def add_folder(self, folder: Path) -> None:
        """Remember a watched folder."""
        self._catalog.add_folder(folder)

    def remove_folder(self, folder: Path) -> None:
        """Forget a watched folder."""
        self._scans = deque(job for job in self._scans if job[0] != folder)
        if self._scanning == folder:
            self._scan = None
        self._catalog.remove_folder(folder)
        self._drop_orphans()
        self._sync.run(hurry=True)
        self._dirty = True

    def use_models(self, dropped: Sequence[Space]) -> None:
        """Read for the models in use now, build what their spaces lack, and forget what others made.

        Raises:
            sqlite3.Error: the catalog cannot be written; all is as it was.
        """
        self.builder.stop()
        with self._catalog.transaction():
            for space in dropped:
                self._catalog.spaces.drop(space.id)
            if any(space.modality is Modality.TEXT for space in dropped):
                self._share_out()
        self._pipeline.use_models()
        self._guard(lambda: self._sync.use(self._inference.spaces()))  # the catalog is what counts
        self._catch_up()
        self._dirty = True

    def _share_out(self) -> None:
        """What was in a dropped text model's language is for the others now."""
        for space in self._inference.spaces():
            if space.modality is Modality.TEXT:
                self._catalog.spaces.reopen(space.id)

    def retry(self, paths: Sequence[Path]) -> int:
        """Queue failed files again; how many."""
        return self._catalog.retry(paths)

    # on this thread

    def _forget_unknown(self) -> None:
        """Drop what models made that this version of Bowerbird no longer knows, or makes otherwise."""
        for space in self._catalog.spaces.begun() - entries.spaces():
            self._sync.drop(space)  # first: if it fails, the catalog still knows what is left to drop
            with self._catalog.transaction():
                self._catalog.spaces.drop(space)

    def _catch_up(self) -> None:
        with self._catalog.transaction():
            for path in self._catalog.spaces.to_read_again(self._inference.transcribing()):
                self._catalog.queue_again(path)
            self.builder.begin()

    def _pause(self, paused: bool) -> None:
        self.paused, self._dirty = paused, True
        if paused:
            self._pipeline.cancel()
            self._inference.unload()
        else:
            self._catch_up()

    def run(self) -> None:
        """Serve the inbox until stopped."""
        self._guard(self._sync.open)
        self.ready.set()
        self._guard(self._forget_unknown)
        while not self._stopping:
            self._drain()
            self._guard(self._step)
        self.builder.stop()
        self._pipeline.close()
        self._sync.close()
        self._catalog.close()

    def _drain(self) -> None:
        wait = 0.0 if self._scan or self._scans else _IDLE_S
        while True:
            try:
                action = self._inbox.get(timeout=wait) if wait else self._inbox.get_nowait()
            except Empty:
                return
            self._guard(action)
            wait = 0.0

    def _guard(self, action: Callable[[], None]) -> None:
        try:
            action()
        except StoreDamaged as error:
            self._suffer(str(error), error)
        except sqlite3.OperationalError as error:
            self._suffer(f"The library cannot be written: {error}. Bowerbird tries again by itself.", error)
        except sqlite3.DatabaseError as error:
            self._suffer("The catalog is damaged. Start Bowerbird again to rebuild it.", error)
        except Exception:
            log.exception("the indexer made a mistake")

    def _suffer(self, sentence: str, error: Exception) -> None:
        log.warning("%s", sentence, exc_info=error)
        self.trouble, self._suffered = sentence, True
        self._retry_at = time.monotonic() + _RETRY_S

    def _step(self) -> None:
        if time.monotonic() < self._retry_at:
            return
        if self._suffered:
            self._suffered = False
            self._catch_up()
        self._scan_on()
        self._commit()
        self._sync.run(hurry=not self._pipeline.reading)
        if self._begun and not self.paused and not self._held():
            self._read_more()
        self._settle()
        self._report()

    def _scan_on(self) -> None:
        if self._scan is None and self._scans:
            self._scanning, top = self._scans.popleft()
            self._scan = self._scanner.scan(self._scanning, top)
        if self._scan is not None and next(self._scan, _END) is _END:
            self._scan, self._dirty = None, True
            self._tell(EventKind.FOLDERS)
            if self._scanner.returned:
                self._scanner.returned = False
                self._catch_up()  # what came into use meanwhile could not read it

    def _read_more(self) -> None:
        if self._pipeline.room < 1:
            return
        for path in self._catalog.next_jobs(self._pipeline.room, self._pipeline.reading):
            if not self._pipeline.takes(path):
                continue
            if known := self._catalog.facts(path):
                self._pipeline.read(known[0])
            else:
                self._catalog.forget([path])

    def _commit(self) -> None:
        outcomes = self._pipeline.take()
        if not outcomes:
            return
        for outcome in outcomes:
            self._keep_thumbnail(outcome)
        with self._catalog.transaction():
            done = sum(self._write(outcome) for outcome in outcomes)
        self._dirty = True
        self._pace.finished(done)
        self.trouble = self._pipeline.problem
        if self.trouble and any(outcome.state is FileState.PENDING for outcome in outcomes):
            self._retry_at = time.monotonic() + _RETRY_S  # this machine, not a file, is in the way
        self._tell(EventKind.FILES)
        if any(outcome.state is FileState.FAILED for outcome in outcomes):
            self._tell(EventKind.FAILURES)

    def _write(self, outcome: Outcome) -> int:
        current = [facts for facts in (outcome.facts, *outcome.copies) if self._is_current(facts)]
        if not current:
            return 0
        content_id = self._catalog.put_content(outcome.content) if outcome.content else outcome.content_id
        return sum(self._write_file(facts, outcome, content_id) for facts in current)

    def _is_current(self, facts: FileFacts) -> bool:
        """Whether a file is still as it was when it was taken; if not, it is gone, or queued again as it is now."""
        known = self._catalog.facts(facts.path)
        return known is not None and known[0] == facts

    def _write_file(self, facts: FileFacts, outcome: Outcome, content_id: int | None) -> int:
        if outcome.state is FileState.PENDING:
            self._scans.extend(self._scanner.look_again(facts.path))
            return 0
        if outcome.partial:
            assert content_id is not None
            self._catalog.finish_part(facts.path, content_id)
            return 0
        self._catalog.finish(facts.path, outcome.state, reason=outcome.reason, content_id=content_id)
        self.indexed += outcome.state is FileState.INDEXED
        return 1

    def _keep_thumbnail(self, outcome: Outcome) -> None:
        if outcome.content and outcome.thumbnail:
            target = self._paths.thumbnail(outcome.content.fingerprint)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(outcome.thumbnail)

    def _settle(self) -> None:
        building = self.builder.busy and not self.paused
        busy = self._scan or self._scans or self._pipeline.reading or building or not self._inbox.empty()
        if busy or (self._begun and not self.paused and self._catalog.next_jobs(1, ())):
            self.idle.clear()
            return
        self._drop_orphans()
        self._sync.run(hurry=True)
        self._pace.end()
        with self._settling:
            if self._inbox.empty() and not self.idle.is_set():
                self.idle.set()
                self._dirty = True

    def _drop_orphans(self) -> None:
        if not self._catalog.may_have_orphans:
            return
        for fingerprint in self._catalog.drop_orphans():
            self._paths.thumbnail(fingerprint).unlink(missing_ok=True)

    def _held_now(self) -> bool:
        return self.paused or self._held()

    def _held(self) -> bool:
        return not self.insisted and bool(self._power.why())

    def _use(self, settings: Settings) -> None:
        self._power.use(settings)
        self._scanner = Scanner(self._catalog, settings.excludes)
        self._inference.set_threads(settings.cores)

    def progress(self) -> Progress:
        """Where indexing stands; from any thread."""
        return self._progress

    _progress = Progress()

    def _report(self) -> None:
        now = time.monotonic()
        if not (self._dirty or self.builder.busy) or now - self._reported < _REPORT_S:
            return
        self._dirty, self._reported = False, now
        progress = self._pace.progress(
            self._catalog.jobs(), paused=self.paused, why="" if self.insisted else self._power.why()
        )
        reading = next(iter(self._pipeline.reading), None)
        folder = self._scanner.folder_of(reading) if reading else None
        self._progress = replace(progress, folder=folder, long=self._long_files(), built=self.builder.least())
        self._on_event(Event(EventKind.PROGRESS, self._progress))

    def _tell(self, kind: EventKind) -> None:
        self._on_event(Event(kind))


_END = object()


def _answer(answer: Future[T], question: Callable[[], T]) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(question())
    except (StoreDamaged, sqlite3.Error) as error:
        answer.set_exception(error)
        raise  # the indexer suffers from it too
    except BaseException as error:
        answer.set_exception(error)
