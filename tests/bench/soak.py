"""Twenty thousand mixed files to the end: none lost, memory flat."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.bench import files
from tests.bench.report import Figure
from tests.bench.retrieval import cranfield_files

_FILES = 20_000
_EVERY_S = 1.0


def measure(data: Path, work: Path) -> list[Figure]:
    """Index them in a process of its own, and weigh it and its children while it runs."""
    cranfield_files(data, work / "cranfield")
    files.mixed(data, work / "many", _FILES)
    command = [sys.executable, "-m", "bowerbird.gui", "--library", str(work / "library"), "--json", "index"]
    process = subprocess.Popen([*command, str(work / "many")], stdout=subprocess.PIPE, text=True)
    weights = _weigh(process.pid)
    report = json.loads(process.communicate()[0])
    counts = report["files"]
    told = counts["indexed"] + counts["skipped"] + counts["failed"]
    return [
        Figure("files indexed", counts["indexed"], "", f"of {_FILES} in {report['took_s']:.0f} s"),
        Figure("files skipped", counts["skipped"], "", "kinds nobody reads"),
        Figure("files failed", counts["failed"], "", "each with a reason"),
        Figure("files lost", _FILES - told, "", "", "0"),
        Figure("segments", report["segments"], ""),
        *_memory(weights),
    ]


def _weigh(pid: int) -> dict[str, list[float]]:
    """Megabytes by kind of process, once a second until the process ends."""
    weights: dict[str, list[float]] = {"main": [], "children": []}
    main = psutil.Process(pid)
    with suppress(psutil.Error):
        while main.status() != psutil.STATUS_ZOMBIE:
            children = 0.0
            for child in main.children(recursive=True):
                with suppress(psutil.Error):
                    children += child.memory_info().rss / 1e6
            weights["main"].append(main.memory_info().rss / 1e6)
            weights["children"].append(children)
            time.sleep(_EVERY_S)
    return weights


def _memory(weights: dict[str, list[float]]) -> list[Figure]:
    found = []
    for name, series in weights.items():
        fifth = max(1, len(series) // 5)
        early, late = statistics.median(series[fifth : 2 * fifth]), statistics.median(series[-fifth:])
        found.append(Figure(f"memory of {name}, second fifth", early, "MB", "median, resident"))
        found.append(Figure(f"memory of {name}, last fifth", late, "MB", "median, resident"))
    return found
