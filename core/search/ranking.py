"""Puts what every space and the keyword index found onto one scale, and groups it by content.

Each list's scores become *evidence*, in the unit "standard deviations above unrelated": a cosine through its space's
background of unrelated pairs, keywords through the share they are of a perfect match. Evidence of
different sources for one content adds up, as log-likelihood ratios do; a logistic curve makes it a score of 0…1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

STRONG = 0.5
"""A hit below this score is one of those after "nothing else matches well"."""

_CENTRE, _SLOPE = 2.6, 1.2
"""Evidence at which a score is one half, and how steeply it rises: see packaging/bench, table "calibration"."""
WORDS_WEIGHT = 8.0
"""Evidence of a text that could not match the words better; a short text that holds each once comes to about half."""
VERBATIM = 2.0
"""Further evidence of a text that holds all the words in a row, as they were typed; a share of it for some."""
_BM25_LIMIT = 2.2  # k1 + 1 for SQLite's k1 = 1.2: what a word's weight grows to as it repeats
NAME_WEIGHT = 4.5
"""Evidence of a file name that holds every word of the query."""


class Source(StrEnum):
    """Where evidence comes from."""

    MEANING = "meaning"
    LOOKS = "looks"
    SOUNDS = "sounds"
    WORDS = "words"
    NAME = "name"
    EXAMPLE = "example"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for one content. ``key`` is the content's id, or minus the file's id where it has no content."""

    key: int
    segment_id: int | None
    source: Source
    strength: float


@dataclass(slots=True)
class Candidate:
    """A content with everything that speaks for it."""

    key: int
    best: dict[Source, Evidence] = field(default_factory=dict)
    segments: dict[int, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """All evidence together."""
        return sum(evidence.strength for evidence in self.best.values())

    @property
    def score(self) -> float:
        """0…1."""
        return logistic(self.total)

    def add(self, evidence: Evidence) -> None:
        """Take one more reason; of one source the strongest counts."""
        known = self.best.get(evidence.source)
        if known is None or evidence.strength > known.strength:
            self.best[evidence.source] = evidence
        if evidence.segment_id is not None:
            self.segments[evidence.segment_id] = self.segments.get(evidence.segment_id, 0.0) + evidence.strength


def logistic(evidence: float) -> float:
    """Evidence as a score of 0…1."""
    return 1 / (1 + math.exp(_SLOPE * (_CENTRE - evidence)))


def from_cosine(cosine: float, background: tuple[float, float]) -> float:
    """Evidence of a cosine, against the mean and deviation of unrelated pairs in its space."""
    mean, deviation = background
    return max(0.0, (cosine - mean) / deviation)


def aligned(cosines: NDArray[np.float32], background: tuple[float, float]) -> tuple[float, int]:
    """Evidence that an example's moments come in this order in a file, and the row of the file where they begin.

    ``cosines`` has a row for each moment of the file and a column for each of the example, both in time. Every moment
    of the example is given one of the file, never an earlier one than the moment before it was given, so that the
    mean evidence is greatest: dynamic time warping (Sakoe and Chiba 1978) that lets the file go on before, between
    and after.
    """
    mean, deviation = background
    evidence = np.maximum(0.0, (cosines - mean) / deviation)
    total = evidence[:, 0]
    begins = np.arange(len(total))
    for column in evidence.T[1:]:
        before = _last_best(total)
        total, begins = total[before] + column, begins[before]
    end = int(np.argmax(total))
    return float(total[end]) / evidence.shape[1], int(begins[end])


def _last_best(totals: NDArray[np.float32]) -> NDArray[np.int64]:
    """For each place, where the greatest of the totals up to there stands."""
    places = np.where(totals >= np.maximum.accumulate(totals), np.arange(len(totals)), 0)
    return np.maximum.accumulate(places)


def from_bm25(bm25: float, information: float) -> float:
    """Evidence of a keyword score: the part it is of the most that BM25 could give for this query.

    Unlike BM25 itself this compares between queries. ``information`` is the sum of the query words' weights.
    """
    return WORDS_WEIGHT * bm25 / (_BM25_LIMIT * information) if information else 0.0


def information(frequencies: Iterable[int], segments: int) -> float:
    """How much words tell, by the number of segments each stands in: their summed inverse document frequencies.

    The formula is the one of SQLite's bm25(), whose scores this divides (Robertson and Zaragoza 2009).
    """
    return sum(max(1e-6, math.log((segments - number + 0.5) / (number + 0.5))) for number in frequencies)


def rank(evidence: Iterable[Evidence]) -> list[Candidate]:
    """Candidates, best first; equal ones in a fixed order."""
    candidates: dict[int, Candidate] = {}
    for one in evidence:
        candidates.setdefault(one.key, Candidate(one.key)).add(one)
    return sorted(candidates.values(), key=lambda candidate: (-candidate.total, candidate.key))


def moments(candidate: Candidate) -> Sequence[int]:
    """The candidate's segments, best first."""
    return sorted(candidate.segments, key=lambda segment: (-candidate.segments[segment], segment))
