"""When a file is looked at again: at once, after a pause that grows, or once it has come to rest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.jobs import PAUSES_S, REST_S, Priority
from bowerbird.core.catalog.overview import Overview
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.types import FileFacts, FileState, Kind
from tests.core.catalog.clock import Clock

FOLDER = Path("/files")
CHAT = FOLDER / "chat.log"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.of_the_catalog(monkeypatch)


@pytest.fixture
def catalog(tmp_path: Path, clock: Clock) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    catalog.folders.add(FOLDER)
    yield catalog
    catalog.close()


@pytest.fixture
def overview(catalog: Catalog, tmp_path: Path) -> Iterator[Overview]:
    connections = ReadConnections(tmp_path / "catalog.sqlite3")
    yield Overview(connections)
    connections.close()


def change(catalog: Catalog, priority: Priority = Priority.URGENT) -> None:
    """The file is found to be new or changed: by the watcher, or by a scan (NORMAL)."""
    catalog.files.put(FOLDER, FileFacts(CHAT, 10, 1, 1, 1), Kind.DOCUMENT, priority)


def read(catalog: Catalog, *, again: bool = False) -> None:
    """The file is read as it is."""
    assert catalog.jobs.due(1, ()) == [CHAT]
    catalog.files.finish(CHAT, FileState.INDEXED, again=again)


def is_due(catalog: Catalog) -> bool:
    assert catalog.jobs.count_due() == len(catalog.jobs.due(10, ()))
    return bool(catalog.jobs.due(1, ()))


def test_a_file_that_rests_between_changes_is_read_at_once(catalog: Catalog, clock: Clock) -> None:
    for _ in range(20):
        change(catalog)
        read(catalog)
        clock.now += REST_S
    assert catalog.jobs.tries(CHAT) == 0


def test_a_file_that_changes_all_the_time_is_read_ever_more_rarely(catalog: Catalog, clock: Clock) -> None:
    """A line every three seconds, for three hours."""
    began, looks = clock.now, []
    with catalog.transaction():
        while clock.now < began + 3 * 3600:
            change(catalog)
            if is_due(catalog):
                looks.append(clock.now - began)
                read(catalog)
            clock.now += 3
    pauses = [after - before for before, after in pairwise(looks)]
    assert pauses == sorted(pauses)
    assert pauses[:4] == [pytest.approx(pause, abs=3) for pause in PAUSES_S[1:5]]
    assert pauses[-1] == pytest.approx(PAUSES_S[-1], abs=3)
    assert len(looks) == 8


def test_once_it_rests_it_is_read_before_its_pause_is_over(catalog: Catalog, clock: Clock) -> None:
    change(catalog)
    read(catalog)
    for tries in range(1, len(PAUSES_S)):
        change(catalog)
        clock.now += min(PAUSES_S[tries], REST_S) - 1
        assert not is_due(catalog)
        clock.now += 1
        read(catalog)
    clock.now += REST_S
    change(catalog)
    read(catalog)
    assert catalog.jobs.tries(CHAT) == 0


def test_what_changed_while_it_was_read_is_due_after_a_pause(
    catalog: Catalog, clock: Clock, overview: Overview
) -> None:
    change(catalog)
    for pause in PAUSES_S[1:]:
        read(catalog, again=True)
        assert overview.changing() == 1
        clock.now += pause - 1
        assert not is_due(catalog)
        clock.now += 1
        assert is_due(catalog)
        assert overview.changing() == 0
    read(catalog)
    assert not is_due(catalog)


def test_a_change_that_is_noticed_late_does_not_end_the_pause(catalog: Catalog, clock: Clock) -> None:
    change(catalog)
    read(catalog, again=True)
    change(catalog)
    assert not is_due(catalog)
    assert catalog.jobs.tries(CHAT) == 1, "it was told of what was known"


def test_a_file_that_waits_is_what_it_was(catalog: Catalog, clock: Clock) -> None:
    change(catalog)
    read(catalog)
    change(catalog)
    assert state(catalog) is FileState.INDEXED, "found among the newest, and its folder is not being indexed"
    clock.now += PAUSES_S[1]
    catalog.files.finish(CHAT, FileState.FAILED, reason="It is locked.")
    change(catalog)
    assert state(catalog) is FileState.FAILED
    change(catalog, Priority.NORMAL)
    assert state(catalog) is FileState.PENDING


def state(catalog: Catalog) -> FileState:
    known = catalog.files.facts(CHAT)
    assert known is not None
    return known[1]


def test_a_scan_has_it_read_at_once(catalog: Catalog) -> None:
    change(catalog)
    read(catalog)
    change(catalog, Priority.NORMAL)
    read(catalog, again=True)
    assert not is_due(catalog)
    catalog.jobs.hurry()
    read(catalog)


def test_pauses_outlast_the_process(catalog: Catalog, clock: Clock, tmp_path: Path) -> None:
    change(catalog)
    read(catalog, again=True)
    later = Catalog(tmp_path / "catalog.sqlite3")
    assert not is_due(later)
    assert later.jobs.tries(CHAT) == 1
    clock.now += PAUSES_S[1]
    assert is_due(later)
    later.close()


def test_a_clock_that_is_set_back_keeps_nothing_waiting(catalog: Catalog, clock: Clock) -> None:
    change(catalog)
    read(catalog, again=True)
    clock.now -= 400 * 86_400
    assert is_due(catalog)
    catalog.files.finish(CHAT, FileState.INDEXED)
    clock.now -= 400 * 86_400
    change(catalog)
    clock.now += REST_S
    assert is_due(catalog)


def test_a_failure_that_is_tried_again_counts_as_a_failure(catalog: Catalog, overview: Overview) -> None:
    change(catalog)
    catalog.files.finish(CHAT, FileState.FAILED, reason="Reading it crashed.", again=True)
    assert not is_due(catalog)
    assert overview.changing() == 0
    assert [(failure.reason, failure.looks) for failure in overview.failures()] == [("Reading it crashed.", 1)]


def test_a_part_of_a_file_that_changed_waits_too(catalog: Catalog, clock: Clock) -> None:
    change(catalog)
    assert catalog.jobs.due(1, ()) == [CHAT]
    catalog.files.finish(CHAT, FileState.INDEXED)
    change(catalog, Priority.NORMAL)
    catalog.jobs.put_last(CHAT)
    catalog.jobs.postpone(CHAT)
    assert not is_due(catalog)
    clock.now += PAUSES_S[-1]
    catalog.files.put(FOLDER, FileFacts(FOLDER / "other.txt", 1, 1, 1, 1), Kind.DOCUMENT)
    assert catalog.jobs.due(2, ()) == [FOLDER / "other.txt", CHAT], "behind everything else"
