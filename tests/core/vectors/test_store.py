from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import numpy as np
import psutil
import pytest
from pymilvus.exceptions import DataNotMatchException, ParamError

from bowerbird.core.errors import StoreDamaged, StoreFailure
from bowerbird.core.types import Kind
from bowerbird.core.vectors.store import VectorStore, collection_of

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


def test_rows_of_one_space_are_deleted_alone(store: VectorStore) -> None:
    store.ensure("another@1", 8)
    store.upsert("another@1", range(1, 9), ROWS, [Kind.PHOTO] * 8)
    store.delete([1, 2], "another@1")
    store.delete([3], "unknown@1")
    assert (store.ids("another@1"), store.ids(SPACE)) == (set(range(3, 9)), set(range(1, 9)))


def test_a_space_that_holds_nothing_finds_nothing(store: VectorStore) -> None:
    assert store.search("another@1", ROWS[:2], 5) == [[], []]
    store.ensure("another@1", 8)
    assert store.search("another@1", ROWS[:2], 5) == [[], []]
    store.drop("another@1")
    assert store.ids("another@1") == set()


def test_while_it_is_closed_it_answers_nothing(tmp_path: Path) -> None:
    """Not even that there is nothing: nobody may take that for an answer."""
    closed = VectorStore(tmp_path / "vec.db")
    for call in (lambda: closed.search(SPACE, ROWS[:1], 3), lambda: closed.ids(SPACE), lambda: closed.drop(SPACE)):
        with pytest.raises(StoreFailure, match="not open"):
            call()


def test_a_server_that_was_killed_is_started_again(store: VectorStore) -> None:
    (server,) = (child for child in psutil.Process().children() if child.name() == "milvus")
    server.kill()
    for _ in range(2):
        with pytest.raises(StoreFailure, match="does not answer") as raised:
            store.search(SPACE, ROWS[:1], 3)
        assert not isinstance(raised.value, StoreDamaged)
    store.close()
    store.file.check()
    store.open()
    assert store.ids(SPACE) == set(range(1, 9)) and store.starts == 2


def test_a_mistake_of_ours_is_no_failure_of_the_store(store: VectorStore) -> None:
    with pytest.raises(DataNotMatchException):
        store.upsert(SPACE, cast("list[int]", ["nine"]), ROWS[:1], [Kind.PHOTO])
    with pytest.raises(ParamError):
        store.search(SPACE, ROWS[:1], -1)
    assert store.ids(SPACE) == set(range(1, 9))


def test_a_row_that_is_acknowledged_is_in_the_file(store: VectorStore, tmp_path: Path) -> None:
    """Milvus Lite acknowledges what a full disk refuses: the file tells."""
    store.file.confirm(collection_of(SPACE), 8)
    with pytest.raises(StoreFailure, match="a row was not kept"):
        store.file.confirm(collection_of(SPACE), 9)


def test_a_file_that_another_program_has_locked_is_waited_for(
    store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bowerbird.core.vectors.file._BUSY_S", 0.0)
    store.close()
    with closing(sqlite3.connect(tmp_path / "vec.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreFailure, match="does not answer"):
            store.open()
        with pytest.raises(StoreFailure, match="in use by another program"):
            store.file.check()
    store.open()
    assert store.ids(SPACE) == set(range(1, 9))


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "vec.db"
    path.write_bytes(b"not a database at all" * 100)
    broken = VectorStore(path)
    with pytest.raises(StoreFailure):
        broken.open()
    assert not broken.is_open
    with pytest.raises(StoreDamaged, match="is damaged"):
        broken.file.check()
    broken.file.delete()
    assert not path.exists()
