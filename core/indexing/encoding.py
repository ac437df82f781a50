"""Segments of many files are gathered into batches for the models."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any, Protocol, TypeVar

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.indexing.item import IndexItem
from bowerbird.core.inference.inputs import model_input
from bowerbird.core.types import Encoded, Heard, Modality, Segment

log = logging.getLogger(__name__)
T = TypeVar("T")

_BATCHES_AHEAD = 2  # one being encoded, one behind it: the model host never waits for us

Post = Callable[[Callable[[], None]], None]
"""Runs a call on the indexer's thread, soon."""
_Batch = Sequence[tuple[IndexItem, int, Any]]  # each with the segment's ordinal, and what the model is given of it


class AsksModels(Protocol):
    """What is asked of the models, as ``Inference`` answers it."""

    def batch_size(self, modality: Modality) -> int:
        """How many items of a modality to ask about at once."""

    def encode_documents(self, modality: Modality, items: Sequence[Any]) -> Future[Encoded]:
        """Vectors of items by space, a row each; fails with ``ModelUnavailable``."""

    def listen(self, samples: Any) -> Future[Heard]:
        """Speech and vectors of a window of sound; fails with ``ModelUnavailable``."""


class EncodingQueue:
    """Keeps the models busy with full batches, and hands back their answers by segment. On the indexer's thread."""

    def __init__(
        self,
        inference: AsksModels,
        post: Post,
        on_encoded: Callable[[IndexItem, int, Modality, Encoded, int], None],
        on_heard: Callable[[IndexItem, Segment, Heard | None], None],
    ) -> None:
        """``on_encoded`` gets an item, an ordinal, its modality, an answer and the row in it; both run by ``post``.

        An ``Encoded`` without vectors, or None for what was heard, says that no model could be asked.
        """
        self._inference, self._post = inference, post
        self._on_encoded, self._on_heard = on_encoded, on_heard
        self._segments: dict[Modality, deque[tuple[IndexItem, int, Any]]] = {modality: deque() for modality in Modality}
        self._windows: deque[tuple[IndexItem, Segment]] = deque()
        self._encoding = self._listening = 0
        self.problem = ""
        """Why models do not answer, or empty."""

    def add(self, item: IndexItem, ordinal: int, segment: Segment) -> None:
        """Have a segment encoded, unless there is nothing in it for a model."""
        if (model_item := model_input(segment)) is not None:
            self._segments[segment.modality].append((item, ordinal, model_item))
            item.pending += 1

    def add_sound(self, item: IndexItem, window: Segment) -> None:
        """Have a window of sound transcribed and encoded."""
        self._windows.append((item, window))
        item.pending += 1

    def clear(self) -> None:
        """Drop what no model was asked about yet."""
        self._windows.clear()
        for queue in self._segments.values():
            queue.clear()

    def send(self) -> None:
        """Send full batches, or whatever there is when the model host would otherwise wait."""
        for modality, queue in self._segments.items():
            while queue and self._encoding < _BATCHES_AHEAD:
                size = self._inference.batch_size(modality)
                if len(queue) < size and self._encoding:
                    break
                self._encode(modality, [queue.popleft() for _ in range(min(len(queue), size))])
        while self._windows and self._listening < _BATCHES_AHEAD:
            self._listen(*self._windows.popleft())

    def _encode(self, modality: Modality, batch: _Batch) -> None:
        self._encoding += 1
        future = _asked(lambda: self._inference.encode_documents(modality, [model_item for _, _, model_item in batch]))
        future.add_done_callback(lambda done: self._post(lambda: self._encoded(modality, batch, done)))

    def _encoded(self, modality: Modality, batch: _Batch, done: Future[Encoded]) -> None:
        self._encoding -= 1
        answer, problem = _answer(done)
        # Without an answer keyword search still works, and the spaces that are lacking are caught up at a later start.
        encoded = Encoded({}, problem=problem) if answer is None else answer
        self.problem = encoded.problem
        for row, (item, ordinal, _) in enumerate(batch):
            self._on_encoded(item, ordinal, modality, encoded, row)
        self.send()

    def _listen(self, item: IndexItem, window: Segment) -> None:
        self._listening += 1
        future = _asked(lambda: self._inference.listen(model_input(window)))
        future.add_done_callback(partial(self._post_heard, item, window))

    def _post_heard(self, item: IndexItem, window: Segment, done: Future[Heard]) -> None:
        self._post(lambda: self._heard(item, window, done))

    def _heard(self, item: IndexItem, window: Segment, done: Future[Heard]) -> None:
        self._listening -= 1
        heard, problem = _answer(done)
        self.problem = heard.problem if heard else problem
        self._on_heard(item, window, heard)
        self.send()


def _asked(ask: Callable[[], Future[T]]) -> Future[T]:
    """What was asked of the models; a question that cannot even be asked is one without an answer."""
    try:
        return ask()
    except Exception as error:  # the batch is on its way already: its items must hear of it  # noqa: BLE001
        failed: Future[T] = Future()
        failed.set_exception(error)
        return failed


def _answer(done: Future[T]) -> tuple[T, str] | tuple[None, str]:
    """The models' answer, or None and why there is none."""
    try:
        return done.result(), ""
    except ModelUnavailable as error:
        return None, str(error)
    except CancelledError:
        return None, "The models were ended."
    except Exception:  # a mistake of ours must not keep the files of this batch from ever being done
        log.exception("asking the models")
        return None, "Bowerbird made a mistake while asking the models; the log has the details."
