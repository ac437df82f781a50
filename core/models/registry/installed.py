"""Tells which models of the registry are installed on this computer, in use, and intact."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from threading import Lock

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.devices import maybe_gpu
from bowerbird.core.models.registry.entries import Entry, load
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.registry.speeds import Speeds
from bowerbird.core.settings import STARTER
from bowerbird.core.state import ModelState
from bowerbird.core.types import Space


class Installed:
    """Verifies the files of the models in use when first asked, and remembers the outcome. Safe from any thread."""

    def __init__(self, models: Path, used: Collection[str]) -> None:
        """``models``: the library's models folder. ``used``: ids of the models to use where they are installed."""
        self._models, self._used = models, frozenset(used)
        self._sources = Sources(models)
        self.speeds = Speeds(models)
        self._problems: dict[str, ModelUnavailable] = {}
        self._entries: tuple[Entry, ...] | None = None
        self._lock = Lock()

    def entries(self) -> tuple[Entry, ...]:
        """The models in use that are installed and whose files have the right hashes, in the registry's order."""
        with self._lock:
            if self._entries is None:
                used = (entry for entry in load().values() if entry.id in self._used)
                self._entries = tuple(entry for entry in used if self._usable(entry))
            return self._entries

    def use(self, used: Collection[str]) -> None:
        """Change the models in use to these ids, and verify their files anew."""
        with self._lock:
            self._used, self._entries = frozenset(used), None
            self._sources, self._problems = Sources(self._models), {}

    def _usable(self, entry: Entry) -> bool:
        if not self._sources.installed(entry):
            if entry.id not in STARTER:  # the starter pack's models are in use wherever they are installed
                self._problems[entry.id] = ModelUnavailable(
                    f"{entry.title} is in use, but its files are gone.", f"To get it: {entry.how_to_get}"
                )
            return False
        try:
            self._sources.files(entry)
        except ModelUnavailable as error:
            self._problems[entry.id] = error.with_traceback(None)
            return False
        return True

    def spaces(self) -> tuple[Space, ...]:
        """The spaces of ``entries()``; those whose text model is not among them take no text."""
        usable = {entry.id for entry in self.entries()}
        return tuple(
            replace(space, takes_text=entry.text_models.get(space.id) in usable)
            for entry in self.entries()
            for space in entry.spaces
        )

    def problems(self) -> tuple[str, ...]:
        """One sentence for the user about each model in use that is missing or damaged."""
        self.entries()
        return tuple(map(str, self._problems.values()))

    def states(self) -> tuple[ModelState, ...]:
        """The state of every model of the registry, in its order."""
        self.entries()  # finds the problems
        computer = "gpu" if maybe_gpu() else "cpu"
        return tuple(self._state(entry, computer) for entry in load().values())

    def _state(self, entry: Entry, computer: str) -> ModelState:
        problem = self._problems.get(entry.id)
        intact = self._sources.installed(entry) and problem is None
        return ModelState(
            id=entry.id,
            title=entry.title,
            purpose=entry.purpose,
            licence=entry.licence,
            size_bytes=entry.size,
            modalities=tuple(dict.fromkeys(space.modality for space in entry.spaces)) or entry.takes,
            quality=entry.quality,
            source=entry.source,
            url=entry.url,
            recommended=computer in entry.recommended,
            ms=self.speeds.of(entry.id),
            installed=intact,
            used=entry.id in self._used and (intact or problem is not None),
            deletable=(self._models / entry.id).is_dir(),
            problem=problem.problem if problem else "",
            remedy=problem.remedy if problem else "",
            how_to_get="" if intact else entry.how_to_get,
        )
