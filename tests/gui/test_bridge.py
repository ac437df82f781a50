"""Calls and events between the UI thread and the library's threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from bowerbird.core.errors import BowerbirdError
from bowerbird.core.state import Event, EventKind, Progress
from bowerbird.gui.bridge import Bridge
from tests.gui.conftest import LONG_MS


@pytest.fixture
def real_bridge(qtbot: QtBot, tmp_path: Path) -> Iterator[Bridge]:
    """A bridge whose calls run, with something in place of a library."""
    bridge = Bridge(tmp_path)
    bridge._library = object()  # type: ignore[assignment]
    yield bridge
    bridge._library = None
    with qtbot.waitCallback() as closed:
        bridge.close(closed)
    shiboken6.delete(bridge)


def test_events_of_one_kind_are_merged(real_bridge: Bridge, qtbot: QtBot) -> None:
    received = list[Event]()
    real_bridge.event_received.connect(received.append)
    for done in range(2000):
        real_bridge.post(Event(EventKind.PROGRESS, Progress(done=done, total=2000)))
    qtbot.waitUntil(lambda: bool(received) and received[-1].progress.done == 1999)
    assert len(received) <= 3


def test_only_the_newest_result_of_a_lane_arrives(real_bridge: Bridge, qtbot: QtBot) -> None:
    results, ran, held = list[int](), list[int](), threading.Event()

    def op(number: int) -> int:
        held.wait(10)
        ran.append(number)
        return number

    for number in range(50):
        real_bridge.latest("search", lambda _, number=number: op(number), results.append)
    held.set()
    qtbot.waitUntil(lambda: bool(results))
    qtbot.wait(100)
    assert results == [49]
    assert ran == [0, 49], "those between were never run"


def test_a_forgotten_call_delivers_nothing(real_bridge: Bridge, qtbot: QtBot) -> None:
    held, results = threading.Event(), list[int]()
    real_bridge.latest("preview", lambda _: held.wait(10) and 1, results.append)
    real_bridge.forget("preview")
    held.set()
    with qtbot.waitCallback() as other:
        real_bridge.call(lambda _: 2, other)
    qtbot.wait(100)
    assert results == []


def test_callbacks_run_in_the_ui_thread(real_bridge: Bridge, qtbot: QtBot) -> None:
    threads = list[threading.Thread]()
    real_bridge.call(
        lambda _: threads.append(threading.current_thread()), lambda _: threads.append(threading.current_thread())
    )
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()


def _fail(error: Exception) -> None:
    raise error


def test_failures_go_to_the_caller_or_to_the_signal(real_bridge: Bridge, qtbot: QtBot) -> None:
    failures = list[BowerbirdError]()
    real_bridge.call(lambda _: _fail(BowerbirdError("first")), failure=failures.append)
    qtbot.waitUntil(lambda: [str(error) for error in failures] == ["first"])
    with qtbot.waitSignal(real_bridge.call_failed) as failed:
        real_bridge.call(lambda _: _fail(BowerbirdError("second")))
    assert str(failed.args[0]) == "second"


def test_a_bug_in_a_call_becomes_a_sentence(real_bridge: Bridge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(real_bridge.call_failed) as failed:
        real_bridge.call(lambda _: _fail(ZeroDivisionError("inner detail")))
    assert "log" in str(failed.args[0])
    assert "inner detail" not in str(failed.args[0])


def test_slow_calls_do_not_keep_others_waiting(real_bridge: Bridge, qtbot: QtBot) -> None:
    held = threading.Event()
    for _ in range(8):
        real_bridge.call(lambda _: held.wait(30), slow=True)
    with qtbot.waitCallback(timeout=LONG_MS) as quick:
        real_bridge.call(lambda _: "done", quick)
    assert not held.is_set()
    quick.assert_called_with("done")
    held.set()


def test_calls_before_opening_fail_with_a_sentence(real_bridge: Bridge, qtbot: QtBot) -> None:
    real_bridge._library = None
    with qtbot.waitSignal(real_bridge.call_failed) as failed:
        real_bridge.call(lambda library: library.status())
    assert "not open" in str(failed.args[0])
