"""Words that sound alike, which a transcript may have one for the other: "will" and "well", "too" and "2"."""

from __future__ import annotations

from functools import lru_cache

import jellyfish

LANGUAGES = frozenset({"", "en"})
"""Of the transcripts that are compared so; an empty one is not known."""

# Metaphone knows spelling rules, not exceptions, and no digits.
_SPOKEN = {"1": "won", "one": "won", "2": "too", "two": "too", "4": "for", "8": "ate", "eight": "ate"}


@lru_cache(maxsize=65_536)
def sound_of(word: str) -> str:
    """How a word of ``all_words`` sounds in English (Metaphone, Philips 1990); of what has no sound, the word."""
    spoken = _SPOKEN.get(word, word)
    return (spoken.isascii() and spoken.isalpha() and jellyfish.metaphone(spoken)) or word
