"""Decodes files again to fill in vectors of spaces added after they were indexed."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from bowerbird.core.catalog.records import BackfillItem, PictureItem, SegmentToEmbed
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors.base import Limits
from bowerbird.core.files.identity import facts_of, is_unchanged
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.inputs import model_input, within
from bowerbird.core.types import Extraction, Label, Locator, Modality, Vectors

log = logging.getLogger(__name__)
T = TypeVar("T")

_ByPlace = Mapping[Locator, deque[SegmentToEmbed]]
_Input = tuple[SegmentToEmbed, Any]  # with what a model is given of it


class Wait(Protocol):
    """Waits for a future, as long as its result is wanted."""

    def __call__(self, future: Future[T], /) -> T:
        """The result."""


@dataclass(frozen=True, slots=True)
class EncodedRows:
    """Vectors of some segments by space, a row each, and what a classifier recognised on them."""

    segments: Sequence[SegmentToEmbed]
    vectors: Mapping[str, Vectors]
    labels: Sequence[Sequence[Label]] = ()


@contextmanager
def skipping_unreadable(item: BackfillItem | PictureItem) -> Iterator[None]:
    """A file that is away, or changed, is passed over: its spaces stay as they are until it can be read."""
    try:
        yield
    except (FileError, FileSkipped) as error:
        log.info("%r is not decoded again: %s", item.facts.path, error)


class BackfillReader:
    """Encodes the segments of files for spaces that one set of models makes of one modality."""

    def __init__(
        self, pool: ExtractPool, inference: Inference, wait: Wait, spaces: Sequence[str], modality: Modality
    ) -> None:
        """``wait`` may raise what ends it all."""
        self._pool, self._inference, self._wait, self._modality = pool, inference, wait, modality
        self._models = inference.models_of(spaces)
        self.batch_size = inference.batch_size(modality)
        """How many segments the models are asked about together."""

    def photos(self, photos: Sequence[BackfillItem]) -> tuple[list[BackfillItem], Iterator[EncodedRows]]:
        """Those that can be read, decoded side by side, and their vectors."""
        readable: list[BackfillItem] = []
        inputs: list[_Input] = []
        futures = [self._pool.extract(photo.facts.path, self._limits()) for photo in photos]
        try:
            for photo, future in zip(photos, futures, strict=True):
                with skipping_unreadable(photo):
                    inputs += self._inputs(self._extraction(photo, future), _by_place(photo))
                    readable.append(photo)
        finally:
            for future in futures:
                future.cancel()  # nobody waits for the rest
        return readable, self._encoded(inputs)

    def file(self, item: BackfillItem) -> Iterator[EncodedRows]:
        """The vectors of a file of any kind, a part at a time.

        Raises:
            FileError: it changed, or cannot be read.
            FileSkipped: nothing reads it any more.
        """
        limits, by_place = self._limits(), _by_place(item)
        while True:
            extraction = self._extraction(item, self._pool.extract(item.facts.path, limits))
            if self._modality is Modality.SOUND:
                yield from self._heard(extraction, by_place)
            else:
                yield from self._encoded(self._inputs(extraction, by_place))
            if extraction.next_at is None:
                return
            limits = replace(limits, start_at=extraction.next_at)

    def _extraction(self, item: BackfillItem, future: Future[Extraction]) -> Extraction:
        extraction = self._wait(future)
        if not is_unchanged(item.facts, facts_of(item.facts.path)):
            raise FileError("It changed.")
        return extraction

    def _limits(self) -> Limits:
        side = self._inference.image_side() or Limits().image_side
        return Limits(image_side=side, scenes=self._modality is Modality.SCENE)

    def _inputs(self, extraction: Extraction, by_place: _ByPlace) -> list[_Input]:
        """The catalog's segments that were decoded again; each is known by its place in the file."""
        decoded = (segment for segment in extraction.segments if segment.modality is self._modality)
        return [
            (by_place[segment.locator].popleft(), model_input(segment))
            for segment in decoded
            if by_place[segment.locator]
        ]

    def _encoded(self, inputs: Sequence[_Input]) -> Iterator[EncodedRows]:
        for start in range(0, len(inputs), self.batch_size):
            batch = inputs[start : start + self.batch_size]
            future = self._inference.encode_documents(self._modality, [item for _, item in batch], self._models)
            encoded = self._wait(future)
            yield EncodedRows([segment for segment, _ in batch], encoded.vectors, encoded.labels)

    def _heard(self, extraction: Extraction, by_place: _ByPlace) -> Iterator[EncodedRows]:
        for window in (segment for segment in extraction.segments if segment.modality is Modality.SOUND):
            heard = self._wait(self._inference.listen(model_input(window), only=self._models))
            places = [within(window, *span) for span in heard.spans]
            at = [row for row, place in enumerate(places) if by_place[place]]
            segments = [by_place[places[row]].popleft() for row in at]
            yield EncodedRows(segments, {space: rows[at] for space, rows in heard.vectors.items()})


def _by_place(item: BackfillItem) -> _ByPlace:
    """A file's segments, by where in it they are."""
    by_place: dict[Locator, deque[SegmentToEmbed]] = defaultdict(deque)
    for segment in item.segments:
        by_place[segment.locator].append(segment)
    return by_place
