from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.errors import StoreDamaged
from bowerbird.core.types import Kind
from bowerbird.core.vectors.store import VectorStore

SPACE = "a-space@1"
ROWS = np.eye(8, dtype=np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    made = VectorStore(tmp_path / "vec.db")
    made.open()
    made.ensure(SPACE, 8)
    made.upsert(SPACE, range(1, 9), ROWS, [Kind.PHOTO, Kind.DOCUMENT] * 4)
    yield made
    made.close()


def test_the_nearest_come_first_and_filters_hold(store: VectorStore) -> None:
    ((best, cosine), *_), *_ = store.search(SPACE, ROWS[2:3], 3)
    assert best == 3 and cosine == pytest.approx(1)
    (found,) = store.search(SPACE, ROWS[2:3], 8, [Kind.DOCUMENT])
    assert {number for number, _ in found} == {2, 4, 6, 8}


def test_an_upsert_replaces_and_a_delete_is_final(store: VectorStore, tmp_path: Path) -> None:
    store.upsert(SPACE, [3], ROWS[7:8], [Kind.PHOTO])
    store.delete([8, 12345])
    assert store.ids(SPACE) == set(range(1, 8))
    assert store.search(SPACE, ROWS[7:8], 1)[0][0][0] == 3
    store.close()
    store.open()
    assert store.ids(SPACE) == set(range(1, 8))


def test_a_space_that_holds_nothing_finds_nothing(store: VectorStore) -> None:
    assert store.search("another@1", ROWS[:2], 5) == [[], []]
    store.ensure("another@1", 8)
    assert store.search("another@1", ROWS[:2], 5) == [[], []]
    store.drop("another@1")
    assert store.ids("another@1") == set()


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "vec.db"
    path.write_bytes(b"not a database at all" * 100)
    broken = VectorStore(path)
    with pytest.raises(StoreDamaged):
        broken.open()
    broken.discard()
    assert not path.exists()
