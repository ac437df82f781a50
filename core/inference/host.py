"""The process that owns the models. It can die, or be ended to free memory, without taking the window along.

Each kind of call has a thread of its own, so that a typed sentence never waits behind a batch of photos.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from bowerbird.core.decoding import sandbox
from bowerbird.core.errors import BowerbirdError, ModelUnavailable
from bowerbird.core.inference.inputs import spans
from bowerbird.core.types import SAMPLE_RATE, Encoded, Heard, Modality, Samples, Vectors

if TYPE_CHECKING:
    from bowerbird.core.models.registry.entries import Entry
    from bowerbird.core.models.runtime.base import TextModel
    from bowerbird.core.models.runtime.routes import Routes

log = logging.getLogger(__name__)
T = TypeVar("T")

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
    idle_s: float = IDLE_S


def serve(pipe: Connection, setup: Setup, parent: int) -> None:
    """Answer requests until the pipe closes, it is told to end, or nothing was asked for long: the process's entry."""
    sandbox.die_with(parent)
    _settle_in()
    host = _Host(pipe, setup)
    with suppress(EOFError, OSError):
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
    def __init__(self, pipe: Connection, setup: Setup) -> None:
        self._pipe, self._sending = pipe, threading.Lock()
        logging.getLogger().addHandler(QueueHandler(self))  # type: ignore[arg-type]  # all it needs is put_nowait
        self._models = _Models(setup)
        calls: Mapping[str, Callable[..., Any]] = {
            "documents": self._models.documents,
            "listen": self._models.listen,
            "listen_now": self._models.listen,
            "query": self._models.query,
            "check": self._models.check,
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

    def put_nowait(self, said: Reply | logging.LogRecord) -> None:
        """Send an answer, or a line for the owner's log."""
        with self._sending, suppress(OSError):
            self._pipe.send(said)

    def _work(self, queue: Queue[Request], call: Callable[..., Any]) -> None:
        while True:
            number, _, arguments = queue.get()
            self.put_nowait(_answer(number, partial(call, *arguments)))
            queue.task_done()


def _answer(number: int, call: Callable[[], Any]) -> Reply:
    try:
        return Reply(number, call())
    except Exception as error:
        return Reply(number, error=_told(error))


def _told(error: Exception) -> BowerbirdError:
    """A failure as a sentence; our own mistakes whole in the log."""
    if isinstance(error, BowerbirdError):
        return error
    log.error("a model failed", exc_info=error)
    return ModelUnavailable(f"A model failed ({type(error).__name__}); the log has the details.")


def _each(names: Iterable[str], ask: Callable[[str], T]) -> tuple[Mapping[str, T], str]:
    """What each of these models answers; and why others do not, or empty: one that fails leaves the others be.

    Raises:
        BowerbirdError: all of them fail.
    """
    answers: dict[str, T] = {}
    failures: dict[str, BowerbirdError] = {}
    for name in names:
        try:
            answers[name] = ask(name)
        except Exception as error:
            failures[name] = _told(error)
    if failures and not answers:
        raise next(iter(failures.values()))
    return answers, " ".join(dict.fromkeys(map(str, failures.values())))


def _routes(entries: Mapping[str, Entry], modality: Modality, without: Collection[str]) -> Routes:
    """Of the active models that typed sentences go through on their way to a modality, but for some of its spaces."""
    from bowerbird.core.models.runtime.routes import Routes

    kinds = {space.id: space.modality for entry in entries.values() for space in entry.spaces}
    through = [pair for entry in entries.values() for pair in entry.text_models.items()]
    names = {name for space, name in through if kinds[space] is modality and space not in without}
    return Routes({name: entries[name].languages for name in names if name in entries})


class _Models:
    """The active models, each loaded when first needed and checked before it is used."""

    def __init__(self, setup: Setup) -> None:
        from bowerbird.core.models import FAMILIES
        from bowerbird.core.models.registry.entries import load
        from bowerbird.core.models.runtime.verified import VerifiedModel

        self._entries = {name: load()[name] for name in setup.active}
        self._kinds = {name: FAMILIES[entry.family] for name, entry in self._entries.items()}
        self._checked = {
            name: VerifiedModel(entry, self._kinds[name], setup.models, setup.threads)
            for name, entry in self._entries.items()
        }

    def documents(
        self, modality: Modality, items: Sequence[Any], only: frozenset[str] | None, waiting: frozenset[str]
    ) -> Encoded:
        def ask(name: str) -> Encoded:
            if modality is Modality.TEXT:
                return Encoded(self._in_its_language(name, items, waiting))
            return self._checked[name].model(modality).encode(items)

        answers, problem = _each(self._asked(modality, only) if items else (), ask)
        vectors = {space: rows for one in answers.values() for space, rows in one.vectors.items()}
        return Encoded(vectors, next((one.labels for one in answers.values() if one.labels), ()), problem)

    def _in_its_language(self, name: str, texts: Sequence[str], waiting: frozenset[str]) -> Mapping[str, Vectors]:
        """A text model's vectors of the passages that are for it, and zeros for the others."""
        spaces = {space.id: space for space in self._entries[name].spaces if space.modality is Modality.TEXT}
        routes = _routes(self._entries, Modality.TEXT, () if spaces.keys() <= waiting else waiting)
        mine = [at for at, text in enumerate(texts) if name in routes.of_passage(text)]
        made = {space.id: np.zeros((len(texts), space.dimension), np.float32) for space in spaces.values()}
        if mine:
            vectors = self._checked[name].model(Modality.TEXT).encode([texts[at] for at in mine]).vectors
            for space, rows in vectors.items():
                made[space][mine] = rows
        return made

    def _asked(self, modality: Modality, only: frozenset[str] | None) -> list[str]:
        """The active models that make vectors of a modality, or those of them that are wanted."""
        able = (entry for entry in self._entries.values() if any(space.modality is modality for space in entry.spaces))
        return [entry.id for entry in able if only is None or entry.id in only]

    def listen(self, samples: Samples, only: frozenset[str] | None) -> Heard:
        """A window of sound goes to every sound model, all of them looking at the same spans of it."""
        from bowerbird.core.models.runtime.base import Transcriber

        parts = spans(len(samples) / SAMPLE_RATE)
        pieces = [samples[round(a * SAMPLE_RATE) : round(b * SAMPLE_RATE)] for a, b in parts]

        def ask(name: str) -> Heard:
            model = self._checked[name].model(Modality.SOUND)
            if isinstance(model, Transcriber):
                return model.listen(samples, parts)
            return Heard((), parts, model.encode(pieces).vectors)

        answers, problem = _each(self._asked(Modality.SOUND, only), ask)
        lines = next((one.lines for one in answers.values() if one.lines), ())
        vectors = {space: rows for one in answers.values() for space, rows in one.vectors.items()}
        return Heard(lines, parts, vectors, problem)

    def query(self, text: str, spaces: frozenset[str] | None) -> Encoded:
        every = {space.id for entry in self._entries.values() for space in entry.spaces}
        without = every - spaces if spaces is not None else set()
        asked = {modality: _routes(self._entries, modality, without).of_query(text) for modality in Modality}
        wanted = [
            (space.id, name, entry.text_models.get(space.id, ""))
            for name, entry in self._entries.items()
            for space in entry.spaces
            if space.id not in without and entry.text_models.get(space.id, "") in asked[space.modality]
        ]
        sentences, problem = _each({through: None for _, _, through in wanted}, lambda name: self._said(name, text))
        ready = [(space, name, sentences[through]) for space, name, through in wanted if through in sentences]
        return Encoded({space: self._compared(name, space, said) for space, name, said in ready}, problem=problem)

    def _said(self, name: str, text: str) -> Vectors:
        return cast("TextModel", self._checked[name].model(Modality.TEXT)).encode_query(text)

    def _compared(self, name: str, space: str, sentence: Vectors) -> Vectors:
        """A sentence's vector as a model compares it with those of its space."""
        from bowerbird.core.models.runtime.base import TransformsQueries

        kind = self._kinds[name]
        return kind.queries(space, sentence) if issubclass(kind, TransformsQueries) else sentence

    def check(self, name: str) -> tuple[str, float]:
        """What runs a model and how well it agrees, in words, and its milliseconds an item."""
        from bowerbird.core.models.runtime import golden

        agreement = self._checked[name].agreement()
        model = self._checked[name].model(self._kinds[name].modality)
        return f"{model.runtime}, agreement with the golden vectors {agreement:.5f}", golden.milliseconds(model)
