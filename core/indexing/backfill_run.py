"""One run of backfilling: a thread that encodes what the spaces of newer models lack.

Text is taken from the catalog; for the rest, files are decoded again. The thread waits for the models; what it reads
of the catalog and writes, it asks of the indexer's thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Protocol, TypeVar

from bowerbird.core.catalog.records import BackfillItem, PictureItem, SegmentToEmbed
from bowerbird.core.catalog.spaces import SpaceTable
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import BowerbirdError, ModelUnavailable
from bowerbird.core.indexing.backfill_reader import BackfillReader, EncodedRows, skipping_unreadable
from bowerbird.core.indexing.picture_texts import NO_TEXT, PictureText, PictureTextReader
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.inputs import is_encoded
from bowerbird.core.types import Modality, Vectors

log = logging.getLogger(__name__)
T = TypeVar("T")

TEXTS_AT_ONCE = 64  # enough for every core, few enough that pausing takes seconds
_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class BackfillJob:
    """Spaces to fill together, by id, and what they hold."""

    modality: Modality
    spaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadingJob:
    """Pictures to look at for text, and the mark of the model that reads them."""

    reader: str

    @property
    def spaces(self) -> tuple[str, ...]:
        """What its progress is known by."""
        return (self.reader,)


class BackfillTarget(Protocol):
    """Where a run puts what it encodes, as ``Backfill`` is. Its calls run on the indexer's thread."""

    @property
    def table(self) -> SpaceTable: ...

    @property
    def indexing(self) -> bool: ...

    def next_picture(self, reader: str, after: int) -> PictureItem | None: ...

    def keep_text(self, item: PictureItem, page: int, text: PictureText, reader: str) -> None: ...

    def end_reading(self, reader: str) -> None: ...

    def total(self, spaces: Sequence[str]) -> int: ...

    def set_progress(self, spaces: Sequence[str], done: int, total: int) -> None: ...

    def store(self, space: str, segments: Sequence[SegmentToEmbed], vectors: Vectors) -> None: ...

    def complete(self, spaces: Sequence[str]) -> None: ...

    def give_up(self, spaces: Sequence[str], reason: str) -> None: ...


class _Stopped(Exception):
    """The library is closing, or the models in use changed."""


