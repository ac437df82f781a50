"""Puts the hits of every vector space, the keyword index and file names on one scale, and fuses them by content.

Every score becomes *evidence*, whose unit is "standard deviations above unrelated": a cosine by its z-score against
unrelated pairs of its space (z-score normalisation, Montague and Aslam 2001), a BM25 score by its share of the best
one possible for the query. The evidence of different sources for one content is summed (CombSUM, Fox and Shaw 1994),
as log-likelihood ratios of independent observations are; a logistic curve maps the sum to a score of 0…1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.words import words_of_folded

STRONG = 0.5
"""Score (0…1) from which on a hit counts as a match; those below come after "nothing else matches well"."""

_CENTRE, _SLOPE = 3.0, 1.2
"""Evidence at which a score is one half, and how steeply it rises there. They decide what counts as a match, by
``STRONG``, and never the order: where answers and what merely comes closest part (``tests/quality/answers.py``)."""
WORDS_WEIGHT = 8.0
"""Evidence of a text that matches the words as well as can be; a short one with each word once gets about half."""
ALL_WORDS = 3.0
"""Evidence at the least of a text that holds every word, however long it is: that alone makes it a match."""
VERBATIM = 2.0
"""Evidence added for a text that holds all the words in a row, as typed; for some of them, that share of it."""
EXACT = 3.0
"""Evidence added instead for a text that holds the phrases asked for; for some of them, that share of it. That alone
makes it a match."""
_K1, _B = 1.2, 0.75
_BM25_LIMIT = _K1 + 1  # the factor a word's weight approaches as it repeats
NAME_WEIGHT = 4.5
"""Evidence of a file name that holds every word of the query; of some of them, their share of its characters."""
_INSIDE = 0.9  # how much counts a word that is only a part of one in a name: IMG_2034 comes before IMG_20341
LISTED = 3.0
"""Evidence of what only passes filters, on a side of an OR that has no words: that alone makes it a match."""
NEXT = 1e-6
"""How much less of it each has than the one that is newer."""


class Source(StrEnum):
    """Where evidence comes from. Of each source a content's strongest evidence counts."""

    MEANING = "meaning"
    """Vectors of text."""
    LOOKS = "looks"
    """Vectors of pictures and scenes."""
    SOUNDS = "sounds"
    """Vectors of sound."""
    WORDS = "words"
    """The keyword index."""
    NAME = "name"
    """The names of a file and its folders."""
    EXAMPLE = "example"
    """Vectors of any modality, compared with an example's."""
    FILTERS = "filters"
    """Nothing but that it passes them."""


_COMPARED = (Source.MEANING, Source.LOOKS, Source.SOUNDS)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A retrieved match, on the common scale."""

    key: int
    """The content's id; for a file that was not read, and so has no content, minus the file's id."""
    segment_id: int | None
    """None of a file name."""
    source: Source
    strength: float
    """Standard deviations above unrelated, 0 or more."""


@dataclass(slots=True)
class Candidate:
    """A content with all its evidence."""

    key: int
    """As in ``Evidence``."""
    best: dict[Source, Evidence] = field(default_factory=dict)
    """The strongest of each source."""
    segments: dict[int, float] = field(default_factory=dict)
    """By segment id: the summed strength of its evidence."""

    @property
    def total(self) -> float:
        """The summed evidence of its sources, but of those compared with the sentence as a vector only the strongest.

        Evidence is never negative, so that chance adds to whatever has a text beside its looks, such as a photo with
        writing in it: of 1,060 captions, 27 in 100 found their photo first by the sum, 32 by the strongest.
        """
        strengths = {source: evidence.strength for source, evidence in self.best.items()}
        compared = max((strengths.pop(source) for source in _COMPARED if source in strengths), default=0.0)
        return compared + sum(strengths.values())

    @property
    def score(self) -> float:
        """``total`` as a score of 0…1."""
        return logistic(self.total)

    def add(self, evidence: Evidence) -> None:
        """Count one more match: the strongest of its source, and all for its segment."""
        best = self.best.get(evidence.source)
        if best is None or evidence.strength > best.strength:
            self.best[evidence.source] = evidence
        if evidence.segment_id is not None:
            self.segments[evidence.segment_id] = self.segments.get(evidence.segment_id, 0.0) + evidence.strength


def logistic(evidence: float) -> float:
    """Map evidence to a score of 0…1."""
    return 1 / (1 + math.exp(_SLOPE * (_CENTRE - evidence)))


def from_cosine(cosine: float, background: tuple[float, float]) -> float:
    """Evidence of a cosine (-1…1): its z-score in ``background``, the mean and deviation of unrelated pairs."""
    mean, deviation = background
    return max(0.0, (cosine - mean) / deviation)


def align(cosines: NDArray[np.float32], background: tuple[float, float]) -> tuple[float, int]:
    """Evidence that the moments of an example occur in a file in the same order, and the file's row where they begin.

    Assigns each moment of the example to one of the file, in order, so that the mean evidence is greatest: dynamic
    time warping (Sakoe and Chiba 1978) in which the file may go on before, between and after.

    Args:
        cosines: shape (moments of the file, moments of the example), both in time.
        background: mean and deviation of the cosines of unrelated pairs.
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
    """For each index, that of the greatest total up to it, the last one if there are several."""
    places = np.where(totals >= np.maximum.accumulate(totals), np.arange(len(totals)), 0)
    return np.maximum.accumulate(places)


