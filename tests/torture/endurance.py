"""Everything at once for a given time: memory, threads and descriptors must stay as they are after a while.

Files come, change and go; texts and examples are searched for and previewed; settings, models and folders change; and
other processes' calls are answered.
"""

from __future__ import annotations

import logging
import random
import shutil
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from bowerbird.core import settings as settings_file
from bowerbird.core.errors import BowerbirdError
from bowerbird.core.library import Library
from bowerbird.core.owner.client import RemoteLibrary
from bowerbird.core.paths import LibraryPaths, make_private
from bowerbird.core.questions import Example, Query
from bowerbird.core.settings import Settings
from tests.torture.operations import Disk

log = logging.getLogger(__name__)

_MODELS = ("minilm-l6-v2", "efficientnet-lite0")
_SWITCHED = "efficientnet-lite0"
_SAMPLES = 60
_WORDS = ("krill", "a dog on a truck", "note about letters", "kind:photo snow", "kind:document", "quote -dash", "写真")
_SLACK = {"memory of the owner": 1.15, "memory of its children": 1.3, "threads": 1.0, "descriptors": 1.0}
_SLACK_MORE = {"memory of the owner": 40.0, "memory of its children": 150.0, "threads": 6.0, "descriptors": 12.0}


@dataclass(slots=True)
class Verdict:
    """How it went. ``growing`` and ``mistakes`` should be empty."""

    seconds: int
    done: list[str] = field(default_factory=list)
    """How often each thing was done."""
    samples: list[str] = field(default_factory=list)
    growing: list[str] = field(default_factory=list)
    """What was not flat."""
    mistakes: list[str] = field(default_factory=list)
    """Exceptions that are no sentences for the user."""


class Load:
    """A library, and what is done to it, each thing in a thread of its own."""

    def __init__(self, library: Library, disk: Disk, extra: Path, chance: random.Random) -> None:
        """``extra`` is a folder that is watched now and then."""
        self._library, self._disk, self._extra, self._chance = library, disk, extra, chance
        self.done: Counter[str] = Counter()
        self.mistakes: list[str] = []
        self._over = threading.Event()
        pauses: Sequence[tuple[Callable[[], object], float]] = (
            (self._operate, 0.05), (self._search, 0.3), (self._search_by_example, 1.5), (self._preview, 0.5),
            (self._call_from_outside, 0.5), (self._set, 3.0), (self._switch_folder, 5.0), (self._lose_thumbnails, 7.0),
            (self._switch_model, 20.0),
        )  # fmt: skip
        self._threads = [threading.Thread(target=self._repeat, args=pause) for pause in pauses]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        self._library.cancel_model()  # trying one takes minutes on a computer that is busy
        for thread in self._threads:
            thread.join()

    def _repeat(self, action: Callable[[], object], pause_s: float) -> None:
        name = action.__name__.strip("_").replace("_", " ")
        while not self._over.wait(pause_s * self._chance.uniform(0.5, 1.5)):
            try:
                action()
                self.done[name] += 1
            except (BowerbirdError, FileNotFoundError, shutil.Error):  # the files go as they are looked at
                self.done[f"{name}, in vain"] += 1
            except Exception as error:
                log.exception("%s", name)
                self.mistakes.append(f"{name}: {error!r}")

    def _operate(self) -> None:
        self._disk.operate()

    def _file(self) -> Path:
        hits = self._library.browse(Query(limit=50)).hits
        return self._chance.choice(hits).path if hits else self._extra

    def _search(self) -> None:
        self._library.search(Query(self._chance.choice(_WORDS), limit=20))

    def _search_by_example(self) -> None:
        self._library.search(Query(like=(Example(self._file()),), limit=20))

    def _preview(self) -> None:
        self._library.preview(self._file(), Query("note"), None, 600)

    def _call_from_outside(self) -> None:
        remote = RemoteLibrary(self._library.status().directory)
        remote.status()
        remote.close()

    def _set(self) -> None:
        excludes = (*Settings().excludes, *(["folder 3"] if self._chance.random() < 0.3 else []))
        self._library.change_settings(
            replace(self._library.settings(), cores=self._chance.randrange(3), excludes=excludes)
        )

    def _switch_folder(self) -> None:
        if str(self._extra) in self._library.settings().folders:
            self._library.remove_folder(self._extra)
        else:
            self._library.add_folder(self._extra)

    def _lose_thumbnails(self) -> None:
        for hit in self._library.browse(Query(limit=20)).hits:
            if hit.thumbnail and hit.thumbnail.exists():
                hit.thumbnail.unlink()
                self._library.restore_thumbnail(hit.thumbnail)

    def _switch_model(self) -> None:
        if _SWITCHED in self._library.settings().models:
            self._library.remove_model(_SWITCHED)
        else:
            self._library.use_model(_SWITCHED)


def run(sources: Sequence[Path], work: Path, seconds: float, seed: int) -> Verdict:
    """Do everything at once, and weigh the processes meanwhile.

    Args:
        sources: folders of files that are copied into the watched ones.
        work: an empty folder.
        seconds: for how long.
        seed: for what is chosen by chance.
    """
    chance = random.Random(seed)
    disk, extra = Disk(work / "files", chance), work / "extra"
    for number, source in enumerate(sources):
        shutil.copytree(source, extra / str(number))
    shutil.copytree(extra, disk.folders[0] / "copies")
    make_private(work / "library")
    settings_file.save(LibraryPaths(work / "library").settings, Settings(models=_MODELS))
    library = Library.open(work / "library")
    verdict = Verdict(round(seconds))
    try:
        library.index(disk.folders, lambda _: None)
        library.start()
        load = Load(library, disk, extra, chance)
        load.start()
        series = _weigh(seconds, verdict.samples)
        load.stop()
        verdict.done = [f"{name}: {count}" for name, count in sorted(load.done.items())]
        verdict.mistakes = load.mistakes
        verdict.growing = [line for name, values in series.items() if (line := _growth(name, values))]
    finally:
        library.close()
    return verdict


def _weigh(seconds: float, lines: list[str]) -> dict[str, list[float]]:
    """What this process and its children take, ``_SAMPLES`` times; a line for each time."""
    series: dict[str, list[float]] = {name: [] for name in _SLACK}
    for number in range(1, _SAMPLES + 1):
        time.sleep(seconds / _SAMPLES)
        own = psutil.Process()
        children = [_megabytes(child) for child in own.children(recursive=True)]
        values = (_megabytes(own), sum(children), float(own.num_threads()), float(own.num_fds()))
        for values_of, value in zip(series.values(), values, strict=True):
            values_of.append(value)
        lines.append(
            f"{number * seconds / _SAMPLES:5.0f} s: owner {values[0]:.0f} MB, {len(children)} children "
            f"{values[1]:.0f} MB, {values[2]:.0f} threads, {values[3]:.0f} descriptors"
        )
    return series


def _megabytes(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss / 1e6)
    except psutil.Error:
        return 0.0


def _growth(name: str, values: Sequence[float]) -> str:
    """A sentence if the last fifth is more than the second, by more than what comes and goes; or empty."""
    fifth = max(1, len(values) // 5)
    early, late = statistics.median(values[fifth : 2 * fifth]), statistics.median(values[-fifth:])
    return f"{name}: {early:.0f} became {late:.0f}" if late > early * _SLACK[name] + _SLACK_MORE[name] else ""
