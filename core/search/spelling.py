"""Forgives a typo in words that the library does not have: candidates are its own words, one edit away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bowerbird.core.answers import Correction
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.conditions import EVERYTHING
from bowerbird.core.questions import Query
from bowerbird.core.search.wording import Term, Wording
from bowerbird.core.words import is_unspaced, typed_words

_SHORTEST = 4  # letters: shorter words are one edit away from too many others
_LONGEST, _MOST_WORDS = 40, 10
_MOST_UNTOLD = 40  # words of a question that no text has: with more it is in another language, or no question
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ", "αβγδεζηθικλμνξοπρστυφχψω",
              "אבגדהוזחטיךכלםמןנסעףפץצקרשת", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي")  # fmt: skip
_SOUND_ALIKE = (("f", "ph"), ("ph", "f"))  # one mistake of those who write as they hear


class Spelling:
    """Finds what was meant. Safe from any thread."""

    def __init__(self, reader: CatalogReader, wording: Wording) -> None:
        """``reader`` knows the library's words and names, ``wording`` the forms of typed words."""
        self._reader, self._wording = reader, wording

    def corrected(self, query: Query) -> tuple[Query, tuple[Correction, ...]]:
        """A query with the nearest of the library's words in place of those that it does not have, and which they are.

        A word that nothing comes near to stays.
        """
        corrections = [Correction(term.word, near) for term in self._unknown(query.text) if (near := self._near(term))]
        meant = {each.typed: each.shown for each in corrections}
        sides = tuple(replace(side, text=_replaced(side.text, meant)) for side in query.either)
        return replace(query, text=_replaced(query.text, meant), either=sides), tuple(corrections)

    def _unknown(self, text: str) -> list[Term]:
        """The words of which neither texts nor names have a form, if those are half of all or more.

        Where more is known of a question, what else is in it is rather something that the library does not have.
        """
        terms = self._wording.terms(text)
        untold = [term for term in terms if not (term.passages or term.forms)]
        if 2 * len(untold) < len(terms) or len(untold) > _MOST_UNTOLD:
            return []
        missing = [term for term in untold if not self._reader.by_name([term.word], EVERYTHING, 1)]
        if 2 * len(missing) < len(terms):
            return []
        words = [term for term in missing if _SHORTEST <= len(term.word) <= _LONGEST and term.word.isalpha()]
        return [term for term in words if not is_unspaced(term.word)][:_MOST_WORDS]

    def _near(self, term: Term) -> str:
        """The most frequent of the library's words that are one edit away, and begin so: hardly anybody errs there."""
        edits = {edit for edit in _edits(term.word) if edit[:1] == term.word[0] or sorted(edit) == sorted(term.word)}
        known = self._reader.vocabulary.of(edits)
        best = max(known.values(), key=lambda word: (word.passages, word.word), default=None)
        return best.form if best else ""


def notice_of(correction: Correction) -> str:
    """What the user is told of it."""
    return f'Nothing has "{correction.typed}"; showing "{correction.shown}".'


def _edits(word: str) -> Iterator[str]:
    """What is one edit away (Damerau 1964): a letter too many, too few, another one, or two that changed places."""
    letters = next((alphabet for alphabet in _ALPHABETS if word[0] in alphabet), "")
    for at in range(len(word) + 1):
        before, behind = word[:at], word[at:]
        yield from (before + letter + behind for letter in letters)
        if behind:
            yield before + behind[1:]
            yield from (before + letter + behind[1:] for letter in letters)
        if len(behind) > 1:
            yield before + behind[1] + behind[0] + behind[2:]
        yield from (before + other + behind[len(one) :] for one, other in _SOUND_ALIKE if behind.startswith(one))


def _replaced(text: str, meant: Mapping[str, str]) -> str:
    return " ".join(_token(token, meant) for token in text.split())


def _token(token: str, meant: Mapping[str, str]) -> str:
    words = typed_words(token)
    return " ".join(meant.get(word, word) for word in words) if meant.keys() & set(words) else token
