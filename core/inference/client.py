"""The client of the model host: cheap to import, cheap to make; the host starts when something is to be encoded."""

from __future__ import annotations

import atexit
import itertools
import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.inference.host import IDLE_S, Reply, Request, Setup, serve
from bowerbird.core.models.devices import maybe_gpu
from bowerbird.core.models.registry.installed import Installed
from bowerbird.core.settings import STARTER
from bowerbird.core.state import Check, ModelState
from bowerbird.core.types import Encoded, Heard, Modality, Pixels, Samples, Space

log = logging.getLogger(__name__)
_SPAWN = multiprocessing.get_context("spawn")
_PATIENCE_S = 30.0
_BATCH_SIZE = {Modality.IMAGE: 16, Modality.TEXT: 16}
_BATCH_SIZE_ON_GPU = {Modality.IMAGE: 32, Modality.TEXT: 64, Modality.SCENE: 16}
_DEATHS = 2  # a request that ended two hosts is to blame itself


@dataclass(slots=True)
class PendingRequest:
    """A call to the host that is not answered yet."""

    call: str
    arguments: tuple[Any, ...]
    answer: Future[Any] = field(default_factory=Future)
    deaths: int = 0
    """Hosts that ended while they worked on this."""


class Inference:
    """Encodes with every active model. Safe from any thread; nothing here waits for a model but ``self_test``."""

    def __init__(
        self, models: Path, used: Collection[str] = STARTER, *, threads: int = 0, idle_s: float = IDLE_S
    ) -> None:
        """``models`` holds what is exported and remembered; ``used``: ids of models; ``threads`` 0 is all cores."""
        self._models, self._threads, self._idle_s = models, threads, idle_s
        self._installed = Installed(models, used)
        self.waiting: frozenset[str] = frozenset()
        """Spaces not searched yet: passages go to the other models as if these were not there."""
        self._lock = threading.Lock()
        self._host: _HostProcess | None = None
        self._hosts: set[_HostProcess] = set()

    # what there is

    def spaces(self) -> tuple[Space, ...]:
        """The spaces of the models whose files are here and are what they should be."""
        return self._installed.spaces()

    def problems(self) -> tuple[str, ...]:
        """Sentences about models that are here but cannot be used."""
        return self._installed.problems()

    def image_side(self) -> int:
        """Shorter side, in pixels, of the pictures the active models want; 0 if there is none."""
        from bowerbird.core.models.families.photo import IMAGE_SIDE

        return IMAGE_SIDE if any(space.modality is Modality.IMAGE for space in self.spaces()) else 0

    def states(self) -> tuple[ModelState, ...]:
        """Every model of the catalogue."""
        return self._installed.states()

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
        """Vectors of items in every active space of a modality, in order; of no items, none.

        ``only``: the models asked, if not all. A batch may be large: the host splits it as its models like.
        A model that fails leaves the others be; if all do, this fails with ``ModelUnavailable``.
        """
        return self._ask(PendingRequest("documents", (modality, items, only, self.waiting)))

    def listen(self, samples: Samples, *, urgent: bool = False, only: frozenset[str] | None = None) -> Future[Heard]:
        """What the sound models hear in a window of at most 30 seconds. ``urgent``: the user waits. Fails as above."""
        return self._ask(PendingRequest("listen_now" if urgent else "listen", (samples, only)))

    def encode_query(self, text: str, spaces: Collection[str] | None = None) -> Future[Encoded]:
        """By space that takes text, the vector of a typed sentence, shape (1, dimension). Overtakes documents.

        ``spaces``: those asked for, if not all. Fails as above.
        """
        return self._ask(PendingRequest("query", (text, None if spaces is None else frozenset(spaces))))

    def warm_up(self, spaces: Collection[str]) -> None:
        """Load what typed sentences go through to these spaces, before the first is typed. Does not wait."""
        if spaces:
            self.encode_query("anything", spaces)

    def models_of(self, spaces: Collection[str]) -> frozenset[str]:
        """The models in use that make these spaces."""
        return frozenset(
            entry.id for entry in self._installed.entries() if any(space.id in spaces for space in entry.spaces)
        )

    def transcribing(self) -> frozenset[str]:
        """The spaces of models that write down what is said, which is text for other models."""
        from bowerbird.core.models import FAMILIES

        writing = (entry for entry in self._installed.entries() if hasattr(FAMILIES[entry.family], "listen"))
        return frozenset(space.id for entry in writing for space in entry.spaces)

    def use(self, used: Collection[str]) -> None:
        """Use these models from the next request on. New spaces wait until somebody says that they are searched."""
        before = {space.id for space in self.spaces()}
        self._installed.use(used)
        self.waiting |= {space.id for space in self.spaces()} - before
        self.unload()

    def test(self, name: str) -> Check:
        """A model in use against its golden vectors. Waits."""
        entries = {entry.id: entry for entry in self._installed.entries()}
        if name not in entries:
            state = next(state for state in self.states() if state.id == name)
            return Check(name, False, state.trouble)
        return self._check(name, entries[name].title)

    def self_test(self) -> tuple[Check, ...]:
        """Every active model against its golden vectors. Waits."""
        return tuple(self._check(entry.id, entry.title) for entry in self._installed.entries())

    def _check(self, name: str, title: str) -> Check:
        try:
            detail, ms = self._ask(PendingRequest("check", (name,))).result()
            self._installed.speeds.keep(name, ms)
            return Check(title, True, f"{detail}, {ms:.1f} ms an item")
        except ModelUnavailable as error:
            return Check(title, False, str(error))

    # the host

    def set_threads(self, threads: int) -> None:
        """Use so many cores from the next request on; 0 is all."""
        if threads != self._threads:
            self._threads = threads
            self.unload()

    def unload(self) -> None:
        """Let the host finish what it was asked and end, which frees its memory. Does not wait."""
        with self._lock:
            host, self._host = self._host, None
        if host is not None:
            host.finish()

    def wait_for_old_hosts(self) -> None:
        """Until those that serve no more have ended, and closed the models' files; not for ever."""
        with self._lock:
            old = self._hosts - {self._host}
        for host in old:
            host.wait(_PATIENCE_S)

    def close(self) -> None:
        """End every host at once; what was asked and not answered is cancelled."""
        atexit.unregister(self.close)
        with self._lock:
            hosts, self._hosts, self._host = tuple(self._hosts), set(), None
        for host in hosts:
            host.end()

    def _ask(self, asked: PendingRequest) -> Future[Any]:
        with self._lock:
            if self._host is None:
                self._host = self._started()
            self._host.ask(asked)
        return asked.answer

    def _started(self) -> _HostProcess:
        active = tuple(entry.id for entry in self._installed.entries())
        setup = Setup(self._models, active, self._threads or _cores(), self._idle_s)
        if not self._hosts:
            atexit.register(self.close)  # multiprocessing waits at exit for a process that nobody ended
        host = _HostProcess(setup, self._ended)
        self._hosts.add(host)
        return host

    def _ended(self, host: _HostProcess) -> None:
        """A host ended, by itself or because something ended it: ask a new one what it has not answered."""
        with self._lock:
            closed = host not in self._hosts
            self._hosts.discard(host)
            if self._host is host:
                self._host = None
        for asked in host.left():  # only now: from here on nobody asks this host anything
            if closed:
                asked.answer.cancel()
            elif asked.deaths >= _DEATHS:
                _resolve(asked, Reply(0, error=ModelUnavailable("The models' process ended twice on one request.")))
            else:
                self._ask(asked)


