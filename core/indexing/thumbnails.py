"""Makes thumbnails again that are missing or damaged: their files are decoded once more, and nothing is embedded."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import BowerbirdError, FileError, FileSkipped
from bowerbird.core.extractors.base import Limits
from bowerbird.core.files.identity import facts_of, is_unchanged
from bowerbird.core.indexing.encoding import Post
from bowerbird.core.paths import LibraryPaths, keep_thumbnail
from bowerbird.core.types import Extraction, FileFacts

log = logging.getLogger(__name__)

_LOOK_S = 600.0  # listing 100,000 thumbnails takes a fifth of a second
_FILES_A_STEP = 50  # each takes a look at the disk, and then, if it is as it was, all the time until it is decoded


class ThumbnailRepair:
    """Runs on the indexer's thread, with one file at a time in a decoder. A file that yields none is not tried again.

    Contents are known by their fingerprints.
    """

    def __init__(
        self, paths: LibraryPaths, catalog: Catalog, pool: ExtractPool, post: Post, on_made: Callable[[], None]
    ) -> None:
        """``post`` runs a call on the indexer's thread; ``on_made`` is called there after each new thumbnail."""
        self._paths, self._catalog, self._pool, self._post, self._on_made = paths, catalog, pool, post, on_made
        self._waiting: deque[bytes] = deque()
        self._tried: set[bytes] = set()  # since the library was opened, and without success
        self._decoding = False
        self._look_at = 0.0

    @property
    def busy(self) -> bool:
        """Whether there are thumbnails to be made."""
        return self._decoding or bool(self._waiting)

    def request(self, fingerprint: bytes) -> None:
        """Make the thumbnail of a content before all others: somebody found it missing or damaged."""
        if fingerprint not in self._tried and self._catalog.thumbnails.is_expected(fingerprint):
            self._tried.add(fingerprint)
            self._waiting.appendleft(fingerprint)

    def look(self) -> None:
        """Find what is missing, unless that was done a short while ago."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + _LOOK_S
        there = self._names()
        for fingerprint in self._catalog.thumbnails.expected():
            if fingerprint not in self._tried and self._paths.thumbnail(fingerprint).name not in there:
                self._tried.add(fingerprint)
                self._waiting.append(fingerprint)

    def _names(self) -> set[str]:
        names: set[str] = set()
        for folder in self._paths.thumbnails.glob("*"):
            with suppress(OSError), os.scandir(folder) as entries:
                names.update(entry.name for entry in entries)
        return names

    def step(self) -> None:
        """Begin with the next one, unless one is being made."""
        for _ in range(min(len(self._waiting), _FILES_A_STEP)):
            if self._decoding:
                return
            self._begin(self._waiting.popleft())

    def _begin(self, fingerprint: bytes) -> None:
        facts = self._readable(fingerprint)
        if facts is None:  # away, or about to be read anew: there will be another look
            self._tried.discard(fingerprint)
            return
        decoded = self._pool.extract(facts.path, Limits())
        self._decoding = True
        decoded.add_done_callback(lambda done: self._post(lambda: self._finish(fingerprint, facts, done)))

    def _readable(self, fingerprint: bytes) -> FileFacts | None:
        """A file of this content that is as it was when it was read."""
        for path in self._catalog.contents.paths(fingerprint):
            known = self._catalog.files.facts(path)
            if known and is_unchanged(known.facts, facts_of(path)):
                return known.facts
        return None

    def _finish(self, fingerprint: bytes, facts: FileFacts, decoded: Future[Extraction]) -> None:
        self._decoding = False
        try:
            thumbnail = decoded.result().thumbnail
        except (FileError, FileSkipped) as error:
            log.info("no thumbnail of %r: %s", facts.path, error)
            return
        except (BowerbirdError, CancelledError):  # no fault of the file's
            self._tried.discard(fingerprint)
            return
        if is_unchanged(facts, facts_of(facts.path)) and self._catalog.contents.find(fingerprint):
            self._keep(fingerprint, thumbnail)

    def _keep(self, fingerprint: bytes, thumbnail: bytes) -> None:
        if not thumbnail:
            self._catalog.thumbnails.set_none(fingerprint)
            return
        try:
            keep_thumbnail(self._paths.thumbnail(fingerprint), thumbnail)
        except OSError as error:
            log.warning("a thumbnail cannot be written: %s", error)
            return
        self._tried.discard(fingerprint)
        self._on_made()
