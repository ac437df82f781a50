from __future__ import annotations

import io
from pathlib import Path

import pytest

from bowerbird.core.commands import progress
from bowerbird.core.state import LongFile, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_one_line_drawn_over(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    progress.show_indexing(
        Progress(3, 1200, left_s=7.4, long=(LongFile(Path("/a/film\n.mkv"), 65.0, 100.0),), built=(5, 10))
    )
    progress.show_indexing(Progress(3, 3, pictures=(1, 7)))
    progress.show_bytes(1_000_000, 2_500_000_000)
    progress.clear()
    lines = terminal.getvalue().split("\r")[1:]
    assert lines == [
        "3 of 1,200, 7 s left; film .mkv up to 1:05; a new model has read 5 of 10\x1b[K",
        "3 of 3; text of 1 of 7 pictures\x1b[K",
        "1 of 2,500 MB\x1b[K",
        "\x1b[K",
    ]


def test_a_file_or_a_pipe_sees_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress.show_indexing(Progress(1, 2))
    progress.show_bytes(1, 0)
    progress.clear()
    assert capsys.readouterr() == ("", "")
