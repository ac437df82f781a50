"""Stand-ins for what a search asks: a catalog, a vector store, models and decoders, all in memory and at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np

from bowerbird.core.catalog.filters.table import FOUND, Found, kinds_of
from bowerbird.core.catalog.records import FileRow, SegmentRow, TextBox
from bowerbird.core.catalog.shots import ShotFile
from bowerbird.core.catalog.vocabulary import Word
from bowerbird.core.conditions import EVERYTHING, AllOf, Condition, Is, Not, replaced
from bowerbird.core.extractors.base import Limits
from bowerbird.core.questions import Order
from bowerbird.core.types import (
    Encoded,
    Extraction,
    FileState,
    Heard,
    Kind,
    Label,
    Locator,
    Modality,
    Properties,
    Space,
    Vectors,
)
from bowerbird.core.words import all_words, stem

NOWHERE, NO_PROPERTIES, NO_VECTORS, SILENCE = Locator(), Properties(), Encoded({}), Heard((), (), {})
QUERY = np.array([[1.0, 0.0]], np.float32)


def space(name: str, modality: Modality = Modality.TEXT, *, takes_text: bool = True) -> Space:
    """A space of two dimensions, in which unrelated things have a cosine of 0.0, give or take 0.1."""
    return Space(name, 2, modality, takes_text, background=(0.0, 0.1), example_background=(0.0, 0.1))


def towards(*cosines: float) -> Vectors:
    """A vector for each cosine that it is to have with ``QUERY``."""
    return np.array([(cosine, np.sqrt(1 - cosine**2)) for cosine in cosines], np.float32)


def segment(
    number: int,
    content_id: int,
    text: str = "",
    *,
    modality: Modality = Modality.TEXT,
    at: Locator = NOWHERE,
    labels: Mapping[str, float] | None = None,
) -> SegmentRow:
    seen = tuple(Label(name, probability) for name, probability in (labels or {}).items())
    return SegmentRow(number, content_id, number, modality, text, seen, at)


def file(
    number: int,
    path: str,
    content_id: int | None,
    *,
    kind: Kind | None = Kind.DOCUMENT,
    size: int = 1000,
    mtime_ns: int = 0,
    fingerprint: bytes = b"",
    properties: Properties = NO_PROPERTIES,
) -> FileRow:
    state = FileState.SKIPPED if content_id is None else FileState.INDEXED
    return FileRow(number, Path(path), kind, state, size, mtime_ns, content_id, fingerprint, properties)


class FakeReader:
    """The catalog's answers to a search, of rows that are given. Filters by kind, folder and phrase."""

    boxes: Mapping[int, list[TextBox]] = {}

    def __init__(
        self,
        files: Iterable[FileRow] = (),
        segments: Iterable[SegmentRow] = (),
        vectors: Mapping[str, Mapping[int, Any]] | None = None,
        waveform: bytes = b"",
        omissions: Sequence[str] = (),
    ) -> None:
        self.rows = {row.id: row for row in segments}
        self._files, self._vectors, self._waveform = list(files), vectors or {}, waveform
        self._omissions = tuple(omissions)
        self.files = self
        self.shots, self.layouts = FakeShots(self._files), FakeLayouts()
        self.vocabulary = FakeVocabulary(self.rows.values())

    def resolved(self, where: Condition, known: dict[Is, Is]) -> Condition:
        def found(each: Is) -> Condition:
            passing = frozenset(row.id for row in self._files if self._passes(row, each))
            return Is(FOUND, Found(passing)) if each.name == "phrase" else each

        return replaced(where, found)

    def allowed(self, where: Condition) -> frozenset[int] | None:
        if where == EVERYTHING or kinds_of(where):
            return None
        return frozenset(row.content_id for row in self._filtered(where) if row.content_id is not None)

    def passes_any(self, where: Condition) -> bool:
        return bool(self._filtered(where))

    def segment_estimate(self) -> int:
        return 1000

    def by_words(
        self, match: str, limit: int, allowed: Collection[int] | None, kinds: Collection[Kind] = ()
    ) -> list[tuple[int, float]]:
        stems = {stem(word) for word in re.findall('"([^"]+)"', match)}
        rows = [row for row in self.rows.values() if allowed is None or row.content_id in allowed]
        scores = {row.id: float(len(stems & _stems(row))) for row in rows}
        return sorted(((number, score) for number, score in scores.items() if score), key=lambda row: -row[1])[:limit]

    def count_with_words(self, match: str, allowed: Collection[int] | None, kinds: Collection[Kind] = ()) -> int:
        stems = {stem(word) for word in re.findall('"([^"]+)"', match)}
        rows = [row for row in self.rows.values() if allowed is None or row.content_id in allowed]
        return len({row.content_id for row in rows if stems <= _stems(row)})

    def count(self, where: Condition) -> int:
        return len(self._filtered(where))

    def by_name(
        self, words: Sequence[str], where: Condition, limit: int, contents: Collection[int] | None = None
    ) -> list[tuple[FileRow, str]]:
        rows = [row for row in self._filtered(where) if contents is None or row.content_id in contents]
        named = [(row, str(row.path)) for row in rows]
        return [(row, name) for row, name in named if any(word in name.lower() for word in words)][:limit]

    def segments(self, ids: Iterable[int]) -> dict[int, SegmentRow]:
        return {number: self.rows[number] for number in sorted(ids) if number in self.rows}

    def in_other_mails(self, segment_ids: Collection[int], where: Condition) -> set[int]:
        return set()

    def segments_of(self, content_id: int, most: int = -1) -> list[SegmentRow]:
        rows = [row for row in self.rows.values() if row.content_id == content_id]
        return rows if most < 0 else rows[:most]

    def of_contents(self, content_ids: Iterable[int], where: Condition) -> list[FileRow]:
        wanted = set(content_ids)
        return [row for row in self._filtered(where) if row.content_id in wanted]

    def by_id(self, ids: Iterable[int], where: Condition) -> list[FileRow]:
        wanted = set(ids)
        return [row for row in self._filtered(where) if row.id in wanted]

    def at(self, path: Path) -> FileRow | None:
        return next((row for row in self._files if row.path == path), None)

    def listed(self, where: Condition, limit: int, order: Order = Order.NEWEST) -> list[FileRow]:
        newest = sorted(self._filtered(where), key=lambda row: -row.mtime_ns)
        return (sorted(newest, key=lambda row: row.path.name) if order is Order.NAME else newest)[:limit]

    def content_id(self, fingerprint: bytes) -> int | None:
        return next((row.content_id for row in self._files if row.fingerprint == fingerprint), None)

    def text_boxes(self, segment_id: int) -> list[TextBox]:
        return self.boxes.get(segment_id, [])

    def omissions(self, content_id: int) -> tuple[str, ...]:
        return self._omissions

    def vectors(self, space: str, content_ids: Iterable[int], *, without: str = "") -> tuple[list[int], Vectors]:
        wanted, rows = set(content_ids), self._vectors.get(space, {})
        ids = [number for number in rows if self.rows[number].content_id in wanted]
        ids = [number for number in ids if not without or self.rows[number].locator.section != without]
        return ids, np.array([rows[number] for number in ids], np.float32)

    def waveform(self, content_id: int) -> bytes:
        return self._waveform

    def _filtered(self, where: Condition) -> list[FileRow]:
        return [row for row in self._files if self._passes(row, where)]

    def _passes(self, row: FileRow, where: Condition) -> bool:
        if isinstance(where, Is):
            return self._passes_filter(row, where)
        if isinstance(where, Not):
            return not self._passes(row, where.of)
        return (all if isinstance(where, AllOf) else any)(self._passes(row, part) for part in where.of)

    def _passes_filter(self, row: FileRow, each: Is) -> bool:
        if each.name == "under":
            return row.path.is_relative_to(each.value)
        if each.name == FOUND:
            return row.id in each.value.files
        if each.name == "kind":
            return row.kind in each.value
        assert each.name == "phrase"
        return any(each.value in one.text for one in self.rows.values() if one.content_id == row.content_id)


