"""Parses what is typed: words, quoted phrases, filters, and what joins them.

    typed  = side { "OR" side }             OR in capitals; it divides all that stands in the same parentheses
    side   = term { term }                  all of these
    term   = ["-"] ( "(" typed ")" | phrase | filter | word )
    filter = name ":" value                 as the table FILTERS has them; a value may be quoted
    phrase = in quotation marks of any keyboard

Words rank; all else restricts, and so do words behind a minus. A filter typed twice on a side lets through what passes
one of both, if a file has one value of it (``kind:``), else what passes both (``tag:``). Each side of an OR with words
in it is searched by itself, and a file counts by its best side. What makes no sense is a problem with its place, never
an error: the rest is answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bowerbird.core.catalog.filters.table import FILTERS, NAMES, Filter
from bowerbird.core.conditions import EVERYTHING, AllOf, Condition, Is, Not, all_of, any_of, demanded, filters_of
from bowerbird.core.errors import UsageError
from bowerbird.core.questions import Query, Side
from bowerbird.core.search.sides import TEXT, restrictions_of, sides_of, typed_in
from bowerbird.core.words import all_words

_QUOTE = '"“”„‟«»＂「」『』'  # as phones, word processors and keyboards of other languages write it
_QUOTED = re.compile(f"[{_QUOTE}](?!\\s*[{_QUOTE}])([^{_QUOTE}]+)[{_QUOTE}]")
_NAME = re.compile(r"([^\W\d_]+):")
_OR = re.compile(r"OR(?=[\s(]|$)(?!\s*$)(?!\s*\))")  # with something behind it
_NEXT = re.compile(rf"\s+([^\s(){_QUOTE}]+)")
_SPACE = re.compile(r"\s*")
_DEEPEST, _MOST_FILTERS = 20, 50  # parentheses in each other, and filters in all
_MOST_WORDS = 4  # of a value without quotation marks


@dataclass(frozen=True, slots=True)
class Problem:
    """What of a typed text was left out, from one character to another, and why, in a sentence."""

    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True)
class TypedFilter:
    """A part of a typed text that restricts: a filter, a phrase, an excluded word, or a group of these."""

    text: str
    """As it was typed."""
    where: Condition


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text asks for, and what of it makes no sense."""

    query: Query
    problems: tuple[Problem, ...] = ()
    filters: tuple[TypedFilter, ...] = ()
    """All that restricts in it, in order."""


def parse(text: str) -> Typed:
    """A query from typed text. Places are looked up, which takes a second the first time."""
    parser = _Parser(text)
    sides = parser.sides()
    query = Query(" ".join(side.text for side in sides if side.text), where=any_of(*(side.where for side in sides)))
    query = replace(query, either=tuple(sides)) if len(sides) > 1 else query
    return Typed(query, tuple(parser.problems), tuple(parser.filters))


def unfinished(query: Query, text: str) -> Query:
    """What a text that is still being typed asks for: its last word, if it is one to rank by, may only begin one."""
    last = text.split()[-1:]
    if not text[-1:].isalnum() or not query.text.endswith(tuple(last)):
        return query
    *before, side = query.either or (Side(query.text),)
    sides = (*before, replace(side, text=f"{side.text}*")) if query.either else ()
    return replace(query, text=f"{query.text}*", either=sides)


def narrowed(query: Query, *conditions: Condition) -> Query:
    """A query with more filters."""
    sides = tuple(replace(side, where=all_of(side.where, *conditions)) for side in query.either)
    return replace(query, where=all_of(query.where, *conditions), either=sides)


def ranks(query: Query) -> bool:
    """Whether there is something to rank by: else the newest files that pass its filters are the answer."""
    return bool(query.text or query.like or phrases_of(query.where))


def names_demanded(query: Query) -> frozenset[str]:
    """The names of the filters in a query that are not under a negation."""
    return frozenset(each.name for each in demanded(query.where))


def phrases_of(where: Condition) -> tuple[str, ...]:
    """The exact wordings that are asked for."""
    return tuple(dict.fromkeys(each.value for each in demanded(where) if each.name == "phrase"))


