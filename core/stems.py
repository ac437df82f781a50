"""Stems of words by language, and parts of words: how else a text may write what is looked for."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from bowerbird.core.words import all_words, fold

if TYPE_CHECKING:
    from snowballstemmer.basestemmer import BaseStemmer

ALGORITHMS: Mapping[str, str] = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "es": "spanish", "eu": "basque",
    "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
"""Snowball's algorithms by language, but for English, whose stems (Porter 1980) the keyword index itself has."""
COMPOUNDING = frozenset({"de", "nl"})
"""Languages that write words together: a word is found in those that it is a part of."""
SHORTEST_PART = 4
"""Letters: shorter parts stand in too many words by chance."""

_ENDINGS = frozenset("e en er ern em es n s in innen".split())  # of inflected words; German and Dutch
_LINKS = ("ens", "ns", "en", "er", "es", "e", "n", "s")  # between parts of a compound
_SHORTEST_REST = 3
_LONG_ENOUGH = 5  # letters of a rest that no text has by itself: it is a compound or a rare word
_VOWEL = re.compile("[aeiouy]")
_BETWEEN = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_TOKEN = re.compile(r"[^\W_]+")
_CAPITAL_WITHIN = re.compile(r"(?<=[a-zß-öø-ÿ])[A-ZÀ-ÖØ-Þ]")
_one_at_a_time = threading.Lock()  # a stemmer keeps the word that it works on in itself


@lru_cache(maxsize=65_536)
def stem_in(language: str, word: str) -> str:
    """The folded stem of a word in a language of ``ALGORITHMS``; ``word`` is in small letters, with its accents."""
    with _one_at_a_time:
        return fold(str(_stemmer(ALGORITHMS[language]).stemWord(word)))


@cache
def _stemmer(algorithm: str) -> BaseStemmer:
    import snowballstemmer

    return snowballstemmer.stemmer(algorithm)


def spellings(text: str) -> Mapping[str, str | None]:
    """The distinct words of a text as ``all_words`` has them, and how the text writes each, if that tells more.

    That is in small letters with its accents, by which its language has stems; or with capitals within it (userName).
    """
    found: dict[str, str | None] = dict.fromkeys(all_words(text))
    for token in _TOKEN.findall(unicodedata.normalize("NFC", text)):
        shown = token if _CAPITAL_WITHIN.search(token) else token.lower()
        if found.get(word := fold(token), word) is None and shown != word:
            found[word] = shown
    return found


def name_parts(name: str) -> list[str]:
    """What a name such as IMG2034 or userName is divided into by digits and capitals."""
    return _BETWEEN.split(name)


def names_part(part: str, form: str) -> bool:
    """Whether a name has this folded part."""
    return part in map(fold, name_parts(form))


def rests(part: str, word: str) -> tuple[str, str] | None:
    """What stands before and behind a part in a compound, without the letters that link parts; None if it is none.

    Each is empty, or long enough to be a word. Endings behind the part are left out, too.
    """
    before, found, behind = word.partition(part)
    if not found or (behind and behind in _ENDINGS and not before):
        return None
    behind = "" if behind in _ENDINGS else behind
    if not before and not behind:
        return None
    return (before, behind) if _may_be_word(before) and _may_be_word(behind) else None


def _may_be_word(rest: str) -> bool:
    return not rest or (len(rest) >= _SHORTEST_REST and _VOWEL.search(rest) is not None)


def unlinked(rest: str, *, before: bool) -> tuple[str, ...]:
    """The words that a rest may be, once without the link that stands at its end, or at its beginning."""
    cut = [rest.removesuffix(link) if before else rest.removeprefix(link) for link in _LINKS]
    endings = [] if before else [rest.removesuffix(ending) for ending in _ENDINGS]
    return tuple({word for word in (rest, *cut, *endings) if len(word) >= _SHORTEST_REST})


def stands_alone(rest: str) -> bool:
    """Whether a rest counts as a word though no text has it."""
    return not rest or len(rest) >= _LONG_ENOUGH