class FakeVocabulary:
    """The words of segments, in no known language but for ``contents``."""

    contents: Mapping[int, str] = {}

    def __init__(self, rows: Iterable[SegmentRow]) -> None:
        self._rows = list(rows)
        counts = Counter(word for row in self._rows for word in set(all_words(row.text)))
        self._words = [Word(word, word, number) for word, number in counts.most_common()]

    def of(self, words: Collection[str]) -> dict[str, Word]:
        return {word.word: word for word in self._words if word.word in words}

    def beginning(self, prefix: str, limit: int, longest: int = 64) -> list[Word]:
        found = [word for word in self._words if word.word.startswith(prefix) and len(word.word) <= longest]
        return found[:limit]

    def containing(self, part: str, limit: int) -> list[Word]:
        return [word for word in self._words if part in word.word][:limit]

    def languages(self) -> list[str]:
        return []

    def index_size(self) -> tuple[int, int]:
        return 1000, 10_000

    def frequencies(self, stems: Collection[str]) -> dict[str, int]:
        return {word: sum(word in _stems(row) for row in self._rows) for word in stems}

    def languages_of(self, content_ids: Collection[int]) -> dict[int, str]:
        return {number: language for number, language in self.contents.items() if number in content_ids}


class FakeLayouts:
    """Of no photo is another one known that looks the same."""

    def like(self, content_ids: Collection[int]) -> dict[int, frozenset[int]]:
        return {}