def from_bm25(bm25: float, information: float, *, has_all: bool = False) -> float:
    """Evidence of a BM25 score (higher is better): its share of the highest one possible for the query.

    Unlike BM25 itself the share compares between queries. ``information`` is that of the query's words; a text that has
    all of them is a match however long it is.
    """
    share = WORDS_WEIGHT * bm25 / (_BM25_LIMIT * information) if information else 0.0
    return max(share, ALL_WORDS + share / 4) if has_all else share


def from_name(words: Sequence[str], name: str) -> float:
    """Evidence of a folded name that holds some of the words: their share of the characters, less of those in words."""
    whole = set(words_of_folded(name))
    held = sum(len(word) * (1.0 if word in whole else _INSIDE) for word in words if word in name)
    return NAME_WEIGHT * held / sum(map(len, words))


def bm25(terms: Iterable[tuple[float, int]], words: int, average: float, passages: int) -> float:
    """BM25 (Robertson and Zaragoza 2009) of a text of so many ``words``, with SQLite's constants.

    Where a term has one form this is what SQLite's ``bm25()`` gives, but for the sign. That knows no terms of several.

    Args:
        terms: for each how often it is in the text, and in how many passages it is at all.
        words: of the text.
        average: words of a passage.
        passages: how many there are.
    """
    norm = _K1 * (1 - _B + _B * words / average) if average else _K1
    return sum(_rarity(number, passages) * times * (_K1 + 1) / (times + norm) for times, number in terms)


def information(frequencies: Iterable[int], passages: int) -> float:
    """Summed inverse document frequency of terms, of which each occurs in so many of the ``passages``."""
    return sum(_rarity(number, passages) for number in frequencies)


def _rarity(number: int, passages: int) -> float:
    return max(1e-6, math.log((passages - number + 0.5) / (number + 0.5)))


def mean(evidence: Sequence[Sequence[Evidence]]) -> list[Evidence]:
    """For each segment the mean of its evidence in several spaces that all of them have vectors in.

    Each lists its nearest only: what is not among them has at most the weakest evidence there, and is given that.
    """
    strengths = [{match.segment_id: match.strength for match in space} for space in evidence]
    weakest = [min(space.values(), default=0.0) for space in strengths]
    matches = {match.segment_id: match for space in evidence for match in space}
    found = []
    for number, match in matches.items():
        every = [space.get(number, least) for space, least in zip(strengths, weakest, strict=True)]
        found.append(replace(match, strength=sum(every) / len(every)))
    return found


def rank(evidence: Iterable[Evidence]) -> list[Candidate]:
    """Fuse evidence into candidates, best first; equal ones by their key."""
    candidates: dict[int, Candidate] = {}
    for match in evidence:
        candidates.setdefault(match.key, Candidate(match.key)).add(match)
    return sorted(candidates.values(), key=lambda candidate: (-candidate.total, candidate.key))


def best_of(rankings: Sequence[Sequence[Candidate]]) -> Sequence[Candidate]:
    """One ranking of several, in which each content counts as where it does best."""
    if len(rankings) == 1:
        return rankings[0]
    best: dict[int, Candidate] = {}
    for candidate in (candidate for each in rankings for candidate in each):
        if candidate.key not in best or candidate.total > best[candidate.key].total:
            best[candidate.key] = candidate
    return sorted(best.values(), key=lambda candidate: (-candidate.total, candidate.key))


def best_segments(candidate: Candidate) -> Sequence[int]:
    """The ids of a candidate's segments that have evidence, strongest first."""
    return sorted(candidate.segments, key=lambda segment: (-candidate.segments[segment], segment))
