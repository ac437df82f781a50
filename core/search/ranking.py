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

from bowerbird.core.questions import Example, Liking

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
_SURE = 1e-300
_K1, _B = 1.2, 0.75
_BM25_LIMIT = _K1 + 1  # the factor a word's weight approaches as it repeats
NAME_WEIGHT = 4.5
"""Evidence of a file name that holds every word of the query; of some of them, their share of its characters."""
FOLDER_WEIGHT = 3.0
"""The same of the names of a file's folders. It makes a match of a file, behind those that match by what is in them."""
LIKINGS = {Liking.LIKE: 1.0, Liking.A_LITTLE: 0.5}
"""How much an example counts beside words, which count 1."""
DISLIKED = 0.25
"""Evidence taken away for each of being like what is not meant (Rocchio 1971: of what is not relevant a quarter)."""
NAMED = 80.0
"""Evidence of a file whose very name the query is, more than all other can come to; of most of a name, its share."""
_MOST = 0.5
"""The share of a name that is most of it."""
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
    """The name of a file."""
    FOLDER = "folder"
    """The names of its folders."""
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
    example: int = 0
    """Of ``Source.EXAMPLE``, the number of the example in the query."""


@dataclass(slots=True)
class Candidate:
    """A content with all its evidence."""

    key: int
    """As in ``Evidence``."""
    asked: Asked = field(default_factory=lambda: Asked())
    """What it is evidence for."""
    best: dict[Source, Evidence] = field(default_factory=dict)
    """The strongest of each source, of examples that are liked."""
    segments: dict[int, float] = field(default_factory=dict)
    """By segment id: the summed strength of its evidence."""
    examples: dict[int, float] = field(default_factory=dict)
    """By number of the example: the strongest evidence of being like it."""

    @property
    def total(self) -> float:
        """The evidence that it answers all that is asked for, and is not like what is not meant."""
        wanted = [(self._typed, 1.0)] if self.asked.words else []
        likings = list(enumerate(self.asked.examples))
        wanted += [(self.examples.get(at, 0.0), LIKINGS[each]) for at, each in likings if each in LIKINGS]
        answered = all_of(wanted)
        disliked = max((self.examples.get(at, 0.0) for at, each in likings if each not in LIKINGS), default=0.0)
        liked = max((strength for strength, _ in wanted), default=0.0)
        return answered - DISLIKED * disliked - max(0.0, disliked - liked)

    @property
    def _typed(self) -> float:
        """The summed evidence of its sources, but of those compared with the sentence as a vector only the strongest.

        Of a folder's name and all else the weaker counts half: what has nothing to do with a question but the folder it
        is in does not come before what answers it.

        Evidence is never negative, so that chance adds to whatever has a text beside its looks, such as a photo with
        writing in it: of 1,060 captions, 27 in 100 found their photo first by the sum, 32 by the strongest.
        """
        strengths = {source: each.strength for source, each in self.best.items() if source is not Source.EXAMPLE}
        folder = strengths.pop(Source.FOLDER, 0.0)
        compared = max((strengths.pop(source) for source in _COMPARED if source in strengths), default=0.0)
        content = compared + sum(strengths.values())
        return max(content, folder) + min(content, folder) / 2

    @property
    def score(self) -> float:
        """``total`` as a score of 0…1."""
        return logistic(self.total)

    @property
    def named(self) -> bool:
        """Whether the query is the name of the file, or most of it."""
        return Source.NAME in self.best and self.best[Source.NAME].strength > NAME_WEIGHT

    def add(self, evidence: Evidence) -> None:
        """Count one more match: the strongest of its source, and all for its segment."""
        if evidence.source is Source.EXAMPLE:
            self.examples[evidence.example] = max(evidence.strength, self.examples.get(evidence.example, 0.0))
            if self.asked.examples[evidence.example] is Liking.NOT_LIKE:
                return
        best = self.best.get(evidence.source)
        if best is None or evidence.strength > best.strength:
            self.best[evidence.source] = evidence
        if evidence.segment_id is not None:
            self.segments[evidence.segment_id] = self.segments.get(evidence.segment_id, 0.0) + evidence.strength


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query is made of, each part of which is to be answered."""

    words: bool = True
    """Whether anything is typed, be it filters alone."""
    examples: Sequence[Liking] = ()

    @classmethod
    def of(cls, text: str, examples: Sequence[Example]) -> Asked:
        """What words and examples ask for."""
        return cls(bool(text) or not examples, [example.liking for example in examples])


def all_of(parts: Sequence[tuple[float, float]]) -> float:
    """Evidence that all parts of a query are answered, each given by its evidence and how much it counts (0…1).

    The probability that independent parts are, as their scores have it, mapped back; of one part its own evidence.
    """
    if len(parts) <= 1:
        return sum(evidence for evidence, _ in parts)
    most = max(weight for _, weight in parts)
    chance = sum(weight / most * -math.log1p(math.exp(_SLOPE * (_CENTRE - evidence))) for evidence, weight in parts)
    return _CENTRE + (chance - math.log(-math.expm1(min(chance, -_SURE)))) / _SLOPE


def logistic(evidence: float) -> float:
    """Map evidence to a score of 0…1."""
    return 1 / (1 + math.exp(_SLOPE * (_CENTRE - evidence)))


def from_cosine(cosine: float, background: tuple[float, float]) -> float:
    """Evidence of a cosine (-1…1): its z-score in ``background``, the mean and deviation of unrelated pairs."""
    mean, deviation = background
    return max(0.0, (cosine - mean) / deviation)


def from_bm25(bm25: float, information: float, *, has_all: bool = False) -> float:
    """Evidence of a BM25 score (higher is better): its share of the highest one possible for the query.

    Unlike BM25 itself the share compares between queries. ``information`` is that of the query's words; a text that has
    all of them is a match however long it is.
    """
    share = WORDS_WEIGHT * bm25 / (_BM25_LIMIT * information) if information else 0.0
    return max(share, ALL_WORDS + share / 4) if has_all else share


def from_name(matching: float, share: float) -> float:
    """Evidence of a file's name, which holds the share ``matching`` of the query, and of which it is ``share``."""
    return NAMED * share if share > _MOST else NAME_WEIGHT * matching


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


def rank(evidence: Iterable[Evidence], asked: Asked | None = None) -> list[Candidate]:
    """Fuse evidence for what is asked, words if nothing is said, into candidates, best first; equal ones by their key.

    What is only like what is not meant is none.
    """
    candidates: dict[int, Candidate] = {}
    for match in evidence:
        candidates.setdefault(match.key, Candidate(match.key, asked or Asked())).add(match)
    answers = (candidate for candidate in candidates.values() if candidate.best)
    return sorted(answers, key=lambda candidate: (-candidate.total, candidate.key))


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
