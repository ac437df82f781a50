"""What SQL calls in Python: words and names compared as everywhere else, distances, and places by their coordinates."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from functools import lru_cache
from pathlib import Path

from bowerbird.core.places import distances_km, place_at
from bowerbird.core.stems import name_parts, spellings
from bowerbird.core.words import fold, holds, holds_folded

SURE = 0.08
"""A label less probable than this (0…1) is not given as a reason, and no word or phrase is looked for in it."""
_NUMBER, _DIGITS = re.compile("[0-9]+"), 20
_SEPARATOR = os.sep.encode()


def add_functions(connection: sqlite3.Connection) -> None:
    """Have SQL know the functions of this module."""
    for name, arguments, function in (
        ("distance_km", 4, lambda *at: float(distances_km(*at))),
        ("places_at", 2, _places_at),
        ("folded", 1, fold),
        ("spellings", 1, lambda text: json.dumps(spellings(text))),
        ("holds", 3, _holds),
        ("value_holds", 3, _value_holds),
        ("name_holds", 3, _name_holds),
        ("labels_hold", 3, _labels_hold),
        ("lies_in", 3, _lies_in),
        ("name_key", 1, lambda path: name_key(Path(os.fsdecode(path)))),
        ("folder_key", 1, lambda path: folder_key(Path(os.fsdecode(path)))),
    ):
        connection.create_function(name, arguments, function, deterministic=True)


def name_key(path: Path) -> str:
    """By which files are sorted by name, as people do: IMG_2 comes before IMG_10, whatever the case."""
    return f"{_natural(path.name)}\0{path.parent}"


def folder_key(path: Path) -> str:
    """By which files are sorted by their folder, and in it by name."""
    return f"{_natural(str(path.parent))}\0{_natural(path.name)}"


def _natural(text: str) -> str:
    """With each number as long as it needs to be to be compared as one."""
    return _NUMBER.sub(lambda number: number[0].lstrip("0").rjust(_DIGITS, "0"), fold(text))


def _places_at(latitude: float, longitude: float) -> str:
    """The numbers of the places at these coordinates, as a list in JSON."""
    place = place_at(latitude, longitude)
    return json.dumps(place.ids if place else [])


def _holds(text: str, phrase: str, exact: int) -> bool:
    return holds(text, phrase, exact=bool(exact))


def _value_holds(folded: str, phrase: str, exact: int) -> bool:
    """The same of a value as attributes have it."""
    return holds_folded(folded, phrase, exact=bool(exact))


def _name_holds(path: bytes, phrase: str, exact: int) -> bool:
    """The same of the last name of a path, in which words and numbers may stick together: AnnualReport2024."""
    name = os.fsdecode(path.rsplit(_SEPARATOR, 1)[-1])
    apart = " ".join(name_parts(name))
    return _holds(name, phrase, exact) or (apart != name and _holds(apart, phrase, exact))


def _labels_hold(labels: str, phrase: str, exact: int) -> bool:
    """Whether one of these labels, in JSON, has these words in a row."""
    return any(value >= SURE and _label_holds(name, phrase, exact) for name, value in json.loads(labels))


_label_holds = lru_cache(maxsize=4096)(_holds)  # of which there are a thousand or so


def _lies_in(path: bytes, name: str, folders: str) -> bool:
    """Whether folders of these names, a list in JSON, follow each other in a path.

    As much of it counts as is indexed in ``name``: from the watched folder on.
    """
    parts, wanted = Path(os.fsdecode(path)).parts[-name.count(os.sep) - 1 : -1], json.loads(folders)
    starts = range(len(parts) - len(wanted) + 1)
    return any(all(map(_is_called, parts[start:], wanted)) for start in starts)


def _is_called(name: str, wanted: str) -> bool:
    return holds(name, wanted, exact=True) or fold(name) == fold(wanted)
