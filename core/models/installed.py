"""Which models of the catalogue are on this computer and fit for use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Lock

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.catalogue import Entry, load
from bowerbird.core.models.sources import Sources
from bowerbird.core.state import ModelState
from bowerbird.core.types import Space


class Installed:
    """Looks once, when first asked. Safe from any thread."""

    def __init__(self, models: Path) -> None:
        """``models`` is the library's models folder."""
        self._sources = Sources(models)
        self._problems: dict[str, str] = {}
        self._entries: tuple[Entry, ...] | None = None
        self._lock = Lock()

    def entries(self) -> tuple[Entry, ...]:
        """The models whose files are here and are what they should be."""
        with self._lock:
            if self._entries is None:
                self._entries = tuple(entry for entry in load().values() if self._usable(entry))
            return self._entries

    def _usable(self, entry: Entry) -> bool:
        if not self._sources.installed(entry):
            return False
        try:
            self._sources.files(entry)
        except ModelUnavailable as error:
            self._problems[entry.id] = str(error)
            return False
        return True

    def spaces(self) -> tuple[Space, ...]:
        """Their spaces; one whose text model is missing takes no text."""
        here = {entry.id for entry in self.entries()}
        return tuple(
            replace(space, takes_text=entry.text_models.get(space.id) in here)
            for entry in self.entries()
            for space in entry.spaces
        )

    def problems(self) -> tuple[str, ...]:
        """Sentences about models that are here but are not what they should be."""
        self.entries()
        return tuple(self._problems.values())

    def states(self) -> tuple[ModelState, ...]:
        """Every model of the catalogue."""
        usable = {entry.id for entry in self.entries()}
        return tuple(self._state(entry, entry.id in usable) for entry in load().values())

    def _state(self, entry: Entry, usable: bool) -> ModelState:
        return ModelState(
            id=entry.id,
            title=entry.title,
            purpose=entry.purpose,
            licence=entry.licence,
            size_bytes=entry.size,
            installed=usable,
            problem=self._problems.get(entry.id, ""),
            how_to_get="" if usable else entry.how_to_get,
        )
