"""How long a search by words takes in made-up libraries: each way in which words are typed, without models."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from bowerbird.core import settings
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.search.query import parse
from bowerbird.core.settings import Settings
from tests.bench import synthetic
from tests.bench.report import Figure, median_seconds

_CACHE = Path(__file__).parents[2] / "build"
_PASSAGES = (1_000, 100_000)


def measure(_: Path, work: Path) -> list[Figure]:
    """The catalog of each library is copied; the libraries are kept for the next time."""
    return [figure for passages in _PASSAGES for figure in _measured(work / str(passages), passages)]


def _measured(work: Path, passages: int) -> Iterator[Figure]:
    with _opened(work, passages) as library:
        for name, text in _queries().items():
            query = parse(text).query
            took = median_seconds(partial(library.search, query))
            yield Figure(name, 1000 * took, "ms", f"{passages:,} passages, {text[:20]}")


def _queries() -> Mapping[str, str]:
    words = synthetic.words()
    return {
        "rare word": words[50_000],
        "common word": words[20],
        "question of ten words": " ".join(words[4**power] for power in range(1, 9)) + f" {words[2]} {words[32]}",
        "beginning of one letter": f"{words[20][0]}*",
        "beginning of three letters": f"{words[3000][:3]}*",
        "beginning of five letters": f"{words[3000][:5]}*",
        "typo": f"{words[3000][:-1]}q",
        "identifier": "Report-2024-000100",
        "without a letter": f"{words[3000]} -e",
        "phrase": f'"{words[5]} {words[9]}"',
        "10,000 characters": " ".join(words[1000:3000])[:10_000],
    }


@contextmanager
def _opened(work: Path, passages: int) -> Iterator[Library]:
    made, paths = LibraryPaths(synthetic.library(_CACHE, passages)), LibraryPaths(work)
    paths.root.mkdir(parents=True)
    shutil.copy(made.catalog, paths.catalog)
    with closing(Catalog(paths.catalog)) as catalog:
        while catalog.refolding.left:  # it may have been made by an earlier version
            catalog.refolding.step()
    settings.save(paths.settings, Settings(models=()))
    library = Library.open(paths.root)
    try:
        yield library
    finally:
        library.close()
