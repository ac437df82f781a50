"""The states of an item, each outcome, and what is shared, resumed, cancelled or left out on the way."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from bowerbird.core.catalog.records import FormerContent, KnownContent, TextVectors
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import DecoderCrashed, EnvironmentFailure, FileError, FileSkipped, ModelUnavailable
from bowerbird.core.files.identity import facts_of, fingerprint
from bowerbird.core.indexing import identify
from bowerbird.core.indexing.described import described
from bowerbird.core.indexing.in_flight import LOOK_AHEAD
from bowerbird.core.indexing.item import ItemState, Outcome
from bowerbird.core.indexing.pipeline import Pipeline
from bowerbird.core.inference.client import Inference
from bowerbird.core.types import Encoded, Extraction, FileState, Heard, Kind, Line, Modality, Properties, Segment
from tests.core.indexing.fakes import Calls, Decoders, Models, document, sound_space, text_space
from tests.makers import eventually


class Road:
    """A pipeline between fakes, and a catalog that is a dict."""

    def __init__(self, models: Models) -> None:
        self.calls, self.decoders, self.models = Calls(), Decoders(), models
        self.known: dict[bytes, KnownContent] = {}
        self.vectors: TextVectors = {}
        self.former: dict[Path, FormerContent] = {}
        self.untagged: dict[Path, bytes] = {}
        self.pipeline = Pipeline(
            cast("ExtractPool", self.decoders),
            cast("Inference", models),
            self.calls.post,
            self.known.get,
            lambda *_: self.vectors,
            self.former.get,
            lambda path: self.untagged.get(path, b""),
        )

    def start(self, path: Path) -> None:
        facts = facts_of(path)
        assert facts is not None
        self.pipeline.start(facts)

    def until(self, requests: int = 0, outcomes: int = 0) -> list[Outcome]:
        """Serve calls until so many files went to decoders, or so many outcomes came."""
        found: list[Outcome] = []
        end = time.monotonic() + 60
        while len(self.decoders.requests) < requests or len(found) < outcomes:
            assert time.monotonic() < end, "nothing more happens"
            self.calls.run()
            found += self.pipeline.items.take_outcomes()
            time.sleep(0.001)
        return found

    def decoded(self, at: int, result: Any) -> None:
        future = self.decoders.requests[at][2]
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


def states(road: Road) -> list[ItemState]:
    return sorted(item.state for item in road.pipeline.items._items.values())


def wait_until(road: Road, is_so: Callable[[], bool]) -> None:
    """Serve calls until something is so."""

    def look() -> bool:
        road.calls.run()
        return is_so()

    eventually(look)


@pytest.fixture
def road() -> Iterator[Road]:
    road = Road(Models())
    yield road
    road.pipeline.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("a heron on the lawn")
    return path


def test_a_file_goes_through_every_state(road: Road, path: Path) -> None:
    road.models.at_once = False
    road.start(path)
    (item,) = road.pipeline.items._items.values()
    assert item.state is ItemState.IDENTIFYING
    road.until(requests=1)
    assert item.state is ItemState.DECODING
    road.decoded(0, document("a heron on the lawn", "  ", "and a second page"))
    road.calls.run()
    assert item.state is ItemState.ENCODING
    assert item.pending == 2, "a blank page is nothing for a model"
    road.models.resolve_all()
    (outcome,) = road.until(outcomes=1)
    assert item.state is ItemState.DONE
    assert outcome.state is FileState.INDEXED
    assert outcome.content is not None
    assert outcome.content.fingerprint == fingerprint(path)
    assert outcome.content.spaces == {"text@1"}
    ordinals, rows = outcome.content.vectors["text@1"]
    assert list(ordinals) == [0, 2]
    assert rows.shape == (2, 4)
    assert not road.pipeline.items.paths


def test_what_is_known_is_not_decoded_again(road: Road, path: Path) -> None:
    road.known[fingerprint(path)] = KnownContent(7, frozenset({"text@1"}), None)
    road.start(path)
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.content_id, outcome.content) == (FileState.INDEXED, 7, None)
    assert road.decoders.requests == []


def test_a_catalog_that_cannot_be_asked_is_no_fault_of_the_file(road: Road, path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "locked.db", isolation_level=None)) as owner:
        owner.execute("BEGIN EXCLUSIVE")
        asker = sqlite3.connect(tmp_path / "locked.db", timeout=0)
        road.pipeline._find_content = lambda _: asker.execute("SELECT * FROM sqlite_master").fetchone()
        road.start(path)
        (outcome,) = road.until(outcomes=1)
        asker.close()
    assert outcome.state is FileState.PENDING and "in use by another program" in road.pipeline.problem


def test_a_computer_that_starts_no_more_threads_leaves_the_file_queued(
    road: Road, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(road.pipeline._disks, "submit", full)
    road.start(path)
    (outcome,) = road.until(outcomes=1)
    assert outcome.state is FileState.PENDING and not road.pipeline.items.paths


def test_what_was_read_while_no_model_answered_is_decoded_again(road: Road, path: Path) -> None:
    road.known[fingerprint(path)] = KnownContent(7, frozenset(), None)
    road.start(path)
    road.until(requests=1)
    road.decoded(0, document("text"))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None
    assert outcome.content.extends is None


def test_a_long_file_goes_on_where_it_was_left(road: Road, path: Path) -> None:
    road.known[fingerprint(path)] = KnownContent(7, frozenset(), 120.0)
    road.start(path)
    road.until(requests=1)
    assert road.decoders.requests[0][1].start_at == 120.0
    road.decoded(0, FileError("The rest is damaged."))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.content_id) == (FileState.FAILED, 7), "what was read before the damage stays"


def test_a_file_read_in_part_is_not_hashed_again(road: Road, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    road.start(path)
    road.until(requests=1)
    road.decoded(0, document("part one", next_at=120.0))
    (outcome,) = road.until(outcomes=1)
    assert outcome.partial
    monkeypatch.setattr("bowerbird.core.indexing.pipeline.identify", None)
    road.known[fingerprint(path)] = KnownContent(7, frozenset({"text@1"}), 120.0)
    road.start(path)
    road.until(requests=2)
    assert road.decoders.requests[1][1].start_at == 120.0


def test_copies_are_decoded_once(road: Road, path: Path) -> None:
    copy = path.with_name("copy.txt")
    copy.write_bytes(path.read_bytes())
    road.start(path)
    road.start(copy)
    road.until(requests=1)
    wait_until(road, lambda: states(road) == sorted([ItemState.AWAITING_COPY, ItemState.DECODING]))
    road.decoded(0, document("text"))
    (outcome,) = road.until(outcomes=1)
    assert {outcome.facts.path, *(facts.path for facts in outcome.copies)} == {path, copy}
    assert len(road.decoders.requests) == 1
    assert not road.pipeline.items.paths


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (FileError("It is damaged."), FileState.FAILED),
        (FileSkipped("Nobody reads it."), FileState.SKIPPED),
        (EnvironmentFailure("A decoder did not start."), FileState.PENDING),
        (ZeroDivisionError("ours"), FileState.FAILED),
    ],
)
def test_what_goes_wrong(road: Road, path: Path, error: Exception, state: FileState) -> None:
    road.start(path)
    road.until(requests=1)
    road.decoded(0, error)
    (outcome,) = road.until(outcomes=1)
    assert outcome.state is state
    assert outcome.reason
    assert "ours" not in outcome.reason
    assert (road.pipeline.problem == str(error)) is isinstance(error, EnvironmentFailure)


def test_a_machine_that_recovers_has_no_problem_any_more(road: Road, path: Path) -> None:
    road.start(path)
    road.until(requests=1)
    road.decoded(0, EnvironmentFailure("A decoder did not start."))
    road.until(outcomes=1)
    road.start(path)
    road.until(requests=2)
    road.decoded(1, document("text"))
    road.until(outcomes=1)
    assert road.pipeline.problem == ""


def test_a_file_that_changed_meanwhile_is_read_once_more_before_anything_is_made_of_it(road: Road, path: Path) -> None:
    road.start(path)
    road.until(requests=1)
    path.write_text("something longer than before")
    road.decoded(0, document("a heron"))
    road.until(requests=2)
    assert road.models.batches == []
    road.decoded(1, document("something longer"))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.again, outcome.facts) == (FileState.INDEXED, False, facts_of(path))
    assert outcome.content is not None
    assert outcome.content.fingerprint == fingerprint(path)
    assert [segment.text for segment in outcome.content.segments] == ["something longer"]


def test_a_file_that_goes_on_changing_is_kept_as_it_was_read_and_shared_with_nobody(road: Road, path: Path) -> None:
    fingerprints = [fingerprint(path)]
    road.start(path)
    for number in range(2):
        road.until(requests=number + 1)
        path.write_text(f"{number} and longer " * (number + 1))
        fingerprints.append(fingerprint(path))
        road.decoded(number, document(f"as it was decoded, {number}"))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.again) == (FileState.INDEXED, True)
    assert outcome.content is not None
    assert [segment.text for segment in outcome.content.segments] == ["as it was decoded, 1"]
    assert outcome.content.fingerprint not in fingerprints, "nobody knows which of them it was"
    assert len(outcome.content.fingerprint) == len(fingerprints[0])


def test_a_text_that_grows_while_it_is_decoded_was_read_up_to_where_it_ended(road: Road, path: Path) -> None:
    path.write_text("the first line\n")
    before, size = fingerprint(path), path.stat().st_size
    road.start(path)
    road.until(requests=1)
    assert road.decoders.requests[0][1].end_at == size
    path.write_text("the first line\nand another\n")
    road.decoded(0, document("the first line"))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.again, outcome.grown) == (FileState.INDEXED, True, True)
    assert outcome.content is not None
    assert (outcome.content.fingerprint, outcome.content.size) == (before, size)


def test_of_a_recording_of_an_earlier_version_only_the_headers_are_read_and_it_is_not_hashed(
    road: Road, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bowerbird.core.indexing.pipeline.identify", lambda *_: pytest.fail("it was hashed"))
    road.known[b"r"] = KnownContent(7, frozenset({"text@1"}), None, outdated=True, timed=True)
    road.untagged[path] = b"r"
    road.start(path)
    road.until(requests=1)
    assert road.decoders.requests[0][1].only_tags
    road.decoded(0, Extraction(Kind.RECORDING, (), Properties(title="Evening tone", author="A. Fork")))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None
    assert (outcome.content.extends, outcome.content.only_tags, outcome.content.fingerprint) == (7, True, b"r")
    assert [segment.text for segment in outcome.content.segments] == ["Evening tone\nA. Fork"]


@pytest.mark.parametrize("read", [False, True])
def test_further_tracks_that_an_earlier_version_passed_over_are_read(road: Road, path: Path, read: bool) -> None:
    road.known[b"r"] = KnownContent(7, frozenset({"text@1"}), None, outdated=True, timed=True, further_tracks=read)
    road.untagged[path] = b"r"
    road.start(path)
    road.until(requests=1)
    road.decoded(0, Extraction(Kind.RECORDING, (), further_tracks=True))
    if not read:
        road.until(requests=2)
        limits = road.decoders.requests[1][1]
        assert (limits.only_tags, limits.start_at) == (False, 0.0)
        road.decoded(1, Extraction(Kind.RECORDING, ()))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None and outcome.content.only_tags is read
    assert outcome.content.extends == (7 if read else None)


def test_a_recording_that_lacks_a_space_is_read_as_a_whole(road: Road, path: Path) -> None:
    road.known[b"r"] = KnownContent(7, frozenset(), None, outdated=True, timed=True)
    road.untagged[path] = b"r"
    road.start(path)
    road.until(requests=1)
    assert not road.decoders.requests[0][1].only_tags


@pytest.mark.parametrize(("next_at", "start_at"), [(None, 15.0), (4.0, 4.0)])
def test_a_text_that_has_only_grown_is_read_on(
    road: Road, path: Path, monkeypatch: pytest.MonkeyPatch, next_at: float | None, start_at: float
) -> None:
    monkeypatch.setattr(identify, "READ_ON_FROM", 1)
    path.write_text("the first line\n")
    known = KnownContent(7, frozenset({"text@1"}), next_at)
    road.former[path] = FormerContent(known, fingerprint(path), path.stat().st_size)
    path.write_text("the first line\nand another\n")
    road.start(path)
    road.until(requests=1)
    assert road.decoders.requests[0][1].start_at == start_at
    road.decoded(0, document("and another"))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None
    assert (outcome.content.extends, outcome.content.fingerprint) == (7, fingerprint(path))


def test_a_huge_log_that_grows_while_it_is_read_is_hashed_at_its_last_part_only(
    road: Road, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("the first line\n")
    before, size = fingerprint(path), path.stat().st_size
    road.start(path)
    for part, next_at in enumerate((4.0, 8.0)):
        road.until(requests=part + 1)
        with monkeypatch.context() as unhashed:
            for name in ("identify", "fingerprint"):
                unhashed.setattr(f"bowerbird.core.indexing.pipeline.{name}", lambda *_: pytest.fail("it was hashed"))
            path.write_text(path.read_text() + "and more\n")
            road.decoded(part, replace(document("a part"), next_at=next_at))
            (outcome,) = road.until(outcomes=1)
            assert outcome.content and outcome.content.fingerprint == before
            assert outcome.grown and outcome.partial
            road.known[before] = KnownContent(7, frozenset({"text@1"}), next_at)
            road.start(path)
            road.until(requests=part + 2)
            limits = road.decoders.requests[part + 1][1]
            assert (limits.start_at, limits.end_at) == (next_at, size), "it is read to where it ended at first"
    road.decoded(2, document("the rest"))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.again, outcome.grown) == (FileState.INDEXED, True, True)


def test_a_longer_file_in_the_place_of_one_that_is_read_is_not_taken_for_its_rest(road: Road, path: Path) -> None:
    path.write_text("the first line\n")
    road.start(path)
    road.until(requests=1)
    road.decoded(0, replace(document("a part"), next_at=4.0))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None
    road.known[outcome.content.fingerprint] = KnownContent(7, frozenset({"text@1"}), 4.0)
    other = path.with_name("other.txt")
    other.write_text("THE FIRST LINE\nand more\n")
    other.replace(path)
    road.start(path)
    road.until(requests=2)
    assert road.decoders.requests[1][1].start_at == 0.0
    road.decoded(1, document("all"))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content and outcome.content.extends is None


def test_a_log_that_was_written_anew_while_it_is_read_is_noticed_at_the_end(road: Road, path: Path) -> None:
    path.write_text("the first line\n")
    road.start(path)
    road.until(requests=1)
    path.write_text("THE FIRST LINE\nand more\n")
    road.decoded(0, replace(document("a part"), next_at=4.0))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None
    road.known[outcome.content.fingerprint] = KnownContent(7, frozenset({"text@1"}), 4.0)
    road.start(path)
    road.until(requests=2)
    road.decoded(1, document("the rest"))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.again, outcome.content) == (FileState.PENDING, True, None)


def test_a_text_read_in_part_is_read_on_wherever_it_ended_then(
    road: Road, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identify, "READ_ON_FROM", 1)
    path.write_text("the first line\nand ano")
    known = KnownContent(7, frozenset({"text@1"}), 15.0)
    road.former[path] = FormerContent(known, fingerprint(path), path.stat().st_size)
    path.write_text("the first line\nand another\n")
    road.start(path)
    road.until(requests=1)
    assert road.decoders.requests[0][1].start_at == 15.0


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("a.txt", "the first line\n", "another line, and\nmore\n"),
        ("a.txt", "the first line", "the first line and more\n"),
        ("a.txt", "the first line\nand more\n", "the first line\n"),
        ("a.md", "the first line\n", "the first line\nand more\n"),
    ],
)
def test_what_else_has_changed_is_read_anew(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, before: str, after: str
) -> None:
    monkeypatch.setattr(identify, "READ_ON_FROM", 1)
    path = tmp_path / name
    path.write_text(before)
    known = KnownContent(7, frozenset({"text@1"}), None)
    road.former[path] = FormerContent(known, fingerprint(path), path.stat().st_size)
    path.write_text(after)
    road.start(path)
    road.until(requests=1)
    assert road.decoders.requests[0][1].start_at == 0.0


def test_a_file_that_goes_away_while_it_is_decoded_costs_no_model_anything(road: Road, path: Path) -> None:
    road.start(path)
    road.until(requests=1)
    path.unlink()
    road.decoded(0, document("a heron"))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.again) == (FileState.PENDING, True)
    assert road.models.batches == []


def test_what_changed_before_it_was_identified_is_no_change(road: Road, path: Path) -> None:
    before = facts_of(path)
    assert before is not None
    path.write_text("it waited for long, and was written to meanwhile")
    road.pipeline.start(before)
    road.until(requests=1)
    road.decoded(0, document("it waited"))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None
    assert (outcome.facts, outcome.content.fingerprint, outcome.again) == (facts_of(path), fingerprint(path), False)


@pytest.mark.parametrize(("result", "requests"), [(document("half a heron"), 3), (FileError("It is damaged."), 2)])
def test_copies_of_a_file_that_changed_are_read_by_themselves(
    road: Road, path: Path, result: object, requests: int
) -> None:
    copy = path.with_name("copy.txt")
    copy.write_bytes(path.read_bytes())
    road.start(path)
    road.until(requests=1)
    road.start(copy)
    wait_until(road, lambda: ItemState.AWAITING_COPY in states(road))
    path.write_text("something longer than before")
    road.decoded(0, result)
    wait_until(road, lambda: copy not in road.pipeline.items.paths)
    road.start(copy)
    outcomes = road.until(requests=requests)
    for request, _, answer in road.decoders.requests[1:]:
        answer.set_result(document(request.name))
    outcomes += road.until(outcomes=2 - len(outcomes))
    assert {outcome.facts.path for outcome in outcomes} == {path, copy}
    assert not any(outcome.copies for outcome in outcomes)
    by_path = {outcome.facts.path: outcome.content for outcome in outcomes}
    content = by_path[copy]
    assert content is not None
    assert content.fingerprint == fingerprint(copy)


def test_an_error_in_a_file_that_is_being_written_is_no_failure(road: Road, path: Path) -> None:
    road.start(path)
    road.until(requests=1)
    path.write_text("PK, and the rest of the archive is still to come")
    road.decoded(0, FileError("The archive has no end."))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.reason, outcome.again) == (FileState.PENDING, "The archive has no end.", True)


def test_what_was_read_of_a_long_file_stays_when_it_changes_and_gets_no_part_of_another(road: Road, path: Path) -> None:
    road.known[fingerprint(path)] = KnownContent(7, frozenset(), 120.0)
    road.start(path)
    road.until(requests=1)
    path.write_text("another recording")
    road.decoded(0, document("its second part"))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.again, outcome.content) == (FileState.PENDING, True, None)


def test_a_crash_may_be_another_files_fault(road: Road, path: Path) -> None:
    road.start(path)
    road.until(requests=1)
    road.decoded(0, DecoderCrashed("Reading this file made its decoder crash; it may be damaged."))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.again) == (FileState.FAILED, True)


def test_texts_that_the_file_held_before_are_not_encoded_again(road: Road, path: Path) -> None:
    vector = np.array([0, 0.6, 0.8, 0], np.float32)
    road.vectors = {"the first page": {"text@1": vector}}
    road.start(path)
    road.until(requests=1)
    road.decoded(0, document("the first page", "a page that was added"))
    (outcome,) = road.until(outcomes=1)
    assert road.models.batches == [(Modality.TEXT, ["a page that was added"])]
    assert outcome.content is not None
    ordinals, rows = outcome.content.vectors["text@1"]
    assert rows[list(ordinals).index(0)].tolist() == vector.tolist()
    assert outcome.content.spaces == {"text@1"}


def test_a_file_that_is_gone(road: Road, path: Path) -> None:
    facts = facts_of(path)
    assert facts is not None
    path.unlink()
    road.pipeline.start(facts)
    (outcome,) = road.until(outcomes=1)
    assert outcome.state is FileState.PENDING


def test_without_models_words_are_kept(path: Path) -> None:
    road = Road(Models(error=ModelUnavailable("The model is damaged.")))
    road.start(path)
    road.until(requests=1)
    road.decoded(0, document("a heron"))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None
    assert outcome.content.spaces == frozenset()
    assert outcome.content.vectors == {}
    assert [segment.text for segment in outcome.content.segments] == ["a heron"]
    assert road.pipeline.problem == "The model is damaged."
    road.pipeline.close()


@pytest.mark.parametrize("error", [ValueError("ours"), CancelledError()])
def test_whatever_the_models_do_no_file_waits_for_them_for_ever(path: Path, error: Exception) -> None:
    road = Road(Models(error=error))
    road.start(path)
    road.until(requests=1)
    road.decoded(0, document("a heron"))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None
    assert (outcome.state, outcome.content.spaces) == (FileState.INDEXED, frozenset()), "words are found meanwhile"
    assert road.pipeline.problem
    assert "ours" not in road.pipeline.problem
    road.pipeline.close()


def test_models_that_cannot_even_be_asked(road: Road, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(road.models, "encode_documents", no_thread)
    road.start(path)
    road.until(requests=1)
    road.decoded(0, document("a heron"))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None
    assert outcome.content.spaces == frozenset()


def test_an_answer_that_cannot_be_is_the_failure_of_its_files_alone(
    road: Road, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer: Future[Encoded] = Future()
    answer.set_result(Encoded({"text@1": np.ones((1, 4), np.float32)}))
    with monkeypatch.context() as wrong:
        wrong.setattr(road.models, "encode_documents", lambda *_: answer)
        road.start(path)
        road.until(requests=1)
        road.decoded(0, document("two segments", "and one vector"))
        (outcome,) = road.until(outcomes=1)
    assert (outcome.state, outcome.content) == (FileState.FAILED, None)
    other = path.with_name("other.txt")
    other.write_text("another")
    road.start(other)
    road.until(requests=2)
    road.decoded(1, document("another"))
    (outcome,) = road.until(outcomes=1)
    assert outcome.state is FileState.INDEXED


def test_what_is_cancelled_is_dropped_whatever_comes_of_it(road: Road, path: Path) -> None:
    road.models.at_once = False
    road.start(path)
    road.until(requests=1)
    road.decoded(0, document("a heron"))
    road.calls.run()
    road.pipeline.cancel()
    assert not road.pipeline.items.paths
    road.start(path)  # the same file anew
    road.models.resolve_all()
    road.calls.run()
    assert road.pipeline.items.take_outcomes() == [], "the answer is the cancelled one's"
    road.until(requests=2)


def test_sound_is_transcribed_and_its_words_are_encoded(path: Path) -> None:
    vectors = {"sound@1": np.eye(4, dtype=np.float32)[:1]}
    heard = Heard((Line(0.5, 1.5, "the ferry leaves at nine"),), ((0.0, 2.0),), vectors)
    road = Road(Models(used=(text_space(), sound_space()), heard=heard))
    window = Segment(Modality.SOUND, samples=np.zeros(32_000, np.int16))
    road.start(path)
    road.until(requests=1)
    road.decoded(0, replace(document(), kind=Kind.RECORDING, segments=(window,)))
    (outcome,) = road.until(outcomes=1)
    assert outcome.content is not None
    assert [segment.modality for segment in outcome.content.segments] == [Modality.SOUND, Modality.TEXT]
    assert outcome.content.segments[1].text == "the ferry leaves at nine"
    assert outcome.content.vectors.keys() == {"sound@1", "text@1"}
    road.pipeline.close()


def test_batches_are_full_while_models_are_busy(road: Road, tmp_path: Path) -> None:
    road.models.at_once = False
    road.models.size = 4
    path = tmp_path / "long.txt"
    path.write_text("x")
    road.start(path)
    road.until(requests=1)
    road.decoded(0, document(*(f"page {number}" for number in range(14))))
    road.calls.run()
    assert [len(items) for _, items in road.models.batches] == [4, 4], "no more than two ahead"
    road.models.resolve_all()
    road.calls.run()
    assert [len(items) for _, items in road.models.batches] == [4, 4, 4], "a batch that is not full waits"
    road.models.resolve_all()
    road.calls.run()
    assert [len(items) for _, items in road.models.batches] == [4, 4, 4, 2]
    road.models.resolve_all()
    assert len(road.until(outcomes=1)) == 1


def test_only_a_few_films_at_once(road: Road, tmp_path: Path) -> None:
    for number in range(4):
        film = tmp_path / f"{number}.mp4"
        film.write_bytes(b"x")
        assert road.pipeline.items.has_room_for(film)
        road.start(film)
    assert not road.pipeline.items.has_room_for(tmp_path / "5.mp4")
    assert road.pipeline.items.has_room_for(tmp_path / "note.txt")
    assert road.pipeline.items.room == LOOK_AHEAD - 4


def test_a_sidecar_that_comes_between_two_parts_has_a_clip_read_anew(tmp_path: Path) -> None:
    clip, sidecar = tmp_path / "a.mp4", tmp_path / "a.xmp"
    clip.write_text("a clip")
    road = Road(Models(used=()))
    road.start(clip)
    road.until(requests=1)
    road.decoded(0, document("the first part", next_at=120.0))
    (first,) = road.until(outcomes=1)
    assert first.content and not first.again
    road.known[first.content.fingerprint] = KnownContent(1, frozenset(), 120.0)
    sidecar.write_text("it says something")
    road.start(clip)
    road.until(requests=2)
    assert road.decoders.requests[1][1].start_at == 0.0


def test_a_sidecar_that_changes_while_the_last_part_is_read_has_a_clip_looked_at_again(tmp_path: Path) -> None:
    clip, sidecar = tmp_path / "a.mp4", tmp_path / "a.xmp"
    clip.write_text("a clip")
    road = Road(Models(used=()))
    road.known[fingerprint(clip)] = KnownContent(1, frozenset(), 120.0)
    road.start(clip)
    road.until(requests=1)
    sidecar.write_text("it says something")
    road.decoded(0, document("the last part"))
    (last,) = road.until(outcomes=1)
    assert last.content and last.content.extends == 1 and last.again


def test_a_copy_whose_sidecar_comes_while_it_waits_is_read_by_itself(tmp_path: Path) -> None:
    road = Road(Models(used=()))
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_text("a photo")
        road.start(tmp_path / name)
    road.until(requests=1)
    wait_until(road, lambda: ItemState.AWAITING_COPY in states(road))
    read = road.decoders.requests[0][0]
    (tmp_path / ("b.xmp" if read.name == "a.jpg" else "a.xmp")).write_text("it says something")
    road.decoded(0, document("a photo"))
    (outcome,) = road.until(outcomes=1)
    assert (outcome.facts.path, outcome.copies, states(road)) == (read, (), [])


@pytest.mark.parametrize("first", [FileError("It is damaged."), None])
def test_a_mistake_with_a_sidecar_ends_the_wait_for_it(first: FileError | None) -> None:
    answers = [Future[Any](), Future[Any]()]
    asked = iter(answers)
    waiting = described(lambda _: next(asked), document("a photo"), [Path("a.xmp"), Path("a.jpg.xmp")])
    answers[0].set_exception(first) if first else answers[0].set_result(document("a sidecar"))
    answers[1].set_exception(RuntimeError("a mistake"))
    assert isinstance(waiting.exception(timeout=0), RuntimeError)
