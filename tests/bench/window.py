"""How soon the window shows, and how smoothly it runs while it indexes, each beside a bare PySide6 window."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from tests.bench import files
from tests.bench.report import Figure

_STARTS = 7
_SECONDS = 30
_COPIES = 12  # more photos than are read meanwhile
_HERE = Path(__file__).parents[2]


def measure(data: Path, work: Path) -> list[Figure]:
    """Starts in turns, so that both meet the same disk and the same neighbours; then stalls."""
    work.mkdir(parents=True, exist_ok=True)
    starts = [(_child("bare", work), _child("bowerbird", work)) for _ in range(_STARTS)]
    bare, ours = (statistics.median(one["shown_s"] for one in side) for side in zip(*starts, strict=True))
    over = f"median of {_STARTS} starts, offscreen"
    return [
        Figure("bare window shows", 1000 * bare, "ms", over),
        Figure("Bowerbird's window shows", 1000 * ours, "ms", over),
        Figure("window against a bare one", ours / bare, "", over, "<= 1.5"),
        *_stalls(data, work),
    ]


def _stalls(data: Path, work: Path) -> list[Figure]:
    photos = files.photos(data, work / "photos", _COPIES)[0].parent
    _command(work / "load", "index", data / "coco_mini")  # the models are prepared, as on every day but the first
    ours = _child("bowerbird", work, "--index", str(photos), "--library", str(work / "load"))
    _command(work / "load", "remove", photos)
    load = subprocess.Popen(_bowerbird(work / "load", "index", photos), stdout=subprocess.DEVNULL)
    bare = _child("bare", work, "--stay")
    load.terminate()
    load.wait()
    over = f"gaps over a 5 ms timer, {_SECONDS} s of indexing"
    return [
        Figure("stalls p99.9, bare window beside it", bare["stall_ms"], "ms", over),
        Figure("stalls p99.9, Bowerbird's window", ours["stall_ms"], "ms", over, "<= bare + 50"),
        Figure("longest stall, bare", bare["longest_ms"], "ms", over),
        Figure("longest stall, Bowerbird", ours["longest_ms"], "ms", over),
    ]


def _child(which: str, work: Path, *arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.one_window", which, "--home", str(work / "empty"), *arguments]
    environment = os.environ | {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=_HERE, timeout=300, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _bowerbird(library: Path, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "bowerbird.gui", "--library", str(library), "--json", *map(str, arguments)]


def _command(library: Path, *arguments: object) -> None:
    subprocess.run(_bowerbird(library, *arguments), stdout=subprocess.DEVNULL, check=True, timeout=600)
