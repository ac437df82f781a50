"""Files are read again for spaces that came into use later: their segments that lack vectors, and those."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from bowerbird.core.catalog.spaces import BackfillItem, SegmentToEmbed
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors.base import Limits
from bowerbird.core.files.identity import facts_of
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.inputs import model_input, within
from bowerbird.core.types import Extraction, Label, Locator, Modality, Vectors

log = logging.getLogger(__name__)
T = TypeVar("T")

_Places = Mapping[Locator, deque[SegmentToEmbed]]
_Known = tuple[SegmentToEmbed, Any]  # with what models take


class Wait(Protocol):
    """Waits for an answer, as long as it is wanted."""

    def __call__(self, future: Future[T], /) -> T:
        """The answer."""


@dataclass(frozen=True, slots=True)
class EncodedRows:
    """Vectors of some segments by space, and what a classifier saw on them."""

    rows: Sequence[SegmentToEmbed]
    vectors: Mapping[str, Vectors]
    labels: Sequence[Sequence[Label]] = ()


@contextmanager
def passing_over(found: BackfillItem) -> Iterator[None]:
    """A file that is away, or changed: its spaces stay as they are until it can be read."""
    try:
        yield
    except (FileError, FileSkipped) as error:
        log.info("%r is not read again: %s", found.facts.path, error)


class BackfillReader:
    """Reads for spaces that one set of models makes of one modality. For the builder's thread."""

    def __init__(
        self, pool: ExtractPool, inference: Inference, wait: Wait, spaces: Sequence[str], modality: Modality
    ) -> None:
        """``wait`` may raise what ends it all."""
        self._pool, self._inference, self._wait, self._modality = pool, inference, wait, modality
        self._models = inference.models_of(spaces)
        self.batch_size = inference.batch_size(modality)
        """How many items the models are asked for together."""

    def photos(self, photos: Sequence[BackfillItem]) -> tuple[list[BackfillItem], Iterator[EncodedRows]]:
        """Those that can be read, decoded side by side, and what the models make of them together."""
        read: list[BackfillItem] = []
        known: list[_Known] = []
        begun = [self._pool.extract(found.facts.path, self._limits()) for found in photos]
        try:
            for found, future in zip(photos, begun, strict=True):
                with passing_over(found):
                    known += self._found_again(self._extracted(found, future), _by_place(found))
                    read.append(found)
        finally:
            for future in begun:
                future.cancel()  # nobody waits for the rest
        return read, self._encoded(known)

    def file(self, found: BackfillItem) -> Iterator[EncodedRows]:
        """A file of any kind, a part at a time.

        Raises:
            FileError: it changed, or cannot be read.
            FileSkipped: nothing reads it any more.
        """
        limits, left = self._limits(), _by_place(found)
        while True:
            extraction = self._extracted(found, self._pool.extract(found.facts.path, limits))
            if self._modality is Modality.SOUND:
                yield from self._heard(extraction, left)
            else:
                yield from self._encoded(self._found_again(extraction, left))
            if extraction.next_s is None:
                return
            limits = replace(limits, start_s=extraction.next_s)

    def _extracted(self, found: BackfillItem, future: Future[Extraction]) -> Extraction:
        extraction = self._wait(future)
        if facts_of(found.facts.path) != found.facts:
            raise FileError("It changed.")
        return extraction

    def _limits(self) -> Limits:
        side = self._inference.image_side() or Limits().image_side
        return Limits(image_side=side, scenes=self._modality is Modality.SCENE)

    def _found_again(self, extraction: Extraction, left: _Places) -> list[_Known]:
        again = (one for one in extraction.segments if one.modality is self._modality)
        return [(left[one.locator].popleft(), model_input(one)) for one in again if left[one.locator]]

    def _encoded(self, known: Sequence[_Known]) -> Iterator[EncodedRows]:
        for start in range(0, len(known), self.batch_size):
            some = known[start : start + self.batch_size]
            asked = self._inference.encode_documents(self._modality, [item for _, item in some], self._models)
            made = self._wait(asked)
            yield EncodedRows([row for row, _ in some], made.vectors, made.labels)

    def _heard(self, extraction: Extraction, left: _Places) -> Iterator[EncodedRows]:
        for window in (one for one in extraction.segments if one.modality is Modality.SOUND):
            heard = self._wait(self._inference.listen(model_input(window), only=self._models))
            spans = [within(window, *span) for span in heard.spans]
            at = [number for number, span in enumerate(spans) if left[span]]
            yield EncodedRows(
                [left[spans[n]].popleft() for n in at], {name: rows[at] for name, rows in heard.vectors.items()}
            )


def _by_place(found: BackfillItem) -> _Places:
    """A file's segments, by where in it they are."""
    left: dict[Locator, deque[SegmentToEmbed]] = defaultdict(deque)
    for row in found.rows:
        left[row.at].append(row)
    return left
