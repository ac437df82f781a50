"""Which passages say something, and so may answer by their meaning; all others are found by their words alone.

A text model puts whatever it is given somewhere, also what is no language: encoded data, tables of numbers, what is
mistaken for letters in a photo. That it lies near a question there is chance.
"""

from __future__ import annotations

import re

from bowerbird.core.catalog.picture_texts import IN_PICTURE
from bowerbird.core.catalog.records import SegmentRow
from bowerbird.core.words import is_unspaced

_TOKEN = re.compile(r"[^\W_]+")
_NOT_ASCII = re.compile(r"[^\W\d_a-zA-Z]")
_LONGEST = 70  # letters of a word: longer ones are sequences, such as those of proteins
_LEAST = 0.4
"""The least share of letters in words among what is letters and digits. Of 39,552 messages of programs in 100 languages
fewer than 13 have less, of 1,880 paragraphs in four none; of 1,700 passages of encoded data and numbers all do."""
_SENTENCE = 8
"""Words of two letters or more that a sentence in a picture has at least: scraps, true or misread, have fewer."""


def says_something(segment: SegmentRow) -> bool:
    """Whether a passage is language; in a picture, at least a short sentence of one."""
    in_picture = segment.locator.section == IN_PICTURE
    return language_share(segment.text) >= _LEAST and (not in_picture or _has_sentence(segment.text))


def language_share(text: str) -> float:
    """The share of a text's letters and digits that are in words of letters alone, 0…1; 1 if it has none of either.

    What is encoded mixes ASCII's letters with digits, or is longer than words; other letters stand beside digits in
    Chinese and Korean, too.
    """
    tokens = _TOKEN.findall(text)
    whole = sum(map(len, tokens))
    return sum(map(_in_words, tokens)) / whole if whole else 1.0


def _in_words(token: str) -> int:
    if token.isalpha() and len(token) <= _LONGEST:
        return len(token)
    return 0 if token.isascii() else len(_NOT_ASCII.findall(token))


def _has_sentence(text: str) -> bool:
    words = [token for token in _TOKEN.findall(text) if token.isalpha()]
    return sum(len(word) // 2 if is_unspaced(word) else len(word) > 1 for word in words) >= _SENTENCE
