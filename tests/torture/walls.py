"""What a decoder that a hostile file has taken over can do, behind the walls of this kernel and of barer systems."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.core.decoding.attempts import WALLS, successes
from tests.core.decoding.intrusions import INTRUSIONS

_ALWAYS = ("all walls", "ABI 4", "ABI 2", "ABI 1")


@dataclass(slots=True)
class Verdict:
    """What was tried. ``succeeded`` should be empty."""

    attempts: int = 0
    succeeded: list[str] = field(default_factory=list)
    """What worked although all walls stood, with Landlock as new as the kernel's or older."""
    table: list[str] = field(default_factory=list)
    """A line for each intrusion; a column for each set of walls."""


def run() -> Verdict:
    """Try every intrusion behind every set of walls."""
    working = {name: successes(walls) for name, walls in WALLS.items()}
    verdict = Verdict(len(INTRUSIONS) * len(WALLS))
    verdict.succeeded = [f"{name}: {deed}" for name in _ALWAYS for deed in sorted(working[name])]
    width = max(map(len, INTRUSIONS))
    verdict.table.append(" " * width + "".join(f"  {name}" for name in WALLS))
    for deed in INTRUSIONS:
        marks = (f"  {'works' if deed in working[name] else '-':{len(name)}}" for name in WALLS)
        verdict.table.append(f"{deed:{width}}{''.join(marks)}")
    return verdict
