"""Reconciles watched folders with the catalog: queues files that are new or changed, forgets those that are gone."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bowerbird.core.catalog.jobs import Priority
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.extractors import kind_of
from bowerbird.core.files.identity import cannot_tell, facts_of, is_offline
from bowerbird.core.files.walk import Excludes, Walk
from bowerbird.core.state import FolderState
from bowerbird.core.types import Change, FileChange, FileFacts, FileState

log = logging.getLogger(__name__)

_FILES_A_STEP = 250  # about 10 ms: between steps the indexer serves everything else


class Scanner:
    """Looks at folders on the indexer's thread, in small steps."""

    def __init__(self, catalog: Catalog, excludes: Sequence[str]) -> None:
        """``excludes`` are the user's globs."""
        self._catalog = catalog
        self._excludes = Excludes(excludes)
        self._returned = False

    def use_excludes(self, excludes: Sequence[str]) -> None:
        """Leave out what these globs match from now on."""
        self._excludes = Excludes(excludes)

    def scan(self, folder: Path, top: Path | None = None) -> Iterator[None]:
        """Bring the catalog up to date with a watched folder, or with ``top`` inside it, a step at a time."""
        if self._is_away(folder):
            return
        walk = Walk(folder, self._excludes, top)
        self._catalog.files.begin_scan()
        files = iter(walk)
        while batch := list(islice(files, _FILES_A_STEP)):
            self._look_at(folder, batch, Priority.NORMAL)
            yield
        if not self._is_away(folder):  # its disk may have been pulled meanwhile
            self._finish(folder, top or folder, walk)

    def _is_away(self, folder: Path) -> bool:
        away = is_offline(folder, known=self._catalog.files.any_below(folder))
        if away:
            self._catalog.folders.set_state(folder, FolderState.OFFLINE)
        return away

    def _look_at(self, folder: Path, batch: Sequence[FileFacts], priority: Priority) -> None:
        with self._catalog.transaction():
            self._catalog.files.add_seen(facts.path for facts in batch)
            for facts in batch:
                self._look_at_file(folder, facts, priority)

    def _look_at_file(self, folder: Path, facts: FileFacts, priority: Priority) -> None:
        try:
            if _changed(facts, self._catalog.files.facts(facts.path)):
                self._catalog.files.put(folder, facts, kind_of(facts.path), priority)
        except sqlite3.Error:
            raise
        except Exception:  # one odd file must not hide the others
            log.exception("a file could not be noted: %s", facts.path)
            self._catalog.files.note_unreadable(folder, facts.path, "Bowerbird cannot take note of this file.")

    def _finish(self, folder: Path, top: Path, walk: Walk) -> None:
        unreadable = [path for path, _ in walk.problems]
        with self._catalog.transaction():
            for path, reason in walk.problems:
                self._catalog.files.note_unreadable(folder, path, reason)
            hidden = tuple(str(path) + "/" for path in unreadable)
            unseen = [path for path in self._catalog.files.unseen(top) if not str(path).startswith(hidden)]
            gone = [path for path in unseen if path not in unreadable and not cannot_tell(path)]
            self._catalog.files.forget([*gone, *({top} - set(unreadable))])  # the top: what was noted of it before
            state = FolderState.UNREADABLE if folder in unreadable else FolderState.READY
            self._returned |= self._catalog.folders.state(folder) is FolderState.OFFLINE
            self._catalog.folders.set_state(folder, state)

    def apply(self, changes: Sequence[FileChange]) -> list[tuple[Path, Path]]:
        """Take the changes that a watcher reported.

        Returns:
            Folders to scan, as pairs of the watched folder and the folder in it.
        """
        to_scan = []
        with self._catalog.transaction():
            for change in changes:
                folder = self.folder_of(change.path)
                if folder is None:
                    continue
                if change.path == folder or (change.change is Change.PRESENT and change.path.is_dir()):
                    to_scan.append((folder, change.path))
                    if self._catalog.files.facts(change.path):  # a file until now, or a folder that could not be read
                        self._catalog.files.forget([change.path])
                else:
                    self._apply_file(folder, change.path)
        return to_scan

    def _apply_file(self, folder: Path, path: Path) -> None:
        facts = facts_of(path)
        if facts is None:
            if cannot_tell(path):
                return
            if folder.exists():
                self._catalog.files.forget(self._catalog.files.below(path))
            else:  # it went with its disk, and keeps its files; they are read when it is back
                self._catalog.folders.set_state(folder, FolderState.OFFLINE)
        elif not self._excludes.match(path.relative_to(folder)):
            self._look_at(folder, [facts], Priority.URGENT)

    def give_up(self, folder: Path, top: Path | None) -> None:
        """Note among the failures that a folder could not be looked through, for a reason of ours."""
        with self._catalog.transaction():
            self._catalog.files.note_unreadable(folder, top or folder, "Bowerbird made a mistake; the log has details.")

    def take_returned(self) -> bool:
        """Whether a folder that was away has come back since the last call."""
        returned, self._returned = self._returned, False
        return returned

    def folder_of(self, path: Path) -> Path | None:
        """The watched folder that a path lies in; None if there is none."""
        return next(
            (folder for folder in self._catalog.folders.paths() if path == folder or folder in path.parents), None
        )


def _changed(facts: FileFacts, known: tuple[FileFacts, FileState] | None) -> bool:
    return known is None or known[0] != facts
