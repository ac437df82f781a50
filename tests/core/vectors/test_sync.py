"""The vector store is kept level with a real catalog, whatever the store does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import psutil
import pytest

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import StoreDamaged, StoreFailure
from bowerbird.core.notices import Notices
from bowerbird.core.types import Kind, Modality, Properties, Segment, Space, Vectors
from bowerbird.core.vectors.store import VectorStore
from bowerbird.core.vectors.sync import StoreSync

SPACE = Space("s@1", 4, Modality.TEXT, True, (0.0, 0.1), (0.0, 0.1))


class StoreFile:
    """In place of ``StoreFile``: may be damaged, and on a full disk."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_damaged = self.is_on_full_disk = False

    def exists(self) -> bool:
        return bool(self._store.rows)

    def check(self) -> None:
        assert not self._store.is_open
        if self.is_damaged:
            raise StoreDamaged("The vector store is damaged.")

    def delete(self) -> None:
        assert not self._store.is_open
        self._store.log.append("delete")
        self._store.rows.clear()
        self.is_damaged = False


class Store:
    """In place of ``VectorStore``: keeps rows, and refuses as often as it is told to."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[int, np.ndarray]] = {}
        self.file = StoreFile(self)
        self.refusals = self.starts = 0
        self.is_open = self.takes_nothing = False
        self.tells_ids = True
        self.log: list[str] = []

    def _work(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StoreFailure("The vector store refused.")

    def open(self) -> None:
        self.starts += 1
        self.log.append("open")
        self._work()
        self.is_open = True

    def close(self) -> None:
        self.log.append("close")
        self.is_open = False

    def ensure(self, space: str, dimension: int) -> None:
        self.rows.setdefault(space, {})

    def drop(self, space: str) -> None:
        self._work()
        self.rows.pop(space, None)

    def upsert(self, space: str, ids: Sequence[int], vectors: Vectors, kinds: Sequence[Kind]) -> None:
        self._work()
        if self.takes_nothing:
            raise StoreFailure("The vector store refused.")
        self.rows[space].update(zip(ids, vectors, strict=True))

    def delete(self, ids: Sequence[int], space: str = "") -> None:
        for name, rows in self.rows.items():
            for segment_id in ids if space in ("", name) else ():
                rows.pop(segment_id, None)

    def ids(self, space: str) -> set[int]:
        if not self.tells_ids:
            raise StoreFailure("The vector store refused.")
        return set(self.rows.get(space, ()))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    yield catalog
    catalog.close()


@pytest.fixture
def notices(tmp_path: Path) -> Notices:
    return Notices(tmp_path / "notices.json")


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def sync(catalog: Catalog, notices: Notices, store: Store) -> StoreSync:
    sync = StoreSync(catalog.outbox, notices, cast("VectorStore", store), [SPACE], check=True)
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
    catalog: Catalog, notices: Notices, store: Store, sync: StoreSync
) -> None:
    _put(catalog, b"1")
    store.refusals = 1
    sync.run(hurry=True)
    assert store.log == ["close", "open", "close", "open"]
    assert len(store.ids(SPACE.id)) == 2
    assert sync.problem == "" and notices.tell() == ()


def test_a_store_that_goes_on_refusing_is_waited_for_and_stays(
    catalog: Catalog, notices: Notices, store: Store, sync: StoreSync
) -> None:
    _put(catalog, b"1")
    sync.run(hurry=True)
    _put(catalog, b"2")
    store.takes_nothing = True
    for _ in range(5):
        with pytest.raises(StoreFailure):
            sync.run(hurry=True)
        assert sync.problem == "The vector store refused."
    assert "delete" not in store.log and len(store.ids(SPACE.id)) == 2
    store.takes_nothing = False
    sync.run(hurry=True)
    assert len(store.ids(SPACE.id)) == 4
    assert sync.problem == "" and notices.tell() == ()


def test_a_full_disk_stops_no_store_that_can_be_searched(catalog: Catalog, store: Store, sync: StoreSync) -> None:
    _put(catalog, b"1")
    store.file.is_on_full_disk = True
    store.refusals = 1
    with pytest.raises(StoreFailure):
        sync.run(hurry=True)
    assert store.is_open and store.log == ["close", "open"]
    store.file.is_on_full_disk = False
    sync.run(hurry=True)
    assert len(store.ids(SPACE.id)) == 2


def test_a_damaged_store_is_made_anew_once_there_is_room(
    catalog: Catalog, notices: Notices, store: Store, sync: StoreSync
) -> None:
    _put(catalog, b"1")
    sync.run(hurry=True)
    store.file.is_damaged = store.file.is_on_full_disk = True
    with pytest.raises(StoreFailure, match="no room"):
        sync.restart()
    assert "delete" not in store.log and notices.tell() == ()
    store.file.is_on_full_disk = False
    sync.run(hurry=True)
    assert "delete" in store.log and len(store.ids(SPACE.id)) == 2
    assert "rebuilt" in " ".join(notices.tell())


def test_searches_that_were_refused_at_once_start_it_again_once(store: Store, sync: StoreSync) -> None:
    starts = store.starts
    for _ in range(3):
        sync.restart_since(starts)
    assert store.starts == starts + 1


@pytest.mark.parametrize("change", ["a row is missing", "it refuses once", "it is damaged", "there are rows too many"])
def test_when_it_opens_it_meets_the_catalog(
    catalog: Catalog, notices: Notices, store: Store, sync: StoreSync, change: str
) -> None:
    _put(catalog, b"1")
    sync.run(hurry=True)
    right = store.ids(SPACE.id)
    if change == "a row is missing":
        store.rows[SPACE.id].popitem()
    elif change == "it refuses once":
        store.refusals = 1
    elif change == "it is damaged":
        store.file.is_damaged = True
    else:
        store.rows[SPACE.id][999] = np.zeros(4, np.float32)
    sync.close()
    with suppress(StoreFailure):
        sync.open()
    sync.run(hurry=True)
    assert store.ids(SPACE.id) == right
    assert bool(notices.tell()) is (change in ("a row is missing", "it is damaged"))
    assert ("delete" in store.log) is (change == "it is damaged")


def test_what_was_sent_of_a_space_and_never_written_costs_no_other_space(
    catalog: Catalog, notices: Notices, store: Store
) -> None:
    spaces = [SPACE, replace(SPACE, id="backfilled@1"), replace(SPACE, id="further@1")]
    sync = StoreSync(catalog.outbox, notices, cast("VectorStore", store), spaces, check=True)
    sync.open()
    _put(catalog, b"1")
    sync.run(hurry=True)
    right = store.ids(SPACE.id)
    sync.add(
        "backfilled@1", sorted(right), np.eye(2, 4, dtype=np.float32), [Kind.DOCUMENT] * 2
    )  # and then it was killed
    sync.restart()
    assert (store.ids(SPACE.id), store.ids("backfilled@1")) == (right, set())
    assert not notices.tell()


def test_a_store_that_could_not_be_compared_is_compared_later(catalog: Catalog, store: Store, sync: StoreSync) -> None:
    _put(catalog, b"1")
    sync.run(hurry=True)
    right = store.ids(SPACE.id)
    store.rows[SPACE.id].popitem()
    store.tells_ids = False
    with pytest.raises(StoreFailure):
        sync.restart()
    assert not store.is_open and sync.problem
    store.tells_ids = True
    sync.run(hurry=True)
    assert store.ids(SPACE.id) == right and not sync.problem


def test_a_store_as_it_was_closed_is_not_compared(catalog: Catalog, notices: Notices, store: Store) -> None:
    _put(catalog, b"1")
    catalog.outbox.mark_sent(catalog.outbox.unsent_contents(9))
    store.rows[SPACE.id] = {}
    trusting = StoreSync(catalog.outbox, notices, cast("VectorStore", store), [SPACE], check=False)
    trusting.open()
    trusting.run(hurry=True)
    assert store.log == ["open"] and store.ids(SPACE.id) == set()


def test_spaces_that_are_used_no_more_are_dropped(catalog: Catalog, store: Store, sync: StoreSync) -> None:
    other = Space("t@1", 4, Modality.TEXT, True, (0.0, 0.1), (0.0, 0.1))
    sync.use([other])
    assert store.rows.keys() == {"t@1"}


def test_vectors_of_a_backfill_that_are_refused_start_the_store_again(store: Store, sync: StoreSync) -> None:
    store.refusals, starts = 1, store.starts
    sync.add(SPACE.id, [5], np.ones((1, 4), np.float32), [Kind.PHOTO])
    assert store.starts == starts + 1
    assert list(store.rows[SPACE.id]) == [5]


def test_vectors_of_a_backfill_are_rounded_as_the_catalog_rounds_them(
    catalog: Catalog, store: Store, sync: StoreSync
) -> None:
    vectors = np.full((1, 4), 1 / 3, np.float32)
    sync.add(SPACE.id, [5], vectors, [Kind.PHOTO])
    assert store.rows[SPACE.id][5].tolist() == vectors[0].astype(np.float16).astype(np.float32).tolist()


@pytest.mark.parametrize("is_open", [True, False])
def test_vectors_of_a_backfill_have_a_store_that_refuses_started_again(
    catalog: Catalog, store: Store, sync: StoreSync, *, is_open: bool
) -> None:
    _put(catalog, b"1")
    sync.run(hurry=True)
    store.is_open, store.refusals = is_open, 1
    sync.add("new@1", [1, 2], np.eye(2, 4, dtype=np.float32), [Kind.DOCUMENT] * 2)
    assert store.log == ["close", "open", "close", "open"]
    assert store.ids("new@1") == {1, 2} and len(store.ids(SPACE.id)) == 2
    assert sync.problem == ""


# the real store


@pytest.fixture
def real(tmp_path: Path) -> Iterator[VectorStore]:
    store = VectorStore(tmp_path / "vec.db")
    yield store
    store.close()


@pytest.fixture
def real_sync(catalog: Catalog, notices: Notices, real: VectorStore) -> StoreSync:
    sync = StoreSync(catalog.outbox, notices, real, [SPACE], check=True)
    sync.open()
    return sync


def _kill_server() -> None:
    (server,) = (child for child in psutil.Process().children() if child.name() == "milvus")
    server.kill()
    server.wait()


def test_two_searches_that_a_killed_server_refuses_leave_the_store_as_it_was(
    catalog: Catalog, notices: Notices, real: VectorStore, real_sync: StoreSync, tmp_path: Path
) -> None:
    _put(catalog, b"1")
    real_sync.run(hurry=True)
    inode, starts = (tmp_path / "vec.db").stat().st_ino, real.starts
    _kill_server()
    for _ in range(2):
        with pytest.raises(StoreFailure):
            real.search(SPACE.id, np.eye(1, 4, dtype=np.float32), 3)
    for _ in range(2):  # each of them asks for that
        real_sync.restart_since(starts)
    assert real.starts == starts + 1
    assert (tmp_path / "vec.db").stat().st_ino == inode
    assert len(real.search(SPACE.id, np.eye(1, 4, dtype=np.float32), 3)[0]) == 2
    assert notices.tell() == () and catalog.outbox.unsent_contents(1) == []


def test_a_server_that_is_killed_again_and_again_costs_no_row(
    catalog: Catalog, notices: Notices, real: VectorStore, real_sync: StoreSync, tmp_path: Path
) -> None:
    for number in range(3):
        _put(catalog, b"%d" % number)
        _kill_server()
        real_sync.run(hurry=True)
    assert real.ids(SPACE.id) == catalog.outbox.segments(SPACE.id)
    assert notices.tell() == ()


def test_a_store_that_may_not_be_opened_is_waited_for(
    catalog: Catalog, notices: Notices, real: VectorStore, real_sync: StoreSync, tmp_path: Path
) -> None:
    """A folder in the place of the server's lock stands for the missing right, also for root."""
    _put(catalog, b"1")
    real_sync.run(hurry=True)
    real_sync.close()
    before = (tmp_path / "vec.db").read_bytes()
    (tmp_path / ".vec.db.lock").mkdir()
    for _ in range(2):
        with pytest.raises((StoreFailure, IsADirectoryError)):
            real_sync.run(hurry=True)
    assert (tmp_path / "vec.db").read_bytes() == before and notices.tell() == ()
    (tmp_path / ".vec.db.lock").rmdir()
    real_sync.run(hurry=True)
    assert real.ids(SPACE.id) == catalog.outbox.segments(SPACE.id)


@pytest.mark.parametrize("check", [False, True])
def test_a_store_that_fails_once_as_it_starts_is_started_again(
    catalog: Catalog, store: Store, notices: Notices, check: bool
) -> None:
    """Milvus Lite does where another one ends at that moment: they share a folder, which each of them deletes."""
    store.refusals = 1
    sync = StoreSync(catalog.outbox, notices, cast("VectorStore", store), [SPACE], check=check)
    sync.open()
    assert store.is_open and store.starts == 2 and not sync.problem
