from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.catalog.reader import CatalogView
from bowerbird.core.catalog.records import KnownContent, NewContent
from bowerbird.core.catalog.writer import URGENT, Catalog
from bowerbird.core.errors import EnvironmentFailure, StoreDamaged
from bowerbird.core.types import FileFacts, FileState, Kind, Label, Locator, Modality, Properties, Query, Segment

FOLDER = Path("/files")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    made = Catalog(tmp_path / "catalog.sqlite3")
    made.add_folder(FOLDER)
    yield made
    made.close()


@pytest.fixture
def view(catalog: Catalog, tmp_path: Path) -> Iterator[CatalogView]:
    made = CatalogView(tmp_path / "catalog.sqlite3")
    yield made
    made.close()


def facts(name: str, inode: int = 1) -> FileFacts:
    return FileFacts(FOLDER / name, 10, 1_700_000_000_000_000_000, 1, inode)


def content(mark: bytes, *texts: str, spaces: frozenset[str] = frozenset({"s@1"})) -> NewContent:
    vectors = np.eye(len(texts), 4, dtype=np.float32)
    return NewContent(
        mark,
        Kind.DOCUMENT,
        Properties(title="A title", taken_at=datetime(2024, 5, 6, 7, 8)),
        [Segment(Modality.TEXT, Locator(page=number + 1), text) for number, text in enumerate(texts)],
        [(Label("dog", 0.5),)] * len(texts),
        {"s@1": (range(len(texts)), vectors)} if spaces else {},
        spaces,
    )


def index(catalog: Catalog, name: str, made: NewContent) -> int:
    catalog.queue(FOLDER, facts(name), Kind.DOCUMENT)
    number = catalog.put_content(made)
    catalog.finish(FOLDER / name, FileState.INDEXED, content_id=number)
    return number


def test_what_is_put_comes_back(catalog: Catalog, view: CatalogView) -> None:
    number = index(catalog, "a.txt", content(b"1", "the first page", "the second page"))
    one, two = view.segments_of(number)
    assert (one.text, two.locator, one.labels) == ("the first page", Locator(page=2), (Label("dog", 0.5),))
    row = view.file(FOLDER / "a.txt")
    assert row and row.properties == Properties(title="A title", taken_at=datetime(2024, 5, 6, 7, 8))
    assert view.vectors("s@1", [number])[1].tolist() == np.eye(2, 4).tolist()
    assert [segment for segment, _ in view.by_words('"second"', 10, None)] == [two.id]


def test_the_same_content_read_again_replaces_the_old(catalog: Catalog, view: CatalogView) -> None:
    index(catalog, "a.txt", content(b"1", "old words", spaces=frozenset()))
    number = index(catalog, "a.txt", content(b"1", "new words"))
    assert catalog.content(b"1") == KnownContent(number, frozenset({"s@1"}), None)
    assert not view.by_words('"old"', 10, None)
    assert catalog.drop_orphans() == []


def test_an_orphan_goes_with_its_words_and_its_vectors_are_to_be_deleted(catalog: Catalog, view: CatalogView) -> None:
    index(catalog, "a.txt", content(b"1", "lonely words"))
    (segment,) = view.by_words('"lonely"', 10, None)
    catalog.forget([FOLDER / "a.txt"])
    assert catalog.drop_orphans() == [b"1"]
    assert not view.by_words('"lonely"', 10, None)
    assert catalog.dead_segments(10) == [segment[0]]
    catalog.bury([segment[0]])
    assert catalog.dead_segments(10) == []


def test_ids_are_never_given_twice(catalog: Catalog) -> None:
    first = index(catalog, "a.txt", content(b"1", "words"))
    catalog.forget([FOLDER / "a.txt"])
    catalog.drop_orphans()
    assert index(catalog, "b.txt", content(b"2", "words")) > first


def test_jobs_come_by_urgency_and_survive_a_crash(catalog: Catalog, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        catalog.queue(FOLDER, facts(name), Kind.DOCUMENT)
    catalog.queue(FOLDER, facts("c.txt"), Kind.DOCUMENT, URGENT)
    catalog.queue_again(FOLDER / "b.txt", URGENT)
    again = Catalog(tmp_path / "catalog.sqlite3")
    names = [path.name for path in again.next_jobs(10, [FOLDER / "a.txt"])]
    again.close()
    assert sorted(names) == ["b.txt", "c.txt"]


def test_a_transaction_that_fails_leaves_nothing(catalog: Catalog) -> None:
    with pytest.raises(ZeroDivisionError), catalog.transaction():
        catalog.queue(FOLDER, facts("a.txt"), None)
        raise ZeroDivisionError
    assert catalog.jobs() == 0


def test_filters(catalog: Catalog, view: CatalogView) -> None:
    number = index(catalog, "deep/a.txt", content(b"1", "words"))
    index(catalog, "deeper/b.txt", content(b"2", "other words"))
    assert view.allowed(Query("x")) is None
    assert view.allowed(Query(under=(FOLDER / "deep",))) == {number}
    assert view.allowed(Query(under=(FOLDER / "dee",))) == frozenset()
    assert len(view.allowed(Query(after=datetime(2024, 5, 6).date())) or ()) == 2
    assert view.allowed(Query(before=datetime(2024, 5, 6).date())) == frozenset()
    assert view.allowed(Query(phrases=("other words",))) != view.allowed(Query(phrases=("words",)))


def test_names_are_found_by_parts_of_words(catalog: Catalog, view: CatalogView) -> None:
    catalog.queue(FOLDER, facts("Birthday_party 2024.jpg"), Kind.PHOTO)
    for typed in (["birth"], ["party"], ["24"], ["2024"]):
        assert [row.path.name for row, _ in view.by_name(typed, Query(), 5)] == ["Birthday_party 2024.jpg"], typed
    assert not view.by_name(["100%"], Query(), 5)


def test_paths_of_any_bytes(catalog: Catalog, view: CatalogView) -> None:
    name = b"\xff\xfe\n\xf0\x9f\x98\x80".decode("utf-8", "surrogateescape")
    catalog.queue(FOLDER, facts(name), None)
    catalog.finish(FOLDER / name, FileState.FAILED, reason="For a reason.")
    assert [failure.path for failure in view.failures()] == [FOLDER / name]
    assert catalog.retry([FOLDER / name]) == 1


def test_a_file_that_is_no_catalog(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreDamaged):
        Catalog(path)


def test_a_later_versions_catalog_is_refused_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    Catalog(path).close()
    sqlite3.connect(path).execute("PRAGMA user_version = 99")
    with pytest.raises(EnvironmentFailure, match="later Bowerbird"):
        Catalog(path)
