"""Answers queries: encodes them, has evidence retrieved, ranks it, and makes hits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bowerbird.core.answers import Correction, Hit, Results, Timings
from bowerbird.core.catalog.functions import folder_key, name_key
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.conditions import EVERYTHING, Condition, Is, only
from bowerbird.core.errors import ModelUnavailable, UsageError
from bowerbird.core.inference.client import Inference
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import (
    Liking,
    Order,
    Query,
    Side,
)
from bowerbird.core.search import ranking
from bowerbird.core.search.examples import Examples
from bowerbird.core.search.hits import HitMaker
from bowerbird.core.search.phrases import relaxed, with_phrases
from bowerbird.core.search.query import ranks
from bowerbird.core.search.ranking import Asked, Evidence
from bowerbird.core.search.retrieval import LikedExample, Retriever
from bowerbird.core.search.spelling import Spelling, notice_of
from bowerbird.core.search.wording import Wording, without_stars, words_of
from bowerbird.core.types import (
    Kind,
    Modality,
    Space,
    Vectors,
)
from bowerbird.core.vectors.store import VectorStore

_SORTED = 1000  # hits that are sorted otherwise than by how well they match
_KEYS: Mapping[Order, Callable[[Hit], Any]] = {
    Order.NEWEST: lambda hit: -_seconds(hit),
    Order.OLDEST: lambda hit: _seconds(hit),
    Order.NAME: lambda hit: name_key(hit.path),
    Order.LARGEST: lambda hit: -hit.size,
    Order.FOLDER: lambda hit: folder_key(hit.path),
}
_COUNTED = 200  # hits: counting all that match well would take longer than a search

WEAK_PHOTOS = (
    "Photos are found by a small model, which often mistakes people, actions and relations. "
    "A CLIP model would do better; see Models."
)


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
        self._reader, self._inference, self._examples, self._spaces = reader, inference, examples, spaces
        self._retriever = Retriever(reader, store, inference, spaces, on_refusal)
        self._hits, self._wording = HitMaker(paths, reader), Wording(reader)
        self._spelling = Spelling(reader, self._wording)

    def browse(self, query: Query) -> Results:
        """The first files that pass the query's filters: the newest, if no order is asked for."""
        stopwatch = _Stopwatch(time.perf_counter())
        where = self._reader.resolved(query.where, {})  # it is applied until there are enough shots
        hits = self._hits.listed(replace(query, where=where))
        total = self._reader.files.count(where) if len(hits) == query.limit else 0
        return Results(hits, Timings(total=stopwatch.lap_ms()), total=total)

    def count(self, query: Query) -> tuple[int, bool]:
        """How many files match well, or of filters alone, pass them; and whether there may be more.

        Those that match well are counted to ``_COUNTED``, copies with them.
        """
        if not ranks(query):
            return self._reader.files.count(query.where), False
        results = self.search(replace(query, limit=_COUNTED, apart=True))
        strong = [hit for hit in results.hits if hit.strong and results.phrases_found is not False]
        return sum(1 + len(hit.copies) for hit in strong), len(strong) == _COUNTED

    def search(self, query: Query) -> Results:
        """The files that answer best.

        Raises:
            FileError: an example cannot be read.
            FileSkipped: no extractor reads an example.
            UsageError: all that is said is what is not meant.
        """
        if query.like and not query.text and all(each.liking is Liking.NOT_LIKE for each in query.like):
            raise UsageError("This says only what is not meant. Add words, or an example that is.")
        results = self._in_order(query)
        if any(hit.strong for hit in results.hits):
            return results
        meant, corrections = self._spelling.corrected(query)
        return self._forgiving(results, meant, corrections) if corrections else results

    def _forgiving(self, results: Results, meant: Query, corrections: tuple[Correction, ...]) -> Results:
        """The answer to what was meant, if it has a match and the one to what was typed has none."""
        forgiven = self._in_order(meant)
        if not any(hit.strong for hit in forgiven.hits):
            return results
        notice = " ".join(filter(None, (*map(notice_of, corrections), forgiven.notice)))
        return replace(forgiven, took=results.took + forgiven.took, notice=notice, corrected=corrections)

    def _in_order(self, query: Query) -> Results:
        """The answer, those that match well in the query's order: of the best ``_SORTED``, so that more change none."""
        if query.order is Order.BEST:
            return self._answer(query)
        results = self._answer(replace(query, limit=max(query.limit, _SORTED)))
        best, rest = results.hits[:_SORTED], results.hits[_SORTED:]
        strong = sorted((hit for hit in best if hit.strong), key=_KEYS[query.order])
        hits = (*strong, *(hit for hit in best if not hit.strong), *rest)[: query.limit]
        return replace(results, hits=hits, total=(results.total or len(strong)) if len(hits) == query.limit else 0)

    def _answer(self, query: Query) -> Results:
        stopwatch = _Stopwatch(time.perf_counter())
        known: dict[Is, Is] = {}
        exact = self._have_phrases(query.where, known)
        query, loose = relaxed(query) if exact is False else (with_phrases(query), "")
        sides = query.either or (Side(query.text, query.where),)
        vectors = {side.text: self._encode(without_stars(side.text)) for side in sides}
        terms = {side.text: self._wording.terms(side.text) for side in sides}
        examples = self._liked(query)
        encode = stopwatch.lap_ms()
        found = [
            self._retriever.retrieve(side, terms[side.text], known, vectors[side.text][0], examples, query.limit)
            for side in sides
        ]
        retrieve = stopwatch.lap_ms()
        asked = [Asked.of(side.text, query.like) for side in sides]
        ranked = ranking.best_of([ranking.rank(each, parts) for (each, _), parts in zip(found, asked, strict=True)])
        words = words_of(term for each in terms.values() for term in each)
        hits = self._hits.make(ranked, replace(query, where=self._reader.resolved(query.where, known)), words)
        rank = stopwatch.lap_ms()
        problems = (*(problem for _, problem in vectors.values()), *(problem for _, problem in found), loose)
        notice = next(filter(None, problems), "") or self._weak_photos(vectors[sides[0].text][0], hits)
        total = 0
        if len(hits) == query.limit:
            total = max(len(ranked), sum(self._retriever.count(side, terms[side.text], known) for side in sides))
        return Results(hits, Timings(encode + retrieve + rank, encode, retrieve, rank), notice, exact, total=total)

    def evidence(self, query: Query) -> list[Evidence]:
        """All evidence for a query without an OR, before it is fused: what each way to search finds by itself."""
        examples = self._liked(query)
        side, terms = Side(query.text, query.where), self._wording.terms(query.text)
        vectors, _ = self._encode(without_stars(query.text))
        return self._retriever.retrieve(side, terms, {}, vectors, examples, query.limit)[0]

    def _liked(self, query: Query) -> list[LikedExample]:
        return [(example.liking, self._examples.vectors(example)) for example in query.like]

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

    def _weak_photos(self, vectors: Mapping[str, Vectors], hits: Sequence[Hit]) -> str:
        """A notice where photos were found by the starter pack alone, the weakest road from text to photos."""
        photo_spaces = [space.id for space in self._spaces() if space.modality is Modality.IMAGE and space.takes_text]
        asked = [space for space in photo_spaces if space in vectors]
        weak = bool(asked) and all(space.startswith("captions-lite0-") for space in asked)
        return WEAK_PHOTOS if weak and any(hit.kind is Kind.PHOTO for hit in hits) else ""


def _seconds(hit: Hit) -> float:
    return hit.modified_at.timestamp() if hit.modified_at else 0.0


@dataclass(slots=True)
class _Stopwatch:
    last: float

    def lap_ms(self) -> float:
        """Milliseconds since the last call."""
        now = time.perf_counter()
        elapsed, self.last = (now - self.last) * 1000, now
        return elapsed
