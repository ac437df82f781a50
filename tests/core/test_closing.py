"""Closing a library."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
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


def test_what_is_closed_twice_closes_nobody_elses_descriptors(tmp_path: Path) -> None:
    """The numbers of closed descriptors are given again at once, in the same process."""
    library = Library.open(tmp_path / "library")
    library.start()
    library.close()
    with ExitStack() as files:
        others = [files.enter_context((tmp_path / f"{number}").open("wb")) for number in range(64)]
        library.close()
        for number, other in enumerate(others):
            assert os.fstat(other.fileno()).st_ino == (tmp_path / f"{number}").stat().st_ino
            assert other.tell() == 0 and (tmp_path / f"{number}").stat().st_size == 0