class _HostProcess:
    """One model host, from its start to its end, and what it has not answered yet."""

    def __init__(self, setup: Setup, ended: Callable[[_HostProcess], None]) -> None:
        self._setup, self._ended = setup, ended
        self._numbers = itertools.count()
        self._outbox: SimpleQueue[Request | None] = SimpleQueue()
        self._unanswered: dict[int, PendingRequest] = {}
        self._process: SpawnProcess | None = None
        self._over = threading.Event()
        # Linux ends the host together with the thread that started it, so that thread stays until the host's end.
        self._thread = threading.Thread(target=self._run, name="models", daemon=True)
        self._thread.start()

    def ask(self, asked: PendingRequest) -> None:
        number = next(self._numbers)
        self._unanswered[number] = asked
        self._outbox.put((number, asked.call, asked.arguments))

    def finish(self) -> None:
        self._outbox.put(None)

    def end(self) -> None:
        self._over.set()
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def wait(self, seconds: float) -> None:
        """Until it has ended."""
        self._thread.join(seconds)

    def _run(self) -> None:
        pipe, there = _SPAWN.Pipe()
        try:
            self._start(there)
            threading.Thread(target=self._send, args=(pipe,), name="models-out", daemon=True).start()
            self._receive(pipe)
        except OSError as error:
            log.error("the models' process did not start: %s", error)
            self._blame(self._unanswered.values(), _DEATHS)
        self._outbox.put(None)
        self._ended(self)

    def _start(self, there: Connection) -> None:
        # Not daemonic: a daemonic process may not start the one that exports a model.
        process = _SPAWN.Process(
            target=serve, args=(there, self._setup, os.getpid()), name="bowerbird-models", daemon=False
        )
        process.start()
        there.close()
        self._process = process
        if self._over.is_set():
            process.kill()

    def _send(self, pipe: Connection) -> None:
        with suppress(OSError):  # it ended; the receiving thread notices
            while (request := self._outbox.get()) is not None:
                pipe.send(request)
            pipe.send(None)

    def _receive(self, pipe: Connection) -> None:
        with suppress(EOFError, OSError):
            while True:
                said: Reply | logging.LogRecord = pipe.recv()
                if isinstance(said, logging.LogRecord):
                    logging.getLogger(said.name).handle(said)
                else:
                    _resolve(self._unanswered.pop(said.number), said)

    def left(self) -> list[PendingRequest]:
        """What the host, which has ended, did not answer."""
        left = list(self._unanswered.values())
        if self._process is not None:
            self._process.join()
            if self._process.exitcode:
                # The host works on the oldest request of each kind of call, so one of these ended it.
                self._blame({asked.call: asked for asked in reversed(left)}.values(), 1)
        return left

    @staticmethod
    def _blame(suspects: Iterable[PendingRequest], deaths: int) -> None:
        for asked in suspects:
            asked.deaths += deaths


def _resolve(asked: PendingRequest, reply: Reply) -> None:
    with suppress(InvalidStateError):  # whoever asked has cancelled it
        if reply.error is not None:
            asked.answer.set_exception(reply.error)
        else:
            asked.answer.set_result(reply.value)


def _cores() -> int:
    """Those this process may use, which in a container are fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
