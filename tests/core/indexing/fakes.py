"""Stand-ins at the seams of indexing: decoders and models whose answers the test gives, by hand or at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import (
    Encoded,
    Extraction,
    Heard,
    Kind,
    Locator,
    Modality,
    PictureLine,
    Pixels,
    Segment,
    Space,
    Vectors,
)

DIMENSION = 4


def text_space(name: str = "text@1") -> Space:
    return Space(name, DIMENSION, Modality.TEXT, True, (0.0, 0.1), (0.0, 0.1))


def sound_space(name: str = "sound@1") -> Space:
    return Space(name, DIMENSION, Modality.SOUND, False, (0.0, 0.1), (0.0, 0.1))


def document(*texts: str, next_at: float | None = None) -> Extraction:
    segments = tuple(Segment(Modality.TEXT, Locator(page=page), text) for page, text in enumerate(texts, 1))
    return Extraction(Kind.DOCUMENT, segments, next_at=next_at)


class Calls:
    """In place of the indexer's thread: what is posted runs when the test says."""

    def __init__(self) -> None:
        self._calls: deque[Callable[[], None]] = deque()

    def post(self, call: Callable[[], None]) -> None:
        self._calls.append(call)

    def run(self) -> None:
        while self._calls:
            self._calls.popleft()()

    def ask(self, question: Callable[[], Any]) -> Future[Any]:
        """Runs at once, as if on the indexer's thread."""
        answer: Future[Any] = Future()
        try:
            answer.set_result(question())
        except Exception as error:  # noqa: BLE001
            answer.set_exception(error)
        return answer


@dataclass
class Decoders:
    """In place of ``ExtractPool``."""

    requests: list[tuple[Path, Limits, Future[Extraction]]] = field(default_factory=list)
    pages: list[tuple[Path, int]] = field(default_factory=list)
    picture: Pixels | Exception = field(default_factory=lambda: np.zeros((64, 64, 3), np.uint8))

    def extract(self, path: Path, limits: Limits) -> Future[Extraction]:
        future: Future[Extraction] = Future()
        self.requests.append((path, limits, future))
        return future

    def page(self, path: Path, number: int, max_area: int) -> Future[Extraction]:
        future: Future[Extraction] = Future()
        self.pages.append((path, number))
        if isinstance(self.picture, Exception):
            future.set_exception(self.picture)
        else:
            future.set_result(Extraction(Kind.PHOTO, (Segment(Modality.IMAGE, pixels=self.picture),)))
        return future


class Derived:
    """Sums up the vectors that others follow from."""

    def __init__(self, sources: dict[str, tuple[str, ...]]) -> None:
        self._sources = sources

    def sources(self) -> dict[str, tuple[str, ...]]:
        return self._sources

    def derive(self, space: str, vectors: Mapping[str, Vectors]) -> Vectors:
        return sum((vectors[source] for source in self._sources[space]), np.float32(0))


@dataclass
class Models:
    """In place of ``Inference``: a vector for each text, its length in one of four directions."""

    running = False
    """No languages are asked for."""

    used: tuple[Space, ...] = (text_space(),)
    at_once: bool = True
    error: Exception | None = None
    batches: list[tuple[Modality, list[Any]]] = field(default_factory=list)
    pending: list[Callable[[], None]] = field(default_factory=list)
    heard: Heard | None = None
    size: int = 4
    unsearched: frozenset[str] = frozenset()
    unloaded: int = 0
    reads: str = ""
    lines: tuple[PictureLine, ...] = ()
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def derivatives(self) -> Derived:
        return Derived(self.sources)

    def spaces(self) -> tuple[Space, ...]:
        return self.used

    def models_of(self, spaces: Sequence[str]) -> frozenset[str]:
        return frozenset(name.partition("@")[0] for name in spaces)

    def transcribing(self) -> frozenset[str]:
        return frozenset()

    def reader(self) -> str:
        return self.reads

    def read(self, picture: Pixels) -> Future[tuple[PictureLine, ...]]:
        self.batches.append((Modality.IMAGE, [picture]))
        return self._answer(self.lines)

    def image_side(self) -> int:
        return 0

    def batch_size(self, modality: Modality) -> int:
        return self.size

    def unload(self) -> None:
        self.unloaded += 1

    def set_threads(self, threads: int) -> None:
        """Nothing to limit."""

    def encode_documents(
        self, modality: Modality, items: Sequence[Any], only: frozenset[str] | None = None
    ) -> Future[Encoded]:
        self.batches.append((modality, list(items)))
        rows = np.stack([np.eye(DIMENSION, dtype=np.float32)[len(str(item)) % DIMENSION] for item in items])
        spaces = [space.id for space in self.used if space.modality is modality]
        return self._answer(Encoded(dict.fromkeys(spaces, rows)))

    def listen(self, samples: Any, *, only: frozenset[str] | None = None) -> Future[Heard]:
        self.batches.append((Modality.SOUND, [samples]))
        return self._answer(self.heard)

    def _answer(self, value: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def resolve() -> None:
            if self.error:
                future.set_exception(self.error)
            else:
                future.set_result(value)

        if self.at_once:
            resolve()
        else:
            self.pending.append(resolve)
        return future

    def resolve_all(self) -> None:
        pending, self.pending = self.pending, []
        for resolve in pending:
            resolve()
