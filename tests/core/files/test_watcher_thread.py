"""The watcher's thread among failures."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import Any

import pytest

from bowerbird.core.files.watcher import Watcher


def test_the_watcher_goes_on_after_an_exception(tmp_path: Path) -> None:
    calls: queue.Queue[list[Path]] = queue.Queue()
    raised: list[bool] = []

    def note(changes: Any) -> None:
        calls.put([change.path for change in changes])
        if not raised:
            raised.append(True)
            raise RuntimeError("a mistake of ours")

    watcher = Watcher(note, settle_s=0.05)
    try:
        watcher.watch(tmp_path)
        (tmp_path / "first").touch()
        assert calls.get(timeout=30) == [tmp_path / "first"]
        (tmp_path / "second").touch()
        assert calls.get(timeout=30) == [tmp_path / "second"]
    finally:
        watcher.close()


def test_a_watch_that_ends_badly_keeps_the_watcher_neither_from_unwatching_nor_from_closing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As watchdog does after folders were moved into one another: ``packaging/torture operations`` saw it."""
    watcher = Watcher(lambda changes: None)
    watcher.watch(tmp_path)

    def lose_count(*_: object) -> None:
        raise KeyError(tmp_path)

    assert watcher._notifications
    observer = watcher._notifications._observer
    with monkeypatch.context() as patch:
        patch.setattr(observer, "unschedule", lose_count)
        patch.setattr(observer, "stop", lose_count)
        watcher.unwatch(tmp_path)
        watcher.close()
    assert not watcher._thread.is_alive()
    observer.stop()
