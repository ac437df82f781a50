"""Brings a library over into spaces whose vectors follow from those of an earlier version; no file is read for it."""

from __future__ import annotations

import logging
from collections.abc import Set

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.faults import failure_of
from bowerbird.core.inference.client import Inference
from bowerbird.core.models.registry import entries
from bowerbird.core.vectors.sync import StoreSync

log = logging.getLogger(__name__)

_CONTENTS = 256  # a step: some tenths of a second, most of it the vector store's
_VECTORS = 4096  # a step, unless one content has more: a film has a thousand, and two hundred fill the memory


class Derivation:
    """What can be derived, a few contents at a step. On the indexer's thread.

    It is so little work that it waits for nothing: what was found before the update is soon found again.
    """

    def __init__(self, catalog: Catalog, sync: StoreSync, inference: Inference) -> None:
        """Nothing is looked at before ``look``."""
        self._catalog, self._sync, self._inference = catalog, sync, inference
        self._after: dict[str, int] = {}

    @property
    def left(self) -> bool:
        """Whether there is something to be done."""
        return bool(self._after)

    def look(self) -> None:
        """See what can be derived for the models in use."""
        possible = self._inference.derivatives.sources()
        self._after = {space: 0 for space, sources in possible.items() if self._is_derivable(space, sources)}

    def drop_unknown(self) -> None:
        """Drop what models made that this version no longer knows, and that nothing is derived from."""
        for space in self._catalog.spaces.known() - entries.spaces() - self.needed():
            self._sync.drop(space)  # first: if it fails, the catalog still knows what is left to drop
            with self._catalog.transaction():
                self._catalog.spaces.drop(space)

    def needed(self) -> Set[str]:
        """Spaces that something can be derived from for any model, in use or not."""
        sources = {space: names for entry in entries.load().values() for space, names in entry.derived_from.items()}
        return {name for space, names in sources.items() if self._is_derivable(space, names) for name in names}

    def _is_derivable(self, space: str, sources: tuple[str, ...]) -> bool:
        return self._catalog.spaces.known().issuperset(sources) and bool(
            self._catalog.derivable.contents(space, sources, 0, 1)
        )

    def step(self) -> None:
        """Do a little of it. A kill loses nothing: what is done is no longer lacking."""
        for space in list(self._after)[:1]:
            try:
                self._step(space)
            except Exception as error:  # a mistake of ours must not keep all else from being done for ever
                if failure_of(error, ""):
                    raise
                log.exception("deriving %s", space)
                del self._after[space]

    def _step(self, space: str) -> None:
        sources = self._inference.derivatives.sources().get(space, ())  # none: its model was removed a moment ago
        contents = self._catalog.derivable.contents(space, sources, self._after[space], _CONTENTS) if sources else []
        if contents := contents and contents[: self._catalog.derivable.fitting(sources[0], contents, _VECTORS)]:
            self._derive(space, sources, contents)
            self._after[space] = contents[-1]
        else:
            del self._after[space]

    def _derive(self, space: str, sources: tuple[str, ...], contents: list[int]) -> None:
        stored = self._catalog.derivable.vectors(sources, contents)
        vectors = self._inference.derivatives.derive(space, stored.vectors) if stored.segment_ids else None
        if vectors is not None:
            # The store first: what it has and the catalog lacks does no harm; the other way round is damage.
            self._sync.add(space, stored.segment_ids, vectors, stored.kinds)
        with self._catalog.transaction():
            if vectors is not None:
                self._catalog.spaces.put_vectors(space, stored.segment_ids, vectors)
            for content_id in contents:
                self._catalog.spaces.add(content_id, [space])
