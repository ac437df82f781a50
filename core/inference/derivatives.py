"""Spaces whose vectors follow from those of others, without a model being asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from bowerbird.core.models import FAMILIES
from bowerbird.core.models.registry.installed import Installed
from bowerbird.core.models.runtime.base import DerivesVectors
from bowerbird.core.types import Vectors


class Derivatives:
    """What the active models derive."""

    def __init__(self, installed: Installed) -> None:
        """``installed`` knows which models are active."""
        self._installed = installed

    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Of each space whose vectors follow from others', perhaps an earlier version's: the ids of those."""
        return {space: names for entry in self._installed.entries() for space, names in entry.derived_from.items()}

    def derive(self, space: str, vectors: Mapping[str, Vectors]) -> Vectors:
        """Vectors in a space, shape (n, dimension), from the same items' in those it follows from."""
        entries = self._installed.entries()
        family = next(FAMILIES[entry.family] for entry in entries if space in {each.id for each in entry.spaces})
        return cast("DerivesVectors", family).derive(space, vectors)
