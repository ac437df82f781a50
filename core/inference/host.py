"""The process that owns the models. It can die, or be ended to free memory, without taking the window along.

Each kind of call has a thread of its own, so that a typed sentence never waits behind a batch of photos.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue
from typing import Any

from bowerbird.core.decoding import sandbox
from bowerbird.core.errors import BowerbirdError
from bowerbird.core.inference.dispatch import Dispatcher, as_sentence
from bowerbird.core.models import FAMILIES
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.runtime.verified import VerifiedModel

IDLE_S = 600.0
"""After so long without a request the host ends itself; the next request starts another."""
_NICE = 5  # behind the window, ahead of the decoders: they wait for the models, not the other way

Request = tuple[int, str, tuple[Any, ...]]
"""A number, the call ("documents", "listen", "query", …) and its arguments. None instead: finish, then end."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to the request of the same number: a value, or why there is none."""

    number: int
    value: Any = None
    error: BowerbirdError | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """What a host is started with."""

    models: Path
    """Where exported networks and checked hashes are kept."""
    active: tuple[str, ...]
    """Ids of the models it serves."""
    threads: int
    """Cores to compute on."""
    idle_s: float = IDLE_S


def serve(pipe: Connection, setup: Setup, parent: int) -> None:
    """Answer requests until the pipe closes, a None comes, or nothing was asked for long: the process's entry point."""
    sandbox.die_with(parent)
    _settle_in()
    host = _Host(pipe, setup)
    with suppress(EOFError, OSError):  # the owner is gone
        while pipe.poll(setup.idle_s) or host.busy:
            if not pipe.poll():
                continue
            if (request := pipe.recv()) is None:
                host.finish()
                break
            host.take(request)
    os._exit(0)  # a batch in another thread must not keep the process alive


def _settle_in() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with suppress(OSError):
        if sys.platform == "win32":
            import psutil

            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            os.nice(_NICE)


class _Host:
    """A queue and a thread for each kind of call, and the pipe that all of them answer through."""

    def __init__(self, pipe: Connection, setup: Setup) -> None:
        self._pipe, self._sending = pipe, threading.Lock()
        logging.getLogger().addHandler(QueueHandler(self))  # type: ignore[arg-type]  # all it needs is put_nowait
        models = _dispatcher(setup)
        calls: Mapping[str, Callable[..., Any]] = {
            "documents": models.documents,
            "listen": models.listen,
            "listen_now": models.listen,
            "query": models.query,
            "languages": models.languages,
            "read": models.read,
            "check": models.check,
        }
        self._queues: dict[str, Queue[Request]] = {name: Queue() for name in calls}
        for name, call in calls.items():
            threading.Thread(target=self._work, args=(self._queues[name], call), name=name, daemon=True).start()

    @property
    def busy(self) -> bool:
        return any(queue.unfinished_tasks for queue in self._queues.values())

    def take(self, request: Request) -> None:
        self._queues[request[1]].put(request)

    def finish(self) -> None:
        for queue in self._queues.values():
            queue.join()

    def put_nowait(self, message: Reply | logging.LogRecord) -> None:
        """Send an answer, or a record for the owner's log."""
        with self._sending, suppress(OSError):  # the owner is gone; the main thread ends the process
            self._pipe.send(message)

    def _work(self, queue: Queue[Request], call: Callable[..., Any]) -> None:
        while True:
            number, _, arguments = queue.get()
            self.put_nowait(_answer(number, partial(call, *arguments)))
            queue.task_done()


def _dispatcher(setup: Setup) -> Dispatcher:
    entries = [load()[name] for name in setup.active]
    return Dispatcher([VerifiedModel(entry, FAMILIES[entry.family], setup.models, setup.threads) for entry in entries])


def _answer(number: int, call: Callable[[], Any]) -> Reply:
    try:
        return Reply(number, call())
    except Exception as error:  # whatever a model's libraries raise is this request's failure alone  # noqa: BLE001
        return Reply(number, error=as_sentence(error))
