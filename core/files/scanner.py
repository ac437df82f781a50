"""Reconciles watched folders with the catalog: queues files that are new or changed, forgets those that are gone."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from bowerbird.core.catalog.jobs import Priority
from bowerbird.core.catalog.records import KnownFile
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.extractors import kind_of
from bowerbird.core.extractors.pictures import sidecars
from bowerbird.core.files.changes import Change, FileChange
from bowerbird.core.files.identity import cannot_tell, facts_of, is_offline, is_unchanged
from bowerbird.core.files.mounts import FolderVolumes, Mounts, Volume, current_mounts
from bowerbird.core.files.walk import Excludes, Walk
from bowerbird.core.state import FolderState
from bowerbird.core.types import FileFacts, FileState

log = logging.getLogger(__name__)

_FILES_A_STEP = 250  # about 10 ms: between steps the indexer serves everything else


class Scanner:
    """Looks at folders on the indexer's thread, in small steps.

    A file is forgotten if its volume is there without it, or if it is to be left out. If its volume is not there it is
    kept, and *away*: it waits for its volume to be mounted again.
    """

    def __init__(
        self, catalog: Catalog, excludes: Sequence[str], mounts: Callable[[], Mounts] = current_mounts
    ) -> None:
        """``excludes`` are the user's globs; ``mounts`` tells what is mounted."""
        self._catalog, self._mounts = catalog, mounts
        self._excludes = Excludes(excludes)
        self._returned = self._forgotten = False

    def use_excludes(self, excludes: Sequence[str]) -> None:
        """Leave out what these globs match from now on."""
        self._excludes = Excludes(excludes)

    def scan(self, folder: Path, top: Path | None = None) -> Iterator[None]:
        """Bring the catalog up to date with a watched folder, or with ``top`` inside it, a step at a time."""
        if self._is_offline(folder):
            return
        walk, volumes = Walk(folder, self._excludes, top), self._volumes(folder)
        self._catalog.seen.clear()
        files = iter(walk)
        while batch := list(islice(files, _FILES_A_STEP)):
            self._look_at(folder, batch, Priority.NORMAL, volumes)
            yield
        if not self._is_offline(folder):  # its disk may have been pulled meanwhile
            self._finish(folder, top or folder, walk)

    def _is_offline(self, folder: Path) -> bool:
        offline = is_offline(folder)
        if offline:
            self._catalog.folders.set_state(folder, FolderState.OFFLINE)
        return offline

    def _volumes(self, folder: Path) -> FolderVolumes:
        return FolderVolumes(folder, self._mounts())

    def _look_at(self, folder: Path, batch: Sequence[FileFacts], priority: Priority, volumes: FolderVolumes) -> None:
        found = [(facts, volumes.of(facts.path)) for facts in batch]
        with self._catalog.transaction():
            ids = {volume: self._id_of(volume) for volume in {volume for _, volume in found}}
            self._catalog.seen.add(
                (facts.path, self._look_at_file(folder, facts, priority, ids[volume])) for facts, volume in found
            )

    def _look_at_file(self, folder: Path, facts: FileFacts, priority: Priority, volume_id: int) -> int | None:
        """Take note of a file; returns the other volume on which it lay as it lies here now, if there is one."""
        known = self._catalog.files.facts(facts.path)
        try:
            if known is None or _is_to_read(known, facts):
                self._catalog.files.put(folder, facts, kind_of(facts.path), priority)
                self._look_again_beside(facts.path, priority)
            elif (known.facts.ctime_ns, known.facts.inode) != (facts.ctime_ns, facts.inode):
                self._catalog.files.update_facts(facts)
        except sqlite3.Error:
            raise
        except Exception:  # one odd file must not hide the others
            log.exception("a file could not be noted: %s", facts.path)
            self._catalog.files.note_unreadable(folder, facts.path, "Bowerbird cannot take note of this file.")
        if known is None or known.away or known.volume_id != volume_id:
            self._catalog.files.place(facts.path, volume_id)
            self._returned |= known is not None and known.away
        return _former_volume(known, facts, volume_id)

    def _finish(self, folder: Path, top: Path, walk: Walk) -> None:
        unreadable = {path for path, _ in walk.problems}
        hidden = tuple(str(path) + os.sep for path in unreadable)
        with self._catalog.transaction():
            for path, reason in walk.problems:
                self._catalog.files.note_unreadable(folder, path, reason)
            unseen = [path for path in self._catalog.seen.unseen(top) if not str(path).startswith(hidden)]
            succeeded = self._catalog.seen.succeeded_volumes(top)
            self._settle_missing(folder, (path for path in unseen if path not in unreadable), succeeded)
            self._catalog.volumes.prune()
            state = FolderState.UNREADABLE if folder in unreadable else FolderState.READY
            self._returned |= self._catalog.folders.state(folder) is FolderState.OFFLINE
            self._catalog.folders.set_state(folder, state)

    def _settle_missing(self, folder: Path, paths: Iterable[Path], succeeded: Collection[int] = ()) -> None:
        """Forget those of these known files that are gone, and mark those that are away.

        What was on a volume that another has ``succeeded`` is looked for there.
        """
        before = self._volumes(folder)
        missing = {path for path in paths if self._is_left_out(folder, path) or _is_missing(path)}
        now = self._volumes(folder)  # a file may have gone with its volume a moment ago
        gone = {
            path
            for path in missing
            if self._is_left_out(folder, path) or self._is_gone(path, before.of(path), now.of(path), succeeded)
        }
        self._catalog.files.forget(gone)
        self._forgotten |= bool(gone)
        for path in gone:
            self._look_again_beside(path, Priority.NORMAL)
        self._catalog.files.mark_away(missing - gone)

    def _look_again_beside(self, path: Path, priority: Priority) -> None:
        """A file has come, changed or gone: its sidecars, or what it is a sidecar of, are looked at again."""
        exact, start = sidecars.described(path.name)
        names = {*sidecars.names(path.name), *exact}
        for other in self._catalog.files.known(path.parent, names, start) if names else ():
            if sidecars.is_sidecar(path.name, other.name) or sidecars.is_sidecar(other.name, path.name):
                self._catalog.jobs.queue_changed(other, priority)

    def _is_left_out(self, folder: Path, path: Path) -> bool:
        return self._excludes.match(path.relative_to(folder))

    def _is_gone(self, path: Path, before: Volume, now: Volume, succeeded: Collection[int]) -> bool:
        """Whether the volume of a missing file was there ``before`` it was looked for, and is ``now``."""
        known = self._catalog.files.facts(path)
        if known is None or known.volume_id is None:
            return True
        return before == now and known.volume_id in (self._id_of(now), *succeeded)

    def _id_of(self, volume: Volume) -> int:
        return self._catalog.volumes.id_of(volume.mount_point, volume.identity)

    def apply(self, changes: Sequence[FileChange]) -> list[tuple[Path, Path]]:
        """Take the changes that a watcher reported.

        Returns:
            Folders to scan, as pairs of the watched folder and the folder in it.
        """
        others = {path for change in changes for path in self._other_names(change.path)}
        by_folder: dict[Path, list[FileChange]] = {}
        for change in (*changes, *(FileChange(path, Change.PRESENT) for path in others)):
            if folder := self.folder_of(change.path):
                by_folder.setdefault(folder, []).append(change)
        with self._catalog.transaction():
            return [scan for folder, changes in by_folder.items() for scan in self._apply_in(folder, changes)]

    def _other_names(self, path: Path) -> list[Path]:
        """A file with several names is told to have changed under one of them, which may be new."""
        present = facts_of(path)
        return self._catalog.files.other_names(path, present.inode if present else 0)

    def _apply_in(self, folder: Path, changes: Sequence[FileChange]) -> list[tuple[Path, Path]]:
        folders = [change.path for change in changes if _is_folder(change, folder)]
        paths = [change.path for change in changes if change.path not in folders]
        found = [facts for path in paths if not self._is_left_out(folder, path) and (facts := facts_of(path))]
        self._look_at(folder, found, Priority.URGENT, self._volumes(folder))
        missing = [path for path in paths if _is_missing(path)]
        if missing and not self._is_offline(folder):
            self._settle_missing(folder, (known for path in missing for known in self._catalog.files.below(path)))
            folders += [path for path in missing if self._catalog.files.any_away(path)]  # to say so once that is done
        return [(folder, path) for path in folders]

    def give_up(self, folder: Path, top: Path | None) -> None:
        """Note among the failures that a folder could not be looked through, for a reason of ours."""
        with self._catalog.transaction():
            self._catalog.files.note_unreadable(folder, top or folder, "Bowerbird made a mistake; the log has details.")

    def take_returned(self) -> bool:
        """Whether a folder or a volume that was away has come back since the last call."""
        returned, self._returned = self._returned, False
        return returned

    def take_forgotten(self) -> bool:
        """Whether files have been forgotten since the last call."""
        forgotten, self._forgotten = self._forgotten, False
        return forgotten

    def folder_of(self, path: Path) -> Path | None:
        """The watched folder that a path lies in; None if there is none."""
        return next(
            (folder for folder in self._catalog.folders.paths() if path == folder or folder in path.parents), None
        )


def _is_folder(change: FileChange, watched: Path) -> bool:
    return change.path == watched or (change.change is Change.PRESENT and change.path.is_dir())


def _is_to_read(known: KnownFile, facts: FileFacts) -> bool:
    """Whether a known file changed, or could not be read, perhaps since its disk was being pulled."""
    return not is_unchanged(known.facts, facts) or (known.away and known.state is FileState.FAILED)


def _is_missing(path: Path) -> bool:
    """Whether there surely is no regular file at a path."""
    return facts_of(path) is None and not cannot_tell(path)


def _former_volume(known: KnownFile | None, facts: FileFacts, volume_id: int) -> int | None:
    """The other volume on which a file lay as it lies here now."""
    if known is None or known.volume_id == volume_id:
        return None
    return known.volume_id if (known.facts.size, known.facts.mtime_ns) == (facts.size, facts.mtime_ns) else None
