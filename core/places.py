"""Names of places by their coordinates, and the other way round, without any network.

The table is GeoNames' (CC BY 4.0): every place with 500 inhabitants or more, with the regions and the country it lies
in, and the names of all of these in many languages. ``packaging/places.py`` makes it.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLACES, NAMES = "places.npz", "names"
KM_PER_DEGREE = 111.195  # of latitude
_EXTENT_KM = 0.004  # times the square root of its inhabitants: how far from its middle a place reaches
_SUBURBS = 2  # times that: how far the names of its districts and suburbs are not better known than its own
_NEAR_KM, _FAR_KM = 50.0, 400.0  # beyond the first no place is near, only a country; beyond the second not even that
_PIECE = 1000  # lines folded at a time
_MARKS = re.compile("[\u0300-\u036f\u02b9-\u02bc'’]")


@dataclass(frozen=True, slots=True)
class Place:
    """A town or village, or a country, with what it lies in."""

    names: tuple[tuple[str, ...], ...]
    """Of the place, of the city that it is a part of, and of each area that it lies in, the smallest first: the usual
    name, then others."""
    ids: tuple[int, ...]
    """GeoNames' numbers of all of these."""

    @property
    def label(self) -> str:
        """As in "Bolzano, Trentino-Alto Adige, Italy"."""
        name = self.names[0][0]
        around = (names for names in self.names[1:][-2:] if folded(name) not in map(folded, names))
        return ", ".join((name, *(names[0] for names in around)))

    @property
    def words(self) -> str:
        """All names, for finding: the usual ones first."""
        rest = (name for names in reversed(self.names) for name in names[1:])
        return "; ".join(dict.fromkeys((*(names[0] for names in self.names), *rest)))


def place_at(latitude: float | None, longitude: float | None) -> Place | None:
    """The place at these coordinates, in degrees; far from any, the country; at sea, at the poles or nowhere, None.

    A large town reaches further than a small one: between both, what lies within the reach of the one is there.
    """
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return _table().at(latitude, longitude)


@lru_cache(maxsize=64)  # as a query is typed, its filters are read again with every letter
def ids_of(name: str) -> frozenset[int]:
    """GeoNames' numbers of the places, regions and countries with this name, in whichever language."""
    table = _table()
    return frozenset(table.id_of(line) for line in table.lines(name))


@lru_cache(maxsize=64)
def coordinates_of(name: str) -> tuple[float, float] | None:
    """Of the largest place with this name, in degrees; None if there is none."""
    return _table().coordinates(name)


def distances_km(latitude: float, longitude: float, latitudes: Any, longitudes: Any) -> Any:
    """From a point to others, along great circles (haversine formula), on a sphere of the Earth's mean radius."""
    phi, phis = np.radians(latitude), np.radians(latitudes)
    half = np.sin((phis - phi) / 2) ** 2
    half = half + np.cos(phi) * np.cos(phis) * np.sin(np.radians(np.subtract(longitudes, longitude)) / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def folded(text: str) -> str:
    """The form in which names are compared: without case, accents and apostrophes."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))


@cache
def _table() -> _Table:
    return _Table((resources.files("bowerbird.resources") / "places" / PLACES).read_bytes())


class _Table:
    """Places by latitude, ascending; then areas, countries first. Both are told by their line among the names."""

    def __init__(self, data: bytes) -> None:
        with np.load(io.BytesIO(data)) as arrays:
            self._latitudes, self._longitudes = arrays["latitudes"], arrays["longitudes"]
            self._reach_km = _EXTENT_KM * np.sqrt(arrays["populations"].astype(np.float32))
            self._populations, self._areas, self._parents = (
                arrays["populations"], arrays["areas"], arrays["parents"],
            )  # fmt: skip
            self._ids = np.concatenate([arrays["ids"], arrays["area_ids"]])
            names: NDArray[np.uint8] = arrays[NAMES]
        self._names, self._ends = names.tobytes(), np.append(np.flatnonzero(names == ord("\n")), len(names))
        self._folded = b""
        self._places = len(self._areas)

    def at(self, latitude: float, longitude: float) -> Place | None:
        for within_km in (_NEAR_KM, _FAR_KM):
            rows = self._band(latitude, within_km)
            km = distances_km(latitude, longitude, self._latitudes[rows], self._longitudes[rows])
            near = np.flatnonzero(km <= within_km)
            if len(near):
                line, city = (
                    rows.start + int(near[np.argmin(km[near] - times * self._reach_km[rows][near])])
                    for times in (1, _SUBURBS)
                )
                areas = list(self._areas_of(line))
                suburb = city != line and areas[-2:] == list(self._areas_of(city))[-2:]
                return self._place([line, *([city] if suburb else []), *areas] if within_km == _NEAR_KM else areas[-1:])
        return None

    def _band(self, latitude: float, km: float) -> slice:
        """The places that are not further in the north or south."""
        edges = (latitude - km / KM_PER_DEGREE, latitude + km / KM_PER_DEGREE)
        start, end = np.searchsorted(self._latitudes, np.array(edges, np.float32))
        return slice(int(start), int(end))

    def _areas_of(self, line: int) -> Iterator[int]:
        area = int(self._areas[line])
        while area >= 0:
            yield self._places + area
            area = int(self._parents[area])

    def _place(self, chain: list[int]) -> Place:
        return Place(tuple(map(self._names_of, chain)), tuple(map(self.id_of, chain)))

    def _names_of(self, line: int) -> tuple[str, ...]:
        start = int(self._ends[line - 1]) + 1 if line else 0
        return tuple(self._names[start : int(self._ends[line])].decode().split("\t"))

    def id_of(self, line: int) -> int:
        return int(self._ids[line])

    def coordinates(self, name: str) -> tuple[float, float] | None:
        lines = [line for line in self.lines(name) if line < self._places]
        if not lines:
            return None
        line = max(lines, key=lambda line: int(self._populations[line]))
        return float(self._latitudes[line]), float(self._longitudes[line])

    def lines(self, name: str) -> list[int]:
        """Those with this name, by a look through all: it takes some milliseconds, and the first time half a second."""
        self._folded = self._folded or self._fold()
        found, line, counted = list[int](), 0, 1
        for start in sorted(_occurrences(folded(name.strip()).encode(errors="replace"), self._folded)):
            line += self._folded.count(b"\n", counted, start + 1)
            counted = start + 1
            found.append(line)
        return found

    def _fold(self) -> bytes:
        """All names folded, between line ends; in pieces, or a thread that does it would hold up the window."""
        edges = dict.fromkeys([-1, *self._ends[::_PIECE].tolist(), len(self._names)])
        pieces = (self._names[start + 1 : end] for start, end in pairwise(edges))
        return b"".join((b"\n", *(folded(piece.decode()).encode() + b"\n" for piece in pieces)))


def _occurrences(name: bytes, names: bytes) -> Iterator[int]:
    """Where a whole name stands between tabs and line ends."""
    for before in (b"\n", b"\t") if name else ():
        at = names.find(before + name)
        while at >= 0:
            if names[at + len(name) + 1] in b"\n\t":
                yield at
            at = names.find(before + name, at + 1)
