"""What the indexer decides to do next, step by step on this thread, with a real catalog between fakes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from bowerbird.core.catalog.jobs import PAUSES_S, REST_S
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import EnvironmentFailure, FileError, ModelUnavailable
from bowerbird.core.files.changes import Change, FileChange
from bowerbird.core.indexing import failures as failures_module
from bowerbird.core.indexing import indexer as indexer_module
from bowerbird.core.indexing.failures import WriteFailures
from bowerbird.core.indexing.inbox import Inbox
from bowerbird.core.indexing.indexer import GRACE_S, Indexer
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.searched import SearchedSpaces
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.settings import Settings
from bowerbird.core.state import Event, EventKind
from bowerbird.core.types import FileState, Space
from bowerbird.core.vectors.sync import StoreSync
from tests import makers
from tests.core.catalog.clock import Clock
from tests.core.indexing.fakes import Decoders, Models, document, text_space


@dataclass
class Store:
    """In place of ``StoreSync``."""

    log: list[str] = field(default_factory=list)
    problem: str = ""

    def open(self) -> None:
        self.log.append("open")

    def run(self, *, hurry: bool) -> None:
        if hurry:
            self.log.append("hurry")

    def drop(self, space: str) -> None:
        self.log.append(f"drop {space}")

    def use(self, spaces: tuple[Space, ...]) -> None:
        self.log.append("use " + " ".join(space.id for space in spaces))

    def wipe_traces(self) -> None:
        self.log.append("wipe")

    def close(self) -> None:
        self.log.append("close")


class House:
    """An indexer whose thread is the test's."""

    def __init__(self, root: Path) -> None:
        self.catalog = Catalog(root / "catalog.sqlite3")
        self.store, self.decoders, self.models = Store(), Decoders(), Models(used=(text_space("minilm-l6-v2@1"),))
        self.events: list[EventKind] = []
        self.failures = WriteFailures()
        self.inbox = Inbox(self.failures)
        inference = cast("Inference", self.models)
        self.indexer = Indexer(
            LibraryPaths(root),
            self.catalog,
            cast("StoreSync", self.store),
            cast("ExtractPool", self.decoders),
            inference,
            SearchedSpaces(inference),
            Settings(),
            self.inbox,
            self.failures,
            lambda: (),
            self._note,
        )

    def _note(self, event: Event) -> None:
        self.events.append(event.kind)

    def step(self, times: int = 1) -> None:
        for _ in range(times):
            self.inbox._run_calls(0.0)
            self.failures.guard(self.indexer.step)

    def until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < end
            self.step()
            time.sleep(0.001)

    def until_decoding(self, number: int = 1) -> None:
        self.until(lambda: len(self.decoders.requests) >= number)

    def watch(self, folder: Path) -> None:
        self.indexer.add_folder(folder)
        self.indexer.scans.add([(folder, None)])

    def rewrite(self, path: Path) -> None:
        """The file is written anew, and the watcher tells of it."""
        path.write_text(f"as it was {time.monotonic_ns()} ns after the start")
        self.inbox.post(lambda: self.indexer.scans.apply([FileChange(path, Change.PRESENT)]))
        self.step()

    def texts(self) -> list[str]:
        """What can be found in files."""
        rows = self.catalog._db.execute(
            "SELECT s.text FROM segments s JOIN files f ON f.content_id = s.content_id ORDER BY s.id"
        )
        return [text for (text,) in rows]

    def settle(self) -> None:
        end = time.monotonic() + 60
        self.inbox.unsettle()
        while not self.inbox.idle.is_set():
            assert time.monotonic() < end
            self.step()
            time.sleep(0.001)

    def contents(self) -> int:
        (number,) = self.catalog._db.execute("SELECT count(*) FROM contents").fetchone()
        return int(number)

    def state(self, path: Path) -> FileState:
        known = self.catalog.files.facts(path)
        assert known is not None
        return known[1]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr("bowerbird.core.indexing.indexer._REPORT_S", 0.0)  # progress is told with every step
    (tmp_path / "library").mkdir()
    house = House(tmp_path / "library")
    yield house
    house.indexer.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.of_the_catalog(monkeypatch)


