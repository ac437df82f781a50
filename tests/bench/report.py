"""A table of measurements, printed and kept as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, with what it is counted over and what was wanted."""

    name: str
    value: float
    unit: str
    over: str = ""
    wanted: str = ""


def show(figures: Sequence[Figure]) -> None:
    """Print figures as a table."""
    wide = max(len(figure.name) for figure in figures)
    for one in figures:
        print(f"{one.name:<{wide}}  {one.value:>10.4g} {one.unit:<12} {one.over:<40} {one.wanted}")


def keep(figures: Sequence[Figure], path: Path) -> None:
    """Write figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=1), "utf-8")


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    start = perf_counter()
    call()
    return perf_counter() - start


def median_seconds(call: Callable[[], object], times: int = 3) -> float:
    """The median of several calls, after one that warms up."""
    call()
    return statistics.median(seconds(call) for _ in range(times))
