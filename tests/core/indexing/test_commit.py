"""Outcomes become rows of a real catalog, all of a batch or none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.files.identity import facts_of
from bowerbird.core.files.scanner import Scanner
from bowerbird.core.indexing.commit import Committer
from bowerbird.core.indexing.item import Outcome
from bowerbird.core.indexing.scans import ScanQueue
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.state import FolderState
from bowerbird.core.types import FileFacts, FileState, Kind, Modality, Properties, Segment


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    yield catalog
    catalog.close()


@pytest.fixture
def scans(catalog: Catalog) -> ScanQueue:
    return ScanQueue(Scanner(catalog, ()))


@pytest.fixture
def committer(catalog: Catalog, scans: ScanQueue, tmp_path: Path) -> Committer:
    return Committer(LibraryPaths(tmp_path), catalog, scans)


@pytest.fixture
def known(catalog: Catalog, files: Path) -> list[FileFacts]:
    """Three files, scanned."""
    catalog.folders.add(files)
    scans = ScanQueue(Scanner(catalog, ()))
    for name in ("a.txt", "b.txt", "c.txt"):
        (files / name).write_text(name)
    scans.add([(files, None)])
    while not scans.step():
        pass
    return [facts for name in ("a.txt", "b.txt", "c.txt") if (facts := facts_of(files / name))]


def _content(fingerprint: bytes, next_s: float | None = None) -> NewContent:
    segments = [Segment(Modality.TEXT, text="text")]
    return NewContent(fingerprint, Kind.DOCUMENT, Properties(), segments, [()], {}, frozenset(), next_s=next_s)


def _state(catalog: Catalog, facts: FileFacts) -> FileState:
    found = catalog.files.facts(facts.path)
    assert found is not None
    return found[1]


def test_each_outcome_has_its_state(catalog: Catalog, committer: Committer, known: list[FileFacts]) -> None:
    read, broken, strange = known
    outcomes = [
        Outcome(read, FileState.INDEXED, content=_content(b"1")),
        Outcome(broken, FileState.FAILED, "It is damaged."),
        Outcome(strange, FileState.SKIPPED, "Nobody reads it."),
    ]
    assert committer.commit(outcomes) == 3
    assert [_state(catalog, facts) for facts in known] == [FileState.INDEXED, FileState.FAILED, FileState.SKIPPED]
    assert committer.indexed == 1
    assert catalog.files.job_count() == 0


def test_copies_share_a_content_and_its_thumbnail(
    catalog: Catalog, committer: Committer, known: list[FileFacts], tmp_path: Path
) -> None:
    outcome = Outcome(known[0], FileState.INDEXED, content=_content(b"1"), thumbnail=b"jpeg", copies=(known[1],))
    assert committer.commit([outcome]) == 2
    thumbnail = LibraryPaths(tmp_path).thumbnail(b"1")
    assert thumbnail.read_bytes() == b"jpeg"
    catalog.files.forget([known[0].path])
    committer.drop_orphans()
    assert thumbnail.exists(), "the copy still has it"
    catalog.files.forget([known[1].path])
    committer.drop_orphans()
    assert not thumbnail.exists()
    assert catalog.contents.find(b"1") is None


def test_what_changed_meanwhile_is_not_what_was_read(
    catalog: Catalog, committer: Committer, known: list[FileFacts]
) -> None:
    """What was read stays until it is known whether it is still a file's, under whatever name."""
    known[0].path.write_text("longer than before")
    facts = facts_of(known[0].path)
    assert facts is not None
    catalog.files.update_facts(facts)
    committer.drop_orphans()
    assert committer.commit([Outcome(known[0], FileState.INDEXED, content=_content(b"1"))]) == 0
    assert catalog.contents.find(b"1") is not None
    assert _state(catalog, known[0]) is FileState.PENDING
    committer.drop_orphans()
    assert catalog.contents.find(b"1") is None


def test_a_further_part_of_what_is_gone_is_dropped(
    catalog: Catalog, committer: Committer, known: list[FileFacts]
) -> None:
    committer.commit([Outcome(known[0], FileState.INDEXED, content=_content(b"1", next_s=120.0))])
    first = catalog.contents.find(b"1")
    assert first is not None
    catalog.files.forget([known[0].path])
    committer.drop_orphans()
    further = replace(_content(b"1"), extends=first.id)
    assert committer.commit([Outcome(known[0], FileState.INDEXED, content=further)]) == 0
    assert catalog.contents.find(b"1") is None


def test_a_part_leaves_its_job(catalog: Catalog, committer: Committer, known: list[FileFacts]) -> None:
    assert committer.commit([Outcome(known[0], FileState.INDEXED, content=_content(b"1", next_s=120.0))]) == 0
    content = catalog.contents.find(b"1")
    assert content is not None
    assert content.next_s == 120.0
    assert known[0].path in catalog.files.next_jobs(3, ())
    assert catalog.files.next_jobs(3, ())[-1] == known[0].path, "behind everything else"


def test_a_file_that_vanished_is_forgotten(catalog: Catalog, committer: Committer, known: list[FileFacts]) -> None:
    known[0].path.unlink()
    committer.commit([Outcome(known[0], FileState.PENDING)])
    assert catalog.files.facts(known[0].path) is None


def test_all_or_nothing(catalog: Catalog, committer: Committer, known: list[FileFacts]) -> None:
    twice = Outcome(known[1], FileState.INDEXED, content=_content(b"2"), content_id=None)
    impossible = Outcome(known[2], FileState.INDEXED, content_id=999)  # there is no such content
    with pytest.raises(sqlite3.IntegrityError):
        committer.commit([twice, impossible])
    assert catalog.contents.find(b"2") is None
    assert _state(catalog, known[1]) is FileState.PENDING


def test_scans_come_one_after_the_other_and_can_be_cancelled(
    catalog: Catalog, scans: ScanQueue, files: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for folder in (files, other):
        catalog.folders.add(folder)
        (folder / "a.txt").write_text("a")
    scans.add([(files, None), (other, None)])
    assert scans.busy
    scans.cancel(files)
    while scans.busy:
        scans.step()
    assert catalog.files.facts(other / "a.txt")
    assert catalog.files.facts(files / "a.txt") is None
    assert catalog.folders.state(other) is FolderState.READY
