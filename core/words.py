"""Words: how queries and texts are split, stemmed and marked, the same way the keyword index does it."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer.basestemmer import BaseStemmer

# Scripts written without spaces: Thai and Lao, Burmese, Khmer, kana, CJK ideographs.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)
_RUN = re.compile(f"[{_UNSPACED}]+")
_WORD = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")

# English words that stand in almost every text. A query of nothing else keeps them.
_STOP = frozenset(
    "a an and are as at be been being but by can could did do does for from had has have he her his how i if in "
    "into is it its me my of on or our she should so some such than that the their them then there these they this "
    "those to was we were what when where which while who whom why will with would you your".split()
)


def clock(seconds: float) -> str:
    """1:23, or 1:02:03: a place in a recording."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def keywords(text: str) -> str | None:
    """The text with every run of an unspaced script written as overlapping pairs; None if it has no such run.

    Overlapping bigrams are the usual index for Chinese and Japanese: no dictionary, no missed two-character word.
    """
    return _RUN.sub(lambda run: f" {' '.join(_pairs(run.group()))} ", text) if _RUN.search(text) else None


def all_words(text: str) -> list[str]:
    """A text's words, as the keyword index has them, in order."""
    runs = (match.group() for match in _WORD.finditer(text))
    return [word for run in runs for word in (_pairs(run) if _RUN.match(run) else [run.lower()])]


def query_words(text: str) -> list[str]:
    """A query's distinct telling words, as the keyword index has them, in order."""
    words = list(dict.fromkeys(all_words(text)))
    return [word for word in words if word not in _STOP] or words


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem under which the keyword index has a word (Porter 1980, as SQLite's tokenizer)."""
    return str(_porter().stemWord(word.lower()))


def marks(text: str, words: list[str]) -> tuple[tuple[int, int], ...]:
    """The spans of ``text`` that are one of ``words``, up to their endings."""
    stems = {stem(word) for word in words}
    found = []
    for match in _WORD.finditer(text):
        if _RUN.match(match.group()):
            found += [(at, at + 2) for at in range(match.start(), match.end() - 1) if text[at : at + 2] in stems]
        elif stem(match.group()) in stems:
            found.append(match.span())
    return _joined(found)


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


@cache
def _porter() -> BaseStemmer:
    import snowballstemmer

    return snowballstemmer.stemmer("porter")
