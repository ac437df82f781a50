"""How well a sound finds its like and is found by its name, and whether words are invented where nobody speaks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Example, Query
from bowerbird.core.types import Modality
from bowerbird.core.words import sounds_in
from tests.bench.media import table
from tests.bench.report import Figure

_FIRST = 5
Row = dict[str, str]


def measure(data: Path, work: Path) -> list[Figure]:
    """Each file is an example once; its own hit does not count."""
    effects, digits = table(data / "esc10/manifest.tsv"), table(data / "fsdd/manifest.tsv")
    found = _of(work / "esc10", data / "esc10", effects, "label", [("same sound", ">= 0.72", lambda row, other: True)])
    found += _of(
        work / "fsdd",
        data / "fsdd",
        digits,
        "transcript",
        [
            ("same digit", ">= 0.87", lambda row, other: True),
            ("same digit of other speakers", ">= 0.85", lambda row, other: row["speaker"] != other["speaker"]),
        ],
    )
    return [*found, _named(work / "esc10", data / "esc10", effects), _invented(work / "esc10", data / "esc10", effects)]


Counts = Callable[[Row, Row], bool]


def _of(home: Path, folder: Path, rows: list[Row], label: str, measures: list[tuple[str, str, Counts]]) -> list[Figure]:
    library = Library.open(home)
    library.index([folder], lambda progress: None)
    by_path = {folder / row["path"]: row for row in rows}
    answers = {path: _answers(library, path, by_path) for path in by_path}
    library.close()
    return [
        Figure(
            f"precision@{_FIRST}, {name}", _precision(by_path, answers, label, counts), "", f"{len(rows)} files", wanted
        )
        for name, wanted, counts in measures
    ]


def _answers(library: Library, path: Path, known: dict[Path, Row]) -> list[Path]:
    hits = library.search(Query(like=(Example(path),), limit=len(known))).hits
    # Files of equal content are one hit with copies.
    found = [one for hit in hits for one in (hit.path, *hit.copies)]
    return [one for one in found if one != path and one in known]


def _precision(rows: dict[Path, Row], answers: dict[Path, list[Path]], label: str, counts: Counts) -> float:
    shares = []
    for path, row in rows.items():
        first = [one for one in answers[path] if counts(row, rows[one])][:_FIRST]
        shares.append(sum(rows[one][label] == row[label] for one in first) / _FIRST)
    return sum(shares) / len(shares)


def _named(home: Path, folder: Path, rows: list[Row]) -> Figure:
    """How many of the first five are of the class whose name was typed. No file or folder is named after it."""
    plain = home.with_name("unnamed")
    plain.mkdir()
    labels = {}
    for number, row in enumerate(rows):
        path = plain / f"{number}{Path(row['path']).suffix}"
        shutil.copyfile(folder / row["path"], path)
        labels[path] = row["label"]
    library = Library.open(home.with_name("named"))
    library.index([plain], lambda progress: None)
    shares = {}
    for label in sorted(set(labels.values())):
        hits = library.search(Query(label, limit=_FIRST)).hits
        shares[label] = sum(labels[hit.path] == label for hit in hits) / _FIRST
        print(f"   {label}: {shares[label]:.1f} {[hit.reasons[0].text for hit in hits if hit.reasons]}")
    library.close()
    mean = sum(shares.values()) / len(shares)
    return Figure(f"precision@{_FIRST}, by the name of the class", mean, "", f"{len(shares)} names, {len(rows)} files")


def _invented(home: Path, folder: Path, rows: list[Row]) -> Figure:
    """How many sounds without speech were given words."""
    connections = ReadConnections(LibraryPaths(home).catalog)
    view = CatalogReader(connections)
    number = 0
    for row in rows:
        file = view.files.at(folder / row["path"])
        segments = view.segments_of(file.content_id) if file and file.content_id else []
        timed = [one.text for one in segments if one.modality is Modality.TEXT and one.locator.start_s is not None]
        if said := [text for text in timed if not sounds_in(text)]:
            print(f"   invented in {row['path']}: {said}")
            number += 1
    connections.close()
    return Figure("sounds that were given words", number, "files", f"of {len(rows)} without speech", "0")
