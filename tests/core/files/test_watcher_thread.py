"""The watcher's thread among failures."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import Any

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