class BackfillRun(threading.Thread):
    """Works through its jobs until they are done or it is stopped."""

    def __init__(
        self,
        target: BackfillTarget,
        ask: Callable[[Callable[[], Any]], Future[Any]],
        pool: ExtractPool,
        inference: Inference,
        held: Callable[[], bool],
        jobs: Sequence[BackfillJob | ReadingJob],
    ) -> None:
        """``ask`` runs a call on the indexer's thread; ``held`` says whether no work is wanted now."""
        super().__init__(name="backfill", daemon=True)
        self._target, self._table, self._ask_indexer = target, target.table, ask
        self._pool, self._inference, self._held, self._jobs = pool, inference, held, jobs
        self._over = threading.Event()

    def stop(self) -> None:
        """Leave off at once. Once this was called on the indexer's thread, nothing more is written."""
        self._over.set()

    def run(self) -> None:
        """Do one job after the other; one that fails leaves the others be."""
        with suppress(_Stopped, CancelledError):
            for job in self._jobs:
                if reason := self._attempt(job):
                    self._ask(lambda: self._target.give_up(job.spaces, reason))  # noqa: B023 # waited for at once

    def _attempt(self, job: BackfillJob | ReadingJob) -> str:
        """Why a job could not be done, or empty."""
        try:
            if isinstance(job, ReadingJob):
                self._read_pictures(job)
            elif job.modality is Modality.TEXT:
                for space in job.spaces:
                    self._encode_texts(space)
            else:
                self._encode_files(job)
        except (_Stopped, CancelledError):
            raise
        except BowerbirdError as error:
            log.warning("a space is not being filled: %s", error)
            return str(error)
        except Exception:  # a mistake of ours with one space must not end the others
            log.exception("filling a space")
            return "Bowerbird made a mistake while building search data; the log has the details."
        return ""

    # text

    def _encode_texts(self, space: str) -> None:
        newest, total = self._ask(lambda: (self._table.newest_segment(), self._table.count_texts(space)))
        done = 0
        for segments in self._text_batches(space):
            worth = [segment for segment in segments if is_encoded(segment.text, segment.locator)]
            self._encode_text_batch(space, worth)
            done += len(segments)
            self._ask(lambda: self._target.set_progress([space], done, max(done, total)))  # noqa: B023
        self._ask(lambda: self._finish_texts(space, newest))

    def _text_batches(self, space: str) -> Iterator[list[SegmentToEmbed]]:
        after = 0
        while segments := self._ask(lambda: self._table.texts(space, after, TEXTS_AT_ONCE)):  # noqa: B023
            yield segments
            after = segments[-1].segment_id

    def _encode_text_batch(self, space: str, segments: Sequence[SegmentToEmbed]) -> None:
        if segments:
            encoded = self._inference.encode_documents(
                Modality.TEXT, [segment.text for segment in segments], self._inference.models_of([space])
            )
            self._store(space, segments, self._wait(encoded).vectors)

    def _finish_texts(self, space: str, newest: int) -> None:
        self._table.add_up_to(space, newest)  # what is newer was read for this space too
        self._target.complete([space])

    # photos, sound, scenes

    def _encode_files(self, job: BackfillJob) -> None:
        total, done = self._ask(lambda: self._target.total(job.spaces)), 0
        reader = BackfillReader(self._pool, self._inference, self._wait, job.spaces, job.modality)
        for items in self._file_batches(job, reader.batch_size):
            if len(items) > 1:
                self._store_all(job.spaces, *reader.photos(items))
            else:
                with skipping_unreadable(items[0]):
                    self._store_all(job.spaces, items, reader.file(items[0]))
            done += len(items)
            self._ask(lambda: self._target.set_progress(job.spaces, min(done, total), total))  # noqa: B023
        self._ask(lambda: self._target.complete(job.spaces))

    def _file_batches(self, job: BackfillJob, batch_size: int) -> Iterator[Sequence[BackfillItem]]:
        """Photos with about so many pictures together, then everything else one by one."""
        for photos in (True, False):
            after, limit = 0, batch_size if photos else 1
            while items := self._ask(
                lambda: self._table.items(job.spaces, job.modality, after, limit, photos=photos)  # noqa: B023
            ):
                fit = sum(pictures <= batch_size for pictures in accumulate(len(item.segments) for item in items))
                yield (batch := items[: max(1, fit)])
                after = batch[-1].content_id

    def _store_all(self, spaces: Sequence[str], items: Sequence[BackfillItem], encoded: Iterable[EncodedRows]) -> None:
        """Keep everything that was encoded of these contents, and then that they have the spaces."""
        for rows in encoded:
            if rows.labels:
                ids = [segment.segment_id for segment in rows.segments]
                self._ask(lambda: self._table.put_labels(ids, rows.labels))  # noqa: B023
            for space in spaces:
                self._store(space, rows.segments, rows.vectors)
        for item in items:
            self._ask(lambda: self._table.add(item.content_id, spaces))  # noqa: B023

    def _store(self, space: str, segments: Sequence[SegmentToEmbed], vectors: Mapping[str, Vectors]) -> None:
        """Rows of zeros are texts in another model's language: nothing to keep."""
        if space not in vectors:
            raise ModelUnavailable(f"No model makes {space} any more.")
        at = [row for row in range(len(segments)) if vectors[space][row].any()]
        if at:
            kept = [segments[row] for row in at]
            self._ask(lambda: self._target.store(space, kept, vectors[space][at]))

    # text in pictures

    def _read_pictures(self, job: ReadingJob) -> None:
        total, done, after = self._ask(lambda: self._target.total(job.spaces)), 0, 0
        reading = PictureTextReader(self._pool, self._inference, self._wait_until_indexed)
        while item := self._ask(lambda: self._target.next_picture(job.reader, after)):  # noqa: B023
            self._read_picture(job.reader, reading, item)
            after, done = item.content_id, done + 1
            self._ask(lambda: self._target.set_progress(job.spaces, min(done, total), total))  # noqa: B023
        self._ask(lambda: self._target.end_reading(job.reader))

    def _read_picture(self, reader: str, reading: PictureTextReader, item: PictureItem) -> None:
        if not item.pages:
            self._ask(lambda: self._target.keep_text(item, 0, NO_TEXT, reader))
        with skipping_unreadable(item):
            for page, text in reading.pages(item):
                self._ask(lambda: self._target.keep_text(item, page, text, reader))  # noqa: B023

    def _wait_until_indexed(self, future: Future[T]) -> T:
        """As ``_wait``, but all else goes first: what is read in pictures can wait."""
        result = self._wait(future)
        while self._target.indexing and not self._over.is_set():
            self._over.wait(_WAIT_S)
        return self._wait(future) if self._over.is_set() else result

    # waiting

    def _ask(self, question: Callable[[], T]) -> T:
        def unless_stopped() -> T:
            if self._over.is_set():  # on the indexer's thread, which sets it
                raise _Stopped
            return question()

        answer: Future[T] = self._ask_indexer(unless_stopped)
        return self._wait(answer)

    def _wait(self, future: Future[T]) -> T:
        """A future's result, as soon as work is wanted: a pause meanwhile keeps the models unloaded."""
        while not self._over.is_set():
            if not future.done():
                wait([future], _WAIT_S)
            elif self._held():
                self._over.wait(_WAIT_S)
            else:
                return future.result()
        future.cancel()
        raise _Stopped
