"""Getting, using and removing models. What fetches them, runs them and reads with them are fakes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from bowerbird.core.errors import ModelUnavailable, UsageError
from bowerbird.core.inference import selection
from bowerbird.core.inference.selection import ModelSelection
from bowerbird.core.models.registry.entries import Entry
from bowerbird.core.state import Building, Check, Event, EventKind, ModelState
from bowerbird.core.types import Modality, Space

_USED, _OTHER = "used-model", "other-model"
_GOOD = Check("", True, "it agrees")


def _entry(name: str) -> Entry:
    space = Space(
        f"{name}@1", 2, Modality.IMAGE, takes_text=False, background=(0.0, 1.0), example_background=(0.0, 1.0)
    )
    return Entry(name, "fake", name.title(), "", "", {}, (space,), {})


_REGISTRY: Mapping[str, Entry] = {name: _entry(name) for name in (_USED, _OTHER)}


class _Inference:
    """In the place of ``Inference``: notes which models it is to use."""

    def __init__(self) -> None:
        self.used: Sequence[str] = (_USED,)
        self.installed = {_USED}
        self.old_hosts_ended = False

    def states(self) -> tuple[ModelState, ...]:
        return tuple(
            ModelState(name, name, "", "", 0, (), "", installed=name in self.installed, used=name in self.used)
            for name in _REGISTRY
        )

    def use(self, used: Sequence[str]) -> None:
        self.used = used

    def wait_for_old_hosts(self) -> None:
        self.old_hosts_ended = True


class _World:
    """A selection, all that it is given, and what it did with it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.inference = folder, _Inference()
        self.building = Building({}, {})
        self.dropped: list[Sequence[Space]] = []
        self.kept: list[Sequence[str]] = []
        self.events: list[Event] = []
        self.fetched: list[str] = []
        self.fetching: Callable[[Callable[[int, int], None]], None] = lambda on_bytes: on_bytes(1, 2)
        self.trial: Callable[[], Check] = lambda: _GOOD
        self.applying: Callable[[], None] = lambda: None
        self.selection = ModelSelection(
            folder,
            [_USED],
            self.inference,  # type: ignore[arg-type]
            lambda: self.building,
            self._apply,
            self.kept.append,
            self.events.append,
        )

    def _apply(self, dropped: Sequence[Space]) -> None:
        self.applying()
        self.dropped.append(dropped)

    def fetch(self, entry: Entry, folder: Path, origin: Path | None, on_bytes: object, *, used: bool) -> None:
        self.fetching(on_bytes)  # type: ignore[arg-type]
        self.fetched.append(entry.id)
        self.inference.installed.add(entry.id)

    def sources(self, folder: Path) -> _World:
        return self

    def installed(self, entry: Entry) -> bool:
        return entry.id in self.inference.installed

    def files(self, entry: Entry, *, again: bool) -> None:
        if not self.installed(entry):
            raise ModelUnavailable("Its files are gone.")

    def trial_of(self, folder: Path, models: set[str]) -> _Trial:
        return _Trial(lambda: self.trial())

    def state(self, name: str) -> ModelState:
        return next(state for state in self.selection.states() if state.id == name)


class _Trial:
    """The Inference that a model is tested in: ``close`` cancels a test that is running."""

    def __init__(self, check: Callable[[], Check]) -> None:
        self._check, self._closed = check, False
        self.tests = self

    def run(self, name: str) -> Check:
        check = self._check()
        if self._closed:
            raise CancelledError
        return check

    def close(self) -> None:
        self._closed = True


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _World:
    world = _World(tmp_path)
    monkeypatch.setattr(selection, "load", lambda: _REGISTRY)
    monkeypatch.setattr(selection, "fetch", world.fetch)
    monkeypatch.setattr(selection, "Sources", world.sources)
    monkeypatch.setattr(selection, "Inference", world.trial_of)
    monkeypatch.setattr(selection, "STARTER", (_USED, _OTHER))
    return world


def test_a_model_that_is_used_is_applied_and_then_kept(world: _World) -> None:
    world.inference.installed.add(_OTHER)
    world.applying = lambda: _must(not world.kept)
    world.selection.use(_OTHER)
    assert world.inference.used == (_USED, _OTHER)
    assert world.dropped == [()]
    assert world.kept == [(_USED, _OTHER)]


def _must(condition: bool) -> None:
    assert condition


def test_a_model_that_is_not_here_is_not_used(world: _World) -> None:
    with pytest.raises(ModelUnavailable, match="bowerbird models get other-model"):
        world.selection.use(_OTHER)
    assert (world.inference.used, world.kept) == ((_USED,), [])
    assert "is not here" in world.state(_OTHER).result


def test_a_model_that_computes_wrongly_is_not_used(world: _World) -> None:
    world.inference.installed.add(_OTHER)
    world.trial = lambda: Check("", False, "It gives wrong results.")
    with pytest.raises(ModelUnavailable, match="It gives wrong results"):
        world.selection.use(_OTHER)
    assert (world.inference.used, world.dropped, world.kept) == ((_USED,), [], [])
    assert world.state(_OTHER).result == "It gives wrong results."


