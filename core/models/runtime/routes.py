"""Which text models a passage or a typed sentence goes to, by its language."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Set
from functools import lru_cache

from bowerbird.core.languages import LANGUAGES, WITHIN
from bowerbird.core.models.registry.entries import Entry
from bowerbird.core.types import Modality

_SURE = 8.0
"""Nats: between languages nearer to each other than this, as with a word or two, the detector is wrong too often."""
_WRITTEN_AS = {"wuu": "zh"}


class Routes:
    """A routing table. Specialists are made for some languages; generalists take whatever the specialists do not."""

    def __init__(self, languages: Mapping[str, Set[str]]) -> None:
        """``languages``: by model id, the ISO 639-1 codes of those it is made for, or none."""
        self._specialists = {model: codes for model, codes in languages.items() if codes}
        self._generalists = frozenset(languages) - set(self._specialists)

    def of_passage(self, text: str) -> frozenset[str]:
        """Ids of the models that encode a passage: the specialists that surely know its language, if there are any."""
        sure = frozenset(model for model, odds in self._odds(text).items() if odds >= _SURE)
        return sure or self.of_query(text)

    def of_query(self, text: str) -> frozenset[str]:
        """Ids of the models asked about a typed sentence: all that may know its language.

        A generalist is always asked, for what it finds in another language than the sentence's.
        """
        odds = self._odds(text)
        return self._generalists | {model for model in odds if odds[model] > -_SURE}

    def _odds(self, text: str) -> dict[str, float]:
        if not self._generalists:  # there is nobody to leave anything to
            return dict.fromkeys(self._specialists, math.inf)
        return {model: _odds(text, frozenset(codes)) for model, codes in self._specialists.items()}


def routing_table(entries: Iterable[Entry], modality: Modality, without: Collection[str] = ()) -> Routes:
    """Routing table of the text encoders that serve ``modality``, ignoring the spaces in ``without``.

    Args:
        entries: the active models; a text encoder that is not among them is left out.
        modality: of the spaces that texts are to be compared in.
        without: space ids.
    """
    active = {entry.id: entry for entry in entries}
    names = {
        entry.text_models[space.id]
        for entry in active.values()
        for space in entry.spaces
        if space.modality is modality and space.id in entry.text_models and space.id not in without
    }
    return Routes({name: active[name].languages for name in names if name in active})


def language_of(text: str) -> str:
    """The code of the language that a text is surely in, of those in core/languages.py; else empty."""
    from py3langid.langid import rank

    if not any(map(str.isalpha, text)):
        return ""
    (first, odds), *others = [(_WRITTEN_AS.get(code, code), value) for code, value in rank(text)]
    alike = (first, *WITHIN.get(first, ()))
    rival = next(value for code, value in others if code in LANGUAGES and code not in alike)
    return first if first in LANGUAGES and odds - rival >= _SURE else ""


@lru_cache(maxsize=256)
def _odds(text: str, languages: frozenset[str]) -> float:
    """Log-odds, in nats, that a text is in one of these languages, against the likeliest other.

    The detector is py3langid, after langid.py (Lui and Baldwin 2012).
    """
    from py3langid.langid import rank

    likely = dict(rank(text))
    among = max(likely[language] for language in languages)
    return float(among - max(value for language, value in likely.items() if language not in languages))
