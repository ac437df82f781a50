"""Words as they were typed: phrases, whose words rank, too, and evidence where words all stand, or stand in a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from bowerbird.core.conditions import Condition, without
from bowerbird.core.questions import Query
from bowerbird.core.search import ranking
from bowerbird.core.search.query import phrases_of
from bowerbird.core.search.sound_alike import sound_of
from bowerbird.core.words import all_words, holds


def with_phrases(query: Query) -> Query:
    """A query whose words are those of its phrases, too."""
    sides = tuple(replace(side, text=_all_text(side.text, side.where)) for side in query.either)
    return replace(query, text=_all_text(query.text, query.where), either=sides)


def _all_text(text: str, where: Condition) -> str:
    return " ".join((text, *phrases_of(where))).strip()


def relaxed(query: Query) -> tuple[Query, str]:
    """A query that only looks for the words of its phrases, which no file has, and a notice."""
    quoted = " and ".join(f'"{phrase}"' for phrase in phrases_of(query.where))
    worded = with_phrases(query)
    sides = tuple(replace(side, where=_without_phrases(side.where)) for side in worded.either)
    loose = replace(worded, where=_without_phrases(worded.where), either=sides)
    return loose, f"No file has the exact words {quoted}. These come closest."


def _without_phrases(where: Condition) -> Condition:
    return without(where, lambda each: each.name == "phrase")


class Row:
    """Words as they follow each other in a typed text, to be found so in others."""

    def __init__(self, text: str, phrases: Sequence[str]) -> None:
        """``phrases``: what is to be found to the letter."""
        words = all_words(text)
        self._phrases = phrases
        self._written, self._spoken = frozenset(pairwise(words)), frozenset(pairwise(map(sound_of, words)))

    def in_text(self, text: str) -> float:
        """Evidence of words that follow each other as typed, or as demanded."""
        return max(ranking.VERBATIM * _share(self._written, all_words(text)), ranking.EXACT * self._held(text))

    def in_transcript(self, text: str) -> float:
        """The same of what was heard, where words that sound alike are one."""
        return max(self.in_text(text), ranking.VERBATIM * _share(self._spoken, map(sound_of, all_words(text))))

    def _held(self, text: str) -> float:
        held = [holds(text, phrase, exact=True) for phrase in self._phrases]
        return sum(held) / len(held) if held else 0.0


def _share(pairs: frozenset[tuple[str, str]], words: Iterable[str]) -> float:
    """The share of pairs that follow each other among words."""
    return len(pairs.intersection(pairwise(words))) / len(pairs) if pairs else 0.0
