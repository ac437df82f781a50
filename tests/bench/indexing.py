"""How fast a folder is indexed from nothing, kind by kind: the whole of ``bowerbird index``, for before and after."""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import median

from bowerbird.core.library import Library
from bowerbird.core.settings import Settings
from tests.bench.report import Figure, seconds

_ROUNDS = 3
_SETS = {
    "photos": ("flickr8k/Images", "photo_formats"),
    "documents": ("documents",),
    "recordings": ("esc10", "speech"),
    "clips": ("video",),
}


def measure(data: Path, work: Path) -> list[Figure]:
    """Each kind in a new library, the models prepared before; text in pictures, which is read afterwards, is not."""
    models = _prepared(data, work / "indexing-warm")
    found = []
    for kind, folders in _SETS.items():
        homes = [work / f"indexing-{kind}-{number}" for number in range(_ROUNDS)]
        rates = [_files_a_second([data / folder for folder in folders], home, models) for home in homes]
        found.append(Figure(f"{kind} indexed from nothing", median(rates), "a second", f"median of {_ROUNDS}"))
    return found


def _prepared(data: Path, work: Path) -> Path:
    """The folder with the networks, as the first files of each kind have them made."""
    files = work / "files"
    files.mkdir(parents=True, exist_ok=True)
    for folders in _SETS.values():
        first = next(path for path in sorted((data / folders[0]).rglob("*")) if path.is_file())
        shutil.copy(first, files)
    library = _library(work / "library")
    library.index([files], lambda progress: None)
    library.close()
    return work / "library" / "models"


def _library(home: Path) -> Library:
    library = Library.open(home)
    library.change_settings(Settings(read_pictures=False))
    return library


def _files_a_second(folders: list[Path], home: Path, models: Path) -> float:
    shutil.copytree(models, home / "models")
    library = _library(home)
    took = seconds(lambda: library.index(folders, lambda progress: None))
    number = sum(library.status().counts.values())
    library.close()
    return number / took
