"""Small pictures, read behind the UI thread's back and kept while there is room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap

_ROOM_BYTES = 160 * 1024 * 1024
_THREADS = 2
_LONGEST = 640
_WAITING = 96  # scrolled past and still waiting: the oldest are dropped


class Thumbnails(QObject):
    """Pictures by path. Only files that Bowerbird made are read here, the ones asked for last first."""

    ready = Signal()
    _read = Signal(object, QImage)

    def __init__(self, parent: QObject) -> None:
        """Nothing is read yet."""
        super().__init__(parent)
        self._kept: OrderedDict[Path, QPixmap | None] = OrderedDict()
        self._waiting: list[Path] = []
        self._asked: set[Path] = set()
        self._lock = threading.Lock()
        self._bytes = 0
        self._closed = False
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="thumbnail")
        self._read.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def get(self, path: Path) -> QPixmap | None:
        """The picture, or None while it is read; ``ready`` tells when more have come."""
        if path in self._kept:
            self._kept.move_to_end(path)
            return self._kept[path]
        if path not in self._asked and not self._closed:
            self._begin(path)
        return None

    def forget_missing(self) -> None:
        """Look again for the pictures that could not be read."""
        for path in [path for path, picture in self._kept.items() if picture is None]:
            del self._kept[path]

    def close(self) -> None:
        """Read no more; a window that is closing may still paint, without pictures."""
        self._closed = True
        with self._lock:
            self._waiting.clear()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _begin(self, path: Path) -> None:
        self._asked.add(path)
        with self._lock:
            self._waiting.append(path)
            if len(self._waiting) > _WAITING:
                self._asked.discard(self._waiting.pop(0))
        self._threads.submit(self._work)

    def _work(self) -> None:
        with self._lock:
            path = self._waiting.pop() if self._waiting else None
        if path is not None:
            self._read.emit(path, _decode(path))

    def _keep(self, path: Path, image: QImage) -> None:
        self._asked.discard(path)
        self._kept[path] = None if image.isNull() else QPixmap.fromImage(image)
        self._bytes += image.sizeInBytes()
        while self._bytes > _ROOM_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.width() * oldest.height() * 4 if oldest else 0
        self.ready.emit()


def _decode(path: Path) -> QImage:
    reader = QImageReader(str(path))
    whole = reader.size()
    if whole.isValid() and max(whole.width(), whole.height()) > _LONGEST:
        reader.setScaledSize(whole.scaled(QSize(_LONGEST, _LONGEST), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return image if image.isNull() else image.convertToFormat(QImage.Format.Format_RGB32)
