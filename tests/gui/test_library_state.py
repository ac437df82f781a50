"""The library's state as the window keeps it: events become signals, requests become calls."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from bowerbird.core.state import Event, EventKind, Progress
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import FakeBridge, empty_status
from tests.gui.sample_files import landscape


def test_a_refresh_tells_the_status_and_its_progress(session: SearchSession, qtbot: QtBot) -> None:
    library = session.library
    with qtbot.waitSignals([library.status_changed, library.progress_changed]):
        library.refresh()
    assert library.status == empty_status()
    assert library.folders == ()


@pytest.mark.parametrize(
    ("kind", "signal"),
    [
        (EventKind.FAILURES, "failures_changed"),
        (EventKind.MODELS, "models_changed"),
        (EventKind.MODELS, "content_changed"),
        (EventKind.FILES, "content_changed"),
        (EventKind.FOLDERS, "content_changed"),
        (EventKind.THUMBNAILS, "thumbnails_changed"),
        (EventKind.ACTIVATE, "activation_requested"),
    ],
)
def test_events_become_signals(
    session: SearchSession, bridge: FakeBridge, qtbot: QtBot, kind: EventKind, signal: str
) -> None:
    with qtbot.waitSignal(getattr(session.library, signal)):
        bridge.event_received.emit(Event(kind))


def test_progress_comes_at_once_and_the_status_once_for_many_events(
    session: SearchSession, bridge: FakeBridge, qtbot: QtBot
) -> None:
    seen = list[Progress]()
    session.library.progress_changed.connect(seen.append)
    with qtbot.waitSignal(session.library.status_changed, timeout=5000):
        for done in range(5):
            bridge.event_received.emit(Event(EventKind.PROGRESS, Progress(done=done, total=5)))
        assert [progress.done for progress in seen] == [0, 1, 2, 3, 4]
    assert bridge.library.calls == [("status",)]


def test_being_activated_asks_nothing(session: SearchSession, bridge: FakeBridge, qtbot: QtBot) -> None:
    bridge.event_received.emit(Event(EventKind.ACTIVATE))
    qtbot.wait(600)
    assert bridge.library.calls == []


def test_a_thumbnail_that_is_missing_is_asked_for_and_shown_when_it_is_there(
    session: SearchSession, bridge: FakeBridge, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "ab.jpg"
    with qtbot.waitSignal(session.thumbnails.ready):
        assert session.thumbnails.get(path) is None
    assert bridge.library.calls == [("restore_thumbnail", path)]
    landscape(1, (40, 20)).save(path)
    bridge.event_received.emit(Event(EventKind.THUMBNAILS))
    with qtbot.waitSignal(session.thumbnails.ready):
        session.thumbnails.get(path)
    assert session.thumbnails.get(path) is not None


def test_requests_become_calls(session: SearchSession, bridge: FakeBridge) -> None:
    library, path = session.library, Path("/photos")
    library.add_folder(path)
    library.pause(True)
    library.pause(False)
    library.retry((path,))
    library.retry()
    calls = [call for call in bridge.library.calls if call != ("status",)]
    assert calls == [("add_folder", path), ("pause",), ("resume",), ("retry", (path,)), ("retry", ())]
