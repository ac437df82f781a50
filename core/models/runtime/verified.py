"""A model on the best runtime here that computes rightly."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.devices import accelerator
from bowerbird.core.models.registry.entries import Entry
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime import golden
from bowerbird.core.models.runtime.base import LoadContext, Model
from bowerbird.core.models.runtime.network import WrongResults
from bowerbird.core.types import Modality

log = logging.getLogger(__name__)


class VerifiedModel:
    """Loads the model when it is first asked for, and checks each modality of it before that is used.

    A runtime that fails, or computes wrongly, gives way to the next: the GPU in half precision and in full, the CPU,
    the CPU with networks exported again. Safe from any thread.
    """

    def __init__(self, entry: Entry, family: type[Model], models: Path, threads: int) -> None:
        """``models`` is where its files, and what is made of them, are kept; nothing is loaded yet."""
        self._entry, self._family, self._models, self._threads = entry, family, models, threads
        self._lock = threading.Lock()
        self._ways: list[LoadContext] | None = None
        self._model: Model | None = None
        self._agreement: dict[Modality, float] = {}
        self._problems: dict[Modality, ModelUnavailable] = {}
        self._right: tuple[Model, frozenset[Modality]] | None = None

    def model(self, modality: Modality) -> Model:
        """The loaded model, which is right in this modality; once it is, nobody waits for another part of it.

        Raises:
            WrongResults: no runtime computes it rightly, which speaks against all of it.
            ModelUnavailable: the part that this modality needs cannot be loaded. Either stays so.
        """
        if (right := self._right) and modality in right[1]:
            return right[0]
        with self._lock:
            if problem := self._problems.get(modality):
                raise problem.with_traceback(None)  # trying again with every batch would take seconds each
            try:
                model = self._right_in({*self._agreement, modality})
            except Exception as error:
                log.warning("%s cannot be used", self._entry.title, exc_info=True)
                raise self._keep(modality, error) from None
            self._right = model, frozenset(self._agreement)
            return model

    def _keep(self, modality: Modality, error: Exception) -> ModelUnavailable:
        wrong = isinstance(error, WrongResults)
        self._right = None if wrong else self._right
        failed = f"{self._entry.title} failed ({type(error).__name__}); the log has the details."
        problem = error if isinstance(error, ModelUnavailable) else ModelUnavailable(failed)
        self._problems |= dict.fromkeys(Modality if wrong else (modality,), problem)
        return problem

    def agreement(self) -> float:
        """The least cosine with the golden vectors, over all that the model takes."""
        for modality in self._entry.takes:
            self.model(modality)
        return min(self._agreement.values())

    def _right_in(self, modalities: set[Modality]) -> Model:
        if self._ways is None:
            self._ways = self._all_ways()
        while True:
            try:
                if self._model is None:
                    self._model = self._family(self._ways[0])
                for modality in modalities - self._agreement.keys():
                    self._agreement[modality] = golden.check(self._model, self._ways[0], modality)
                return self._model
            except Exception as error:
                wrong = isinstance(error, WrongResults) or not isinstance(error, ModelUnavailable)
                if not wrong or len(self._ways) == 1:
                    raise  # what cannot be exported ends the same way next time, seconds later
                self._ways, self._model, self._agreement, self._right = self._ways[1:], None, {}, None

    def _all_ways(self) -> list[LoadContext]:
        sources, gpu = Sources(self._models), accelerator()
        files, digest = sources.files(self._entry), sources.digest(self._entry)

        def way(device: str, *, half: bool = False, fresh: bool = False) -> LoadContext:
            return LoadContext(self._entry, files, self._models, self._threads, digest, device, half, fresh)

        on_gpu = [way(gpu, half=True), way(gpu)] if gpu else []
        return [*on_gpu, way(""), way("", fresh=True)]
