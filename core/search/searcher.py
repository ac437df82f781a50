"""Answers queries: encode, retrieve from every space and the keyword index, rank, show."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bowerbird.core.answers import Hit, Results, Timings
from bowerbird.core.catalog.reader import CatalogView
from bowerbird.core.errors import ModelUnavailable, StoreDamaged
from bowerbird.core.inference.client import Inference
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.search import ranking
from bowerbird.core.search.examples import ExampleQuery, Examples
from bowerbird.core.search.hits import HitMaker
from bowerbird.core.search.ranking import Evidence, Source
from bowerbird.core.types import Kind, Modality, Query, Space, Vectors
from bowerbird.core.vectors.store import VectorStore
from bowerbird.core.words import all_words, query_words, stem

_TOP_K = 200
_EXACT = 3000  # contents: up to here a filtered search reads the vectors from the catalog, exact and quicker
_WIDER = (_TOP_K, 2000, 16_000)  # top_k of a filtered search that found too little; the last is Milvus' own limit

WEAK_PHOTOS = (
    "Photos are found by the things in them, not yet by people, actions or relations. "
    "A CLIP model would do better; see Models."
)


_SOURCES = {
    Modality.TEXT: Source.MEANING,
    Modality.IMAGE: Source.LOOKS,
    Modality.SOUND: Source.SOUNDS,
    Modality.SCENE: Source.LOOKS,
}
_ALIGNED = 50  # contents, of those most like one of its moments, compared with a whole example
_REPAIR = "The search data is being repaired; meanwhile only words and file names were searched."

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Clock:
    """Milliseconds between calls."""

    last: float

    def lap(self) -> float:
        now = time.perf_counter()
        took, self.last = (now - self.last) * 1000, now
        return took


class Searcher:
    """Stateless between queries; safe from any thread."""

    def __init__(
        self,
        paths: LibraryPaths,
        view: CatalogView,
        store: VectorStore,
        inference: Inference,
        examples: Examples,
        spaces: Callable[[], Sequence[Space]],
        on_damage: Callable[[], None],
    ) -> None:
        """What it asks; ``spaces`` are those to search; ``on_damage`` is called when the vector store refuses."""
        self._on_damage, self._spaces = on_damage, spaces
        self._view, self._store, self._inference, self._examples = view, store, inference, examples
        self._hits = HitMaker(paths, view)

    def browse(self, query: Query) -> Results:
        """The newest files that pass the query's filters."""
        clock = _Clock(time.perf_counter())
        hits = tuple(self._hits.plain(row) for row in self._view.newest(query))
        return Results(hits, Timings(total=clock.lap()))

    def search(self, query: Query) -> Results:
        """The files that answer best.

        Raises:
            FileError: an example cannot be read.
        """
        clock = _Clock(time.perf_counter())
        text, unsaid = self._spelled(query)
        notice, vectors = self._encode(text.text)
        like = [asked for example in query.like for asked in self._examples.vectors(example)]
        encode = clock.lap()
        evidence, repair = self._gather(text, vectors, like)
        retrieve = clock.lap()
        hits = self._hits.make(ranking.rank(evidence), text)
        photos = [space.id for space in self._spaces() if space.modality is Modality.IMAGE]
        took = Timings(encode + retrieve + (rank := clock.lap()), encode, retrieve, rank)
        return Results(hits, took, notice or repair or unsaid or _weakness(vectors, photos, hits))

    def _gather(
        self, query: Query, vectors: Mapping[str, Vectors], like: list[ExampleQuery]
    ) -> tuple[list[Evidence], str]:
        """All evidence; without a vector store, that of words and names, and a sentence that says so."""
        try:
            return list(self._retrieve(query, vectors, like)), ""
        except StoreDamaged as error:
            log.warning("%s", error, exc_info=True)
            self._on_damage()
            return list(self._retrieve(query, {}, [])), _REPAIR

    def _spelled(self, query: Query) -> tuple[Query, str]:
        """The query with its phrases as text too; if nothing holds them, as text only, and a sentence that says so."""
        text = replace(query, text=" ".join((query.text, *query.phrases)).strip())
        if not query.phrases or self._view.allowed(replace(Query(), phrases=query.phrases)):
            return text, ""
        said = " and ".join(f'"{phrase}"' for phrase in query.phrases)
        return replace(text, phrases=()), f"No file has the exact words {said}. These come closest."

    def _encode(self, text: str) -> tuple[str, Mapping[str, Vectors]]:
        if not text or not self._spaces():
            return "", {}
        try:
            found = self._inference.encode_query(text, [space.id for space in self._spaces()]).result()
            return found.problem and f"{found.problem} The other models were searched.", found.vectors
        except ModelUnavailable as error:
            return f"{error} Only words and file names were searched.", {}

    def _retrieve(self, query: Query, vectors: Mapping[str, Vectors], like: list[ExampleQuery]) -> Iterator[Evidence]:
        allowed = self._view.allowed(query)
        spaces = {space.id: space for space in self._spaces()}
        for name, rows in ((name, rows) for name, rows in vectors.items() if name in spaces):
            source = _SOURCES[spaces[name].modality]
            yield from self._near(spaces[name], rows, query, allowed, source, spaces[name].background)
        for asked in like:
            yield from self._like(asked, query, allowed)
        yield from self._said(query, allowed)
        yield from self._named(query, allowed)

    def _near(
        self,
        space: Space,
        rows: Vectors,
        query: Query,
        allowed: Collection[int] | None,
        source: Source,
        background: tuple[float, float],
    ) -> Iterator[Evidence]:
        cosines = self._nearest(space, rows, query, allowed)
        segments = self._view.segments(cosines)
        for number, cosine in cosines.items():
            if number in segments and (allowed is None or segments[number].content_id in allowed):
                strength = ranking.from_cosine(cosine, background)
                yield Evidence(segments[number].content_id, number, source, strength)

    def _like(self, asked: ExampleQuery, query: Query, allowed: Collection[int] | None) -> Iterator[Evidence]:
        space = asked.space
        near = list(self._near(space, asked.rows, query, allowed, Source.EXAMPLE, space.example_background))
        if not asked.moving or len(asked.rows) == 1:
            yield from near
            return
        best = list(dict.fromkeys(one.key for one in sorted(near, key=lambda one: -one.strength)))
        for content in best[:_ALIGNED]:
            numbers, rows = self._view.vectors(space.id, [content])
            strength, at = ranking.aligned(rows @ asked.rows.T, space.example_background)
            yield Evidence(content, numbers[at], Source.EXAMPLE, strength)

    def _nearest(self, space: Space, rows: Vectors, query: Query, allowed: Collection[int] | None) -> dict[int, float]:
        if allowed is not None and len(allowed) <= _EXACT:
            numbers, matrix = self._view.vectors(space.id, allowed)
            return dict(zip(numbers, (matrix @ rows.T).max(axis=1).tolist(), strict=True)) if numbers else {}
        found: dict[int, float] = {}
        for top_k in _WIDER:
            found = _best(self._store.search(space.id, rows, top_k, query.kinds))
            if allowed is None or len(found) < top_k or self._enough(found, allowed):
                break
        return found

    def _enough(self, found: Collection[int], allowed: Collection[int]) -> bool:
        return sum(row.content_id in allowed for row in self._view.segments(found).values()) >= _TOP_K

    def _said(self, query: Query, allowed: Collection[int] | None) -> Iterator[Evidence]:
        words = query_words(query.text)
        if not words:
            return
        match = " OR ".join(f'"{word}"' for word in words)
        found = dict(self._view.by_words(match, _TOP_K, allowed))
        frequencies = self._view.frequencies({stem(word) for word in words})
        information = ranking.information(
            (frequencies.get(stem(word), 0) for word in words), max(1, self._view.roughly_segments())
        )
        pairs = _pairs(query.text)
        for row in self._view.segments(found).values():
            strength = ranking.from_bm25(found[row.id], information)
            in_a_row = len(pairs & _pairs(row.text)) / len(pairs) if pairs else 0.0
            yield Evidence(row.content_id, row.id, Source.WORDS, strength + ranking.VERBATIM * in_a_row)

    def _named(self, query: Query, allowed: Collection[int] | None) -> Iterator[Evidence]:
        words = query_words(query.text)
        whole = sum(len(word) for word in words)
        for row, name in self._view.by_name(words, query, _TOP_K):
            said = sum(len(word) for word in words if word in name.lower())
            key = row.content_id if row.content_id is not None else -row.id
            if allowed is None or key in allowed or (row.content_id is None and not query.phrases):
                yield Evidence(key, None, Source.NAME, ranking.NAME_WEIGHT * said / whole)


def _weakness(vectors: Mapping[str, Vectors], photo_spaces: Collection[str], hits: Sequence[Hit]) -> str:
    """A sentence where photos were found through ConSE alone, the weakest road from text to photos."""
    by_conse = {space.startswith("conse-") for space in vectors if space in photo_spaces}
    return WEAK_PHOTOS if by_conse == {True} and any(hit.kind is Kind.PHOTO for hit in hits) else ""


def _pairs(text: str) -> set[tuple[str, str]]:
    """Words that follow each other, the untelling ones too."""
    return set(pairwise(all_words(text)))


def _best(found: list[list[tuple[int, float]]]) -> dict[int, float]:
    best: dict[int, float] = {}
    for number, cosine in (pair for row in found for pair in row):
        best[number] = max(cosine, best.get(number, -1.0))
    return best
