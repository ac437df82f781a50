"""How a typed text and the name of a file agree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from bowerbird.core.words import fold, is_unspaced, typed_words, words_of_folded

_INSIDE = 0.9  # how much counts a word that is only a part of one in the name
_SHORT, _BY_CHANCE = 5, 0.5  # letters of a word that stands in longer ones by chance: cat in location, port in report
_PARTS = re.compile(r"\d+|\D+")


def share_of_name(text: str, path: Path) -> float:
    """How much of a file's name a text is, 0…1: none of it unless it is whole words there, in a row.

    Words may be divided otherwise than in the name, or not at all. The ending counts only where the text goes on to it.
    """
    asked = "".join(typed_words(text))
    stem = _words(path.stem)
    length = sum(map(len, stem))
    return max(_share(asked, stem, length), _share(asked, _words(path.name), length)) if asked else 0.0


def _share(asked: str, words: Sequence[str], before: int) -> float:
    """The share of ``asked`` in words that it begins and ends with, ``before`` a certain character; or 0."""
    name, ends = "".join(words), {0, *accumulate(map(len, words))}
    places = (match.start() for match in re.finditer(f"(?={re.escape(asked)})", name))
    found = any(place in ends and place + len(asked) in ends and place < before for place in places)
    return len(asked) / len(name) if found else 0.0


def _words(name: str) -> list[str]:
    """What can be told apart in a name: words, in CamelCase too, and numbers; of unspaced scripts each character."""
    return [
        part for word in typed_words(_spaced(name)) for part in (word if is_unspaced(word) else _PARTS.findall(word))
    ]


def _spaced(name: str) -> str:
    """With a space before each capital that follows a small letter."""
    plain = unicodedata.normalize("NFC", name)
    return "".join(
        f" {letter}" if letter.isupper() and before.islower() else letter
        for before, letter in zip(f" {plain}", plain, strict=False)
    )


def parts_of(words: Sequence[str]) -> list[str]:
    """The words, and what they are made of: of img2034 also img and 2034, as it may be divided in a name."""
    return list(dict.fromkeys((*words, *(part for word in words for part in _PARTS.findall(word)))))


def words_in(folded: str, words: Sequence[str]) -> frozenset[str]:
    """Those of the words, as ``query_words`` has them, that stand anywhere in a name that was folded."""
    return frozenset(word for word in words if word in folded)


def share_held(words: Sequence[str], name: str) -> float:
    """The share of the characters of some words that a file's name holds, 0…1; less where they are parts of its words.

    So IMG_2034 comes before IMG_20341.
    """
    folded = fold(name)
    whole, held = set(words_of_folded(folded)), words_in(folded, words)
    weights = {word: 1.0 if word in whole else min(_INSIDE, weight) for word, weight in weights_in(name, held)}
    return sum(len(word) * weight for word, weight in weights.items()) / sum(map(len, words))


def weights_in(name: str, held: Iterable[str]) -> Iterator[tuple[str, float]]:
    """The words that a name is known to hold, and how much each counts, 0…1: less if it is there by chance.

    That is a short one which begins none of the name's words.
    """
    parts = _words(name)
    whole, begins = "".join(parts), {0, *accumulate(map(len, parts))}
    for word in held:
        places = (match.start() for match in re.finditer(f"(?={re.escape(word)})", whole))
        yield word, 1.0 if len(word) >= _SHORT or any(place in begins for place in places) else _BY_CHANCE


def folder_with(words: Sequence[str], path: Path) -> str:
    """The name of the innermost folder of a file that holds one of the words; empty if none does."""
    return next((folder.name for folder in path.parents if words_in(fold(folder.name), words)), "")