class FakeShots:
    """Files that share a name."""

    def __init__(self, files: Sequence[FileRow]) -> None:
        self._files = files

    def beside(self, folder: str, stem: str) -> list[ShotFile]:
        return [ShotFile.of(row) for row in self._files if row.path.parent == Path(folder) and row.path.stem == stem]

    def taken_between(self, *_: object) -> list[ShotFile]:
        return []


def _stems(row: SegmentRow) -> set[str]:
    return {stem(word) for word in all_words(row.text)}


class FakeStore:
    """Searches the vectors of a ``FakeReader``, as the vector store does; ``calls`` are (space, top_k, kinds)."""

    def __init__(self, vectors: Mapping[str, Mapping[int, Any]] | None = None, error: Exception | None = None) -> None:
        self.calls: list[tuple[str, int, frozenset[Kind]]] = []
        self._vectors, self._error = vectors or {}, error
        self.starts = 1

    def search(
        self, space_id: str, vectors: Vectors, top_k: int, kinds: Iterable[Kind] = ()
    ) -> list[list[tuple[int, float]]]:
        self.calls.append((space_id, top_k, frozenset(kinds)))
        if self._error:
            raise self._error
        return [self._nearest(space_id, query)[:top_k] for query in vectors]

    def _nearest(self, space_id: str, query: Any) -> list[tuple[int, float]]:
        cosines = {number: float(row @ query) for number, row in self._vectors.get(space_id, {}).items()}
        return sorted(cosines.items(), key=lambda row: -row[1])


class FakeInference:
    """Models that answer at once. ``documents`` makes an item's vectors by space id; ``calls`` are what was asked."""

    def __init__(
        self,
        query: Encoded | Exception = NO_VECTORS,
        documents: Callable[[Modality, Sequence[Any]], Mapping[str, Vectors]] = lambda modality, items: {},
        heard: Heard = SILENCE,
        spaces: Sequence[Space] = (),
        image_side: int = 0,
    ) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._query, self._documents, self._heard, self._spaces = query, documents, heard, tuple(spaces)
        self._image_side = image_side

    def spaces(self) -> tuple[Space, ...]:
        return self._spaces

    def models_of(self, spaces: Collection[str]) -> frozenset[str]:
        """A model's spaces begin with its name: "photos-en@1" is of "photos"."""
        return frozenset(space.partition("@")[0].partition("-")[0] for space in spaces)

    def image_side(self) -> int:
        return self._image_side

    def encode_query(self, text: str, spaces: Collection[str] | None = None) -> Future[Encoded]:
        self.calls.append(("query", text))
        return future(self._query)

    def encode_documents(self, modality: Modality, items: Sequence[Any]) -> Future[Encoded]:
        self.calls.append((modality, list(items)))
        return future(Encoded(self._documents(modality, items)))

    def listen(self, samples: Any, *, urgent: bool = False) -> Future[Heard]:
        assert urgent, "somebody waits for an example"
        self.calls.append(("listen", samples))
        return future(self._heard)


class FakePool:
    """Decoders that answer at once; ``limits`` are those of the files they decoded."""

    def __init__(self, extraction: Extraction | Exception | None = None, picture: bytes | Exception = b"") -> None:
        self.limits: list[Limits] = []
        self._extraction, self._picture = extraction, picture

    def extract(self, path: Path, limits: Limits, *, urgent: bool = False) -> Future[Any]:
        assert urgent, "somebody waits for an example"
        self.limits.append(limits)
        return future(self._extraction)

    def page(self, path: Path, number: int, max_area: int, *, urgent: bool = False) -> Future[Any]:
        assert urgent, "somebody waits for an example"
        return future(self._extraction)

    def render(self, path: Path, locator: Locator | None, max_side: int) -> Future[Any]:
        return future(self._picture)


class FakeExamples:
    """Examples whose query vectors are given: the same for all, or by the name of the file."""

    def __init__(self, *queries: Any, named: Mapping[str, Sequence[Any]] | None = None) -> None:
        self._queries, self._named = list(queries), named or {}

    def vectors(self, example: Any) -> Sequence[Any]:
        return self._named.get(example.path.name, self._queries)


def future(value: Any) -> Future[Any]:
    """A future that is done: with a value, or with an error."""
    done: Future[Any] = Future()
    if isinstance(value, Exception):
        done.set_exception(value)
    else:
        done.set_result(value)
    return done
