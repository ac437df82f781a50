"""The models in use, as the rest of the core calls them. Cheap to import and to make: a host starts when needed."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from pathlib import Path

from bowerbird.core.inference.derivatives import Derivatives
from bowerbird.core.inference.host import IDLE_S, Setup
from bowerbird.core.inference.self_tests import SelfTests
from bowerbird.core.inference.supervisor import HostSupervisor
from bowerbird.core.models import FAMILIES
from bowerbird.core.models.devices import maybe_gpu
from bowerbird.core.models.families.photo import IMAGE_SIDE
from bowerbird.core.models.registry.installed import Installed
from bowerbird.core.settings import STARTER
from bowerbird.core.state import ModelState
from bowerbird.core.types import Encoded, Heard, Modality, PictureLine, Pixels, Samples, Space

_BATCH_SIZE = {Modality.IMAGE: 16, Modality.TEXT: 16}
_BATCH_SIZE_ON_GPU = {Modality.IMAGE: 32, Modality.TEXT: 64, Modality.SCENE: 16}


class Inference:
    """Encodes with every active model, in a process of their own. Safe from any thread.

    Nothing here waits for a model but ``tests`` and ``wait_for_old_hosts``. Every future fails with
    ``ModelUnavailable`` if all the models that were asked fail; one that fails leaves the others be.
    """

    def __init__(
        self, models: Path, used: Collection[str] = STARTER, *, threads: int = 0, idle_s: float = IDLE_S
    ) -> None:
        """Nothing is loaded or started yet.

        Args:
            models: the folder of fetched and exported models.
            used: ids of the models to use, where they are installed.
            threads: cores to compute on; 0 is all.
            idle_s: seconds without a request after which the host ends.
        """
        self._models, self._threads, self._idle_s = models, threads, idle_s
        self._installed = Installed(models, used)
        self._supervisor = HostSupervisor(self._setup)
        self.derivatives = Derivatives(self._installed)
        """What follows from vectors that are there, without a model's host."""
        self.tests = SelfTests(self._installed, self._supervisor)
        """The active models against their golden vectors."""
        self.unsearched: frozenset[str] = frozenset()
        """Ids of spaces not searched yet: passages go to the other models as if these were not there."""

    def _setup(self) -> Setup:
        active = tuple(entry.id for entry in self._installed.entries())
        return Setup(self._models, active, self._threads or _cores(), self._idle_s)

    # what there is

    def spaces(self) -> tuple[Space, ...]:
        """The spaces of the models whose files are here and are what they should be."""
        return self._installed.spaces()

    def problems(self) -> tuple[str, ...]:
        """Sentences about models that are here but cannot be used."""
        return self._installed.problems()

    def states(self) -> tuple[ModelState, ...]:
        """Every model of the registry, in its order."""
        return self._installed.states()

    def image_side(self) -> int:
        """Shorter side, in pixels, of the pictures the active models want; 0 if none takes pictures."""
        return IMAGE_SIDE if any(space.modality is Modality.IMAGE for space in self.spaces()) else 0

    def models_of(self, spaces: Collection[str]) -> frozenset[str]:
        """Ids of the active models that fill any of these spaces."""
        return frozenset(
            entry.id for entry in self._installed.entries() if any(space.id in spaces for space in entry.spaces)
        )

    def transcribing(self) -> frozenset[str]:
        """Ids of the spaces of active models that also transcribe speech, which is text for other models."""
        entries = (entry for entry in self._installed.entries() if hasattr(FAMILIES[entry.family], "listen"))
        return frozenset(space.id for entry in entries for space in entry.spaces)

    def reader(self) -> str:
        """What marks the contents whose pictures the active model has looked at for text; empty if none reads."""
        return next((entry.reader for entry in self._installed.entries() if entry.reader), "")

    def use(self, used: Collection[str]) -> None:
        """Use these models, by id, from the next request on. New spaces are ``unsearched`` until that is set again."""
        before = {space.id for space in self.spaces()}
        self._installed.use(used)
        self.unsearched |= {space.id for space in self.spaces()} - before
        self.unload()

    # encoding

    @staticmethod
    def batch_size(modality: Modality) -> int:
        """How many items to ask for at once: enough work for a computer, few enough that pausing takes seconds.

        Seconds where the models suit the computer; a large one that computes on the CPU is slower.
        """
        return (_BATCH_SIZE_ON_GPU if maybe_gpu() else _BATCH_SIZE).get(modality, 1)

    def encode_documents(
        self, modality: Modality, items: Sequence[str | Pixels], only: frozenset[str] | None = None
    ) -> Future[Encoded]:
        """Vectors of items, by space id: shape (items, dimension), in order; of no items, none.

        ``only``: ids of the models to ask, if not all. A batch may be large: the host splits it as its models like.
        """
        return self._supervisor.ask("documents", modality, items, only, self.unsearched)

    def listen(self, samples: Samples, *, urgent: bool = False, only: frozenset[str] | None = None) -> Future[Heard]:
        """What the sound models make of a window of at most 30 seconds, 16,000 samples a second.

        ``urgent`` overtakes the windows that are being indexed, because the user waits. ``only`` as above.
        """
        return self._supervisor.ask("listen_now" if urgent else "listen", samples, only)

    def read(self, picture: Pixels) -> Future[tuple[PictureLine, ...]]:
        """The lines of text in a picture, in the order a person reads them."""
        return self._supervisor.ask("read", picture)

    def encode_query(self, text: str, spaces: Collection[str] | None = None) -> Future[Encoded]:
        """Vectors of a typed sentence, by id of the spaces that take text: shape (1, dimension). Overtakes documents.

        ``spaces``: ids of those asked for, if not all.
        """
        return self._supervisor.ask("query", text, None if spaces is None else frozenset(spaces))

    @property
    def running(self) -> bool:
        """Whether the models' process is there; else the next request starts it."""
        return self._supervisor.running

    def languages(self, texts: Sequence[str]) -> Future[Sequence[str]]:
        """The codes of the languages that texts are in; of one of which that is not sure, an empty one."""
        return self._supervisor.ask("languages", texts)

    def warm_up(self, spaces: Collection[str]) -> None:
        """Load what typed sentences go through to these spaces, before the first is typed. Does not wait."""
        if spaces:
            self.encode_query("anything", spaces)

    # the host

    def set_threads(self, threads: int) -> None:
        """Compute on so many cores from the next request on; 0 is all."""
        if threads != self._threads:
            self._threads = threads
            self.unload()

    def unload(self) -> None:
        """Let the host finish what it was asked and end, which frees its memory. Does not wait."""
        self._supervisor.retire()

    def wait_for_old_hosts(self) -> None:
        """Wait until the hosts that serve no more have ended and closed the models' files; not for ever."""
        self._supervisor.wait_for_retired()

    def close(self) -> None:
        """End every host at once; what was asked and not answered is cancelled."""
        self._supervisor.close()


def _cores() -> int:
    """Those this process may use, which in a container are fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
