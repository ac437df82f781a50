"""Words as they were typed, and the other forms in which the library's texts have them.

A word stands for all words with its stem: by Porter (1980), as the keyword index has them, and in texts of a language
of ``ALGORITHMS`` by that language's. In German and Dutch it stands for compounds, too, and everywhere for the names
that it is a part of (``userName``); with a star behind it for all words that begin so. All of these are found in the
library's own vocabulary when they are asked for: the index knows no languages, which may become known later.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.vocabulary import Word
from bowerbird.core.search import ranking
from bowerbird.core.stems import (
    ALGORITHMS,
    COMPOUNDING,
    SHORTEST_PART,
    names_part,
    rests,
    spellings,
    stands_alone,
    stem_in,
    unlinked,
)
from bowerbird.core.words import ALIKE, all_words, is_unspaced, query_words, stem, typed_words

_STAR = re.compile(r"(?<=\w)\*(?!\S)")
_LATIN_LIKE = 0x1100  # the first letter (Hangul) of the scripts of which one already tells much
_SHORTEST_START = 3  # letters of other scripts behind which a star counts
_MOST_FORMS, _MOST_LOOKED_AT = 50, 200  # of a word: the most frequent
_LONGEST_ENDING = 6
_MOST_WORDS = 40  # of a question, that are looked for in other forms: more would take seconds
# A word in more passages, which are a larger share of all, tells too little to be looked for in other forms.
_FREQUENT, _FREQUENT_SHARE = 100, 0.1
# Of an occurrence of the typed word, how much another word of its stem counts, and one that it is a part of. By words
# alone, XQuAD's questions find their paragraph first as often at 0.6 and 0.3 as without other forms, and less often at
# 1 and 0.5; it is a match for 80 of 100 instead of 72 in Spanish, for 51 instead of 43 in German.
_INFLECTED, _PART = 0.6, 0.4


@dataclass(frozen=True, slots=True)
class Form:
    """A word that stands for a typed one."""

    weight: float = 1.0
    """How much of an occurrence of the typed word it counts, 0…1."""
    languages: frozenset[str] | None = None
    """Of the texts in which it counts; None: of all."""
    passages: int = 0
    """In how many it is."""

    def counts_in(self, language: str) -> bool:
        """Whether it does in a text of this language, which is empty if it is not known."""
        return self.languages is None or not language or language in self.languages


_Forms = dict[str, tuple[Word, Form]]


@dataclass(frozen=True, slots=True)
class Term:
    """A typed word, and what stands for it."""

    word: str
    """As ``query_words`` has it; in texts with all words of its Porter stem."""
    forms: Mapping[str, Form] = field(default_factory=dict)
    """Other words of the library."""
    passages: int = 0
    """In how many the word itself is."""


def without_stars(text: str) -> str:
    """A typed text as it is read by models."""
    return _STAR.sub("", text)


def starred(text: str) -> set[str]:
    """The words of a typed text that are only the beginnings of words."""
    tokens = (token for token in text.split() if _STAR.search(token))
    return {words[-1] for token in tokens if (words := all_words(token))}


def words_of(terms: Iterable[Term]) -> list[str]:
    """All words that stand for the terms: those to look for in the keyword index, and to mark."""
    return list(dict.fromkeys(word for term in terms for word in (term.word, *term.forms)))


class Wording:
    """Finds the forms of typed words. Safe from any thread."""

    def __init__(self, reader: CatalogReader) -> None:
        """``reader`` knows the library's words."""
        self._vocabulary = reader.vocabulary

    def terms(self, text: str) -> list[Term]:
        """The distinct words of a typed text, without stop words unless there is nothing else."""
        words = query_words(text)
        if not words:
            return []
        languages = [code for code in self._vocabulary.languages() if code in ALGORITHMS]
        total, _ = self._vocabulary.index_size()
        frequencies = self._vocabulary.frequencies({stem(word) for word in words})
        shown, known, open_ended = spellings(text), self._vocabulary.of(words), starred(text)
        terms = []
        for number, word in enumerate(words):
            passages = frequencies.get(stem(word), 0)
            form = shown.get(word) or (known[word].form if word in known else word)
            forms: _Forms = {}
            if number < _MOST_WORDS and passages <= max(_FREQUENT, _FREQUENT_SHARE * total) and not is_unspaced(word):
                forms = self._parts(word, form, languages) | self._inflected(form.lower(), languages)
            if word in open_ended:
                forms |= self._beginning(word)
            terms.append(_term(word, passages, forms))
        return terms

    def _beginning(self, word: str) -> _Forms:
        if len(word) < _SHORTEST_START and ord(word[0]) < _LATIN_LIKE:
            return {}
        return {each.word: (each, Form()) for each in self._vocabulary.beginning(word, _MOST_FORMS)}

    def _inflected(self, form: str, languages: Sequence[str]) -> _Forms:
        """Words with the same stem, each in the languages in which it is the same."""
        stems: dict[str, set[str]] = defaultdict(set)
        for language in languages:
            stems[stem_in(language, form)].add(language)
        found: _Forms = {}
        for stemmed, those in stems.items():
            for each in self._near(stemmed):
                same = {code for code in those if stem_in(code, each.form.lower()) == stemmed}
                if each.word in found:
                    same |= found[each.word][1].languages or set()
                if same:
                    found[each.word] = each, Form(_INFLECTED, frozenset(same))
        return found

    def _near(self, stemmed: str) -> list[Word]:
        """Words that may have a stem: its last letter may be another's, as i for y."""
        if len(stemmed) < _SHORTEST_START:
            return []
        start = stemmed[: max(_SHORTEST_START, len(stemmed) - 1)]
        return self._vocabulary.beginning(start, _MOST_FORMS, len(stemmed) + _LONGEST_ENDING)

    def _parts(self, word: str, form: str, languages: Sequence[str]) -> _Forms:
        """Words that have this one as a part: compounds, in the languages that have them, and names with capitals."""
        looked_at = self._vocabulary.containing(word, _MOST_LOOKED_AT)
        named = [each for each in looked_at if each.word != word and names_part(word, each.form)]
        found = {each.word: (each, Form(_PART)) for each in named}
        those = [code for code in languages if code in COMPOUNDING]
        for part in {stem_in(code, form.lower()) for code in those}:
            if len(part) >= SHORTEST_PART:
                found |= {each.word: (each, Form(_PART, frozenset(those))) for each in self._compounds(part)}
        return found

    def _compounds(self, stemmed: str) -> list[Word]:
        divided = [(each, rests(stemmed, each.word)) for each in self._vocabulary.containing(stemmed, _MOST_LOOKED_AT)]
        wholes = {each: rest for each, rest in divided if rest}
        parts = {(part, at == 0) for rest in wholes.values() for at, part in enumerate(rest) if part}
        words = {key: unlinked(key[0], before=key[1]) for key in parts}
        known = self._vocabulary.of({word for those in words.values() for word in those})
        fits = {key for key in parts if stands_alone(key[0]) or any(word in known for word in words[key])}
        return [
            each
            for each, (before, behind) in wholes.items()
            if (not before or (before, True) in fits) and (not behind or (behind, False) in fits)
        ][:_MOST_FORMS]


