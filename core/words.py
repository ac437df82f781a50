"""Splits, stems and highlights words the same way for queries, texts and the keyword index (SQLite's FTS5)."""

from __future__ import annotations

import re
import threading
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from bowerbird.core.types import Spans

if TYPE_CHECKING:
    from snowballstemmer.basestemmer import BaseStemmer

# Scripts written without spaces: Thai and Lao, Burmese, Khmer, kana, CJK ideographs.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)
_RUN = re.compile(f"[{_UNSPACED}]+")
_WORD = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")

# English words that stand in almost every text. A query of nothing else keeps them.
_STOP_WORDS = frozenset(
    "a an and are as at be been being but by can could did do does for from had has have he her his how i if in "
    "into is it its me my of on or our she should so some such than that the their them then there these they this "
    "those to was we were what when where which while who whom why will with would you your".split()
)

_one_at_a_time = threading.Lock()  # the stemmer keeps the word that it works on in itself


def clock(seconds: float) -> str:
    """A time in a recording as 1:23, or 1:02:03 from an hour on."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def keywords(text: str) -> str | None:
    """The text with every run of an unspaced script written as overlapping pairs; None if it has no such run.

    Overlapping bigrams are the usual index for Chinese and Japanese: no dictionary, no missed two-character word.
    """
    return _RUN.sub(lambda run: f" {' '.join(_pairs(run.group()))} ", text) if _RUN.search(text) else None


def all_words(text: str) -> list[str]:
    """The words of a text as the keyword index has them, in order, repeated ones too."""
    runs = (match.group() for match in _WORD.finditer(text))
    return [word for run in runs for word in (_pairs(run) if _RUN.match(run) else [run.lower()])]


def query_words(text: str) -> list[str]:
    """The distinct words of a query in order, without stop words unless there is nothing else."""
    words = list(dict.fromkeys(all_words(text)))
    return [word for word in words if word not in _STOP_WORDS] or words


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem under which the keyword index has a word (Porter 1980, as SQLite's tokenizer)."""
    with _one_at_a_time:
        return str(_porter().stemWord(word.lower()))


def marks(text: str, words: list[str]) -> Spans:
    """The spans of ``text`` to highlight: those that share a stem with one of ``words``."""
    stems = {stem(word) for word in words}
    spans = []
    for match in _WORD.finditer(text):
        if _RUN.match(match.group()):
            spans += [(at, at + 2) for at in range(match.start(), match.end() - 1) if text[at : at + 2] in stems]
        elif stem(match.group()) in stems:
            spans.append(match.span())
    return _merged(spans)


def _merged(spans: list[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


@cache
def _porter() -> BaseStemmer:
    import snowballstemmer

    return snowballstemmer.stemmer("porter")
