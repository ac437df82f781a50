"""Retrieves evidence for a query: from every vector space, the keyword index, and the index of names."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bowerbird.core.catalog.filters.table import kinds_of
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.conditions import EVERYTHING, Condition, Is
from bowerbird.core.errors import StoreFailure
from bowerbird.core.extractors.about import ABOUT
from bowerbird.core.inference.client import Inference
from bowerbird.core.questions import Liking, Side
from bowerbird.core.search import ranking
from bowerbird.core.search.alignment import align
from bowerbird.core.search.examples import ExampleQuery, compared
from bowerbird.core.search.names import parts_of, share_held, share_of_name, weights_in, words_in
from bowerbird.core.search.passages import says_something
from bowerbird.core.search.phrases import Row
from bowerbird.core.search.query import phrases_of
from bowerbird.core.search.ranking import Evidence, Source
from bowerbird.core.search.sound_alike import LANGUAGES
from bowerbird.core.search.wording import Occurrences, Term, identifiers, words_of
from bowerbird.core.types import (
    Kind,
    Modality,
    Space,
    Vectors,
)
from bowerbird.core.vectors.store import VectorStore
from bowerbird.core.words import fold, query_words

_TOP_K = 200  # segments of each space, and of the keyword index, that are ranked
_EXACT = 3000  # contents: up to here a filtered search reads the vectors from the catalog, exact and quicker
_ENOUGH = _TOP_K // 2  # segments of files that are there, of those found without a filter
_WIDER = (_TOP_K, 2000, 16_000)  # top_k of a search that found too little; the last is Milvus' own limit
_ALIGNED = 50  # contents, of those most like one moment of an example, that are compared with all of its moments

_WITHOUT_STORE = "Meanwhile only words and file names are searched."

LikedExample = tuple[Liking, Sequence[ExampleQuery]]
"""How an example counts, and what it asks in each space."""

_SOURCES = {
    Modality.TEXT: Source.MEANING,
    Modality.IMAGE: Source.LOOKS,
    Modality.SOUND: Source.SOUNDS,
    Modality.SCENE: Source.LOOKS,
}

log = logging.getLogger(__name__)


class Retriever:
    """Finds what may answer. Stateless between queries; safe from any thread."""

    def __init__(
        self,
        reader: CatalogReader,
        store: VectorStore,
        inference: Inference,
        spaces: Callable[[], Sequence[Space]],
        on_refusal: Callable[[int], None],
    ) -> None:
        """``spaces`` returns those to search.

        ``on_refusal`` is called when the vector store refuses, with how often it had been started until then.
        """
        self._reader, self._store, self._inference = reader, store, inference
        self._spaces, self._on_refusal = spaces, on_refusal

    def retrieve(
        self,
        side: Side,
        terms: Sequence[Term],
        known: dict[Is, Is],
        vectors: Mapping[str, Vectors],
        examples: Sequence[LikedExample],
        limit: int,
    ) -> tuple[list[Evidence], str]:
        """All evidence; without a vector store, that of words and names, and a notice. ``known``: of slow filters.

        Where words and examples, or several of these, are to be answered together, all that is found by one of them is
        looked at for the others, however far down it is there.
        """
        where = self._reader.resolved(side.where, known)
        if not side.text and not examples:
            return list(self._listed(where, limit)), ""
        kinds = None if where == EVERYTHING else kinds_of(where)
        scope = _Scope(kinds or frozenset(), self._reader.allowed(where), max(_TOP_K, limit))
        examples = [(liking, compared(queries, with_words=bool(side.text))) for liking, queries in examples]
        words = list(self._keyword_hits(side, terms, scope))
        starts = self._store.starts
        try:
            found, notice = [*self._vector_hits(vectors, examples, scope), *words], ""
            if bool(side.text) + len(examples) > 1:
                near = {*(match.key for match in found), *self._between(vectors, examples, scope)}
                within = replace(scope, allowed=frozenset(near))
                found = [*self._vector_hits(vectors, examples, within), *self._keyword_hits(side, terms, within)]
        except StoreFailure as error:
            log.warning("%s", error, exc_info=True)
            self._on_refusal(starts)
            found, notice = words, f"{error} {_WITHOUT_STORE}"
        names = self._name_hits(side.text, {match.key for match in found}, where)
        return self._in_mails([*found, *names], where), notice

    def _in_mails(self, evidence: Sequence[Evidence], where: Condition) -> list[Evidence]:
        """Without that in mails which do not pass the filters, though others in their mailbox do."""
        segment_ids = {match.segment_id for match in evidence if match.segment_id is not None}
        others = self._reader.in_other_mails(segment_ids, where)
        return [match for match in evidence if match.segment_id not in others]

    def _listed(self, where: Condition, limit: int) -> Iterator[Evidence]:
        """Evidence of what passes filters beside an OR: the newest, in this order."""
        for number, row in enumerate(self._reader.files.listed(where, limit)):
            yield Evidence(row.content_id or -row.id, None, Source.FILTERS, ranking.LISTED - number * ranking.NEXT)

    def _vector_hits(
        self, vectors: Mapping[str, Vectors], examples: Sequence[LikedExample], scope: _Scope
    ) -> Iterator[Evidence]:
        yield from self._space_hits(vectors, scope)
        for number, (_, queries) in enumerate(examples):
            for match in self._example_hits(queries, scope):
                yield replace(match, example=number)

    def _between(
        self, vectors: Mapping[str, Vectors], examples: Sequence[LikedExample], scope: _Scope
    ) -> Iterator[int]:
        """Contents near an example that is moved towards what is typed, in the spaces that take both."""
        liked = (query for liking, queries in examples if liking is not Liking.NOT_LIKE for query in queries)
        for query in liked:
            if (typed := vectors.get(query.space.id)) is not None:
                moved = query.rows.mean(axis=0, keepdims=True) + typed
                nearest = self._cosines(query.space, moved / np.linalg.norm(moved), scope)
                rows = self._reader.segments(nearest).values()
                yield from (row.content_id for row in rows if scope.holds(row.content_id))

    def _space_hits(self, vectors: Mapping[str, Vectors], scope: _Scope) -> Iterator[Evidence]:
        """The spaces of one model, which has the same segments in each, bear witness together; see ``mean``."""
        together: dict[tuple[Modality, bool, frozenset[str]], list[Space]] = defaultdict(list)
        for space in self._spaces():
            if space.id in vectors:
                models = self._inference.models_of([space.id])
                together[space.modality, space.takes_text, models].append(space)
        for (modality, _, _), spaces in together.items():
            evidence = [list(self._nearest(space, vectors[space.id], scope, _SOURCES[modality])) for space in spaces]
            yield from ranking.mean(evidence)

    def _example_hits(self, examples: Sequence[ExampleQuery], scope: _Scope) -> Iterator[Evidence]:
        for example in examples:
            nearest = self._nearest(example.space, example.rows, scope, Source.EXAMPLE)
            in_time = example.moving and len(example.rows) > 1
            yield from self._aligned_hits(example, nearest) if in_time else nearest

    def _aligned_hits(self, example: ExampleQuery, nearest: Iterator[Evidence]) -> Iterator[Evidence]:
        """Evidence of the contents that have an example's moments in order; ``nearest`` are candidates for them."""
        by_strength = sorted(nearest, key=lambda evidence: -evidence.strength)
        contents = list(dict.fromkeys(evidence.key for evidence in by_strength))
        for content in contents[:_ALIGNED]:
            segment_ids, rows = self._reader.vectors(example.space.id, [content], without=ABOUT)
            if segment_ids:  # else it was forgotten a moment ago
                strength, at = align(rows @ example.rows.T, example.space.example_background)
                yield Evidence(content, segment_ids[at], Source.EXAMPLE, strength)

    def _nearest(self, space: Space, rows: Vectors, scope: _Scope, source: Source) -> Iterator[Evidence]:
        """Evidence of the segments nearest to any of the query ``rows``, shape (n, dimension)."""
        cosines = self._cosines(space, rows, scope)
        segments = self._reader.segments(cosines)
        if source is Source.MEANING:
            segments = {number: row for number, row in segments.items() if says_something(row)}
        backgrounds = self._backgrounds(space, source, {row.content_id for row in segments.values()})
        for number, segment in segments.items():
            if scope.holds(segment.content_id):
                strength = ranking.from_cosine(cosines[number], backgrounds[segment.content_id])
                yield Evidence(segment.content_id, number, source, strength)

    def _backgrounds(
        self, space: Space, source: Source, content_ids: Collection[int]
    ) -> Mapping[int, tuple[float, float]]:
        """By content, what is unrelated to an example, or to a typed sentence: by its language, where that matters."""
        if source is Source.EXAMPLE:
            return dict.fromkeys(content_ids, space.example_background)
        by_language = dict(space.backgrounds)
        languages = self._reader.vocabulary.languages_of(content_ids) if by_language else {}
        return {number: by_language.get(languages.get(number, ""), space.background) for number in content_ids}

    def _cosines(self, space: Space, rows: Vectors, scope: _Scope) -> dict[int, float]:
        """By segment id, the cosine to the nearest of ``rows``: of all segments in a narrow scope, else of the best."""
        if scope.allowed is not None and len(scope.allowed) <= _EXACT:
            segment_ids, matrix = self._reader.vectors(space.id, scope.allowed)
            return dict(zip(segment_ids, (matrix @ rows.T).max(axis=1).tolist(), strict=True)) if segment_ids else {}
        return self._widen(lambda top_k: _highest(self._store.search(space.id, rows, top_k, scope.kinds)), scope)

    def _widen(self, search: Callable[[int], dict[int, float]], scope: _Scope) -> dict[int, float]:
        """What a search finds that is asked for more and more, until enough of it passes."""
        found: dict[int, float] = {}
        for top_k in (each for each in _WIDER if each >= min(scope.wanted, _WIDER[-1])):
            found = search(top_k)
            if len(found) < top_k or self._enough(found, scope):
                break
        return found

    def _enough(self, segment_ids: Collection[int], scope: _Scope) -> bool:
        passing = sum(scope.holds(row.content_id) for row in self._reader.segments(segment_ids).values())
        return passing >= (_ENOUGH if scope.allowed is None else _TOP_K)

    def _keyword_hits(self, side: Side, terms: Sequence[Term], scope: _Scope) -> Iterator[Evidence]:
        """Evidence of the segments with the words, more where they stand in a row."""
        if not terms:
            return
        match = _any_of(words_of(terms))
        scores = self._widen(
            lambda top_k: dict(self._reader.by_words(match, top_k, scope.allowed, scope.kinds)),
            _Scope(scope.kinds, None, scope.wanted),  # what is allowed, by_words itself goes by
        )
        rows = self._reader.segments(scores).values()
        occurrences = Occurrences(terms, *self._reader.vocabulary.index_size())
        languages = self._reader.vocabulary.languages_of({row.content_id for row in rows})
        typed = Row(side.text, (*phrases_of(side.where), *identifiers(side.text)))
        for row in rows:
            language = languages.get(row.content_id, "")
            if strength := occurrences.evidence(row.text, language):  # else of other languages
                heard = row.locator.start_s is not None and language in LANGUAGES
                in_a_row = typed.in_transcript(row.text) if heard else typed.in_text(row.text)
                yield Evidence(row.content_id, row.id, Source.WORDS, strength + in_a_row)

    def _name_hits(self, text: str, contents: Collection[int], where: Condition) -> Iterator[Evidence]:
        """Evidence of the files with the words in their names, and of those with them in their folders' names.

        Of a large folder the index of names has but some files: those with ``contents`` are looked at, too.
        """
        words = query_words(text)
        characters = sum(map(len, words))
        parts = parts_of(words)
        rows = self._reader.by_name(parts, where, _TOP_K) + self._reader.by_name(parts, where, 10 * _TOP_K, contents)
        for row, name in rows:
            key = row.content_id or -row.id
            own = words_in(fold(row.path.name), words)
            above = words_in(name.lower(), words) - own  # the name is folded but for its case
            share = share_of_name(text, row.path)
            named = ranking.from_name(share_held(words, row.path.name), share)
            held = sum(len(word) * weight for word, weight in weights_in(name, above))
            within = ranking.FOLDER_WEIGHT * held / characters
            found = (Evidence(key, None, Source.NAME, named), Evidence(key, None, Source.FOLDER, within))
            yield from (each for each in found if each.strength)

    def count(self, side: Side, terms: Sequence[Term], known: dict[Is, Is]) -> int:
        """How many contents have all of the words in one passage. ``known``: of slow filters."""
        if not terms:
            return 0
        where = self._reader.resolved(side.where, known)
        kinds = None if where == EVERYTHING else kinds_of(where)
        match = " AND ".join(f"({_any_of(words_of([term]))})" for term in terms)
        return self._reader.count_with_words(match, self._reader.allowed(where), kinds or ())


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a query's filters let through."""

    kinds: frozenset[Kind]
    allowed: frozenset[int] | None
    """Content ids; None where only the kinds are filtered, if anything."""
    wanted: int = _TOP_K
    """How many segments are looked for at least: more as more hits are asked for."""

    def holds(self, content_id: int) -> bool:
        return self.allowed is None or content_id in self.allowed


def _any_of(words: Sequence[str]) -> str:
    """A query for the keyword index."""
    return " OR ".join(f'"{word}"' for word in words)


def _highest(results: Sequence[Sequence[tuple[int, float]]]) -> dict[int, float]:
    """By segment id, its highest cosine to any of the query rows."""
    highest: dict[int, float] = {}
    for segment_id, cosine in (pair for row in results for pair in row):
        highest[segment_id] = max(cosine, highest.get(segment_id, -1.0))
    return highest
