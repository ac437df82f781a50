"""Makes hits of ranked candidates: which file, which moment, what to show of it, and why it is there, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bowerbird.core.answers import Hit, Reason
from bowerbird.core.catalog.reader import CatalogView, FileRow, SegmentRow
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.search import ranking
from bowerbird.core.search.ranking import Candidate, Source
from bowerbird.core.types import Kind, Locator, Query
from bowerbird.core.words import clock, marks, query_words

_SNIPPET = 240
_BEFORE_MARK = 60
_MOMENTS = 8
_CANDIDATES = 40  # segments looked at for moments: those of one moment, its picture and its words, are one
_WORTH = 0.6  # a further moment has at least so much of the best one's evidence
_SURE = 0.08  # a label less probable than this is no reason to give


class HitMaker:
    """Turns candidates into hits."""

    def __init__(self, paths: LibraryPaths, view: CatalogView) -> None:
        """Where thumbnails lie, and who knows the files."""
        self._paths, self._view = paths, view

    def plain(self, file: FileRow) -> Hit:
        """A file as a hit of nothing in particular, with how it begins."""
        begins = self._view.segments_of(file.content_id, 1) if file.content_id and file.kind is Kind.DOCUMENT else []
        snippet = _snippet(begins[0].text, [])[0] if begins else ""
        return self._hit(file, score=1.0, reasons=(), snippet=snippet)

    def make(self, candidates: Sequence[Candidate], query: Query) -> tuple[Hit, ...]:
        """The first ``query.limit`` candidates that have a file which the query's filters let through."""
        files = self._files(candidates, query)
        unwanted = {word.lower() for word in query.without}
        hits: list[Hit] = []
        for candidate in candidates:
            if len(hits) == query.limit:
                break
            if candidate.key in files:
                hits += self._one(candidate, files[candidate.key], query, unwanted)
        return tuple(hits)

    def _files(self, candidates: Sequence[Candidate], query: Query) -> dict[int, list[FileRow]]:
        files: dict[int, list[FileRow]] = {}
        keys = [candidate.key for candidate in candidates]
        for row in self._view.files_of([key for key in keys if key > 0], query):
            files.setdefault(row.content_id or 0, []).append(row)
        for row in self._view.files_by_id([-key for key in keys if key < 0], query):
            files[-row.id] = [row]
        return files

    def _one(self, candidate: Candidate, files: Sequence[FileRow], query: Query, unwanted: set[str]) -> list[Hit]:
        order = ranking.moments(candidate)
        rows = self._view.segments(order[:_CANDIDATES])
        segments = [rows[number] for number in order if number in rows]
        if not segments and candidate.key > 0:
            segments = self._view.segments_of(candidate.key, 1)
        if unwanted and _holds(unwanted, files, segments):
            return []
        words = query_words(query.text)
        best = segments[0] if segments else None
        snippet, spans = _snippet(best.text, words) if best else ("", ())
        moments = _moments(candidate, segments)
        hit = self._hit(
            files[0],
            score=candidate.score,
            reasons=tuple(_reasons(candidate, segments, words, files[0])),
            moment=moments[0] if moments else None,
            snippet=snippet,
            marks=spans,
            copies=tuple(file.path for file in files[1:]),
            moments=moments[1:],
        )
        return [hit]

    def _hit(self, file: FileRow, *, score: float, reasons: tuple[Reason, ...], **shown: object) -> Hit:
        return Hit(
            path=file.path,
            kind=file.kind,
            score=score,
            strong=score >= ranking.STRONG,
            reasons=reasons,
            thumbnail=self._paths.thumbnail(file.fingerprint) if file.fingerprint else None,
            properties=file.properties,
            modified_at=datetime.fromtimestamp(file.mtime_ns / 1e9),
            size=file.size,
            **shown,  # type: ignore[arg-type]
        )


def _moments(candidate: Candidate, segments: Sequence[SegmentRow]) -> tuple[Locator, ...]:
    """Where a file matches, best first; in a recording or clip only what is nearly as good, each place once."""
    least = _WORTH * max(candidate.segments.values(), default=0.0)
    found: list[Locator] = []
    for row in segments:
        timed = row.locator.start_s is not None
        weak = timed and candidate.segments.get(row.id, 0.0) < least and found
        if row.locator != Locator() and not weak and not any(_same_place(row.locator, one) for one in found):
            found.append(row.locator)
    return tuple(found[:_MOMENTS])


def _same_place(one: Locator, other: Locator) -> bool:
    if one.start_s is None or one.end_s is None or other.start_s is None or other.end_s is None:
        return one == other
    return one.start_s < other.end_s and other.start_s < one.end_s


def _holds(unwanted: set[str], files: Sequence[FileRow], segments: Iterable[SegmentRow]) -> bool:
    names = " ".join(str(file.path.name) for file in files).lower()
    said = " ".join(segment.text + " " + " ".join(label.name for label in segment.labels) for segment in segments)
    return any(word in names for word in unwanted) or bool(marks(said, sorted(unwanted)))


def _snippet(text: str, words: list[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The part of a text around its first matches, on one line, and their spans in it."""
    flat = " ".join(text.split())
    spans = marks(flat, words)
    start = max(0, spans[0][0] - _BEFORE_MARK) if spans and len(flat) > _SNIPPET else 0
    start = flat.find(" ", start) + 1 if start else 0
    shown = flat[start : start + _SNIPPET]
    return shown, tuple((a - start, b - start) for a, b in spans if a >= start and b <= start + len(shown))


def _reasons(candidate: Candidate, segments: Sequence[SegmentRow], words: list[str], file: FileRow) -> Iterable[Reason]:
    by_id = {segment.id: segment for segment in segments}
    words_in = candidate.best[Source.WORDS].segment_id if Source.WORDS in candidate.best else None
    for evidence in sorted(candidate.best.values(), key=lambda one: -one.strength):
        if evidence.source is Source.MEANING and evidence.segment_id == words_in:
            continue  # what it says in these words it need not say in others
        segment = by_id.get(evidence.segment_id or 0)
        if evidence.strength > 0 and (text := _sentence(evidence.source, segment, file)):
            yield Reason(text, ranking.logistic(evidence.strength), marks(text, words))


def _sentence(source: Source, segment: SegmentRow | None, file: FileRow) -> str:
    if source is Source.NAME:
        return f"named {file.path.name}"
    if source is Source.LOOKS:
        return _looks(segment)
    at = segment.locator.start_s if segment else None
    when = f" at {clock(at)}" if at is not None else ""
    if source is Source.EXAMPLE:
        return f"close to your example{when}"
    if source is Source.SOUNDS:
        return f"sounds like it{when}"
    if when:
        return f"said{when}" if source is Source.WORDS else f"said in other words{when}"
    where = _where(segment.locator) if segment else ""
    if source is Source.WORDS:
        return f"{where} has these words" if where else "has these words"
    return f"{where} says it in other words" if where else "says it in other words"


def _looks(segment: SegmentRow | None) -> str:
    names = [label.name for label in segment.labels if label.probability >= _SURE][:3] if segment else []
    return f"looks like: {', '.join(names)}" if names else "looks a little like it"


def _where(locator: Locator) -> str:
    if locator.page:
        return f"page {locator.page}"
    return f"“{locator.section}”" if locator.section else ""
