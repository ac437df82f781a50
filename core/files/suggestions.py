"""Folders to offer on the first run: those of the user's usual ones that exist, and what a quick look finds in them."""

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

_MOST_FILES = 100_000
_LONGEST_S = 2.0


def suggest(excludes: Sequence[str]) -> tuple[tuple[Path, Mapping[Kind, int]], ...]:
    """Each folder with its files by kind, counted for at most two seconds a folder."""
    usual = (
        platformdirs.user_pictures_path(),
        platformdirs.user_documents_path(),
        platformdirs.user_videos_path(),
        platformdirs.user_music_path(),
    )
    globs = Excludes(excludes)
    return tuple((folder, _count(folder, globs)) for folder in dict.fromkeys(usual) if folder.is_dir())


def _count(folder: Path, excludes: Excludes) -> Mapping[Kind, int]:
    until = time.monotonic() + _LONGEST_S
    counts: Counter[Kind] = Counter()
    for facts in islice(Walk(folder, excludes), _MOST_FILES):
        if (kind := kind_of(facts.path)) is not None:
            counts[kind] += 1
        if time.monotonic() > until:
            break
    return counts
