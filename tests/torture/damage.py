"""Damaged catalogs and vector stores of every sort: what is damaged is made anew, and nothing else."""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.recovery import open_or_rebuild
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import BowerbirdError
from bowerbird.core.notices import Notices
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.types import Kind, Modality, Properties, Segment, Space
from bowerbird.core.vectors.store import VectorStore
from bowerbird.core.vectors.sync import StoreSync

_SPACE = Space("s@1", 64, Modality.TEXT, True, (0.0, 0.1), (0.0, 0.1))
_CONTENTS, _SEGMENTS = 100, 5
_PAGE = 4096
_PATIENCE_S = 60.0


@dataclass(slots=True)
class Verdict:
    """How the stores came out. The last four should be empty."""

    sound: int = 0
    """Stores that were left as they were: what was done to them is no damage."""
    rebuilt: int = 0
    waiting: int = 0
    """Stores that SQLite finds sound and no server opens: the user is told to delete them."""
    lost: list[str] = field(default_factory=list)
    """What was set aside or made anew although it was sound, or not kept."""
    believed: list[str] = field(default_factory=list)
    """What is damaged and in use."""
    refused: list[str] = field(default_factory=list)
    """What could not be opened although nothing was in the way."""
    untold: list[str] = field(default_factory=list)
    """What was rebuilt without a word to the user."""


def run(work: Path, number: int, seed: int) -> Verdict:
    """Damage ``number`` catalogs and as many vector stores of each sort, and open them.

    Args:
        work: an empty folder.
        number: of each sort of damage.
        seed: for the places.
    """
    good, verdict = _library(work / "good"), Verdict()
    for name, damage in _SORTS.items():
        for count in range(number):
            for file, judge in ((good.catalog.name, _judge_catalog), (good.vectors.name, _judge_store)):
                library = LibraryPaths(work / "damaged")
                shutil.rmtree(library.root, ignore_errors=True)
                shutil.copytree(good.root, library.root)
                content = bytearray((library.root / file).read_bytes())
                damage(content, random.Random(f"{seed} {name} {count}"))
                (library.root / file).write_bytes(content)
                judge(library, verdict, f"{file}, {name} {count}")
    return verdict


def _library(root: Path) -> LibraryPaths:
    """A library whose store has all that its catalog has."""
    root.mkdir(parents=True)
    paths, chance = LibraryPaths(root), np.random.default_rng(1)
    catalog = Catalog(paths.catalog)
    for number in range(_CONTENTS):
        rows = chance.normal(size=(_SEGMENTS, _SPACE.dimension)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        segments = [Segment(Modality.TEXT, text=f"text {number} {part}") for part in range(_SEGMENTS)]
        with catalog.transaction():
            catalog.contents.put(
                NewContent(
                    b"%d" % number, Kind.DOCUMENT, Properties(), segments, [()] * _SEGMENTS,
                    {_SPACE.id: (range(_SEGMENTS), rows)}, frozenset({_SPACE.id}),
                )
            )  # fmt: skip
    store = VectorStore(paths.vectors)
    sync = _sync(catalog, store, paths)
    sync.open()
    sync.run(hurry=True)
    sync.close()
    catalog.close()
    return paths


def _sync(catalog: Catalog, store: VectorStore, paths: LibraryPaths) -> StoreSync:
    return StoreSync(catalog.outbox, Notices(paths.notices), store, [_SPACE], check=True)


def _judge_catalog(library: LibraryPaths, verdict: Verdict, name: str) -> None:
    damaged, before = not _is_sound(library.catalog), library.catalog.read_bytes()
    try:
        catalog, is_new = open_or_rebuild(library.catalog, Notices(library.notices), check=True)
    except BowerbirdError as error:
        verdict.refused.append(f"{name}: {error}")
        return
    contents = len(catalog.outbox.segments(_SPACE.id))
    catalog.close()
    kept = [path.read_bytes() for path in library.root.glob("catalog.damaged-*")]
    if is_new and (not damaged or before not in kept):
        verdict.lost.append(name)
    if not is_new and (damaged or contents != _CONTENTS * _SEGMENTS):
        verdict.believed.append(name)
    _count(library, verdict, name, is_new)


def _judge_store(library: LibraryPaths, verdict: Verdict, name: str) -> None:
    damaged, inode = not _is_sound(library.vectors), library.vectors.stat().st_ino
    catalog, store = Catalog(library.catalog), VectorStore(library.vectors)
    sync = _sync(catalog, store, library)
    try:
        sync.open()
        until = time.monotonic() + _PATIENCE_S
        while catalog.outbox.unsent_contents(1) and time.monotonic() < until:
            sync.run(hurry=True)
        is_new = library.vectors.stat().st_ino != inode
        if store.ids(_SPACE.id) != catalog.outbox.segments(_SPACE.id) or (damaged and not is_new):
            verdict.believed.append(name)
        _count(library, verdict, name, is_new)
    except BowerbirdError as error:
        if damaged or "untouched" in name:
            verdict.refused.append(f"{name}: {error}")
        verdict.waiting += "delete" in str(error)
    finally:
        sync.close()
        catalog.close()


def _count(library: LibraryPaths, verdict: Verdict, name: str, is_new: bool) -> None:
    verdict.rebuilt += is_new
    verdict.sound += not is_new
    if is_new and not Notices(library.notices).tell():
        verdict.untold.append(name)


def _is_sound(path: Path) -> bool:
    """What SQLite itself says of a copy."""
    copy = Path(shutil.copy(path, path.with_suffix(".copy")))
    try:
        with closing(sqlite3.connect(copy)) as file:
            return bool(file.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False
    finally:
        copy.unlink()


# sorts of damage


def _page(content: bytearray, chance: random.Random) -> int:
    return chance.randrange(1, len(content) // _PAGE) * _PAGE


def _cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(_PAGE, len(content)) :]


def _empty_header(content: bytearray, _: random.Random) -> None:
    content[:100] = bytes(100)


def _random_header(content: bytearray, chance: random.Random) -> None:
    content[:_PAGE] = chance.randbytes(_PAGE)


def _empty_page(content: bytearray, chance: random.Random) -> None:
    at = _page(content, chance)
    content[at : at + _PAGE] = bytes(_PAGE)


def _random_page(content: bytearray, chance: random.Random) -> None:
    at = _page(content, chance)
    content[at : at + _PAGE] = chance.randbytes(_PAGE)


def _random_pages(content: bytearray, chance: random.Random) -> None:
    at = _page(content, chance)
    content[at : at + 10 * _PAGE] = chance.randbytes(len(content[at : at + 10 * _PAGE]))


def _bits(content: bytearray, chance: random.Random) -> None:
    at = _page(content, chance)
    for _ in range(8):
        content[at + chance.randrange(_PAGE)] ^= chance.randrange(1, 256)


def _untouched(_: bytearray, __: random.Random) -> None:
    """No damage at all."""


_SORTS: Mapping[str, Callable[[bytearray, random.Random], None]] = {
    "untouched": _untouched,
    "cut off": _cut,
    "header of zeros": _empty_header,
    "random first page": _random_header,
    "page of zeros": _empty_page,
    "random page": _random_page,
    "ten random pages": _random_pages,
    "bits of a page": _bits,
}
