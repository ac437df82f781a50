"""The library: the one object that the window, the command line and other programs hold."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bowerbird.core.answers import DuplicateGroup, Preview, Results
from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.overview import Overview
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.recovery import open_or_rebuild
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.doctor import checks
from bowerbird.core.errors import EnvironmentFailure
from bowerbird.core.indexing.failures import WriteFailures
from bowerbird.core.indexing.folders import WatchedFolders
from bowerbird.core.indexing.inbox import Inbox
from bowerbird.core.indexing.indexer import Indexer
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.searched import SearchedSpaces
from bowerbird.core.inference.selection import ModelSelection
from bowerbird.core.notices import Notices
from bowerbird.core.owner.lock import OwnerLock
from bowerbird.core.owner.protocol import LibraryCalls
from bowerbird.core.owner.seal import Seal
from bowerbird.core.owner.server import OwnerServer
from bowerbird.core.paths import LibraryPaths, make_private
from bowerbird.core.questions import Query
from bowerbird.core.saved import SavedFile
from bowerbird.core.search.duplicates import Duplicates, is_as_read
from bowerbird.core.search.examples import Examples, PastedExamples
from bowerbird.core.search.previews import Previewer
from bowerbird.core.search.saved_searches import SavedSearches
from bowerbird.core.search.searcher import Searcher
from bowerbird.core.settings import Settings, SettingsFile
from bowerbird.core.state import (
    Check,
    Event,
    EventKind,
    Failure,
    IndexReport,
    ModelState,
    Progress,
    SavedSearchState,
    Status,
)
from bowerbird.core.types import FileState, Kind, Locator
from bowerbird.core.vectors.store import VectorStore
from bowerbird.core.vectors.sync import StoreSync

_MODELS_MISSING = (
    "No models are installed: words in documents and file names are searched, photos and meanings are not. "
    "The starter pack comes with: bowerbird models get starter"
)
_STORE_WAIT_S = 30.0
_DECODERS = 4  # more only wait for the models


class Library(LibraryCalls):
    """A library folder, owned by this process from ``open`` to ``close``. All methods may block, and are thread-safe.

    A façade: each method is a line or two that pass a call to the part that answers it. That is why it may have more
    than twenty of them: a second object to hold would only be one more to explain. What other processes may call too is
    described in ``LibraryCalls``.
    """

    @classmethod
    def open(cls, directory: Path, *, on_event: Callable[[Event], None] = lambda _: None) -> Library:
        """Take ownership of the library in a folder, which is made if need be, and open it.

        ``on_event`` is called from the core's threads.

        Raises:
            LibraryBusy: another process owns this library.
            EnvironmentFailure: the folder cannot be written, or its settings or its catalog cannot be read.
        """
        paths = LibraryPaths(directory)
        make_private(paths.root)
        lock = OwnerLock(paths)
        lock.take()
        try:
            return cls(paths, lock, on_event)
        except BaseException:
            lock.release()
            raise

    def __init__(self, paths: LibraryPaths, lock: OwnerLock, on_event: Callable[[Event], None]) -> None:
        """Open the library whose lock is taken; see ``open``."""
        self._paths, self._lock, self._on_event = paths, lock, on_event
        self._settings = SettingsFile(paths.settings)
        settings = self._settings.now
        self._seal, self._damage = Seal(paths), Notices(paths.notices)
        self._failures = WriteFailures(lambda: on_event(Event(EventKind.FAILURES)))
        check = not self._seal.take()
        catalog, is_new = open_or_rebuild(paths.catalog, self._damage, check=check)
        self._failures.guard(lambda: catalog.folders.add(*map(Path, settings.folders)))
        self._connections = ReadConnections(paths.catalog)
        self._overview, self._reader = Overview(self._connections), CatalogReader(self._connections)
        self._pool = ExtractPool(min(_DECODERS, os.cpu_count() or 2))
        self._pool.limit(settings.cores)
        self._inference = Inference(paths.models, settings.models, threads=settings.cores)
        self._searched = SearchedSpaces(self._inference)
        store = VectorStore(paths.vectors)
        self._sync = StoreSync(catalog.outbox, self._damage, store, self._inference.spaces(), check=check or is_new)
        self._inbox = Inbox(self._failures)
        self._indexer = Indexer(
            paths, catalog, self._sync, self._pool, self._inference, self._searched, settings, self._inbox,
            self._failures, self._overview.long_files, on_event,
        )  # fmt: skip
        self._searcher = Searcher(
            paths, self._reader, store, self._inference,
            Examples(self._reader, self._pool, self._inference, self._searched.now), self._searched.now,
            lambda starts: self._inbox.post(lambda: self._sync.restart_since(starts)),
        )  # fmt: skip
        self._saved = SavedFile(paths.saved)
        self._saved_searches = SavedSearches(self._saved, self._searcher)
        self._duplicates = Duplicates(self._reader, is_as_read=is_as_read)
        self._pasted = PastedExamples(paths.examples)
        self._previewer = Previewer(self._reader, self._pool)
        self._models = ModelSelection(
            paths.models, settings.models, self._inference, self._indexer.backfill.building,
            lambda dropped: self._inbox.ask(lambda: self._indexer.use_models(dropped)).result(),
            lambda names: self._settings.change(lambda now: replace(now, models=tuple(names))), on_event,
        )  # fmt: skip
        self._folders = WatchedFolders(paths.root, self._settings, self._inbox, self._indexer, on_event)
        self._server = OwnerServer(paths, self)
        self._inbox.start(self._indexer)
        try:
            self._server.start()
        except OSError as error:
            self.close()
            raise EnvironmentFailure(f"The library {paths.root} cannot be written: {error.strerror}.") from error

    def start(self) -> None:
        """Watch the folders and index, in the background, and get ready for the first search."""
        self._folders.watch()
        if self._reader.segment_estimate():  # at the very first start models are loaded for indexing before all else
            self._inference.warm_up([space.id for space in self._searched.now() if space.takes_text])
        self._folders.scan()

    def close(self) -> None:
        """Stop everything, and leave the library to others."""
        with ExitStack() as parts:  # the last first; one that fails keeps none of the others from being closed
            parts.callback(self._lock.release)
            parts.callback(lambda: self._seal.put(closed_well=self._indexer.closed_well))
            parts.callback(self._pasted.clear)
            for part in (self._connections, self._inference, self._pool):
                parts.callback(part.close)
            parts.callback(self._inbox.stop)
            parts.callback(self._folders.close)
            parts.callback(self._server.stop)

    # folders

    def add_folder(self, folder: Path) -> None:
        """Watch one more folder, and read what is in it.

        Raises:
            UsageError: it is no folder, or one already watched covers it, or it is the library itself.
        """
        self._folders.add(folder)

    def remove_folder(self, folder: Path) -> None:
        self._folders.remove(folder)

    def suggest_folders(self) -> tuple[tuple[Path, Mapping[Kind, int]], ...]:
        """The user's usual folders that exist, with how many files of each kind a quick look finds."""
        from bowerbird.core.files.suggestions import suggest

        return suggest(self._settings.now.excludes)

    # searching

    def search(self, query: Query) -> Results:
        self._inbox.ready.wait(_STORE_WAIT_S)
        return self._damage.tell_beside(self._searcher.search(query))

    def browse(self, query: Query) -> Results:
        return self._searcher.browse(query)

    def duplicates(self) -> tuple[DuplicateGroup, ...]:
        return self._duplicates.groups()

    def saved_searches(self) -> tuple[SavedSearchState, ...]:
        self._inbox.ready.wait(_STORE_WAIT_S)
        return self._saved_searches.states()

    def saved_question(self, name: str) -> str:
        return self._saved.question(name)

    def save_search(self, name: str, question: str) -> None:
        self._saved_searches.add(name, question)

    def remove_saved(self, name: str) -> None:
        self._saved_searches.remove(name)

    def recent_questions(self) -> tuple[str, ...]:
        return self._saved.now.recent

    def remember_question(self, question: str) -> None:
        if self._settings.now.remember_questions:
            self._saved.remember(question)

    def forget_questions(self) -> None:
        self._saved_searches.forget_questions()

    def preview(self, path: Path, query: Query, moment: Locator | None, max_side: int) -> Preview:
        """A file shown large: an image of at most ``max_side`` pixels, or its text with the matches marked."""
        return self._previewer.preview(path, query, moment, max_side)

    def frame_jpeg(self, path: Path, moment: Locator | None, max_side: int) -> bytes:
        """A JPEG of a clip at a moment, its longest side at most ``max_side`` pixels; empty if there is none.

        Raises:
            BowerbirdError: the file cannot be read.
        """
        return self._previewer.frame_jpeg(path, moment, max_side)

    def restore_thumbnail(self, thumbnail: Path) -> None:
        """Have a ``Hit.thumbnail`` made again that is missing or damaged; THUMBNAILS is the event that follows."""
        self._inbox.post(lambda: self._indexer.thumbnails.request(bytes.fromhex(thumbnail.stem)))

    def paste_example(self, image: bytes) -> Path:
        """Keep a pasted PNG as a file that can be an example, until the library is closed."""
        return self._pasted.keep(image)

    # indexing

    def index(self, folders: Sequence[Path], on_progress: Callable[[Progress], None]) -> IndexReport:
        started, indexed_before = time.monotonic(), self._indexer.committer.indexed
        self._indexer.power.ignore_rules = True
        try:
            for folder in folders:
                self.add_folder(folder)
            self._folders.scan()
            self._wait_until_idle(on_progress)
        finally:
            self._indexer.power.ignore_rules = False
        return self._overview.report(self._indexer.committer.indexed - indexed_before, time.monotonic() - started)

    def _wait_until_idle(self, on_progress: Callable[[Progress], None]) -> None:
        while not self._inbox.idle.wait(0.2):
            on_progress(self._indexer.progress)
            if self._failures.waiting:
                raise EnvironmentFailure(self._failures.message)

    def pause(self) -> None:
        """Stop reading, and free the models' memory."""
        self._inbox.post(lambda: self._indexer.pause(True))

    def resume(self) -> None:
        """Go on reading."""
        self._inbox.post(lambda: self._indexer.pause(False))

    def retry(self, paths: Sequence[Path] = ()) -> int:
        """Queue these failed files again, or all of them; how many were queued."""
        return self._inbox.ask(lambda: self._indexer.retry(paths)).result()

    # the state of things

    def status(self) -> Status:
        states = self._overview.states()
        return Status(
            directory=self._paths.root,
            counts=self._overview.counts(),
            folders=self._overview.folders(),
            progress=self._indexer.progress,
            failures=states.get(FileState.FAILED, 0),
            skipped=states.get(FileState.SKIPPED, 0),
            segments=self._overview.segment_count(),
            spaces=self._searched.now(),
            changing=self._overview.changing(),
            in_part=self._overview.in_part(),
            notices=self._notices(),
            missing_walls=self._pool.missing_walls,
        )

    def _notices(self) -> tuple[str, ...]:
        notices = (
            *self._damage.tell(),
            self._settings.notice,
            self._saved.notice,
            self._failures.message,
            self._indexer.committer.problem,
            *dict.fromkeys(self._indexer.backfill.building().problems.values()),
            *self._folders.problems,
            *self._inference.problems(),
            "" if self._inference.spaces() else _MODELS_MISSING,
        )
        return tuple(notice for notice in notices if notice)

    def failures(self) -> tuple[Failure, ...]:
        return self._overview.failures()

    def doctor(self) -> tuple[Check, ...]:
        self._inbox.ready.wait(_STORE_WAIT_S)
        return checks(self._paths, self._inference, self._sync.problem, self._pool)

    def activate(self) -> bool:
        self._on_event(Event(EventKind.ACTIVATE))
        return self._folders.watched

    # models

    def models(self) -> tuple[ModelState, ...]:
        return self._models.states()

    def get_model(
        self, name: str, origin: Path | None = None, on_bytes: Callable[[int, int], None] = lambda *_: None
    ) -> None:
        self._models.get(name, origin, on_bytes)

    def use_model(self, name: str) -> None:
        self._models.use(name)

    def remove_model(self, name: str) -> None:
        self._models.remove(name)

    def cancel_model(self, name: str = "") -> None:
        """End fetching or trying this model, or all of them."""
        self._models.cancel(name)

    def verify_model(self, name: str = "") -> tuple[Check, ...]:
        return self._models.verify(name)

    # settings

    def settings(self) -> Settings:
        """What the user has set."""
        return self._settings.now

    def change_settings(self, settings: Settings) -> None:
        """Set and save; folders and models change only through their own methods."""
        before = self._settings.now
        self._settings.change(lambda now: replace(settings, folders=now.folders, models=now.models))
        self._inbox.post(lambda: self._indexer.use_settings(self._settings.now))
        self._pool.limit(settings.cores)
        if not settings.remember_questions:
            self.forget_questions()
        if settings.excludes != before.excludes:
            self._folders.scan()