def test_what_cannot_be_applied_leaves_the_models_as_they_were(world: _World) -> None:
    def full() -> None:
        raise OSError("the disk is full")

    world.inference.installed.add(_OTHER)
    world.applying = full
    with pytest.raises(OSError, match="the disk is full"):
        world.selection.use(_OTHER)
    assert (world.inference.used, world.kept) == ((_USED,), [])
    world.applying = lambda: None
    world.selection.use(_OTHER)
    assert world.kept == [(_USED, _OTHER)]


def test_removing_drops_the_spaces_and_deletes_the_files(world: _World) -> None:
    own, export, other = (world.folder / name for name in (_USED, f"{_USED}-0123abcd.onnx", "another"))
    own.mkdir()
    (own / "weights").touch()
    export.touch()
    other.mkdir()
    world.selection.remove(_USED)
    assert world.dropped == [_REGISTRY[_USED].spaces]
    assert world.kept == [()]
    assert world.inference.old_hosts_ended
    assert list(world.folder.iterdir()) == [other]


def test_removing_a_model_that_is_not_used_changes_no_selection(world: _World) -> None:
    world.selection.remove(_OTHER)
    assert (world.dropped, world.kept) == ([], [])


def test_unknown_models_are_refused(world: _World) -> None:
    for call in (world.selection.use, world.selection.remove, world.selection.verify):
        with pytest.raises(UsageError, match=r"There is no model 'nothing'\. There are: used-model, other-model"):
            call("nothing")


def test_while_a_model_is_fetched_its_state_says_so(world: _World) -> None:
    seen: list[ModelState] = []

    def fetching(on_bytes: Callable[[int, int], None]) -> None:
        on_bytes(1, 2)
        seen.append(world.state(_OTHER))

    bytes_seen: list[tuple[int, int]] = []
    world.fetching = fetching
    world.selection.get(_OTHER, None, lambda *counts: bytes_seen.append(counts))
    assert (seen[0].busy, seen[0].fetched) == (True, (1, 2))
    assert bytes_seen == [(1, 2)]
    assert (world.state(_OTHER).busy, world.state(_OTHER).fetched) == (False, None)
    assert [event.kind for event in world.events] == [EventKind.MODELS] * 2
    assert world.dropped == [], "it is not used"


def test_one_thing_at_a_time_is_done_with_a_model(world: _World) -> None:
    def fetching(_: object) -> None:
        with pytest.raises(UsageError, match="is being fetched or tried already"):
            world.selection.remove(_OTHER)
        world.selection.remove(_USED)  # another one may be

    world.fetching = fetching
    world.selection.get(_OTHER, None, lambda *_: None)
    assert world.fetched == [_OTHER]
    world.selection.remove(_OTHER)


def test_new_files_of_a_model_in_use_are_used_at_once(world: _World) -> None:
    world.selection.get(_USED, None, lambda *_: None)
    assert world.dropped == [()]
    assert world.kept == [(_USED,)]


def test_the_starter_pack_is_what_is_missing_of_it(world: _World) -> None:
    world.selection.get("starter", None, lambda *_: None)
    assert world.fetched == [_OTHER]


@pytest.mark.parametrize("name", [_OTHER, ""])
def test_fetching_can_be_cancelled(world: _World, name: str) -> None:
    def fetching(on_bytes: Callable[[int, int], None]) -> None:
        world.selection.cancel(name)
        on_bytes(1, 2)

    world.fetching = fetching
    with pytest.raises(ModelUnavailable, match="Other-Model: cancelled"):
        world.selection.get(_OTHER, None, lambda *_: None)
    assert world.fetched == []
    assert world.state(_OTHER).result == "Other-Model: cancelled."


def test_cancelling_another_model_lets_this_one_be(world: _World) -> None:
    def fetching(on_bytes: Callable[[int, int], None]) -> None:
        world.selection.cancel(_USED)
        on_bytes(1, 2)

    world.fetching = fetching
    world.selection.get(_OTHER, None, lambda *_: None)
    assert world.fetched == [_OTHER]


def test_a_test_can_be_cancelled_from_another_thread(world: _World) -> None:
    def trial() -> Check:
        thread = threading.Thread(target=world.selection.cancel)
        thread.start()
        thread.join()
        return _GOOD

    world.inference.installed.add(_OTHER)
    world.trial = trial
    with pytest.raises(ModelUnavailable, match="Other-Model: cancelled"):
        world.selection.use(_OTHER)
    assert world.kept == []


def test_verifying_tests_all_that_are_here(world: _World) -> None:
    world.inference.installed.add(_OTHER)
    assert [(check.name, check.ok) for check in world.selection.verify()] == [
        ("Used-Model", True),
        ("Other-Model", True),
    ]
    assert world.state(_OTHER).result == "Its files and results are right: it agrees."


def test_verifying_a_model_whose_files_are_gone_is_a_failed_check(world: _World) -> None:
    assert world.selection.verify(_OTHER) == (Check("Other-Model", False, "Its files are gone."),)
    assert world.state(_OTHER).result == "Its files are gone."


def test_states_show_what_is_being_built(world: _World) -> None:
    world.building = Building({f"{_USED}@1": (3, 9)}, {f"{_OTHER}@1": "It failed."})
    assert (world.state(_USED).built, world.state(_USED).problem) == ((3, 9), "")
    assert (world.state(_OTHER).built, world.state(_OTHER).problem) == (None, "It failed.")
