"""How fast indexing goes, by a clock of the test's."""

from __future__ import annotations

import pytest

from bowerbird.core.indexing import pace as pace_module
from bowerbird.core.indexing.pace import Pace


def test_the_rate_falls_while_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now, pace = 100.0, Pace()
    monkeypatch.setattr(pace_module.time, "monotonic", lambda: now)
    for _ in range(11):
        pace.finished(10)
        now += 1.0
    before = pace.progress(100).per_second
    now += 60.0
    stalled = pace.progress(100)
    assert before == pytest.approx(9.1, abs=0.1)
    assert stalled.per_second < 0.2 and stalled.left_s is not None and stalled.left_s > 500


def test_a_pause_does_not_slow_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    now, pace = 100.0, Pace()
    monkeypatch.setattr(pace_module.time, "monotonic", lambda: now)
    pace.finished(10)
    pace.rest()
    now += 600.0
    for _ in range(4):
        pace.finished(10)
        now += 1.0
    progress = pace.progress(100)
    assert progress.done == 50 and progress.per_second == pytest.approx(7.5)
