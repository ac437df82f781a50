"""How much memory a long recording takes, against a short one."""

from __future__ import annotations

import os
import threading
import time
import wave
from pathlib import Path

import numpy as np
import psutil

from bowerbird.core.library import Library
from bowerbird.core.types import SAMPLE_RATE, Samples
from tests.bench.media import decoded
from tests.bench.report import Figure

_SHORT_MIN = 10
_LONG_H = float(os.environ.get("BOWERBIRD_BENCH_HOURS", "10"))
_BLOCK_S = 600
_MEBI = 1 << 20


def measure(data: Path, work: Path) -> list[Figure]:
    """Ten minutes of speech; and the same, then speech at the head of every ten minutes, to save hours."""
    work.mkdir(parents=True, exist_ok=True)
    talk = np.concatenate([decoded(path) for path in sorted((data / "speech").rglob("*.wav"))])
    spoken = np.resize(talk, _BLOCK_S * SAMPLE_RATE)
    sparse = np.pad(talk[: 30 * SAMPLE_RATE], (0, (_BLOCK_S - 30) * SAMPLE_RATE))
    _peaks(work / "warm", sparse, sparse, 0)  # exports, joins and hashes
    short = _peaks(work / "short", spoken, sparse, 0)
    long = _peaks(work / "long", spoken, sparse, round(_LONG_H * 6) - 1)
    names = {"decoder": "decoders", "models": "model host", "": "all processes"}
    found = []
    for name, title in names.items():
        figures = short[name] / _MEBI, long[name] / _MEBI
        found += [
            Figure(f"peak of {title}, {_SHORT_MIN} min", figures[0], "MiB", "sampled every 50 ms"),
            Figure(f"peak of {title}, {_LONG_H:g} h", figures[1], "MiB", "sampled every 50 ms"),
            Figure(f"{title}, long against short", figures[1] / figures[0], "", "", "<= 1.2"),
        ]
    return found


def _peaks(home: Path, first: Samples, further: Samples, times: int) -> dict[str, int]:
    folder = home / "files"
    folder.mkdir(parents=True)
    with wave.open(str(folder / "talk.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(first.tobytes())
        for _ in range(times):
            file.writeframes(further.tobytes())
    models, root = home.parent / "models", home / "library"
    root.mkdir()
    models.mkdir(exist_ok=True)
    (root / "models").symlink_to(models)
    library = Library.open(root)
    watch = _Watch(library)
    watch.start()
    library.index([folder], lambda progress: None)
    watch.over.set()
    watch.join()
    library.close()
    (folder / "talk.wav").unlink()
    return watch.peaks


class _Watch(threading.Thread):
    """The greatest memory of each sort of process."""

    def __init__(self, library: Library) -> None:
        super().__init__(daemon=True)
        self._inference = library._inference
        self.over = threading.Event()
        self.peaks: dict[str, int] = {"": 0, "decoder": 0, "models": 0}

    def run(self) -> None:
        while not self.over.is_set():
            sums = dict.fromkeys(self.peaks, 0)
            hosts = self._inference._supervisor.pids()
            for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
                try:
                    held, command = process.memory_info().rss, " ".join(process.cmdline())
                except psutil.Error:
                    continue
                sums[""] += held
                if process.pid in hosts:
                    sums["models"] += held
                elif process.pid != os.getpid() and "spawn_main" in command:
                    sums["decoder"] += held
            self.peaks = {name: max(self.peaks[name], value) for name, value in sums.items()}
            time.sleep(0.05)