class _Parser:
    """Reads a text from left to right. What it returns is None where nothing is left of what was typed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at, self._depth, self._filters = 0, 0, 0
        self.problems: list[Problem] = []
        self.filters: list[TypedFilter] = []

    def sides(self) -> list[Side]:
        """Words, each with the filters that go with them."""
        tree = self._typed() or EVERYTHING
        sides = sides_of(tree)
        if sides is None:
            self._report(0, "There are too many ORs in this; the words were searched as if there were none.")
            sides = [Side(" ".join(typed_in(tree)), restrictions_of(tree))]
        return sides

    def _report(self, start: int, sentence: str) -> None:
        self.problems.append(Problem(start, self._at, sentence))

    def _typed(self) -> Condition | None:
        sides: list[list[Condition]] = [[]]
        begun = False
        while not self._ends():
            if begun and self._take(_OR):
                sides.append([])
                begun = False
                continue
            begun = True
            if (term := self._term()) is not None:
                sides[-1].append(term)
        parts = [_joined(side) for side in sides if side]
        return any_of(*parts) if parts else None

    def _ends(self) -> bool:
        self._take(_SPACE)
        return self._at == len(self._text) or (self._depth > 0 and self._text[self._at] == ")")

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        if match := pattern.match(self._text, self._at):
            self._at = match.end()
        return match

    def _term(self) -> Condition | None:
        start = self._at
        term = self._maybe_negated(start)
        if term is not None and not self._depth and all(each.name != TEXT for each in filters_of(term)):
            self.filters.append(TypedFilter(self._text[start : self._at], term))
        return term

    def _maybe_negated(self, start: int) -> Condition | None:
        if self._text[start] == "-" and self._text[start + 1 : start + 2].strip(" -\t\n"):
            self._at += 1
            return self._negated(start, self._plain())
        return self._plain()

    def _negated(self, start: int, term: Condition | None) -> Condition | None:
        """Of signs without a letter, such as -++, themselves."""
        if term is None:
            return None
        demands = _demanding_words(term)
        if demands is None:
            return Is(TEXT, self._text[start : self._at])
        words = sum(each.name == "word" for each in filters_of(demands))
        return Not(demands) if self._has_room(start, words) else None

    def _has_room(self, start: int, filters: int) -> bool:
        """Whether so many more filters count; the first that do not are reported."""
        full = self._filters > _MOST_FILTERS
        self._filters += filters
        if self._filters > _MOST_FILTERS and not full:
            self._report(start, f"More than {_MOST_FILTERS} filters and phrases; those from here on do not count.")
        return self._filters <= _MOST_FILTERS

    def _plain(self) -> Condition | None:
        start = self._at
        if self._text[start] == "(":
            return self._group()
        if quoted := self._take(_QUOTED):
            return self._filter(start, FILTERS["phrase"], quoted[1])
        name = _NAME.match(self._text, start)
        if name and (known := NAMES.get(name[1].lower())):
            self._at = name.end()
            quoted = self._take(_QUOTED)
            return self._filter(start, known, quoted[1] if quoted else self._word().strip(_QUOTE), bare=not quoted)
        return Is(TEXT, self._word())

    def _group(self) -> Condition | None:
        self._at += 1
        if self._depth == _DEEPEST:
            return None
        self._depth += 1
        group = self._typed()
        self._at += self._at < len(self._text)  # the closing one, unless it is missing
        self._depth -= 1
        return group

    def _word(self) -> str:
        """Up to a space, or to what closes a group: parentheses within a word, as in f(x), are its own."""
        start, inner = self._at, 0
        while self._at < len(self._text) and not (letter := self._text[self._at]).isspace():
            inner += (letter == "(") - (letter == ")")
            if inner < 0 and self._depth:
                break
            self._at += 1
        return self._text[start : self._at]

    def _filter(self, start: int, chosen: Filter, value: str, *, bare: bool = False) -> Condition | None:
        if not self._has_room(start, 1):
            return None
        try:
            return self._longest(chosen, value) if bare and chosen.several_words else _parsed(chosen, value)
        except UsageError as error:
            self._report(start, str(error))
            return None

    def _longest(self, chosen: Filter, value: str) -> Condition:
        """Of a value and up to three words behind it, what makes the longest value."""
        ends = [(self._at, value)]
        while len(ends) < _MOST_WORDS and (word := _NEXT.match(self._text, ends[-1][0])):
            if word[1] == "OR" or re.match(r"-\w", word[1]) or _NAME.match(word[1]):
                break
            ends.append((word.end(), f"{ends[-1][1]} {word[1]}"))
        for end, longer in reversed(ends[1:]):
            try:
                condition = _parsed(chosen, longer)
            except UsageError:
                continue
            self._at = end
            return condition
        return _parsed(chosen, value)


def _parsed(chosen: Filter, value: str) -> Condition:
    if not value.strip():
        raise UsageError(f"{chosen.name}: needs a value right behind it, such as {chosen.typed}.")
    return Is(chosen.name, chosen.parse(value))


def _demanding_words(term: Condition) -> Condition | None:
    """Under a negation, words are no longer to rank by; None if there is none in it, and no filter."""
    if isinstance(term, Is):
        if term.name != TEXT:
            return term
        return _parsed(FILTERS["word"], term.value) if all_words(term.value) else None
    parts = [part for each in ((term.of,) if isinstance(term, Not) else term.of) if (part := _demanding_words(each))]
    if isinstance(term, Not):
        return Not(parts[0]) if parts else None
    return (all_of if isinstance(term, AllOf) else any_of)(*parts) if parts else None


def _joined(terms: Sequence[Condition]) -> Condition:
    """All of these, or one of those filters of the same name of which a file has one value."""
    groups: dict[object, list[Condition]] = {}
    for number, term in enumerate(terms):
        alike = isinstance(term, Is) and term.name != TEXT and not FILTERS[term.name].narrows
        groups.setdefault(term.name if alike and isinstance(term, Is) else number, []).append(term)
    return all_of(*(any_of(*group) for group in groups.values()))
