"""Finds out in which language contents are, once all is read: the models' process knows how."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import BowerbirdError
from bowerbird.core.indexing.encoding import Post
from bowerbird.core.inference.client import Inference

_BATCH = 200  # contents: about a tenth of a second
_RETRY_S = 60.0


class LanguageFinder:
    """Runs on the indexer's thread. It starts no process of models: it asks while there is one."""

    def __init__(self, catalog: Catalog, inference: Inference, post: Post) -> None:
        """``post`` runs a call on the indexer's thread."""
        self._catalog, self._inference, self._post = catalog, inference, post
        self._after, self._done, self._wait_until = 0, -1, 0.0
        self.busy = False
        """Whether an answer is to come."""

    def look(self) -> None:
        """Ask about the next contents, if there are any."""
        if self.busy or time.monotonic() < self._wait_until or not self._inference.running:
            return
        if self._done == self._catalog.languages.changes:
            return
        contents = self._catalog.languages.next(self._after, _BATCH)
        if not contents:
            if not self._after:  # else something may have come to what lies before it
                self._done = self._catalog.languages.changes
            self._after = 0
            return
        self._after = contents[-1][0]
        ids, texts = zip(*contents, strict=True)
        self.busy = True
        answer = self._inference.languages(texts)
        answer.add_done_callback(lambda done: self._post(lambda: self._keep(ids, done)))

    def _keep(self, ids: Sequence[int], answer: Future[Sequence[str]]) -> None:
        self.busy = False
        try:
            found = answer.result()
        except (BowerbirdError, CancelledError):  # the models' process ended, or cannot tell; another look follows
            self._after, self._wait_until = 0, time.monotonic() + _RETRY_S
            return
        with self._catalog.transaction():
            self._catalog.languages.put(zip(ids, found, strict=True))