def _term(word: str, passages: int, forms: _Forms) -> Term:
    """With the forms that the index does not find by the word's own stem."""
    own = stem(word)
    other = {each: replace(form, passages=found.passages) for each, (found, form) in forms.items() if stem(each) != own}
    return Term(word, other, passages)


class Occurrences:
    """Counts terms in texts, and scores texts by them."""

    def __init__(self, terms: Sequence[Term], total: int, words: int) -> None:
        """``total``: how many passages there are, and ``words`` in all of them."""
        self._terms, self._total, self._average = terms, total, words / max(1, total)
        self._forms: dict[str, list[tuple[int, Form]]] = defaultdict(list)
        self._stems: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for at, term in enumerate(terms):
            self._stems[term.word[:ALIKE]].append((at, stem(term.word)))
            for word, form in term.forms.items():
                self._forms[word].append((at, form))
        self._frequencies = cache(self._frequencies_in)

    def evidence(self, text: str, language: str) -> float:
        """That of a text, in a language that is empty if it is not known; 0 if it has none of the terms."""
        score, has_all = self.score(text, language)
        information = ranking.information(self._frequencies(language), self._total)
        return ranking.from_bm25(score, information, has_all=has_all)

    def score(self, text: str, language: str) -> tuple[float, bool]:
        """The BM25 score of a text in a language; and whether it has all terms."""
        words = Counter(all_words(text))
        counts = [0.0] * len(self._terms)
        for word in (each for each in words if each[:ALIKE] in self._stems or each in self._forms):
            for at, weight in self._weights(word, language):
                counts[at] += weight * words[word]
        weights = zip(counts, self._frequencies(language), strict=True)
        score = ranking.bm25(weights, words.total(), self._average, self._total)
        return score, all(counts)

    def _frequencies_in(self, language: str) -> list[int]:
        """In how many passages each term is, in one of the forms that count in a language; or a few more."""
        return [min(self._total, sum(_passages(term, language))) for term in self._terms]

    def _weights(self, word: str, language: str) -> Iterator[tuple[int, float]]:
        for at, stemmed in self._stems.get(word[:ALIKE], ()):
            if stem(word) == stemmed:
                yield at, 1.0
        for at, form in self._forms.get(word, ()):
            if form.counts_in(language):
                yield at, form.weight


def _passages(term: Term, language: str) -> Iterator[int]:
    yield term.passages
    yield from (form.passages for form in term.forms.values() if form.counts_in(language))


def identifiers(text: str) -> list[str]:
    """Names and numbers that are typed as one, such as INV-2024-0031, foo.bar@example.com or snake_case."""
    return [token for token in without_stars(text).split() if _is_identifier(token)]


def _is_identifier(token: str) -> bool:
    return len(typed_words(token)) > 1 and any(character.isdigit() or character in "_@." for character in token[1:-1])
