"""Which spaces are searched."""

from __future__ import annotations

from collections.abc import Iterable

from bowerbird.core.inference.client import Inference
from bowerbird.core.types import Space


class SearchedSpaces:
    """A space that is still being filled stays out of searches while another model's can answer for it.

    Reads may come from any thread; the indexer's thread says what is complete.
    """

    def __init__(self, inference: Inference) -> None:
        """No space is complete yet."""
        self._inference = inference
        self._complete: frozenset[str] = frozenset()

    def now(self) -> tuple[Space, ...]:
        """The spaces to search."""
        return tuple(space for space in self._inference.spaces() if not self._is_superseded(space))

    def set_complete(self, spaces: Iterable[str]) -> None:
        """These are complete, by id, and no others."""
        self._complete = frozenset(spaces)
        self._inference.unsearched = frozenset(
            space.id for space in self._inference.spaces() if self._is_superseded(space)
        )

    def _is_superseded(self, space: Space) -> bool:
        """Whether another model's complete space answers for this one."""
        if space.id in self._complete:
            return False
        models = self._inference.models_of([space.id])
        return any(
            other.id in self._complete
            and self._inference.models_of([other.id]) != models
            and other.modality is space.modality
            and (other.takes_text or not space.takes_text)
            for other in self._inference.spaces()
        )
