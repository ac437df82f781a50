"""What the window knows of its library (folders, counts, progress) and the changes it asks of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from bowerbird.core.state import Event, EventKind, Progress, Status
from bowerbird.gui.bridge import Bridge
from bowerbird.gui.widgets.widgets import single_shot

_STATUS_MS = 400  # the status is asked for no more often than this while events come in
_CONTENT_CHANGES = (EventKind.FILES, EventKind.FOLDERS, EventKind.MODELS)


class LibraryState(QObject):
    """Keeps the latest ``Status`` and turns the library's events into signals."""

    status_changed = Signal(object)
    """A ``Status``."""
    progress_changed = Signal(object)
    """A ``Progress``; comes more often than a whole status."""
    content_changed = Signal()
    """Files, folders or models have changed: the same search may have other results."""
    folder_removed = Signal()
    failures_changed = Signal()
    models_changed = Signal()
    thumbnails_changed = Signal()
    activation_requested = Signal()
    """A second start of Bowerbird asks this window to come to the front."""

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        """Without a status until ``refresh``."""
        super().__init__(parent)
        self._bridge = bridge
        self.status: Status | None = None
        self._refresh_timer = single_shot(self, _STATUS_MS, self.refresh)
        bridge.event_received.connect(self._on_event)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The watched folders."""
        return tuple(folder.path for folder in self.status.folders) if self.status else ()

    def refresh(self) -> None:
        """Ask the library for its status; ``status_changed`` follows."""
        self._bridge.latest("status", lambda library: library.status(), self._set_status)

    def add_folder(self, folder: Path) -> None:
        """Watch one more folder."""
        self._bridge.call(lambda library: library.add_folder(folder), lambda _: self.refresh())

    def remove_folder(self, folder: Path) -> None:
        """Watch a folder no longer, and forget its files."""
        self._bridge.call(lambda library: library.remove_folder(folder), lambda _: self._on_folder_removed())

    def pause(self, paused: bool) -> None:
        """Stop reading files, or go on."""
        self._bridge.call(lambda library: library.pause() if paused else library.resume(), lambda _: self.refresh())

    def retry(self, paths: tuple[Path, ...] = ()) -> None:
        """Read failed files again: those named, or all of them."""
        self._bridge.call(lambda library: library.retry(paths), lambda _: self.failures_changed.emit())

    def restore_thumbnail(self, path: Path) -> None:
        """Have a thumbnail made again that cannot be shown; ``thumbnails_changed`` follows."""
        self._bridge.call(lambda library: library.restore_thumbnail(path))

    def _set_status(self, status: Status) -> None:
        self.status = status
        self.status_changed.emit(status)
        self.progress_changed.emit(status.progress)

    def _set_progress(self, progress: Progress) -> None:
        if self.status:
            self.status = replace(self.status, progress=progress)
        self.progress_changed.emit(progress)

    def _on_folder_removed(self) -> None:
        self.refresh()
        self.folder_removed.emit()

    def _on_event(self, event: Event) -> None:
        if event.kind is EventKind.ACTIVATE:
            self.activation_requested.emit()
            return
        if event.kind is EventKind.THUMBNAILS:
            self.thumbnails_changed.emit()
            return
        if event.kind is EventKind.PROGRESS and event.progress:
            self._set_progress(event.progress)
        elif event.kind is EventKind.FAILURES:
            self.failures_changed.emit()
        elif event.kind is EventKind.MODELS:
            self.models_changed.emit()
        if event.kind in _CONTENT_CHANGES:
            self.content_changed.emit()
        if not self._refresh_timer.isActive():
            self._refresh_timer.start()
