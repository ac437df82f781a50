"""Killed ten times at random moments while indexing, the library must end as after one clean run."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bowerbird.core.paths import LibraryPaths
from tests.bench.report import Figure, seconds

_KILLS = 10
_SEED = 20

Rows = dict[tuple[Any, ...], Any]


def measure(data: Path, work: Path) -> list[Figure]:
    """Index once undisturbed and once with kills, then compare row by row."""
    sources = [data / name for name in ("flickr8k/Images", "documents", "photo_formats", "broken")]
    clean, killed = work / "clean", work / "killed"
    took = seconds(lambda: _run(clean, sources).wait())
    shutil.copytree(clean / "models", killed / "models")
    chance = random.Random(_SEED)
    for _ in range(_KILLS):
        process = _run(killed, sources)
        time.sleep(chance.uniform(1.0, max(2.0, took / 2)))
        process.kill()
        process.wait()
    _run(killed, sources).wait()
    return _compared(clean, killed)


def _run(library: Path, sources: list[Path]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bowerbird.gui", "--library", str(library), "--json", "index"]
    return subprocess.Popen([*command, *map(str, sources)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _compared(clean: Path, killed: Path) -> list[Figure]:
    one, two = rows_of(clean), rows_of(killed)
    apart = sum(one.get(key) != two.get(key) for key in one.keys() | two.keys())
    first, second = vectors_of(clean), vectors_of(killed)
    missing = len(first.keys() ^ second.keys())
    error = max(float(np.abs(first[key] - second[key]).max()) for key in first.keys() & second.keys())
    over = f"{_KILLS} kills, {len(one)} files and segments, {len(first)} vectors"
    return [
        Figure("files and segments that differ", apart, "", over, "0"),
        Figure("vectors in one run only", missing, "", over, "0"),
        Figure("largest difference of a vector's element", error, "", over, "<= 0.001"),
        Figure("vectors the store lacks or has too many", astray_in(killed), "", over, "0"),
    ]


def rows_of(library: Path) -> Rows:
    """Files by path, and segments by fingerprint and ordinal."""
    catalog = sqlite3.connect(LibraryPaths(library).catalog)
    files = catalog.execute(
        "SELECT f.path, f.state, f.reason, hex(c.fingerprint) FROM files f LEFT JOIN contents c ON c.id = f.content_id"
    )
    found: Rows = {(row[0],): row[1:] for row in files}
    segments = catalog.execute(
        "SELECT hex(c.fingerprint), s.ordinal, s.modality, s.text, s.page, s.section, s.labels "
        "FROM segments s JOIN contents c ON c.id = s.content_id"
    )
    return found | {row[:2]: row[2:] for row in segments}


def vectors_of(library: Path) -> Rows:
    """Vectors by fingerprint, ordinal and space."""
    rows = sqlite3.connect(LibraryPaths(library).catalog).execute(
        "SELECT hex(c.fingerprint), s.ordinal, e.space, e.vector FROM embeddings e "
        "JOIN segments s ON s.id = e.segment_id JOIN contents c ON c.id = s.content_id"
    )
    return {row[:3]: np.frombuffer(row[3], np.float16).astype(np.float32) for row in rows}


def astray_in(library: Path) -> int:
    """How many vectors the store lacks or has too many."""
    from bowerbird.core.vectors.store import VectorStore

    store = VectorStore(LibraryPaths(library).vectors)
    store.open()
    catalog = sqlite3.connect(LibraryPaths(library).catalog)
    wanted: dict[str, set[int]] = {}
    for space, segment in catalog.execute("SELECT space, segment_id FROM embeddings"):
        wanted.setdefault(space, set()).add(segment)
    found = sum(len(store.ids(space) ^ segments) for space, segments in wanted.items())
    store.close()
    return found
