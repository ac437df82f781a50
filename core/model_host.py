"""The process that owns the models. It can die, or be ended to free memory, without taking the window along.

Queries have a thread of their own, so that a typed sentence never waits behind a batch of photos.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from bowerbird.core import sandbox
from bowerbird.core.errors import BowerbirdError, ModelUnavailable
from bowerbird.core.types import Encoded, Label, Modality, Vectors

IDLE_S = 600.0
"""After so long without a request the host ends itself; the next request starts another."""

Request = tuple[int, str, tuple[Any, ...]]


def serve(pipe: Connection, models: Path, active: Sequence[str], threads: int, parent: int) -> None:
    """Answer requests until the pipe closes or nothing was asked for ``IDLE_S``. The process's entry."""
    sandbox.die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    host = _Host(pipe, models, active, threads)
    try:
        while pipe.poll(IDLE_S):
            host.take(pipe.recv())
    except (EOFError, OSError):
        pass
    os._exit(0)  # a batch in the other thread must not keep the process alive


class _Host:
    def __init__(self, pipe: Connection, models: Path, active: Sequence[str], threads: int) -> None:
        self._pipe, self._models, self._active = pipe, models, active
        self._threads = threads or os.cpu_count() or 1
        self._loaded: dict[str, Any] = {}
        self._loading, self._sending = threading.RLock(), threading.Lock()
        self._queues = {name: SimpleQueue[Request]() for name in ("documents", "query", "check")}
        for queue in self._queues.values():
            threading.Thread(target=self._work, args=(queue,), daemon=True).start()

    def take(self, request: Request) -> None:
        self._queues[request[1]].put(request)

    def _work(self, queue: SimpleQueue[Request]) -> None:
        calls: Mapping[str, Callable[..., Any]] = {
            "documents": self._documents, "query": self._query, "check": self._check
        }  # fmt: skip
        while True:
            number, call, arguments = queue.get()
            reply = _guarded(partial(calls[call], *arguments))
            with self._sending:
                self._pipe.send((number, *reply))

    def _documents(self, modality: Modality, items: Sequence[Any]) -> Encoded:
        vectors: dict[str, Vectors] = {}
        labels: tuple[tuple[Label, ...], ...] = ()
        for model in (self._model(name) for name in self._active):
            if model.modality is modality:
                encoded = model.encode(items)
                vectors |= encoded.vectors
                labels = encoded.labels or labels
        return Encoded(vectors, labels)

    def _query(self, text: str) -> dict[str, Vectors]:
        return {space: row for name in self._active for space, row in self._model(name).encode_query(text).items()}

    def _check(self, name: str) -> float:
        from bowerbird.core.models import golden

        return golden.agreement(self._model(name))

    def _model(self, name: str) -> Any:
        with self._loading:
            if name not in self._loaded:
                self._loaded[name] = self._load(name)
            return self._loaded[name]

    def _load(self, name: str) -> Any:
        from bowerbird.core.models import MODELS, golden
        from bowerbird.core.models.base import Loading
        from bowerbird.core.models.catalogue import load
        from bowerbird.core.models.runtimes import accelerator
        from bowerbird.core.models.sources import Sources

        files = Sources(self._models).files(load()[name])
        kind = next(model for model in MODELS if model.id == name)
        for device in dict.fromkeys((accelerator(), "")):
            model = kind(Loading(files, self._models, self._threads, device, self._model))
            try:
                golden.check(model)
            except ModelUnavailable:
                if not device:
                    raise
                continue  # a GPU that computes wrongly leaves the CPU
            return model
        raise AssertionError("the CPU comes last and raises")


def _guarded(call: Callable[[], Any]) -> tuple[bool, Any]:
    try:
        return True, call()
    except BowerbirdError as error:
        return False, error
    except Exception as error:
        import traceback

        return False, ModelUnavailable(f"A model failed ({type(error).__name__}).\n{traceback.format_exc()}")
