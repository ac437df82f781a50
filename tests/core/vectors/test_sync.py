"""The vector store is kept level with a real catalog, whatever the store does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import StoreDamaged
from bowerbird.core.types import Kind, Modality, Properties, Segment, Space, Vectors
from bowerbird.core.vectors.store import VectorStore
from bowerbird.core.vectors.sync import StoreSync

SPACE = Space("s@1", 4, Modality.TEXT, True, (0.0, 0.1), (0.0, 0.1))


class Store:
    """In place of ``VectorStore``: keeps rows, and refuses as often as it is told to."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[int, np.ndarray]] = {}
        self.refusals = 0
        self.free = 1 << 40
        self.log: list[str] = []

    def _work(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StoreDamaged("The vector store refused.")

    def exists(self) -> bool:
        return bool(self.rows)

    def open(self) -> None:
        self.log.append("open")
        self._work()

    def close(self) -> None:
        self.log.append("close")

    def discard(self) -> None:
        self.log.append("discard")
        self.rows.clear()

    def free_bytes(self) -> int:
        return self.free

    def ensure(self, space: str, dimension: int) -> None:
        self.rows.setdefault(space, {})

    def drop(self, space: str) -> None:
        self._work()
        self.rows.pop(space, None)

    def upsert(self, space: str, ids: Sequence[int], vectors: Vectors, kinds: Sequence[Kind]) -> None:
        self._work()
        self.rows[space].update(zip(ids, vectors, strict=True))

    def delete(self, ids: Sequence[int]) -> None:
        for rows in self.rows.values():
            for segment_id in ids:
                rows.pop(segment_id, None)

    def ids(self, space: str) -> set[int]:
        return set(self.rows.get(space, ()))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    yield catalog
    catalog.close()


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def sync(catalog: Catalog, store: Store) -> StoreSync:
    sync = StoreSync(catalog.outbox, cast("VectorStore", store), [SPACE])
    sync.open()
    return sync


def _put(catalog: Catalog, fingerprint: bytes, number: int = 2) -> None:
    segments = [Segment(Modality.TEXT, text=f"text {at}") for at in range(number)]
    vectors = {SPACE.id: (range(number), np.eye(number, 4, dtype=np.float32))}
    with catalog.transaction():
        catalog.contents.put(
            NewContent(
                fingerprint, Kind.DOCUMENT, Properties(), segments, [()] * number, vectors, frozenset({SPACE.id})
            )
        )


def test_what_the_catalog_has_is_sent_once(catalog: Catalog, store: Store, sync: StoreSync) -> None:
    _put(catalog, b"1")
    sync.run(hurry=True)
    assert store.ids(SPACE.id) == catalog.outbox.segments(SPACE.id) == catalog.outbox.sent_segments(SPACE.id)
    store.rows[SPACE.id].clear()
    sync.run(hurry=True)
    assert store.ids(SPACE.id) == set(), "it was sent already"


def test_a_full_batch_does_not_wait(catalog: Catalog, store: Store, sync: StoreSync) -> None:
    _put(catalog, b"now")
    sync.run(hurry=True)
    _put(catalog, b"waits")
    sync.run(hurry=False)
    assert len(store.ids(SPACE.id)) == 2, "half a second has not passed"
    for number in range(63):
        _put(catalog, f"{number}".encode())
    sync.run(hurry=False)
    assert len(store.ids(SPACE.id)) == 2 + 128


def test_what_is_gone_is_deleted(catalog: Catalog, store: Store, sync: StoreSync) -> None:
    _put(catalog, b"1")
    sync.run(hurry=True)
    assert len(catalog.drop_orphans()) == 1  # no file has it
    sync.run(hurry=False)
    assert len(store.ids(SPACE.id)) == 2, "deleting is no hurry"
    sync.run(hurry=True)
    assert store.ids(SPACE.id) == set()
    assert catalog.outbox.pending_deletes(10) == []


def test_a_refusal_is_answered_by_a_restart_and_nothing_is_lost(
    catalog: Catalog, store: Store, sync: StoreSync
) -> None:
    _put(catalog, b"1")
    store.refusals = 1
    sync.run(hurry=True)
    assert store.log == ["open", "close", "open"]
    sync.run(hurry=True)
    assert len(store.ids(SPACE.id)) == 2
    assert sync.notice == ""


def test_a_store_that_goes_on_refusing_is_made_anew(catalog: Catalog, store: Store, sync: StoreSync) -> None:
    _put(catalog, b"1")
    for _ in range(2):
        store.refusals = 1
        sync.run(hurry=True)
    assert "discard" in store.log
    sync.run(hurry=True)
    assert len(store.ids(SPACE.id)) == 2


def test_a_full_disk_makes_no_store_anew(catalog: Catalog, store: Store, sync: StoreSync) -> None:
    _put(catalog, b"1")
    store.free = 1 << 20
    store.refusals = 1
    sync.run(hurry=True)
    store.refusals = 1
    with pytest.raises(StoreDamaged, match="disk is full"):
        sync.run(hurry=True)
    assert "discard" not in store.log


@pytest.mark.parametrize("damage", ["a row is missing", "it does not open", "there are rows too many"])
def test_when_it_opens_it_meets_the_catalog(catalog: Catalog, store: Store, sync: StoreSync, damage: str) -> None:
    _put(catalog, b"1")
    sync.run(hurry=True)
    right = store.ids(SPACE.id)
    if damage == "a row is missing":
        store.rows[SPACE.id].popitem()
    elif damage == "it does not open":
        store.refusals = 1
    else:
        store.rows[SPACE.id][999] = np.zeros(4, np.float32)
    sync.close()
    sync.open()
    sync.run(hurry=True)
    assert store.ids(SPACE.id) == right
    assert ("rebuilt" in sync.notice) is (damage != "there are rows too many")


def test_spaces_that_are_used_no_more_are_dropped(catalog: Catalog, store: Store, sync: StoreSync) -> None:
    other = Space("t@1", 4, Modality.TEXT, True, (0.0, 0.1), (0.0, 0.1))
    sync.use([other])
    assert store.rows.keys() == {"t@1"}


def test_vectors_of_a_backfill_are_rounded_as_the_catalog_rounds_them(
    catalog: Catalog, store: Store, sync: StoreSync
) -> None:
    vectors = np.full((1, 4), 1 / 3, np.float32)
    sync.add(SPACE.id, [5], vectors, [Kind.PHOTO])
    assert store.rows[SPACE.id][5].tolist() == vectors[0].astype(np.float16).astype(np.float32).tolist()
