"""A run of backfilling with a real catalog, between fakes: order, batches, giving up, stopping."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.indexing import backfill_run
from bowerbird.core.indexing.backfill import Backfill
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.searched import SearchedSpaces
from bowerbird.core.settings import Settings
from bowerbird.core.types import Kind, Modality, Properties, Segment, Vectors
from bowerbird.core.vectors.sync import StoreSync
from tests.core.indexing.fakes import Calls, Decoders, Models, text_space

OLD, NEW = text_space("old@1"), text_space("new@1")


class Store:
    """In place of ``StoreSync``."""

    def __init__(self) -> None:
        self.ids: set[int] = set()

    def add(self, space: str, ids: list[int], vectors: Vectors, kinds: list[Kind]) -> None:
        self.ids |= set(ids)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    for number in range(10):
        with catalog.transaction():
            catalog.contents.put(
                NewContent(
                    bytes([number]),
                    Kind.DOCUMENT,
                    Properties(),
                    [Segment(Modality.TEXT, text=f"text {number}"), Segment(Modality.TEXT, text=" ")],
                    [(), ()],
                    {OLD.id: ([0], np.eye(1, 4, dtype=np.float32))},
                    frozenset({OLD.id}),
                )
            )
    catalog.spaces.mark_complete(OLD.id)
    yield catalog
    catalog.close()


class Round:
    """A ``Backfill`` whose questions to the indexer's thread are answered at once."""

    def __init__(self, catalog: Catalog, models: Models) -> None:
        self.catalog, self.models, self.store, self.held = catalog, models, Store(), False
        inference = cast("Inference", models)
        self.searched = SearchedSpaces(inference)
        self._asking = threading.Lock()
        self.backfill = Backfill(
            self._ask,
            catalog,
            cast("StoreSync", self.store),
            cast("ExtractPool", Decoders()),
            inference,
            self.searched,
            lambda: self.held,
            Settings(),
        )

    def _ask(self, question: Any) -> Future[Any]:
        with self._asking:
            return Calls().ask(question)

    def join(self) -> None:
        run = self.backfill._run
        assert run is not None
        run.join(60)
        assert not run.is_alive()

    def lacking(self) -> int:
        return self.catalog.spaces.count_lacking(NEW.id, Modality.TEXT)


def test_texts_are_encoded_in_batches_and_the_space_joins_the_searched(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_run, "TEXTS_AT_ONCE", 8)
    models = Models(used=(OLD, NEW))
    round_ = Round(catalog, models)
    round_.held = True
    round_.backfill.begin()
    assert [space.id for space in round_.searched.now()] == [OLD.id], "meanwhile the old one answers"
    assert models.unsearched == {NEW.id}
    assert round_.backfill.least() == (0, 10)
    round_.held = False
    round_.join()
    assert [len(items) for _, items in models.batches] == [4, 4, 2], "blank segments are nothing for a model"
    assert round_.lacking() == 0
    assert [space.id for space in round_.searched.now()] == [OLD.id, NEW.id]
    assert models.unsearched == frozenset()
    assert catalog.outbox.segments(NEW.id) == round_.store.ids
    assert len(round_.store.ids) == 10
    assert round_.backfill.least() is None


def test_a_model_that_fails_is_given_up_until_the_next_beginning(catalog: Catalog) -> None:
    models = Models(used=(OLD, NEW), error=ModelUnavailable("The model is damaged."))
    round_ = Round(catalog, models)
    round_.backfill.begin()
    round_.join()
    assert round_.backfill.building().problems == {NEW.id: "The model is damaged."}
    assert round_.lacking() == 10
    assert [space.id for space in round_.searched.now()] == [OLD.id]
    models.error = None
    round_.backfill.begin()
    assert round_.backfill.building().problems == {}
    round_.join()
    assert round_.lacking() == 0


def test_once_stopped_nothing_more_is_written(catalog: Catalog) -> None:
    models = Models(used=(OLD, NEW), at_once=False)
    round_ = Round(catalog, models)
    round_.backfill.begin()
    run = round_.backfill._run
    assert run is not None
    while not models.batches:
        run.join(0.01)
    round_.backfill.stop()
    models.resolve_all()
    run.join(60)
    assert not run.is_alive()
    assert round_.lacking() == 10
    assert round_.store.ids == set()
    assert not round_.backfill.busy


def test_a_space_that_nothing_lacks_is_complete_without_a_run(catalog: Catalog) -> None:
    catalog.spaces.add_up_to(NEW.id, catalog.spaces.newest_segment())
    round_ = Round(catalog, Models(used=(OLD, NEW)))
    round_.backfill.begin()
    assert not round_.backfill.busy
    assert catalog.spaces.complete() == {OLD.id, NEW.id}


def test_contents_without_segments_of_a_modality_do_not_lack_it(catalog: Catalog) -> None:
    catalog.spaces.add_where_empty("photo@1", Modality.IMAGE)
    assert catalog.spaces.count_lacking("photo@1", Modality.TEXT) == 0
    assert catalog.spaces.known() == {OLD.id, "photo@1"}
