"""Suggests folders to watch on the first run: the usual ones that exist, with a quick count of what is in them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import platformdirs

from bowerbird.core.extractors import kind_of
from bowerbird.core.files.walk import Excludes, Walk
from bowerbird.core.types import Kind

_MAX_FILES = 100_000
_MAX_S = 2.0  # a folder


def suggest(excludes: Sequence[str]) -> tuple[tuple[Path, Mapping[Kind, int]], ...]:
    """Pictures, documents, videos and music folders, each with the number of its files by kind.

    Counts of large folders are too small: after two seconds a folder, or 100,000 files, counting stops. ``excludes``
    are globs.
    """
    usual = (
        platformdirs.user_pictures_path(),
        platformdirs.user_documents_path(),
        platformdirs.user_videos_path(),
        platformdirs.user_music_path(),
    )
    globs = Excludes(excludes)
    return tuple((folder, _count(folder, globs)) for folder in dict.fromkeys(usual) if folder.is_dir())


def _count(folder: Path, excludes: Excludes) -> Mapping[Kind, int]:
    until = time.monotonic() + _MAX_S
    counts: Counter[Kind] = Counter()
    for facts in islice(Walk(folder, excludes), _MAX_FILES):
        if (kind := kind_of(facts.path)) is not None:
            counts[kind] += 1
        if time.monotonic() > until:
            break
    return counts
