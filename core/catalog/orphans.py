"""Contents that no file has any more, and when they die."""

from __future__ import annotations

import math
import time

from bowerbird.core.catalog.contents import ContentTable


class Orphans:
    """What a file held is kept for a while after the file has gone: should it turn up again, nothing is made anew.

    Searches find nothing of it meanwhile. A restart begins that while anew.
    """

    def __init__(self, contents: ContentTable) -> None:
        """None is known yet."""
        self._contents = contents
        self._since: dict[int, float] = {}  # by content id, when it was first found to have no file
        self._due_at = math.inf

    @property
    def due(self) -> bool:
        """Whether one may have been kept for long enough."""
        return time.monotonic() >= self._due_at

    def drop(self, grace_s: float) -> list[bytes]:
        """Delete those that have been without a file for so many seconds; their fingerprints."""
        now = time.monotonic()
        self._since = {content_id: self._since.get(content_id, now) for content_id in self._contents.orphans()}
        dead = [content_id for content_id, since in self._since.items() if now >= since + grace_s]
        left = [since for content_id, since in self._since.items() if now < since + grace_s]
        self._due_at = min(left, default=math.inf) + grace_s
        return self._contents.delete(dead)
