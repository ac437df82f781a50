"""One model host process, seen from its owner: requests go in, answers and log records come out, until it ends."""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from typing import Any

from bowerbird.core.inference.host import Reply, Request, Setup, serve

log = logging.getLogger(__name__)
_SPAWN = multiprocessing.get_context("spawn")
MAX_DEATHS = 2
"""A request that so many hosts ended on is to blame itself, and is not tried again."""


@dataclass(slots=True)
class PendingRequest:
    """A call to the model host that is not answered yet."""

    call: str
    """A method of ``Dispatcher``."""
    arguments: tuple[Any, ...]
    answer: Future[Any] = field(default_factory=Future)
    deaths: int = 0
    """Hosts that ended while they worked on this."""

    def resolve(self, reply: Reply) -> None:
        """Hand a reply to whoever waits for the answer."""
        with suppress(InvalidStateError):  # it was cancelled meanwhile
            if reply.error is not None:
                self.answer.set_exception(reply.error)
            else:
                self.answer.set_result(reply.value)


class HostProcess:
    """Starts a model host in the background, sends it requests and resolves them. Safe from any thread."""

    def __init__(self, setup: Setup, on_end: Callable[[HostProcess], None]) -> None:
        """``on_end`` is called once, from a thread of this object, when the process has ended or cannot start."""
        self._setup, self._on_end = setup, on_end
        self._numbers = itertools.count()
        self._outbox: SimpleQueue[Request | None] = SimpleQueue()
        self._unanswered: dict[int, PendingRequest] = {}
        self._process: SpawnProcess | None = None
        self._killed = threading.Event()
        # Linux ends the host together with the thread that started it, so that thread stays until the host's end.
        self._thread = threading.Thread(target=self._run, name="models", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process's id; None while it is being started."""
        return self._process.pid if self._process is not None else None

    def send(self, request: PendingRequest) -> None:
        """Queue a request. Does not wait."""
        number = next(self._numbers)
        self._unanswered[number] = request
        self._outbox.put((number, request.call, request.arguments))

    def finish(self) -> None:
        """Let it answer what it was sent, and end. Does not wait."""
        self._outbox.put(None)

    def kill(self) -> None:
        """End it at once, and wait until it has ended."""
        self._killed.set()
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, but no longer than this."""
        self._thread.join(seconds)

    def unanswered(self) -> list[PendingRequest]:
        """What the process, which has ended, did not answer; those that may have ended it counted one death more."""
        requests = list(self._unanswered.values())
        if self._process is not None:
            self._process.join()
            if self._process.exitcode:
                # The host works on the oldest request of each kind of call, so one of these ended it.
                _blame({request.call: request for request in reversed(requests)}.values(), 1)
        return requests

    def _run(self) -> None:
        ours, theirs = _SPAWN.Pipe()
        try:
            self._start(theirs)
            threading.Thread(target=self._send_all, args=(ours,), name="models-out", daemon=True).start()
            self._receive(ours)
        except OSError:
            log.exception("the models' process did not start")  # the sentence is enough
            _blame(self._unanswered.values(), MAX_DEATHS)
        self._outbox.put(None)
        self._on_end(self)

    def _start(self, theirs: Connection) -> None:
        # Not daemonic: a daemonic process may not start the one that exports a model.
        process = _SPAWN.Process(
            target=serve, args=(theirs, self._setup, os.getpid()), name="bowerbird-models", daemon=False
        )
        process.start()
        theirs.close()
        self._process = process
        if self._killed.is_set():
            process.kill()

    def _send_all(self, pipe: Connection) -> None:
        with suppress(OSError):  # it ended; the receiving thread notices
            while (request := self._outbox.get()) is not None:
                pipe.send(request)
            pipe.send(None)

    def _receive(self, pipe: Connection) -> None:
        with suppress(EOFError, OSError):  # it ended
            while True:
                message: Reply | logging.LogRecord = pipe.recv()
                if isinstance(message, logging.LogRecord):
                    logging.getLogger(message.name).handle(message)
                else:
                    self._unanswered.pop(message.number).resolve(message)


def _blame(suspects: Iterable[PendingRequest], deaths: int) -> None:
    for request in suspects:
        request.deaths += deaths
