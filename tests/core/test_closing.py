"""Closing a library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.core.library import Library


@pytest.mark.parametrize("part", ["_server", "_folders", "_inbox", "_pool", "_inference", "_connections"])
def test_a_part_that_cannot_be_closed_keeps_the_library_from_nobody(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(tmp_path)
    closed: Callable[[], None] = getattr(getattr(library, part), "stop" if part in ("_server", "_inbox") else "close")

    def fail() -> None:
        closed()
        raise KeyError("a mistake")

    monkeypatch.setattr(getattr(library, part), closed.__name__, fail)
    with pytest.raises(KeyError):
        library.close()
    Library.open(tmp_path).close()
