"""The library: the one object that the window and the command line hold. Everything else in core is behind it."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bowerbird.core.answers import Preview, Results
from bowerbird.core.catalog.reader import CatalogView
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.doctor import checks
from bowerbird.core.errors import EnvironmentFailure, StoreDamaged, UsageError
from bowerbird.core.files.watcher import Watcher
from bowerbird.core.indexing.indexer import Indexer
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.selection import ModelsInUse
from bowerbird.core.owner.lock import OwnerLock
from bowerbird.core.owner.server import OwnerServer
from bowerbird.core.paths import LibraryPaths, absolute
from bowerbird.core.search.examples import Examples
from bowerbird.core.search.previews import Previewer
from bowerbird.core.search.searcher import Searcher
from bowerbird.core.settings import Settings, SettingsFile
from bowerbird.core.state import Check, Event, EventKind, Failure, IndexReport, ModelState, Progress, Status
from bowerbird.core.types import FileState, Kind, Locator, Query
from bowerbird.core.vectors.store import VectorStore
from bowerbird.core.vectors.sync import StoreSync

log = logging.getLogger(__name__)

_MODELS_MISSING = (
    "No models are installed: words in documents and file names are searched, photos and meanings are not. "
    "The starter pack comes with: bowerbird models get starter"
)
_STORE_WAIT_S = 30.0
_DECODERS = 4  # more only wait for the models


class Library:
    """A library folder, owned by this process. Every method may block; all are safe from any thread."""

    def __init__(self, directory: Path, *, on_event: Callable[[Event], None] = lambda _: None) -> None:
        """Name the folder; nothing is opened or imported yet. ``on_event`` is called from the core's threads."""
        self._paths = LibraryPaths(directory)
        self._on_event = on_event
        self._notices: list[str] = []
        self._lock, self._server = OwnerLock(self._paths), OwnerServer(self._paths, self)

    # life

    def open(self) -> None:
        """Take ownership and open the stores.

        Raises:
            LibraryBusy: another process owns this library.
            EnvironmentFailure: the folder cannot be written, or its settings cannot be read.
        """
        _make(self._paths.root)
        self._lock.take()
        try:
            self._open()
        except BaseException:
            self._lock.release()
            raise
        try:
            self._server.start()
        except OSError as error:
            self.close()
            raise EnvironmentFailure(f"The library {self._paths.root} cannot be written: {error.strerror}.") from error

    def _open(self) -> None:
        self._settings = SettingsFile(self._paths.settings)
        settings = self._settings.now
        catalog = self._open_catalog()
        for folder in settings.folders:
            catalog.add_folder(Path(folder))
        self._inference = Inference(self._paths.models, settings.models, threads=settings.cores)
        self._pool = ExtractPool(min(_DECODERS, os.cpu_count() or 2))
        self._pool.limit(settings.cores)
        self._view = CatalogView(self._paths.catalog)
        store = VectorStore(self._paths.vectors)
        self._sync = StoreSync(catalog, store, self._inference.spaces())
        self._indexer = Indexer(
            self._paths,
            catalog,
            self._view.long_files,
            self._sync,
            self._pool,
            self._inference,
            settings,
            self._on_event,
        )
        self._watcher: Watcher | None = None
        self._indexer.start()
        searched = self._indexer.builder.searched
        self._searcher = Searcher(
            self._paths,
            self._view,
            store,
            self._inference,
            Examples(self._view, self._pool, self._inference, searched),
            searched,
            on_damage=lambda: self._indexer.post(self._sync.mend),
        )
        self._models = ModelsInUse(
            self._paths.models,
            settings.models,
            self._inference,
            self._indexer.builder.building,
            lambda dropped: self._indexer.ask(lambda: self._indexer.use_models(dropped)).result(),
            self._use_models,
            self._on_event,
        )
        self._previewer = Previewer(self._view, self._pool)

    def _open_catalog(self) -> Catalog:
        try:
            catalog = Catalog(self._paths.catalog)
            if complaint := catalog.check():
                catalog.close()
                raise StoreDamaged(complaint)
        except (StoreDamaged, sqlite3.DatabaseError) as error:
            log.warning("the catalog is damaged", exc_info=error)
            kept = _set_aside(self._paths.catalog)
            self._notices.append(
                f"The catalog was damaged. It is being rebuilt from your folders; the old one is {kept}."
            )
            catalog = Catalog(self._paths.catalog)
        return catalog

    def start(self) -> None:
        """Watch the folders and index, in the background, and get ready for the first search."""
        self._watcher = Watcher(self._indexer.changed)
        for folder in self._folders():
            self._watcher.watch(folder)
        if self._view.roughly_segments():  # at the very first start models are prepared for indexing before all else
            self._inference.warm_up([space.id for space in self._indexer.builder.searched() if space.takes_text])
        self._begin()

    def _begin(self) -> None:
        self._indexer.catch_up()
        for folder in self._folders():
            self._indexer.scan(folder)
        self._indexer.begin()

    def close(self) -> None:
        """Stop everything, and leave the library to others."""
        self._server.stop()
        if self._watcher:
            self._watcher.close()
        self._indexer.stop()
        self._pool.close()
        self._inference.close()
        self._view.close()
        _clear(self._paths.examples)
        self._lock.release()

    # folders

    def _folders(self) -> list[Path]:
        return [Path(folder) for folder in self._settings.now.folders]

    def add_folder(self, folder: Path) -> None:
        """Watch one more folder, and read what is in it.

        Raises:
            UsageError: it is no folder, or one already watched covers it, or it is the library itself.
        """
        folder = absolute(str(folder))
        if folder in self._folders():
            return
        self._settings.change(lambda now: self._added(folder, now))
        if self._watcher:
            self._watcher.watch(folder)
        self._indexer.scan(folder)
        self._on_event(Event(EventKind.FOLDERS))

    def _added(self, folder: Path, now: Settings) -> Settings:
        """The settings with a folder that the catalog has taken: one that it cannot take is not in them either."""
        self._check_folder(folder)
        self._indexer.ask(lambda: self._indexer.add_folder(folder)).result()
        return replace(now, folders=tuple(dict.fromkeys((*now.folders, str(folder)))))

    def _check_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder.")
        root = self._paths.root.resolve()
        if root == folder.resolve() or root in folder.resolve().parents:
            raise UsageError(f"{folder} is Bowerbird's own library; choose another folder.")
        for known in self._folders():
            if known in folder.parents:
                raise UsageError(f"{folder} is inside {known}, which is watched already.")
            if folder in known.parents:
                raise UsageError(f"{folder} holds {known}, which is watched already. Remove that one first.")

    def remove_folder(self, folder: Path) -> None:
        """Forget a watched folder and what was read from it. The user's files are not touched.

        Raises:
            UsageError: it is not watched.
        """
        folder = absolute(str(folder))
        if folder not in self._folders():
            raise UsageError(f"{folder} is not watched.")
        if self._watcher:
            self._watcher.unwatch(folder)
        self._settings.change(lambda now: replace(now, folders=tuple(f for f in now.folders if f != str(folder))))
        self._indexer.ask(lambda: self._indexer.remove_folder(folder)).result()
        self._on_event(Event(EventKind.FOLDERS))

    def suggest_folders(self) -> tuple[tuple[Path, Mapping[Kind, int]], ...]:
        """The user's usual folders that exist, with how many files of each kind a quick look finds."""
        from bowerbird.core.files.suggestions import suggest

        return suggest(self._settings.now.excludes)

    # searching

    def search(self, query: Query) -> Results:
        """The files that answer a query best.

        Raises:
            FileError: an example cannot be read.
        """
        self._indexer.ready.wait(_STORE_WAIT_S)
        return self._searcher.search(query)

    def browse(self, query: Query) -> Results:
        """The newest files that pass a query's filters."""
        return self._searcher.browse(query)

    def preview(self, path: Path, query: Query, moment: Locator | None, max_side: int) -> Preview:
        """A file shown large: an image of at most ``max_side`` pixels, or its text with the matches marked."""
        return self._previewer.preview(path, query, moment, max_side)

    def frame_jpeg(self, path: Path, moment: Locator | None, max_side: int) -> bytes:
        """A JPEG of a clip at a moment, its longest side at most ``max_side`` pixels; empty if there is none.

        Raises:
            BowerbirdError: the file cannot be read.
        """
        return self._previewer.frame_jpeg(path, moment, max_side)

    def paste_example(self, image: bytes) -> Path:
        """Keep a pasted PNG as a file that can be an example, until the library is closed."""
        _make(self._paths.examples)
        path = self._paths.examples / f"pasted-{time.time_ns()}.png"
        path.write_bytes(image)
        return path

    # indexing

    def index(self, folders: Sequence[Path], on_progress: Callable[[Progress], None]) -> IndexReport:
        """Watch these folders too, read all that is new, and wait until that is done.

        Raises:
            UsageError: one of them cannot be watched.
        """
        started, before = time.monotonic(), self._indexer.indexed
        self._indexer.insisted = True
        for folder in folders:
            self.add_folder(folder)
        self._begin()
        while not self._indexer.idle.wait(0.2):
            on_progress(self._indexer.progress())
            if self._indexer.stuck:
                raise EnvironmentFailure(self._indexer.trouble)
        self._indexer.insisted = False
        return self._report(self._indexer.indexed - before, time.monotonic() - started)

    def _report(self, indexed: int, took_s: float) -> IndexReport:
        states, offline = self._view.states(), self._view.offline()
        seen = sum(states.values()) - offline
        files = {
            "seen": seen,
            "indexed": indexed,
            "unchanged": max(0, states.get(FileState.INDEXED, 0) - offline - indexed),
            "skipped": states.get(FileState.SKIPPED, 0),
            "failed": states.get(FileState.FAILED, 0),
            "offline": offline,
        }
        return IndexReport(files, self._view.segments_in_all(), took_s, self._view.failures())

    def pause(self) -> None:
        """Stop reading, and free the models' memory."""
        self._indexer.pause(True)

    def resume(self) -> None:
        """Go on reading."""
        self._indexer.pause(False)

    def retry(self, paths: Sequence[Path] = ()) -> int:
        """Read these failed files again, or all of them; how many."""
        return self._indexer.ask(lambda: self._indexer.retry(paths)).result()

    # the state of things

    def status(self) -> Status:
        """The library at a glance."""
        states = self._view.states()
        return Status(
            directory=self._paths.root,
            counts=self._view.counts(),
            folders=self._view.folders(),
            progress=self._indexer.progress(),
            failures=states.get(FileState.FAILED, 0),
            skipped=states.get(FileState.SKIPPED, 0),
            segments=self._view.segments_in_all(),
            spaces=self._indexer.builder.searched(),
            notices=self._all_notices(),
        )

    def _all_notices(self) -> tuple[str, ...]:
        missing = () if self._inference.spaces() else (_MODELS_MISSING,)
        watching = self._watcher.problems if self._watcher else ()
        now = (
            self._sync.notice,
            self._indexer.trouble,
            *dict.fromkeys(self._indexer.builder.problems.values()),
            *watching,
            *self._inference.problems(),
            *missing,
        )
        return tuple(notice for notice in (*self._notices, *now) if notice)

    def failures(self) -> tuple[Failure, ...]:
        """The files that could not be read, and why."""
        return self._view.failures()

    def models(self) -> tuple[ModelState, ...]:
        """The models Bowerbird knows, whether they are here, and which are used."""
        return self._models.states()

    def get_model(
        self, name: str, origin: Path | None = None, on_bytes: Callable[[int, int], None] = lambda *_: None
    ) -> None:
        """See ``ModelsInUse.get``."""
        self._models.get(name, origin, on_bytes)

    def use_model(self, name: str) -> None:
        """See ``ModelsInUse.use``."""
        self._models.use(name)

    def remove_model(self, name: str) -> None:
        """See ``ModelsInUse.remove``."""
        self._models.remove(name)

    def cancel_model(self, name: str = "") -> None:
        """See ``ModelsInUse.cancel``."""
        self._models.cancel(name)

    def verify_model(self, name: str = "") -> tuple[Check, ...]:
        """See ``ModelsInUse.verify``."""
        return self._models.verify(name)

    def _use_models(self, names: Sequence[str]) -> None:
        self._settings.change(lambda now: replace(now, models=tuple(names)))

    def doctor(self) -> tuple[Check, ...]:
        """Self-test: models, stores, disk."""
        self._indexer.ready.wait(_STORE_WAIT_S)
        return checks(self._paths, self._inference, self._sync.notice)

    def settings(self) -> Settings:
        """What the user has set."""
        return self._settings.now

    def change_settings(self, settings: Settings) -> None:
        """Set and save; folders and models change only through their own methods."""
        self._settings.change(lambda now: replace(settings, folders=now.folders, models=now.models))
        self._indexer.use(self._settings.now)
        self._pool.limit(settings.cores)
        self._begin()

    def activate(self) -> bool:
        """Bring the window of this library to the front; False if it has none."""
        self._on_event(Event(EventKind.ACTIVATE))
        return self._watcher is not None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise EnvironmentFailure(f"The library folder {folder} cannot be written: {error.strerror}.") from error


def _set_aside(catalog: Path) -> Path:
    kept = catalog.with_suffix(f".damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    catalog.rename(kept)
    for suffix in ("-wal", "-shm"):
        catalog.with_name(catalog.name + suffix).unlink(missing_ok=True)
    return kept


def _clear(folder: Path) -> None:
    for leftover in folder.glob("pasted-*"):
        leftover.unlink(missing_ok=True)
