from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bowerbird.core.commands.models import checked, models
from bowerbird.core.commands.output import Output
from bowerbird.core.commands.parser import parse_arguments
from bowerbird.core.errors import EnvironmentFailure, UsageError
from bowerbird.core.state import Check, IndexReport, ModelState, Progress
from bowerbird.core.types import Modality


class FakeLibrary:
    """Knows one model, ``mini``, and writes down what it is told."""

    def __init__(self, problem: str = "", *, sound: bool = True) -> None:
        self.calls: list[tuple[object, ...]] = []
        self._problem, self._sound = problem, sound

    def models(self) -> tuple[ModelState, ...]:
        state = ModelState("mini", "Mini", "Text.", "MIT", 0, (Modality.TEXT,), "", True, True, problem=self._problem)
        return (state,)

    def get_model(self, name: str, origin: Path | None, on_bytes: Callable[[int, int], None]) -> None:
        on_bytes(1, 2)
        self.calls.append(("get", name, origin))

    def use_model(self, name: str) -> None:
        self.calls.append(("use", name))

    def remove_model(self, name: str) -> None:
        self.calls.append(("remove", name))

    def verify_model(self, name: str) -> tuple[Check, ...]:
        self.calls.append(("verify", name))
        return (Check("Mini", self._sound, "detail"),)

    def index(self, folders: Sequence[Path], on_progress: Callable[[Progress], None]) -> IndexReport:
        on_progress(Progress(1, 2))
        self.calls.append(("index", tuple(folders)))
        return IndexReport({}, 0, 0.0, ())


def answer(library: FakeLibrary, *argv: str) -> list[Output]:
    return list(models(library, parse_arguments(["models", *argv])))


def test_without_an_action_the_models_are_listed() -> None:
    (listed,) = answer(FakeLibrary())
    assert [model["id"] for model in listed.value] == ["mini"]


@pytest.mark.parametrize(
    ("argv", "calls", "value"),
    [
        (["get", "mini"], [("get", "mini", None)], {"got": "mini"}),
        (["get", "mini", "--from", "/x"], [("get", "mini", Path("/x"))], {"got": "mini"}),
        (["use", "mini"], [("use", "mini"), ("index", ())], {"used": "mini"}),
        (["remove", "mini"], [("remove", "mini")], {"removed": "mini"}),
        (["verify"], [("verify", "")], [{"name": "Mini", "ok": True, "detail": "detail"}]),
        (["verify", "mini"], [("verify", "mini")], [{"name": "Mini", "ok": True, "detail": "detail"}]),
    ],
)
def test_each_action_does_what_it_says(argv: list[str], calls: list[tuple[object, ...]], value: object) -> None:
    library = FakeLibrary()
    (output,) = answer(library, *argv)
    assert library.calls == calls and output.value == value


@pytest.mark.parametrize("action", ["get", "use", "remove"])
def test_an_action_without_its_model_says_how_to_type_it(action: str) -> None:
    library = FakeLibrary()
    with pytest.raises(UsageError, match=f"bowerbird models {action} ID"):
        answer(library, action)
    assert not library.calls


def test_a_model_that_could_not_read_everything_is_a_failure() -> None:
    with pytest.raises(EnvironmentFailure, match=r"mini is used, but .*: The disk is full\."):
        answer(FakeLibrary("The disk is full."), "use", "mini")


def test_checks_are_shown_before_their_failure_is_raised() -> None:
    outputs = checked([Check("Disk", True, "free"), Check("Catalog", False, "damaged")])
    assert [check["ok"] for check in next(outputs).value] == [True, False]
    with pytest.raises(EnvironmentFailure):
        next(outputs)
