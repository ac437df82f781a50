"""Waiting for the battery, and for other programs. The work is real, and counted in seconds of the processor.

So the tests hold on a busy computer too: what is compared is not how busy it is, but whose work that was.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from bowerbird.core.indexing import power
from bowerbird.core.indexing.power import Load, Power
from bowerbird.core.settings import Settings

_WORK_S = 1.0
_NEAR_S = 0.3  # times are counted in steps of 10 ms, for each core and process
_WORK = f"import time\nwhile time.process_time() < {_WORK_S}: pass\nprint('done', flush=True)\ninput()"
_ORPHAN = f"import subprocess, sys\nprint(subprocess.Popen([sys.executable, '-c', {_WORK!r}]).pid, flush=True)"

Measure = Callable[[], tuple[float, float]]


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> Measure:
    """Starts to measure; a second call gives the seconds that all, and that others, kept the cores busy meanwhile."""
    load, samples, real = Load(), list[Any](), psutil.cpu_times
    monkeypatch.setattr(psutil, "cpu_times", lambda: samples.append(real()) or samples[-1])

    def look() -> tuple[float, float]:
        share = load.of_others()
        whole, idle = (
            [sum(sample[:8]) for sample in samples],
            [sample.idle + getattr(sample, "iowait", 0.0) for sample in samples],
        )
        passed = whole[-1] - whole[0]
        return passed - (idle[-1] - idle[0]), share * passed

    return look


def test_the_first_look_says_nothing(measure: Measure) -> None:
    assert measure() == (0.0, 0.0)


def test_our_own_work_is_not_that_of_others(measure: Measure) -> None:
    measure()
    until = time.process_time() + _WORK_S
    while time.process_time() < until:
        pass
    busy, others = measure()
    assert busy >= _WORK_S - _NEAR_S
    assert others == pytest.approx(busy - _WORK_S, abs=_NEAR_S)


def test_the_work_of_our_children_is_not_that_of_others(measure: Measure) -> None:
    measure()
    started = time.process_time()
    with subprocess.Popen([sys.executable, "-c", _WORK], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout and child.stdout.readline() == b"done\n"
        busy, others = measure()
    ours = _WORK_S + time.process_time() - started
    assert others == pytest.approx(busy - ours, abs=_NEAR_S)


@pytest.fixture
def work_of_a_stranger() -> Iterator[Callable[[], None]]:
    """Has a process work that nobody here has started, as far as the system knows: its parent is gone."""
    strangers: list[psutil.Process] = []

    def work() -> None:
        with subprocess.Popen([sys.executable, "-c", _ORPHAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
            assert parent.stdout
            strangers.append(psutil.Process(int(parent.stdout.readline())))
            parent.wait()
            assert strangers[0] not in psutil.Process().children(recursive=True)
            assert parent.stdout.readline() == b"done\n"

    yield work
    for process in strangers:
        process.wait(30)


def test_the_work_of_other_programs_is(measure: Measure, work_of_a_stranger: Callable[[], None]) -> None:
    measure()
    started = time.process_time()
    work_of_a_stranger()
    busy, others = measure()
    ours = time.process_time() - started
    assert others >= _WORK_S - _NEAR_S
    assert others == pytest.approx(busy - ours, abs=_NEAR_S)


def test_children_that_end_are_no_less_than_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their time goes with them, so that ours goes back."""
    times = iter([(100.0, 50.0, 20.0), (110.0, 54.0, 5.0)])
    monkeypatch.setattr(power, "_times", lambda: next(times))
    load = Load()
    load.of_others()
    assert load.of_others() == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("settings", "on_battery", "load", "why"),
    [
        (Settings(), True, 1.0, ""),
        (Settings(pause_on_battery=True), True, 0.0, "on battery"),
        (Settings(pause_on_battery=True), False, 1.0, ""),
        (Settings(only_when_idle=True), False, 0.9, "while the computer is busy"),
        (Settings(only_when_idle=True), False, 0.1, ""),
    ],
)
def test_why_it_waits(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, on_battery: bool, load: float, why: str
) -> None:
    monkeypatch.setattr(power, "on_battery", lambda: on_battery)
    monkeypatch.setattr(Load, "of_others", lambda self: load)
    assert Power(settings).why() == why


def test_it_looks_every_few_seconds_and_at_once_when_settings_change(monkeypatch: pytest.MonkeyPatch) -> None:
    now, plugged = [1000.0], [False]
    monkeypatch.setattr(power, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(power, "on_battery", lambda: not plugged[0])
    rules = Power(Settings(pause_on_battery=True))
    assert rules.why() == "on battery"
    plugged[0] = True
    now[0] += 4.0
    assert rules.why() == "on battery", "it has just looked"
    now[0] += 2.0
    assert rules.why() == ""
    plugged[0] = False
    rules.use(Settings(pause_on_battery=True))
    assert rules.why() == "on battery"


@pytest.mark.parametrize(
    ("battery", "expected"),
    [(None, False), (SimpleNamespace(power_plugged=True), False), (SimpleNamespace(power_plugged=None), False),
     (SimpleNamespace(power_plugged=False), True)],
    ids=["none", "on mains", "unknown", "on battery"],
)  # fmt: skip
def test_on_battery(monkeypatch: pytest.MonkeyPatch, battery: object, expected: bool) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert power.on_battery() is expected
