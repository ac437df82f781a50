"""The folders that the user named."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from bowerbird.core.errors import UsageError
from bowerbird.core.files.mounts import MountWatcher, lies_on
from bowerbird.core.files.watched import check_new_folder
from bowerbird.core.files.watcher import Watcher
from bowerbird.core.indexing.inbox import Inbox
from bowerbird.core.indexing.indexer import GRACE_S, Indexer
from bowerbird.core.paths import absolute
from bowerbird.core.settings import Settings, SettingsFile
from bowerbird.core.state import Event, EventKind


class WatchedFolders:
    """Keeps them in the settings and the catalog alike, has them scanned, and watches them. Safe from any thread."""

    def __init__(
        self,
        library: Path,
        settings: SettingsFile,
        inbox: Inbox,
        indexer: Indexer,
        on_event: Callable[[Event], None],
    ) -> None:
        """Nothing is watched before ``watch``. ``library`` is the library's own folder, which is no one's to watch."""
        self._library, self._settings, self._on_event = library, settings, on_event
        self._inbox, self._indexer = inbox, indexer
        self._watcher: Watcher | None = None
        self._mounts: MountWatcher | None = None

    @property
    def paths(self) -> list[Path]:
        """The folders, from the root."""
        return [Path(folder) for folder in self._settings.now.folders]

    @property
    def watched(self) -> bool:
        """Whether changes are noticed as they happen."""
        return self._watcher is not None

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about folders that can only be looked at now and then."""
        return self._watcher.problems if self._watcher else ()

    def watch(self) -> None:
        """Notice changes from now on."""
        self._indexer.grace_s = GRACE_S
        self._watcher = Watcher(lambda changes: self._inbox.post(lambda: self._indexer.scans.apply(changes)))
        self._mounts = MountWatcher(self._remount)
        for folder in self.paths:
            self._watcher.watch(folder)

    def _remount(self, mount_points: Collection[Path]) -> None:
        """A disk came or went: notifications do not say so, and are not given for what was mounted later."""
        for folder in self.paths:
            if lies_on(folder, mount_points) and self._watcher:
                self._watcher.unwatch(folder)
                self._watcher.watch(folder)
                self._scan(folder)  # all of it: what happened meanwhile was not noticed

    def scan(self) -> None:
        """Have all of them scanned, and read what is new or was left unfinished."""
        for folder in self.paths:
            self._scan(folder)
        self._inbox.post(self._indexer.begin)

    def _scan(self, folder: Path) -> None:
        self._inbox.post(lambda: self._indexer.scans.add([(folder, None)]))

    def add(self, folder: Path) -> None:
        """Watch one more folder, and have it scanned; one that is known stays as it is.

        Raises:
            UsageError: it is no folder, or one already watched covers it, or it is the library itself.
        """
        folder = absolute(str(folder))
        if folder in self.paths:
            return
        self._settings.change(lambda now: self._with_folder(folder, now))
        if self._watcher:
            self._watcher.watch(folder)
        self._scan(folder)
        self._on_event(Event(EventKind.FOLDERS))

    def _with_folder(self, folder: Path, now: Settings) -> Settings:
        """The settings with a folder that the catalog has taken: one that it cannot take is not in them either."""
        check_new_folder(folder, self._library, self.paths)
        self._inbox.ask(lambda: self._indexer.add_folder(folder)).result()
        return replace(now, folders=tuple(dict.fromkeys((*now.folders, str(folder)))))

    def remove(self, folder: Path) -> None:
        """Forget a watched folder and what was read from it.

        Raises:
            UsageError: it is not watched.
        """
        folder = absolute(str(folder))
        if folder not in self.paths:
            raise UsageError(f"{folder} is not watched.")
        if self._watcher:
            self._watcher.unwatch(folder)
        self._settings.change(lambda now: replace(now, folders=tuple(f for f in now.folders if f != str(folder))))
        self._inbox.ask(lambda: self._indexer.remove_folder(folder)).result()
        self._on_event(Event(EventKind.FOLDERS))

    def close(self) -> None:
        """Watch no more."""
        if self._mounts:
            self._mounts.close()
        if self._watcher:
            self._watcher.close()
