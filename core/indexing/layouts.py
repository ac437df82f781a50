"""Gives photos that an earlier version has read their layouts, from their thumbnails: no photo is decoded again."""

from __future__ import annotations

import logging
from collections import deque
from concurrent.futures import CancelledError, Future

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import BowerbirdError, FileError, FileSkipped
from bowerbird.core.extractors.base import Limits
from bowerbird.core.indexing.encoding import Post
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.types import Extraction

log = logging.getLogger(__name__)

_BATCH = 200  # photos that are looked up at once
_AT_ONCE = 4  # in decoders


class LayoutFinder:
    """Runs on the indexer's thread, once through the library. A thumbnail that is missing waits for the next start."""

    def __init__(self, paths: LibraryPaths, catalog: Catalog, pool: ExtractPool, post: Post) -> None:
        """``post`` runs a call on the indexer's thread."""
        self._paths, self._catalog, self._pool, self._post = paths, catalog, pool, post
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._decoding, self._after, self._done = 0, 0, False

    @property
    def busy(self) -> bool:
        """Whether there are layouts to be made."""
        return bool(self._decoding or self._waiting)

    def look(self) -> None:
        """Find the next photos without a layout, until all have one: new ones come with theirs."""
        if self.busy or self._done:
            return
        self._waiting.extend(self._catalog.layouts.lacking(self._after, _BATCH))
        self._done = not self._waiting

    def step(self) -> None:
        """Begin with the next ones, as many as decoders take."""
        while self._waiting and self._decoding < _AT_ONCE:
            self._after, fingerprint = self._waiting.popleft()
            thumbnail = self._paths.thumbnail(fingerprint)
            if thumbnail.is_file():
                self._begin(self._after, self._pool.extract(thumbnail, Limits()))

    def _begin(self, content_id: int, decoded: Future[Extraction]) -> None:
        self._decoding += 1
        decoded.add_done_callback(lambda done: self._post(lambda: self._finish(content_id, done)))

    def _finish(self, content_id: int, decoded: Future[Extraction]) -> None:
        self._decoding -= 1
        try:
            layout = decoded.result().layout
        except (FileError, FileSkipped) as error:
            log.info("no layout of content %d: %s", content_id, error)
            return
        except (BowerbirdError, CancelledError):  # no fault of the thumbnail's
            return
        with self._catalog.transaction():
            self._catalog.layouts.put(content_id, layout)
