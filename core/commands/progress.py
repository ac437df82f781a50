"""How far a command is: one line on stderr, drawn over as it changes, where that is a terminal."""

from __future__ import annotations

import sys

from bowerbird.core.commands.output import printable
from bowerbird.core.state import LongFile, Progress
from bowerbird.core.words import clock

_LINE_START, _CLEAR_REST = "\r", "\x1b[K"


def show_indexing(progress: Progress) -> None:
    """Files read, of how many; the first long file; a model that catches up with what is here; pictures."""
    left = f", {progress.left_s:.0f} s left" if progress.left_s else ""
    long = "".join(f"; {printable(file.path.name)} up to {_place(file)}" for file in progress.long[:1])
    built = f"; a new model has read {progress.built[0]:,} of {progress.built[1]:,}" if progress.built else ""
    seen = f"; text of {progress.pictures[0]:,} of {progress.pictures[1]:,} pictures" if progress.pictures else ""
    _show(f"{progress.done:,} of {progress.total:,}{left}{long}{built}{seen}")


def show_bytes(done: int, whole: int) -> None:
    """Bytes fetched, of how many; 0 if nobody knows."""
    of = f" of {whole / 1e6:,.0f}" if whole else ""
    _show(f"{done / 1e6:,.0f}{of} MB")


def clear() -> None:
    """Remove the line, before something else is printed."""
    _show("")


def _show(line: str) -> None:
    if sys.stderr.isatty():
        print(f"{_LINE_START}{line}{_CLEAR_REST}", end="", file=sys.stderr, flush=True)


def _place(file: LongFile) -> str:
    return clock(file.done) if file.timed else f"{file.done / 1e6:,.0f} MB"
