"""Which text models a passage or a typed sentence goes to, by its language."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from functools import lru_cache

_SURE = 8.0
"""Nats: between languages nearer to each other than this, as with a word or two, the detector is wrong too often."""


class Routes:
    """Specialists are made for some languages; the others take whatever the specialists do not."""

    def __init__(self, languages: Mapping[str, Set[str]]) -> None:
        """``languages``: by model id, the ISO 639-1 codes of those it is made for, or none."""
        self._specialists = {model: codes for model, codes in languages.items() if codes}
        self._others = frozenset(languages) - set(self._specialists)

    def of_passage(self, text: str) -> frozenset[str]:
        """The models that make a vector of a passage: as few as know its language."""
        sure = frozenset(model for model, odds in self._odds(text).items() if odds >= _SURE)
        return sure or self.of_query(text)

    def of_query(self, text: str) -> frozenset[str]:
        """The models asked about a typed sentence: all that may know its language.

        One of many languages is always asked, for what it finds in another than the sentence's.
        """
        odds = self._odds(text)
        return self._others | {model for model in odds if odds[model] > -_SURE}

    def _odds(self, text: str) -> dict[str, float]:
        if not self._others:  # nobody to leave anything to
            return dict.fromkeys(self._specialists, math.inf)
        return {model: _odds(text, frozenset(codes)) for model, codes in self._specialists.items()}


@lru_cache(maxsize=256)
def _odds(text: str, languages: frozenset[str]) -> float:
    """Log-odds, in nats, that a text is in one of these languages, against the likeliest other."""
    from py3langid.langid import rank

    likely = dict(rank(text))
    among = max(likely[language] for language in languages)
    return float(among - max(value for language, value in likely.items() if language not in languages))
