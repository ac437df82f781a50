"""Loads a model on the fastest runtime that gives right results."""

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
    """Loads a model when it is first asked for, and checks it against its golden vectors, each modality before its use.

    A runtime that fails, or computes wrongly, gives way to the next: the GPU in half precision and in full, the CPU,
    the CPU with networks exported again. Safe from any thread.
    """

    def __init__(self, entry: Entry, family: type[Model], models: Path, threads: int) -> None:
        """Nothing is loaded yet.

        Args:
            entry: the model in the registry.
            family: the class that loads it.
            models: the folder of its files, and of what is made of them.
            threads: cores to compute on.
        """
        self.entry, self.family = entry, family
        self._folder, self._threads = models, threads
        self._lock = threading.Lock()
        self._contexts: list[LoadContext] | None = None
        """Those not tried yet; the first is that of ``_model``."""
        self._model: Model | None = None
        self._agreement: dict[Modality, float] = {}
        self._problems: dict[Modality, ModelUnavailable] = {}
        self._verified: tuple[Model, frozenset[Modality]] | None = None

    def model(self, modality: Modality) -> Model:
        """The loaded model, checked in this modality. Once it is, nobody waits for another modality's check.

        Raises:
            WrongResults: no runtime computes it rightly; from then on raised for every modality.
            ModelUnavailable: what this modality needs cannot be loaded; from then on raised for it.
        """
        if (verified := self._verified) and modality in verified[1]:
            return verified[0]
        with self._lock:
            if problem := self._problems.get(modality):
                raise problem.with_traceback(None)  # trying again with every batch would take seconds each
            try:
                model = self._load({*self._agreement, modality})
            except Exception as error:
                log.warning("%s cannot be used", self.entry.title, exc_info=True)
                raise self._remember(modality, error) from None
            self._verified = model, frozenset(self._agreement)
            return model

    def _remember(self, modality: Modality, error: Exception) -> ModelUnavailable:
        wrong = isinstance(error, WrongResults)
        self._verified = None if wrong else self._verified
        failed = f"{self.entry.title} failed ({type(error).__name__}); the log has the details."
        problem = error if isinstance(error, ModelUnavailable) else ModelUnavailable(failed)
        self._problems |= dict.fromkeys(Modality if wrong else (modality,), problem)
        return problem

    def agreement(self) -> float:
        """The least cosine with the golden vectors, over all modalities that the model takes. Raises as ``model``."""
        for modality in self.entry.takes:
            self.model(modality)
        return min(self._agreement.values())

    def _load(self, modalities: set[Modality]) -> Model:
        """The model on the first runtime that is right in all these modalities."""
        if self._contexts is None:
            self._contexts = self._all_contexts()
        while True:
            try:
                return self._checked(self._contexts[0], modalities)
            except Exception as error:  # whatever a runtime raises, the next one may do better
                unusable = isinstance(error, ModelUnavailable) and not isinstance(error, WrongResults)
                if unusable or len(self._contexts) == 1:
                    raise  # what cannot be exported ends the same way next time, seconds later
                self._contexts, self._model, self._agreement, self._verified = self._contexts[1:], None, {}, None

    def _checked(self, context: LoadContext, modalities: set[Modality]) -> Model:
        model = self._model = self._model or self.family(context)
        for modality in modalities - self._agreement.keys():
            self._agreement[modality] = golden.check(model, context, modality)
        return model

    def _all_contexts(self) -> list[LoadContext]:
        """What to load with, fastest first."""
        sources, gpu = Sources(self._folder), accelerator()
        files, digest = sources.files(self.entry), sources.digest(self.entry)

        def context(device: str, *, half: bool = False, fresh: bool = False) -> LoadContext:
            return LoadContext(self.entry, files, self._folder, self._threads, digest, device, half, fresh)

        on_gpu = [context(gpu, half=True), context(gpu)] if gpu else []
        return [*on_gpu, context(""), context("", fresh=True)]
