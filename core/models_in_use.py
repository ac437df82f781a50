"""Getting models, using them, and using them no more."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable, UsageError
from bowerbird.core.indexer import Indexer
from bowerbird.core.inference import Inference
from bowerbird.core.models.catalogue import Entry, load
from bowerbird.core.settings import STARTER
from bowerbird.core.state import Event, EventKind, ModelState
from bowerbird.core.types import Space

_STARTER_PACK = "starter"


class ModelsInUse:
    """Which models the library reads with. Every method may block; a failure leaves the models as they were."""

    def __init__(
        self,
        folder: Path,
        used: Sequence[str],
        inference: Inference,
        indexer: Indexer,
        keep: Callable[[Sequence[str]], None],
        on_event: Callable[[Event], None],
    ) -> None:
        """``folder`` holds the models' files; ``keep`` remembers which are used."""
        self._folder, self._used = folder, tuple(used)
        self._inference, self._indexer, self._keep, self._on_event = inference, indexer, keep, on_event

    def states(self) -> tuple[ModelState, ...]:
        """Every model of the catalogue."""
        progress = self._indexer.builder.progress()
        return tuple(
            replace(state, built=next((progress[one.id] for one in entry.spaces if one.id in progress), None))
            for state, entry in zip(self._inference.states(), load().values(), strict=True)
        )

    def get(self, name: str, origin: Path | None, on_bytes: Callable[[int, int], None]) -> None:
        """Fetch a model's files, from ``origin``, a folder or file, or from where the catalogue says.

        "starter" is all of the starter pack that is not here yet.

        Raises:
            UsageError: there is no such model.
            ModelUnavailable: they cannot be had, or are not what they should be; what was there stays.
        """
        from bowerbird.core.models.fetch import fetch

        for one in self._missing() if name == _STARTER_PACK else (name,):
            fetch(_entry(one), self._folder, origin, on_bytes)
        self._apply(self._used)

    def _missing(self) -> list[str]:
        here = {state.id for state in self._inference.states() if state.installed}
        return [name for name in STARTER if name not in here]

    def use(self, name: str) -> None:
        """Use a model that is here: its spaces are built in the background beside those that are searched.

        Raises:
            UsageError: there is no such model.
            ModelUnavailable: it is not here, or gives wrong results; the models in use stay as they are.
        """
        entry = _entry(name)
        trial = Inference(self._folder, {entry.id, *entry.text_models.values()})  # the one in use serves meanwhile
        try:
            check = trial.test(entry.id)
        finally:
            trial.close()
        if not check.ok:
            raise ModelUnavailable(check.detail)
        self._apply((*(one for one in self._used if one != entry.id), entry.id))

    def remove(self, name: str) -> None:
        """Use a model no longer, forget its vectors, and delete its files unless they are of an installed package.

        Raises:
            UsageError: there is no such model.
        """
        entry = _entry(name)
        self._apply(tuple(one for one in self._used if one != entry.id), entry.spaces)
        made = self._folder.glob(f"{name}-{'[0-9a-f]' * 8}*")  # what was exported of it, by its hash
        for left in (self._folder / name, self._folder / f"{name}.new", *made):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def _apply(self, names: tuple[str, ...], dropped: Sequence[Space] = ()) -> None:
        self._used = names
        self._inference.use(names)
        self._keep(names)
        self._indexer.ask(lambda: self._indexer.use_models(dropped)).result()
        self._on_event(Event(EventKind.MODELS))


def _entry(name: str) -> Entry:
    if name not in (known := load()):
        raise UsageError(f"There is no model {name!r}. There are: {', '.join(known)}.")
    return known[name]