@pytest.fixture
def note(files: Path) -> Path:
    note = files / "note.txt"
    note.write_text("a heron on the lawn")
    return note


def test_nothing_is_read_before_all_is_derived(house: House, note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = True
    monkeypatch.setattr(indexer_module.Derivation, "left", property(lambda _: left))
    monkeypatch.setattr(indexer_module.Derivation, "step", lambda _: None)
    house.indexer.open()
    house.watch(note.parent)
    house.indexer.begin()
    house.step(20)
    assert not house.decoders.requests
    left = False
    house.until_decoding()


def test_from_a_folder_to_a_vector(house: House, note: Path) -> None:
    house.indexer.open()
    house.watch(note.parent)
    house.step(3)
    assert house.state(note) is FileState.PENDING
    assert house.decoders.requests == [], "nothing is read before the beginning"
    house.indexer.begin()
    house.until_decoding()
    assert not house.inbox.idle.is_set()
    house.decoders.requests[0][2].set_result(document("a heron on the lawn"))
    house.step(3)
    assert house.state(note) is FileState.INDEXED
    assert house.indexer.committer.indexed == 1
    assert house.inbox.idle.is_set()
    assert [kind for kind in house.events if kind is not EventKind.PROGRESS] == [EventKind.FOLDERS, EventKind.FILES]
    assert house.store.log[0] == "open"


@pytest.mark.parametrize("watching", [True, False])
def test_what_a_file_held_is_kept_for_a_while_where_files_are_watched(
    house: House, note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watching: bool
) -> None:
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    house.decoders.requests[0][2].set_result(document("a heron on the lawn"))
    house.settle()
    if watching:
        house.indexer.grace_s = GRACE_S
    note.rename(tmp_path / "elsewhere.txt")
    house.watch(note.parent)
    house.settle()
    assert house.catalog.files.facts(note) is None and house.contents() == watching
    if not watching:
        return

    (tmp_path / "elsewhere.txt").rename(note)
    house.watch(note.parent)
    house.settle()
    assert house.state(note) is FileState.INDEXED and len(house.decoders.requests) == 1, "it was decoded again"

    note.unlink()
    house.watch(note.parent)
    house.settle()
    later = time.monotonic() + GRACE_S
    monkeypatch.setattr(indexer_module.time, "monotonic", lambda: later)
    house.settle()
    assert house.contents() == 0 and house.store.log[-1] == "wipe"


def test_without_models_nothing_is_read_again(house: House, note: Path) -> None:
    """What was read without any lacks vectors, which nobody could make now."""
    house.models.used = ()
    house.indexer.use_models(())
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    house.decoders.requests[0][2].set_result(document("a heron on the lawn"))
    house.settle()
    house.indexer.begin()
    assert house.catalog.jobs.count_due() == 0


def test_a_failure_is_told(house: House, note: Path) -> None:
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    house.decoders.requests[0][2].set_exception(EnvironmentFailure("A decoder did not start."))
    house.step(2)
    assert house.state(note) is FileState.PENDING
    assert house.failures.message == "A decoder did not start."
    assert house.failures.waiting, "this machine is in the way, not the file"
    house.step(3)
    assert len(house.decoders.requests) == 1


def test_pausing_drops_what_is_on_its_way_and_resuming_reads_it(house: House, note: Path) -> None:
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    house.indexer.pause(True)
    assert house.models.unloaded == 1
    house.step(3)
    assert len(house.decoders.requests) == 1
    assert house.inbox.idle.is_set()
    assert house.indexer.progress.paused
    house.indexer.pause(False)
    house.until_decoding(2)


def test_a_pause_does_not_begin_the_count_anew(house: House, note: Path) -> None:
    for number in range(3):
        (note.parent / f"{number}.txt").write_text(f"note {number}")
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    house.decoders.requests[0][2].set_result(document("a heron on the lawn"))
    house.until(lambda: house.indexer.progress.done == 1)
    house.indexer.pause(True)
    house.settle()
    assert (house.indexer.progress.done, house.indexer.progress.total) == (1, 4)


def test_what_is_gone_is_told(house: House, note: Path) -> None:
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    house.decoders.requests[0][2].set_result(document("a heron on the lawn"))
    house.settle()
    house.events.clear()
    note.unlink()
    house.inbox.post(lambda: house.indexer.scans.apply([FileChange(note, Change.GONE)]))
    house.settle()
    assert EventKind.FILES in house.events


def test_progress_is_told_while_nothing_ends(house: House, note: Path) -> None:
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    house.events.clear()
    house.step(3)
    assert house.events == [EventKind.PROGRESS] * 3


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("\nand another line")


def test_a_file_that_always_changes_is_read_now_and_then_and_keeps_nothing_busy(
    house: House, note: Path, clock: Clock
) -> None:
    """The watcher tells of every change; each comes while the file is being read."""
    house.watch(note.parent)
    house.indexer.begin()
    for number, pause in enumerate(PAUSES_S[1:], 1):
        for decode in (2 * number - 1, 2 * number):  # what changed is decoded once more
            house.until_decoding(decode)
            house.rewrite(note)
            house.decoders.requests[-1][2].set_result(document(f"as it was at decode {decode}"))
        house.step(2)
        assert house.texts() == [f"as it was at decode {decode}"], "found meanwhile as it was read"
        house.rewrite(note)
        house.step(20)
        clock.now += min(pause, REST_S) - 1
        house.step(3)
        assert len(house.decoders.requests) == 2 * number
        assert house.inbox.idle.is_set()
        clock.now += 1
    house.until_decoding(2 * number + 1)
    house.decoders.requests[-1][2].set_result(document("all of it"))
    house.step(3)
    assert house.texts() == ["all of it"]
    assert house.catalog.jobs.tries(note) == number
    assert house.inbox.idle.is_set()
    clock.now += PAUSES_S[-1]
    house.step(3)
    assert len(house.decoders.requests) == 2 * number + 1, "it has come to rest"


def test_whoever_asks_for_it_has_a_file_looked_at_that_is_still_changing(
    house: House, note: Path, clock: Clock
) -> None:
    house.watch(note.parent)
    house.indexer.begin()
    for number in (1, 2):
        house.until_decoding(number)
        house.rewrite(note)
        house.decoders.requests[-1][2].set_result(document("a part of it"))
        house.step(3)
    assert house.inbox.idle.is_set()
    house.inbox.post(house.indexer.begin)
    house.until_decoding(3)


def test_a_file_that_is_half_written_is_a_failure_only_if_it_stays_so(house: House, note: Path, clock: Clock) -> None:
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    append(note)
    house.decoders.requests[0][2].set_exception(FileError("The archive has no end."))
    house.step(3)
    assert house.state(note) is FileState.PENDING
    assert house.inbox.idle.is_set()
    assert EventKind.FAILURES not in house.events
    clock.now += PAUSES_S[1]
    house.until_decoding(2)
    house.decoders.requests[1][2].set_exception(FileError("The archive has no end."))
    house.step(3)
    assert house.state(note) is FileState.FAILED
    assert EventKind.FAILURES in house.events


def test_a_file_that_changed_before_it_could_not_be_identified_is_a_failure_in_the_end(
    house: House, note: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> bytes:
        raise FileError("You have no permission to read this file.")

    monkeypatch.setattr("bowerbird.core.indexing.identify.fingerprint", refused)
    house.watch(note.parent)
    house.step(3)
    append(note)
    house.indexer.begin()
    house.until(lambda: house.catalog.jobs.tries(note) == 1)
    assert house.state(note) is FileState.PENDING
    clock.now += PAUSES_S[1]
    house.until(lambda: house.state(note) is FileState.FAILED)
    assert house.catalog.jobs.count_due() == 0


def test_a_changing_file_is_not_taken_for_a_failing_machine(house: House, note: Path) -> None:
    house.models.error = ModelUnavailable("The model is damaged.")
    (note.parent / "other.txt").write_text("another")
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding(2)
    by_name = {path.name: future for path, _, future in house.decoders.requests}
    by_name["other.txt"].set_result(document("another"))
    house.step(3)
    append(note)
    by_name["note.txt"].set_exception(FileError("The archive has no end."))
    house.step(3)
    assert house.failures.message == "The model is damaged."
    assert not house.failures.waiting


def test_only_what_was_added_to_a_file_is_embedded(house: House, note: Path) -> None:
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    house.decoders.requests[0][2].set_result(document("one", "two"))
    house.step(3)
    append(note)
    house.indexer.scans.add([(note.parent, None)])
    house.until_decoding(2)
    house.decoders.requests[1][2].set_result(document("one", "two, and more", "three"))
    house.step(3)
    assert house.texts() == ["one", "two, and more", "three"]
    assert [texts for _, texts in house.models.batches] == [["one", "two"], ["two, and more", "three"]]


def test_a_removed_folder_is_scanned_no_more(house: House, note: Path) -> None:
    house.watch(note.parent)
    house.indexer.remove_folder(note.parent)
    house.step(3)
    assert house.catalog.files.facts(note) is None
    assert not house.indexer.hurried


def test_nothing_of_a_removed_folder_is_written_afterwards(house: House, note: Path) -> None:
    house.watch(note.parent)
    house.indexer.grace_s = GRACE_S
    house.indexer.begin()
    house.until_decoding()
    house.decoders.requests[0][2].set_result(document("a heron on the lawn"))
    house.indexer.remove_folder(note.parent)
    house.settle()
    assert house.contents() == 0


def test_what_waits_in_a_folder_that_is_away_waits_until_it_is_back(house: House, note: Path, tmp_path: Path) -> None:
    house.watch(note.parent)
    house.step(3)
    away = note.parent.rename(tmp_path / "away")
    house.inbox.post(house.indexer.begin)
    end = time.monotonic() + 60
    while not house.inbox.idle.is_set():
        assert time.monotonic() < end, "it is tried again and again"
        house.step()
        time.sleep(0.001)
    house.step()
    assert house.state(note) is FileState.PENDING
    assert house.indexer.progress.total == 0
    away.rename(note.parent)
    house.indexer.scans.add([(note.parent, None)])
    house.until_decoding()


def test_what_a_full_disk_kept_from_being_written_is_read_again(
    house: House, note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [time.monotonic()]
    monkeypatch.setattr(failures_module.time, "monotonic", lambda: now[0])

    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    house.decoders.requests[0][2].set_result(document("a heron"))
    with monkeypatch.context() as disk:
        disk.setattr(house.catalog.contents, "put", makers.raise_full)
        house.step(2)
    assert "disk is full" in house.failures.message
    assert house.state(note) is FileState.PENDING
    house.step()
    assert len(house.decoders.requests) == 1, "for a while nothing is tried"
    now[0] += 16
    house.until_decoding(2)
    house.decoders.requests[1][2].set_result(document("a heron"))
    house.step(3)
    assert house.state(note) is FileState.INDEXED
    assert house.failures.message == ""


def test_spaces_that_this_version_does_not_know_are_dropped(house: House) -> None:
    house.catalog.spaces.mark_complete("gone@1")
    house.catalog.spaces.mark_complete("minilm-l6-v2@1")
    house.indexer.open()
    assert house.catalog.spaces.complete() == {"minilm-l6-v2@1"}
    assert house.store.log == ["open", "drop gone@1"]


def test_models_that_change_begin_again_what_is_on_its_way(house: House, note: Path) -> None:
    house.watch(note.parent)
    house.indexer.begin()
    house.until_decoding()
    house.models.used = (text_space("e5-small-q4@1"),)
    house.indexer.use_models([text_space("minilm-l6-v2@1")])
    assert "use e5-small-q4@1" in house.store.log
    house.until_decoding(2)
    house.decoders.requests[1][2].set_result(document("a heron"))
    house.step(3)
    assert house.catalog.spaces.known() == {"e5-small-q4@1"}
