"""Reconciles watched folders with the catalog: what is new or changed is queued, what is gone is forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bowerbird.core.catalog.writer import NORMAL, URGENT, Catalog
from bowerbird.core.extractors import kind_of
from bowerbird.core.files.identity import facts_of, is_offline
from bowerbird.core.files.walk import Excludes, Walk
from bowerbird.core.state import FolderState
from bowerbird.core.types import Change, FileChange, FileFacts, FileState

_FILES_A_STEP = 250  # about 10 ms: between steps the indexer serves everything else


class Scanner:
    """Looks at folders on the indexer's thread, in small steps."""

    def __init__(self, catalog: Catalog, excludes: Sequence[str]) -> None:
        """``excludes`` are the user's globs."""
        self._catalog = catalog
        self._excludes = Excludes(excludes)
        self.returned = False
        """Whether a folder that was away has come back: set here, cleared by whoever sees to it."""

    def scan(self, folder: Path, top: Path | None = None) -> Iterator[None]:
        """Bring the catalog up to date with a watched folder, or with ``top`` inside it, a step at a time."""
        known = bool(self._catalog.paths_under(folder)[:1]) if top is None else False
        if top is None and is_offline(folder, known=known):
            self._catalog.set_folder_state(folder, FolderState.OFFLINE)
            return
        walk = Walk(folder, self._excludes, top)
        self._catalog.begin_scan()
        found = iter(walk)
        while batch := list(islice(found, _FILES_A_STEP)):
            self._look_at(folder, batch, NORMAL)
            yield
        self._finish(folder, top or folder, walk)

    def _look_at(self, folder: Path, batch: Sequence[FileFacts], priority: int) -> None:
        with self._catalog.transaction():
            self._catalog.saw(facts.path for facts in batch)
            for facts in batch:
                if _changed(facts, self._catalog.facts(facts.path)):
                    self._catalog.queue(folder, facts, kind_of(facts.path), priority)

    def _finish(self, folder: Path, top: Path, walk: Walk) -> None:
        unreadable = [path for path, _ in walk.problems]
        with self._catalog.transaction():
            for path, reason in walk.problems:
                self._catalog.note_unreadable(folder, path, reason)
            hidden = tuple(str(path) + "/" for path in unreadable)
            gone = [path for path in self._catalog.unseen(top) if not str(path).startswith(hidden)]
            self._catalog.forget(path for path in gone if path not in set(unreadable))
            state = FolderState.UNREADABLE if folder in unreadable else FolderState.READY
            self.returned |= self._catalog.folder_state(folder) is FolderState.OFFLINE
            self._catalog.set_folder_state(folder, state)

    def apply(self, changes: Sequence[FileChange]) -> list[tuple[Path, Path]]:
        """Take a watcher's news; folders to scan come back as (watched folder, folder to scan)."""
        to_scan = []
        with self._catalog.transaction():
            for change in changes:
                folder = self.folder_of(change.path)
                if folder is None:
                    continue
                if change.path == folder or (change.change is Change.PRESENT and change.path.is_dir()):
                    to_scan.append((folder, change.path))
                else:
                    self._apply_one(folder, change.path)
        return to_scan

    def _apply_one(self, folder: Path, path: Path) -> None:
        facts = facts_of(path)
        if facts is None:
            if folder.exists():  # a folder that went away with its disk keeps what was found in it
                self._catalog.forget(self._catalog.paths_under(path))
        elif not self._excludes.match(path.relative_to(folder)):
            self._look_at(folder, [facts], URGENT)

    def look_again(self, path: Path) -> list[tuple[Path, Path]]:
        """A file vanished or changed while it was read."""
        if facts := facts_of(path):
            self._catalog.touch(facts)
            return []
        return self.apply([FileChange(path, Change.GONE)])

    def folder_of(self, path: Path) -> Path | None:
        """The watched folder that a path lies in."""
        return next((folder for folder in self._catalog.folders() if path == folder or folder in path.parents), None)


def _changed(facts: FileFacts, known: tuple[FileFacts, FileState] | None) -> bool:
    return known is None or known[0] != facts
