"""Makes libraries of any size for measurements: texts of made-up words, one passage a file, with random vectors.

    python -m tests.bench.synthetic FOLDER PASSAGES

The catalog's rows and the vectors go through the project's own writers, only the files are not there: open such a
library and search it, but do not have it index. The same number of passages gives the same library on every machine.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.models.registry import entries
from bowerbird.core.notices import Notices
from bowerbird.core.paths import LibraryPaths, make_private
from bowerbird.core.types import FileFacts, FileState, Kind, Modality, Properties, Segment, Vectors
from bowerbird.core.vectors.store import VectorStore
from bowerbird.core.vectors.sync import StoreSync

FOLDER = Path("/synthetic")
"""Where the files would be."""
_VERSION = 1  # of what is made: to be raised with every change of it
_WORDS = 120  # of a passage
_VOCABULARY = 200_000
_SPACE = entries.load()["minilm-l6-v2"].spaces[0]
_ONSETS = "b br ch d dr f fl g gr h k kl l m n p pr r s sch st t tr v w z".split()
_VOWELS = "a e i o u ai au ei ie".split()
_CODAS = ["", "", "", *"ck f l m n ng r s t".split()]
_ENDINGS = ["", "", "", *"e en er ern es s ung ungen".split()]
_LANGUAGES = ("en", "de")
_NAMES = ("IMG_{:06}.txt", "Report-2024-{:06}.txt", "holidayNotes{:06}.txt")
_AT_ONCE = 1000


def library(cache_folder: Path, passages: int) -> Path:
    """The folder of a library with so many passages, made if it is not in ``cache_folder`` yet."""
    root = cache_folder / f"synthetic-{_VERSION}-{passages}"
    if not root.exists():
        unfinished = root.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        _make(LibraryPaths(unfinished), passages)
        unfinished.rename(root)
    return root


@cache
def words() -> Sequence[str]:
    """The vocabulary, the most frequent first: stems of one to four syllables, most with one of several endings."""
    random = np.random.default_rng(1)
    number = 2 * _VOCABULARY  # some are made twice
    drawn = [[random.choice(sounds, number) for sounds in (_ONSETS, _VOWELS, _CODAS)] for _ in range(4)]
    syllables = [("".join(parts) for parts in zip(*sounds, strict=True)) for sounds in drawn]
    lengths, endings = random.integers(1, 5, number), random.choice(_ENDINGS, number)
    made = zip(zip(*syllables, strict=True), lengths, endings, strict=True)
    return list(dict.fromkeys("".join(parts[:length]) + str(ending) for parts, length, ending in made))[:_VOCABULARY]


def _make(paths: LibraryPaths, passages: int) -> None:
    make_private(paths.root)
    catalog = Catalog(paths.catalog)
    try:
        catalog.folders.add(FOLDER)
        for start in range(0, passages, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, passages))
            with catalog.transaction():
                _put_files(catalog, numbers)
        _send(catalog, paths)
    finally:
        catalog.close()


def _put_files(catalog: Catalog, numbers: range) -> None:
    random = np.random.default_rng(numbers.start)
    vectors = random.standard_normal((len(numbers), _SPACE.dimension), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for number, text, vector in zip(numbers, _texts(random, len(numbers)), vectors, strict=True):
        facts = FileFacts(_path(number), len(text), 1_700_000_000_000_000_000 + number)
        catalog.files.put(FOLDER, facts, Kind.DOCUMENT)
        content_id = catalog.contents.put(_content(number, text, vector[None]))
        catalog.languages.put([(content_id, _LANGUAGES[number % len(_LANGUAGES)])])
        catalog.files.finish(facts.path, FileState.INDEXED, content_id=content_id)


def _path(number: int) -> Path:
    return FOLDER / str(number // 1000) / _NAMES[number % len(_NAMES)].format(number)


def _content(number: int, text: str, vectors: Vectors) -> NewContent:
    return NewContent(
        number.to_bytes(32, "big"), Kind.DOCUMENT, Properties(), [Segment(Modality.TEXT, text=text)], [()],
        {_SPACE.id: ([0], vectors)}, frozenset({_SPACE.id}),
    )  # fmt: skip


def _texts(random: np.random.Generator, number: int) -> Iterator[str]:
    """Texts whose words have ranks by Zipf's law, as Mandelbrot (1953) mended it for the most frequent."""
    weights = 1 / (np.arange(_VOCABULARY) + 2.7)
    drawn = random.choice(_VOCABULARY, (number, _WORDS), p=weights / weights.sum())
    return (" ".join(words()[rank] for rank in ranks) for ranks in drawn)


def _send(catalog: Catalog, paths: LibraryPaths) -> None:
    sync = StoreSync(catalog.outbox, Notices(paths.notices), VectorStore(paths.vectors), [_SPACE], check=False)
    try:
        sync.open()
        sync.run(hurry=True)
    finally:
        sync.close()


def main() -> None:
    """Make one, and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.synthetic", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("passages", type=int)
    asked = parser.parse_args()
    print(library(asked.folder, asked.passages))


if __name__ == "__main__":
    main()
