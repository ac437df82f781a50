"""Finds out in which language contents are, once all is read: the models' process knows how."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import BowerbirdError
from bowerbird.core.indexing.encoding import Post
from bowerbird.core.inference.client import Inference

_BATCH = 200  # contents: about a tenth of a second
_TRIES = 3  # in a row without an answer; then it is left be until the next start


class LanguageFinder:
    """Runs on the indexer's thread. It starts no process of models: it asks while there is one."""

    def __init__(self, catalog: Catalog, inference: Inference, post: Post) -> None:
        """``post`` runs a call on the indexer's thread."""
        self._catalog, self._inference, self._post = catalog, inference, post
        self._after, self._done, self._failed = 0, -1, 0
        self.busy = False
        """Whether an answer is to come."""

    def look(self) -> None:
        """Ask about the next contents, if there are any."""
        if self.busy or self._failed == _TRIES or not self._inference.running:
            return
        if self._done == self._catalog.languages.changes:
            return
        contents = self._catalog.languages.next(self._after, _BATCH)
        if not contents:
            self._after, self._done = 0, self._catalog.languages.changes
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
        except (BowerbirdError, CancelledError):  # the models' process ended; another look follows
            self._after, self._failed = 0, self._failed + 1
            return
        self._failed = 0
        with self._catalog.transaction():
            self._catalog.languages.put(zip(ids, found, strict=True))
