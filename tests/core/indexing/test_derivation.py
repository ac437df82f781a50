"""Spaces that are filled from vectors of an earlier version, with a real catalog, between fakes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import StoreFailure
from bowerbird.core.indexing import derivation
from bowerbird.core.indexing.derivation import Derivation
from bowerbird.core.inference.client import Inference
from bowerbird.core.types import Kind, Locator, Modality, Properties, Segment, Vectors
from bowerbird.core.vectors.sync import StoreSync
from tests.core.indexing.fakes import DIMENSION, Derived, Models

LOOKS, CLASSES, NEW = "looks@1", "classes@1", "new@1"
BOTH = frozenset({LOOKS, CLASSES})
_NUMBER = 10


class Store:
    """In place of ``StoreSync``."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.refuses = False

    def add(self, space: str, ids: list[int], vectors: Vectors, kinds: list[Kind]) -> None:
        if self.refuses:
            raise StoreFailure("It is busy.")
        self.ids += ids


def _content(number: int, spaces: frozenset[str], pictures: int = 1) -> NewContent:
    """Pictures, and a text that has vectors in no space of these."""
    rows = np.full((pictures, DIMENSION), number / 16, np.float32)
    pixels = np.zeros((2, 2, 3), np.uint8)
    segments = [Segment(Modality.IMAGE, Locator(page=page), pixels=pixels) for page in range(pictures)]
    segments.append(Segment(Modality.TEXT, text="a caption"))
    vectors = {space: (list(range(pictures)), rows) for space in spaces}
    labels = [()] * len(segments)
    return NewContent(bytes([number]), Kind.PHOTO, Properties(), segments, labels, vectors, spaces)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    yield catalog
    catalog.close()


def _derivation(catalog: Catalog, store: Store) -> Derivation:
    models = Models(sources={NEW: (LOOKS, CLASSES)})
    found = Derivation(catalog, cast("StoreSync", store), cast("Inference", models))
    found.look()
    return found


def _finish(work: Derivation) -> int:
    steps = 0
    while work.left:
        work.step()
        steps += 1
        assert steps < 100
    return steps


def _put(catalog: Catalog, *contents: NewContent) -> list[int]:
    with catalog.transaction():
        return [catalog.contents.put(content) for content in contents]


def test_vectors_follow_from_those_that_are_there(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivation, "_CONTENTS", 4)
    ids = _put(catalog, *(_content(number, BOTH, pictures=1 + number % 3) for number in range(_NUMBER)))
    work = _derivation(catalog, store := Store())
    assert _finish(work) == 4, "of four at most, and a look that finds nothing"
    derived, sources = (catalog.derivable.vectors([space], ids) for space in (NEW, LOOKS))
    assert derived.segment_ids == sources.segment_ids == store.ids
    assert len(store.ids) == sum(1 + number % 3 for number in range(_NUMBER))
    assert np.allclose(derived.vectors[NEW], 2 * sources.vectors[LOOKS])
    assert all(NEW in catalog.spaces.of_content(content) for content in ids)


def test_what_lacks_a_source_is_left_to_be_decoded(catalog: Catalog) -> None:
    whole, part, none = _put(
        catalog, _content(1, BOTH), _content(2, frozenset({LOOKS})), _content(3, frozenset({"other@1"}))
    )
    _finish(_derivation(catalog, Store()))
    assert NEW in catalog.spaces.of_content(whole)
    assert not any(NEW in catalog.spaces.of_content(content) for content in (part, none))
    assert catalog.spaces.count_lacking(NEW, Modality.IMAGE) == 2


def test_sources_are_needed_until_all_is_derived(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        derived_from = {NEW: (LOOKS, CLASSES)}

    monkeypatch.setattr(derivation.entries, "load", lambda: {"model": Entry})
    work = _derivation(catalog, Store())
    assert not work.left
    assert work.needed() == set()
    _put(catalog, _content(1, BOTH))
    work.look()
    assert work.needed() == BOTH
    _finish(work)
    assert work.needed() == set()


def test_a_model_that_is_removed_meanwhile_ends_it(catalog: Catalog) -> None:
    (content,) = _put(catalog, _content(1, BOTH))
    models = Models(sources={NEW: (LOOKS, CLASSES)})
    work = Derivation(catalog, cast("StoreSync", Store()), cast("Inference", models))
    work.look()
    models.sources.clear()
    work.step()
    assert not work.left and NEW not in catalog.spaces.of_content(content)


def test_a_store_that_refuses_loses_nothing(catalog: Catalog) -> None:
    (content,) = _put(catalog, _content(1, BOTH))
    work = _derivation(catalog, store := Store())
    store.refuses = True
    with pytest.raises(StoreFailure):
        work.step()
    assert NEW not in catalog.spaces.of_content(content)
    assert work.left
    store.refuses = False
    _finish(work)
    assert NEW in catalog.spaces.of_content(content)
    assert len(store.ids) == 1


def test_contents_with_many_vectors_are_taken_a_few_at_a_time(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derivation, "_VECTORS", 6)
    _put(catalog, *(_content(number, BOTH, pictures=pictures) for number, pictures in enumerate((3, 3, 1, 9, 1))))
    work = _derivation(catalog, store := Store())
    sent = list[int]()
    while work.left:
        work.step()
        sent.append(len(store.ids) - sum(sent))
    assert sent == [6, 1, 9, 1, 0]


def test_a_mistake_ends_deriving_and_nothing_else(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(*_: object) -> Vectors:
        raise ValueError("vectors of two lengths")

    monkeypatch.setattr(Derived, "derive", mistaken)
    (content,) = _put(catalog, _content(1, BOTH))
    work = _derivation(catalog, Store())
    work.step()
    assert not work.left
    assert NEW not in catalog.spaces.of_content(content)
    assert "two lengths" in caplog.text
