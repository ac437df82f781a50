"""Loads small pictures in threads of their own and keeps the recently used ones in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap

from bowerbird.gui.widgets.jpeg import JPEG

_CACHE_BYTES = 160 * 1024 * 1024
_THREADS = 2
_MAX_SIDE = 640
_MAX_QUEUE = 96  # scrolled past and not loaded yet: the oldest are dropped


class Thumbnails(QObject):
    """A cache of pictures by path. Only files that Bowerbird wrote are opened here, the latest request first."""

    ready = Signal()
    """More pictures have been loaded."""
    unreadable = Signal(object)
    """There is no picture at this path, or a damaged one; said once of each."""
    _loaded = Signal(object, QImage)

    def __init__(self, parent: QObject) -> None:
        """An empty cache."""
        super().__init__(parent)
        self._cache: OrderedDict[Path, QPixmap | None] = OrderedDict()
        self._queue: list[Path] = []
        self._requested: set[Path] = set()
        self._unreadable: set[Path] = set()
        self._lock = threading.Lock()
        self._bytes = 0
        self._closed = False
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="thumbnail")
        self._loaded.connect(self._store, Qt.ConnectionType.QueuedConnection)

    def get(self, path: Path) -> QPixmap | None:
        """The picture; None while it is being loaded (``ready`` follows), and for a file that cannot be read."""
        if path in self._cache:
            self._cache.move_to_end(path)
            return self._cache[path]
        if path not in self._requested and not self._closed:
            self._request(path)
        return None

    def load_again(self) -> None:
        """Pictures that could not be read may be there now; ``ready`` follows."""
        for path in [path for path, picture in self._cache.items() if picture is None]:
            del self._cache[path]
        self.ready.emit()

    def close(self) -> None:
        """Load no more. A window that is closing may still ask for pictures, and gets those in the cache."""
        self._closed = True
        with self._lock:
            self._queue.clear()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _request(self, path: Path) -> None:
        self._requested.add(path)
        with self._lock:
            self._queue.append(path)
            if len(self._queue) > _MAX_QUEUE:
                self._requested.discard(self._queue.pop(0))
        self._threads.submit(self._load_next)

    def _load_next(self) -> None:
        with self._lock:
            path = self._queue.pop() if self._queue else None
        if path is not None:
            self._loaded.emit(path, _load(path))

    def _store(self, path: Path, image: QImage) -> None:
        self._requested.discard(path)
        self._cache[path] = None if image.isNull() else QPixmap.fromImage(image)
        self._bytes += image.sizeInBytes()
        while self._bytes > _CACHE_BYTES and len(self._cache) > 1:
            _, oldest = self._cache.popitem(last=False)
            self._bytes -= oldest.width() * oldest.height() * 4 if oldest else 0
        if image.isNull() and path not in self._unreadable:
            self._unreadable.add(path)
            self.unreadable.emit(path)
        self.ready.emit()


def _load(path: Path) -> QImage:
    """A file as an image of at most ``_MAX_SIDE`` pixels a side, four bytes a pixel; null if it cannot be read."""
    reader = QImageReader(str(path), JPEG)
    full_size = reader.size()
    if full_size.isValid() and max(full_size.width(), full_size.height()) > _MAX_SIDE:
        reader.setScaledSize(full_size.scaled(QSize(_MAX_SIDE, _MAX_SIDE), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return image if image.isNull() else image.convertToFormat(QImage.Format.Format_RGB32)
