"""Words as they were typed: phrases, whose words rank, too, and evidence where words all stand, or stand in a row."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from itertools import pairwise

from bowerbird.core.conditions import Condition, without
from bowerbird.core.search import ranking
from bowerbird.core.search.query import phrases_of
from bowerbird.core.types import Query
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


def pairs_of(text: str) -> set[tuple[str, str]]:
    """Words that follow each other, stop words included."""
    return set(pairwise(all_words(text)))


def in_a_row(text: str, pairs: Set[tuple[str, str]], phrases: Sequence[str]) -> float:
    """Evidence of words that follow each other as typed, or as demanded."""
    followed = len(pairs & pairs_of(text)) / len(pairs) if pairs else 0.0
    held = sum(holds(text, phrase, exact=True) for phrase in phrases) / len(phrases) if phrases else 0.0
    return max(ranking.VERBATIM * followed, ranking.EXACT * held)
