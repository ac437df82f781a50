"""Answers queries: encodes them, retrieves from every vector space and the keyword index, ranks, and makes hits."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bowerbird.core.answers import Hit, Results, Timings
from bowerbird.core.catalog.filters.table import kinds_of
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.conditions import EVERYTHING, Condition, Is, only
from bowerbird.core.errors import ModelUnavailable, StoreFailure
from bowerbird.core.extractors.about import ABOUT
from bowerbird.core.inference.client import Inference
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.search import ranking
from bowerbird.core.search.examples import ExampleQuery, Examples
from bowerbird.core.search.hits import HitMaker
from bowerbird.core.search.phrases import has_all, in_a_row, pairs_of, relaxed, with_phrases
from bowerbird.core.search.query import phrases_of
from bowerbird.core.search.ranking import Evidence, Source
from bowerbird.core.types import Kind, Modality, Query, Side, Space, Vectors
from bowerbird.core.vectors.store import VectorStore
from bowerbird.core.words import query_words, stem

_TOP_K = 200  # segments of each space, and of the keyword index, that are ranked
_EXACT = 3000  # contents: up to here a filtered search reads the vectors from the catalog, exact and quicker
_ENOUGH = _TOP_K // 2  # segments of files that are there, of those found without a filter
_WIDER = (_TOP_K, 2000, 16_000)  # top_k of a search that found too little; the last is Milvus' own limit
_ALIGNED = 50  # contents, of those most like one moment of an example, that are compared with all of its moments

WEAK_PHOTOS = (
    "Photos are found by a small model, which often mistakes people, actions and relations. "
    "A CLIP model would do better; see Models."
)
_WITHOUT_STORE = "Meanwhile only words and file names are searched."

_SOURCES = {
    Modality.TEXT: Source.MEANING,
    Modality.IMAGE: Source.LOOKS,
    Modality.SOUND: Source.SOUNDS,
    Modality.SCENE: Source.LOOKS,
}

log = logging.getLogger(__name__)


class Searcher:
    """Answers queries over the whole library. Stateless between them; safe from any thread."""

    def __init__(
        self,
        paths: LibraryPaths,
        reader: CatalogReader,
        store: VectorStore,
        inference: Inference,
        examples: Examples,
        spaces: Callable[[], Sequence[Space]],
        on_refusal: Callable[[int], None],
    ) -> None:
        """``spaces`` returns those to search.

        ``on_refusal`` is called when the vector store refuses, with how often it had been started until then.
        """
        self._on_refusal, self._spaces = on_refusal, spaces
        self._reader, self._store, self._inference, self._examples = reader, store, inference, examples
        self._hits = HitMaker(paths, reader)

    def browse(self, query: Query) -> Results:
        """The newest files that pass the query's filters."""
        stopwatch = _Stopwatch(time.perf_counter())
        where = self._reader.resolved(query.where, {})  # it is applied until there are enough shots
        hits = self._hits.newest(replace(query, where=where))
        total = self._reader.count(where) if len(hits) == query.limit else 0
        return Results(hits, Timings(total=stopwatch.lap_ms()), total=total)

    def search(self, query: Query) -> Results:
        """The files that answer best.

        Raises:
            FileError: an example cannot be read.
            FileSkipped: no extractor reads an example.
        """
        stopwatch = _Stopwatch(time.perf_counter())
        known: dict[Is, Is] = {}
        exact = self._have_phrases(query.where, known)
        query, loose = relaxed(query) if exact is False else (with_phrases(query), "")
        sides = query.either or (Side(query.text, query.where),)
        vectors = {side.text: self._encode(side.text) for side in sides}
        examples = [rows for example in query.like for rows in self._examples.vectors(example)]
        encode = stopwatch.lap_ms()
        found = [self._retrieve(side, known, vectors[side.text][0], examples, query.limit) for side in sides]
        retrieve = stopwatch.lap_ms()
        ranked = ranking.best_of([ranking.rank(evidence) for evidence, _ in found])
        hits = self._hits.make(ranked, replace(query, where=self._reader.resolved(query.where, known)))
        rank = stopwatch.lap_ms()
        problems = (*(problem for _, problem in vectors.values()), *(problem for _, problem in found), loose)
        notice = next(filter(None, problems), "") or self._weak_photos(vectors[sides[0].text][0], hits)
        total = max(len(ranked), sum(map(self._count, sides))) if len(hits) == query.limit else 0
        return Results(hits, Timings(encode + retrieve + rank, encode, retrieve, rank), notice, exact, total)

    def _count(self, side: Side) -> int:
        """How many contents have all of the words."""
        words = query_words(side.text)
        where = self._reader.resolved(side.where, {})
        kinds = None if where == EVERYTHING else kinds_of(where)
        match = " AND ".join(f'"{word}"' for word in words)
        return self._reader.count_with_words(match, self._reader.allowed(where), kinds or ()) if words else 0

    def _have_phrases(self, where: Condition, known: dict[Is, Is]) -> bool | None:
        """Whether a file has the phrases; None if none are asked for."""
        phrases = only(where, lambda each: each.name == "phrase")
        return None if phrases == EVERYTHING else self._reader.passes_any(self._reader.resolved(phrases, known))

    def _encode(self, text: str) -> tuple[Mapping[str, Vectors], str]:
        """The text's vectors by space id, each of shape (1, dimension), and a notice if a model failed."""
        if not text or not self._spaces():
            return {}, ""
        try:
            encoded = self._inference.encode_query(text, [space.id for space in self._spaces()]).result()
        except ModelUnavailable as error:
            return {}, f"{error} Only words and file names were searched."
        return encoded.vectors, encoded.problem and f"{encoded.problem} The other models were searched."

    def _retrieve(
        self,
        side: Side,
        known: dict[Is, Is],
        vectors: Mapping[str, Vectors],
        examples: Sequence[ExampleQuery],
        limit: int,
    ) -> tuple[list[Evidence], str]:
        """All evidence; without a vector store, that of words and names, and a notice. ``known``: of slow filters."""
        where = self._reader.resolved(side.where, known)
        if not side.text and not examples:
            return list(self._listed(where, limit)), ""
        kinds = None if where == EVERYTHING else kinds_of(where)
        scope = _Scope(kinds or frozenset(), self._reader.allowed(where), max(_TOP_K, limit))
        words = [*self._keyword_hits(side, scope), *self._name_hits(side.text, where)]
        starts = self._store.starts
        try:
            vector_hits, notice = [*self._space_hits(vectors, scope), *self._example_hits(examples, scope)], ""
        except StoreFailure as error:
            log.warning("%s", error, exc_info=True)
            self._on_refusal(starts)
            vector_hits, notice = [], f"{error} {_WITHOUT_STORE}"
        return self._in_mails([*vector_hits, *words], where), notice

    def _in_mails(self, evidence: Sequence[Evidence], where: Condition) -> list[Evidence]:
        """Without that in mails which do not pass the filters, though others in their mailbox do."""
        segment_ids = {match.segment_id for match in evidence if match.segment_id is not None}
        others = self._reader.in_other_mails(segment_ids, where)
        return [match for match in evidence if match.segment_id not in others]

    def _listed(self, where: Condition, limit: int) -> Iterator[Evidence]:
        """Evidence of what passes filters beside an OR: the newest, in this order."""
        for number, row in enumerate(self._reader.newest(where, limit)):
            yield Evidence(row.content_id or -row.id, None, Source.FILTERS, ranking.LISTED - number * ranking.NEXT)

    def _space_hits(self, vectors: Mapping[str, Vectors], scope: _Scope) -> Iterator[Evidence]:
        """The spaces of one model, which has the same segments in each, bear witness together; see ``mean``."""
        together: dict[tuple[Modality, bool, frozenset[str]], list[Space]] = defaultdict(list)
        for space in self._spaces():
            if space.id in vectors:
                models = self._inference.models_of([space.id])
                together[space.modality, space.takes_text, models].append(space)
        for (modality, _, _), spaces in together.items():
            evidence = [
                list(self._vector_hits(space, vectors[space.id], scope, _SOURCES[modality], space.background))
                for space in spaces
            ]
            yield from ranking.mean(evidence)

    def _example_hits(self, examples: Sequence[ExampleQuery], scope: _Scope) -> Iterator[Evidence]:
        for example in examples:
            background = example.space.example_background
            nearest = self._vector_hits(example.space, example.rows, scope, Source.EXAMPLE, background)
            in_time = example.moving and len(example.rows) > 1
            yield from self._aligned_hits(example, nearest) if in_time else nearest

    def _aligned_hits(self, example: ExampleQuery, nearest: Iterator[Evidence]) -> Iterator[Evidence]:
        """Evidence of the contents that have an example's moments in order; ``nearest`` are candidates for them."""
        by_strength = sorted(nearest, key=lambda evidence: -evidence.strength)
        contents = list(dict.fromkeys(evidence.key for evidence in by_strength))
        for content in contents[:_ALIGNED]:
            segment_ids, rows = self._reader.vectors(example.space.id, [content], without=ABOUT)
            if segment_ids:  # else it was forgotten a moment ago
                strength, at = ranking.align(rows @ example.rows.T, example.space.example_background)
                yield Evidence(content, segment_ids[at], Source.EXAMPLE, strength)

    def _vector_hits(
        self, space: Space, rows: Vectors, scope: _Scope, source: Source, background: tuple[float, float]
    ) -> Iterator[Evidence]:
        """Evidence of the segments nearest to any of the query ``rows``, shape (n, dimension)."""
        cosines = self._cosines(space, rows, scope)
        segments = self._reader.segments(cosines)
        for number, cosine in cosines.items():
            segment = segments.get(number)
            if segment and scope.holds(segment.content_id):
                yield Evidence(segment.content_id, number, source, ranking.from_cosine(cosine, background))

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

    def _keyword_hits(self, side: Side, scope: _Scope) -> Iterator[Evidence]:
        """Evidence of the segments with the words, more where they stand in a row."""
        words = query_words(side.text)
        if not words:
            return
        match = " OR ".join(f'"{word}"' for word in words)
        scores = self._widen(
            lambda top_k: dict(self._reader.by_words(match, top_k, scope.allowed, scope.kinds)),
            _Scope(scope.kinds, None, scope.wanted),  # what is allowed, by_words itself goes by
        )
        information = self._information(words)
        pairs, phrases = pairs_of(side.text), phrases_of(side.where)
        for row in self._reader.segments(scores).values():
            strength = ranking.from_bm25(scores[row.id], information, has_all=has_all(row.text, words))
            yield Evidence(row.content_id, row.id, Source.WORDS, strength + in_a_row(row.text, pairs, phrases))

    def _information(self, words: Sequence[str]) -> float:
        stems = [stem(word) for word in words]
        frequencies = self._reader.frequencies(set(stems))
        segments = max(1, self._reader.segment_estimate())
        return ranking.information((frequencies.get(term, 0) for term in stems), segments)

    def _name_hits(self, text: str, where: Condition) -> Iterator[Evidence]:
        """Evidence of the files with the words in their names or their folders'."""
        words = query_words(text)
        characters = sum(len(word) for word in words)
        for row, name in self._reader.by_name(words, where, _TOP_K):
            matching = sum(len(word) for word in words if word in name.lower())  # the name is folded but for its case
            yield Evidence(row.content_id or -row.id, None, Source.NAME, ranking.NAME_WEIGHT * matching / characters)

    def _weak_photos(self, vectors: Mapping[str, Vectors], hits: Sequence[Hit]) -> str:
        """A notice where photos were found by the starter pack alone, the weakest road from text to photos."""
        photo_spaces = [space.id for space in self._spaces() if space.modality is Modality.IMAGE and space.takes_text]
        asked = [space for space in photo_spaces if space in vectors]
        weak = bool(asked) and all(space.startswith("captions-lite0-") for space in asked)
        return WEAK_PHOTOS if weak and any(hit.kind is Kind.PHOTO for hit in hits) else ""


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


@dataclass(slots=True)
class _Stopwatch:
    last: float

    def lap_ms(self) -> float:
        """Milliseconds since the last call."""
        now = time.perf_counter()
        elapsed, self.last = (now - self.last) * 1000, now
        return elapsed


def _highest(results: Sequence[Sequence[tuple[int, float]]]) -> dict[int, float]:
    """By segment id, its highest cosine to any of the query rows."""
    highest: dict[int, float] = {}
    for segment_id, cosine in (pair for row in results for pair in row):
        highest[segment_id] = max(cosine, highest.get(segment_id, -1.0))
    return highest
