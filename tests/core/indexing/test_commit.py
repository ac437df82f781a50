"""Outcomes become rows of a real catalog, all of a batch or none."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.jobs import PAUSES_S
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.files.identity import facts_of
from bowerbird.core.files.scanner import Scanner
from bowerbird.core.indexing.commit import Committer
from bowerbird.core.indexing.item import Outcome
from bowerbird.core.indexing.scans import ScanQueue
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.state import FolderState
from bowerbird.core.types import FileFacts, FileState, Kind, Locator, Modality, Properties, Segment
from tests.core.catalog.clock import Clock


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
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.of_the_catalog(monkeypatch)


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


@pytest.fixture
def reasons(catalog: Catalog, tmp_path: Path) -> Iterator[Callable[[], dict[str, str]]]:
    """The last failures of files, by name."""
    connections = ReadConnections(tmp_path / "catalog.sqlite3")
    rows = "SELECT path, reason FROM files WHERE reason != ''"
    yield lambda: {Path(os.fsdecode(path)).name: reason for path, reason in connections.get().execute(rows)}
    connections.close()


def _content(fingerprint: bytes, next_at: float | None = None) -> NewContent:
    segments = [Segment(Modality.TEXT, text="text")]
    return NewContent(fingerprint, Kind.DOCUMENT, Properties(), segments, [()], {}, frozenset(), next_at=next_at)


def _odd() -> Any:
    """What no decoder may answer as the number of a page, and SQLite does not take."""
    return {"page": 1}


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
    assert catalog.jobs.count_due() == 0


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


def test_what_changed_since_it_was_read_is_kept_and_looked_at_again(
    catalog: Catalog, committer: Committer, known: list[FileFacts], clock: Clock
) -> None:
    known[0].path.write_text("longer than before")
    assert committer.commit([Outcome(known[0], FileState.INDEXED, content=_content(b"1"))]) == 1
    assert catalog.contents.find(b"1") is not None
    assert _state(catalog, known[0]) is FileState.INDEXED
    assert known[0].path not in catalog.jobs.due(3, ())
    clock.now += PAUSES_S[1]
    assert known[0].path in catalog.jobs.due(3, ())


def test_what_is_read_of_a_file_that_changed_before_that_is_what_is_known_of_it(
    catalog: Catalog, committer: Committer, known: list[FileFacts]
) -> None:
    known[0].path.write_text("longer than before")
    read = facts_of(known[0].path)
    assert read is not None
    committer.commit([Outcome(read, FileState.INDEXED, content=_content(b"1"))])
    now_known = catalog.files.facts(read.path)
    assert now_known is not None and now_known[:2] == (read, FileState.INDEXED)
    assert catalog.jobs.tries(read.path) == 0
    assert read.path not in catalog.jobs.due(3, ())


def test_what_could_not_be_read_while_it_changed_waits_with_its_reason(
    catalog: Catalog, committer: Committer, known: list[FileFacts], clock: Clock, reasons: Callable[[], dict[str, str]]
) -> None:
    half = Outcome(known[0], FileState.PENDING, "The archive has no end.", again=True)
    for tries in range(1, 4):
        committer.commit([half])
        assert _state(catalog, known[0]) is FileState.PENDING
        assert reasons() == {"a.txt": "The archive has no end."}
        assert catalog.jobs.tries(known[0].path) == tries
        clock.now += PAUSES_S[tries] - 1
        assert known[0].path not in catalog.jobs.due(3, ())
        clock.now += 1
        assert known[0].path in catalog.jobs.due(3, ())


def test_a_file_that_crashes_its_decoder_is_a_failure_that_is_tried_twice_more(
    catalog: Catalog, committer: Committer, known: list[FileFacts], clock: Clock
) -> None:
    crash = Outcome(known[0], FileState.FAILED, "Reading it crashed.", again=True)
    for _ in range(2):
        committer.commit([crash])
        assert _state(catalog, known[0]) is FileState.FAILED
        assert known[0].path not in catalog.jobs.due(3, ())
        clock.now += PAUSES_S[-1]
        assert known[0].path in catalog.jobs.due(3, ())
    committer.commit([crash])
    clock.now += PAUSES_S[-1]
    assert known[0].path not in catalog.jobs.due(3, ())
    assert catalog.jobs.tries(known[0].path) == 2
    assert catalog.files.retry(()) == 1, "the user may still try"
    assert catalog.jobs.due(1, ()) == [known[0].path]
    assert catalog.jobs.tries(known[0].path) == 0


def test_what_the_machine_keeps_from_being_read_is_still_to_be_read(
    catalog: Catalog, committer: Committer, known: list[FileFacts]
) -> None:
    committer.commit([Outcome(known[0], FileState.PENDING, "A decoder did not start.")])
    assert known[0].path in catalog.jobs.due(3, ())
    assert catalog.jobs.tries(known[0].path) == 0


def test_a_mistake_with_one_outcome_is_that_files_failure(
    catalog: Catalog, committer: Committer, known: list[FileFacts]
) -> None:
    """A lone surrogate cannot be stored as UTF-8."""
    segments = [Segment(Modality.TEXT, text=text) for text in ("good", "\ud800")]
    impossible = replace(_content(b"1"), segments=segments, labels=[(), ()])
    outcomes = [
        Outcome(known[0], FileState.INDEXED, content=impossible),
        Outcome(known[1], FileState.INDEXED, content=_content(b"2")),
    ]
    assert committer.commit(outcomes) == 2
    assert [_state(catalog, facts) for facts in known[:2]] == [FileState.FAILED, FileState.INDEXED]
    assert catalog.contents.find(b"1") is None
    assert catalog.jobs.due(3, ()) == [known[2].path]
    assert catalog.drop_orphans() == [], "nothing of it is left"


def test_what_was_read_of_a_file_that_is_gone_stays_until_it_is_known_whether_it_was_moved(
    catalog: Catalog, committer: Committer, known: list[FileFacts]
) -> None:
    catalog.files.forget([known[0].path])
    committer.drop_orphans()
    assert committer.commit([Outcome(known[0], FileState.INDEXED, content=_content(b"1"))]) == 0
    assert catalog.contents.find(b"1") is not None
    committer.drop_orphans()
    assert catalog.contents.find(b"1") is None


def test_what_a_file_held_before_is_forgotten_even_if_it_was_looked_at_later(
    catalog: Catalog, committer: Committer, known: list[FileFacts]
) -> None:
    committer.commit([Outcome(known[0], FileState.INDEXED, content=_content(b"before"))])
    known[0].path.write_text("longer than before")
    now = facts_of(known[0].path)
    assert now is not None
    catalog.files.put(now.path.parent, now, Kind.DOCUMENT)
    committer.drop_orphans()
    committer.commit([Outcome(now, FileState.INDEXED, content=_content(b"after"))])
    committer.drop_orphans()
    assert catalog.contents.find(b"before") is None and catalog.contents.find(b"after") is not None


def test_a_content_that_was_forgotten_meanwhile_is_read_anew_for_the_copy_that_is_left(
    catalog: Catalog, committer: Committer, known: list[FileFacts]
) -> None:
    committer.commit([Outcome(known[0], FileState.INDEXED, content=_content(b"1", next_at=120.0))])
    first = catalog.contents.find(b"1")
    assert first is not None
    catalog.files.forget([known[0].path])
    committer.drop_orphans()
    rest = replace(_content(b"1"), extends=first.id)
    assert committer.commit([Outcome(known[0], FileState.INDEXED, content=rest, copies=(known[1],))]) == 0
    assert committer.commit([Outcome(known[2], FileState.INDEXED, content_id=first.id)]) == 0
    assert catalog.jobs.due(3, ()) == [known[1].path, known[2].path]


def test_a_part_leaves_its_job(catalog: Catalog, committer: Committer, known: list[FileFacts]) -> None:
    assert committer.commit([Outcome(known[0], FileState.INDEXED, content=_content(b"1", next_at=120.0))]) == 0
    content = catalog.contents.find(b"1")
    assert content is not None
    assert content.next_at == 120.0
    assert known[0].path in catalog.jobs.due(3, ())
    assert catalog.jobs.due(3, ())[-1] == known[0].path, "behind everything else"


def test_a_file_that_vanished_is_forgotten(catalog: Catalog, committer: Committer, known: list[FileFacts]) -> None:
    known[0].path.unlink()
    committer.commit([Outcome(known[0], FileState.PENDING, "The file is gone.", again=True)])
    assert catalog.files.facts(known[0].path) is None
    assert known[0].path not in catalog.jobs.due(3, ())


def test_what_cannot_be_written_costs_no_other_file_and_leaves_nothing(
    catalog: Catalog, committer: Committer, known: list[FileFacts], caplog: pytest.LogCaptureFixture
) -> None:
    odd = replace(_content(b"odd"), segments=[*_content(b"odd").segments, Segment(Modality.TEXT, Locator(page=_odd()))])
    odd = replace(odd, labels=[(), ()])
    outcomes = [
        Outcome(known[0], FileState.INDEXED, content=odd),
        Outcome(known[1], FileState.INDEXED, content=_content(b"2")),
        Outcome(known[2], FileState.INDEXED, content_id=999),  # there is no such content
    ]
    assert committer.commit(outcomes) == 2
    assert [_state(catalog, facts) for facts in known] == [FileState.FAILED, FileState.INDEXED, FileState.PENDING]
    assert "Traceback" in caplog.text
    with closing(sqlite3.connect(catalog._path)) as stored:
        assert stored.execute("SELECT count(*) FROM contents").fetchone() == (1,)
        assert stored.execute("SELECT count(*) FROM segments").fetchone() == (1,)
    assert catalog.contents.find(b"2")


def test_on_a_full_disk_all_or_nothing_is_written(
    catalog: Catalog, committer: Committer, known: list[FileFacts]
) -> None:
    catalog._db.execute(f"PRAGMA max_page_count = {catalog._db.execute('PRAGMA page_count').fetchone()[0] + 2}")
    long = replace(_content(b"long"), segments=[Segment(Modality.TEXT, text="word " * 50_000)])
    outcomes = [
        Outcome(known[0], FileState.INDEXED, content=_content(b"short")),
        Outcome(known[1], FileState.INDEXED, content=long),
    ]
    with pytest.raises(sqlite3.OperationalError, match="full"):
        committer.commit(outcomes)
    assert [_state(catalog, facts) for facts in known] == [FileState.PENDING] * 3
    assert catalog.contents.find(b"short") is None
    catalog._db.execute("PRAGMA max_page_count = 1000000")
    assert committer.commit(outcomes) == 2
    assert [_state(catalog, facts) for facts in known[:2]] == [FileState.INDEXED] * 2


def test_a_file_whose_thumbnail_cannot_be_written_is_found_all_the_same(
    catalog: Catalog, committer: Committer, known: list[FileFacts], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "thumbnails").symlink_to("/proc" if sys.platform == "linux" else "/dev")  # where no folder can be made
    outcomes = [
        Outcome(facts, FileState.INDEXED, content=_content(name), thumbnail=b"jpeg")
        for facts, name in zip(known, (b"1", b"2", b"3"), strict=True)
    ]
    assert committer.commit(outcomes[:2]) == 2
    assert [_state(catalog, facts) for facts in known[:2]] == [FileState.INDEXED] * 2
    assert committer.problem.startswith("The folder of thumbnails cannot be ")
    committer.drop_orphans()
    (tmp_path / "thumbnails").unlink()
    committer.commit(outcomes[2:])
    assert committer.problem == ""
    assert LibraryPaths(tmp_path).thumbnail(b"3").read_bytes() == b"jpeg"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no disk that is always full")
def test_a_full_disk_is_waited_for_and_no_half_thumbnail_stays(
    catalog: Catalog, committer: Committer, known: list[FileFacts], tmp_path: Path
) -> None:
    thumbnail = LibraryPaths(tmp_path).thumbnail(b"1")
    thumbnail.parent.mkdir(parents=True)
    thumbnail.symlink_to("/dev/full")
    outcome = Outcome(known[0], FileState.INDEXED, content=_content(b"1"), thumbnail=b"jpeg")
    with pytest.raises(OSError, match="No space left"):
        committer.commit([outcome])
    assert _state(catalog, known[0]) is FileState.PENDING
    assert not os.path.lexists(thumbnail)
    assert committer.commit([outcome]) == 1
    assert thumbnail.read_bytes() == b"jpeg"


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
