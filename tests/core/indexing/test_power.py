"""Waiting for the battery, and for other programs."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from bowerbird.core.indexing import power
from bowerbird.core.indexing.power import Load, Power
from bowerbird.core.settings import Settings

_SPIN = "import time\nend = time.time() + 20\nwhile time.time() < end: pass"


def test_our_own_work_is_no_reason_to_wait() -> None:
    load = Load()
    load.of_others()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        pass
    ours = load._before
    assert ours is not None
    before, load._before = load._before, None
    assert load.of_others() == 0.0, "the first look says nothing"
    assert before


def test_other_programs_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that are not ours to count keep two cores busy."""
    spinning = [subprocess.Popen([sys.executable, "-c", _SPIN]) for _ in range(2)]
    try:
        monkeypatch.setattr("psutil.Process.children", lambda *_, **__: [])  # as if somebody else had started them
        load = Load()
        load.of_others()
        time.sleep(2)
        busy = load.of_others()
        monkeypatch.undo()
        load.of_others()
        time.sleep(2)
        assert busy > load.of_others() + 0.02
    finally:
        for process in spinning:
            process.kill()
            process.wait()


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
