"""Turns ranked candidates into hits: the file, its best moments, a snippet, and the reasons as phrases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bowerbird.core.answers import Hit, Reason
from bowerbird.core.catalog.functions import SURE
from bowerbird.core.catalog.picture_texts import IN_PICTURE, place_of
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import FileRow, SegmentRow
from bowerbird.core.catalog.shots import ShotFile
from bowerbird.core.conditions import Condition
from bowerbird.core.extractors.about import ABOUT, UNSEEN, WHEREABOUTS
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Query
from bowerbird.core.search import ranking
from bowerbird.core.search.names import folder_with, words_in
from bowerbird.core.search.ranking import Candidate, Source
from bowerbird.core.search.shots import Shot, Shots, parts_of, standing
from bowerbird.core.types import Kind, Locator, Spans
from bowerbird.core.words import clock, fold, marks, sounds_in

_SNIPPET = 240  # characters
_BEFORE_MARK = 60  # characters of the snippet before its first match
_MOMENTS = 8
_SEGMENTS = 40  # looked at for moments: several lie in one moment, such as its picture and its words
_WORTH = 0.6  # of the best moment's evidence: what a further moment of a recording or clip has at least
_NOWHERE = (Locator(), *(Locator(section=section) for section in UNSEEN))


class HitMaker:
    """Makes hits of candidates and of files."""

    def __init__(self, paths: LibraryPaths, reader: CatalogReader) -> None:
        """``paths`` says where thumbnails lie, ``reader`` knows the files."""
        self._paths, self._reader = paths, reader

    def listed(self, query: Query) -> tuple[Hit, ...]:
        """The first ``query.limit`` files or shots that pass the filters, in the query's order, as hits of no query."""
        shots, most = Shots(self._reader.shots, self._reader.layouts), query.limit
        while True:
            files = self._reader.files.listed(query.where, most, query.order)
            if query.apart:
                return tuple(map(self.plain, files))
            leads = _leads(list({file.content_id: file for file in reversed(files)}.values())[::-1], shots)
            if len(leads) >= query.limit or len(files) < most:
                return tuple(self._plain_hits(leads[: query.limit], query.where))
            most *= 2

    def _plain_hits(self, leads: Sequence[tuple[FileRow, Shot]], where: Condition) -> Iterable[Hit]:
        copies = defaultdict[int | None, list[Path]](list)
        for row in self._reader.files.of_contents([file.content_id for file, _ in leads if file.content_id], where):
            copies[row.content_id].append(row.path)
        for file, shot in leads:
            yield self.plain(file, shot, [path for path in copies[file.content_id] if path != file.path])

    def plain(self, file: FileRow, shot: Shot = (), copies: Sequence[Path] = ()) -> Hit:
        """A file as a hit of no query: without reasons, its snippet the beginning of a document."""
        document = file.content_id if file.kind is Kind.DOCUMENT else None
        beginning = self._reader.segments_of(document, 1) if document else []
        snippet = _snippet(beginning[0].text, [])[0] if beginning else ""
        parts = parts_of(shot, file)
        return self._hit(file, score=1.0, reasons=(), snippet=snippet, parts=parts, copies=tuple(copies))

    def make(self, candidates: Sequence[Candidate], query: Query, words: Sequence[str]) -> tuple[Hit, ...]:
        """Hits of the first ``query.limit`` candidates with a file that passes the filters; ``words`` are marked.

        Candidates of one shot are one hit, with the score of the first, unless the query wants them apart.
        """
        files = self._files(candidates, query)
        ranked = {c.key: c for c in candidates if c.key in files}
        photos = (key for key, rows in ((key, files[key]) for key in ranked) if rows[0].kind is Kind.PHOTO)
        shots = Shots(self._reader.shots, self._reader.layouts, photos)
        hits, done = list[Hit](), set[int]()
        for key, candidate in ranked.items():
            if len(hits) == query.limit:
                break
            if key in done:
                continue
            shot = () if query.apart else shots.of(files[key])
            left = dict.fromkeys((key, *(file.key for file in shot if file.key not in done)))
            found = [ranked[other] for other in left if other in ranked]
            done |= {other.key for other in found}
            lead = min(found, key=lambda other: _rank(other, files[other.key][0], candidate))
            hit = self._hit_of(lead, files[lead.key], words, shot)
            hits.append(replace(hit, score=candidate.score, strong=_is_strong(candidate), named=candidate.named))
        return tuple(hits)

    def _files(self, candidates: Sequence[Candidate], query: Query) -> dict[int, list[FileRow]]:
        """By candidate key: the files with that content, by path; or the unread file itself.

        An example is no answer to itself, nor is the file of which a page, or a part of a picture, is one. Its copies
        are, and other parts of a recording or clip.
        """
        examples = {example.path for example in query.like if example.start_s is None}
        files: dict[int, list[FileRow]] = {}
        keys = [candidate.key for candidate in candidates]
        for row in self._reader.files.of_contents([key for key in keys if key > 0], query.where):
            if row.path not in examples:
                files.setdefault(row.content_id or 0, []).append(row)
        for row in self._reader.files.by_id([-key for key in keys if key < 0], query.where):
            files[-row.id] = [row]
        return files

    def _hit_of(self, candidate: Candidate, files: Sequence[FileRow], words: Sequence[str], shot: Shot) -> Hit:
        segments = self._segments(candidate)
        snippet, spans = _snippet(next((segment.text for segment in segments if segment.text), ""), words)
        moments = _moments(candidate, segments)
        file, *copies = sorted(files, key=lambda file: -len(words_in(fold(file.path.name), words)))
        return self._hit(
            file,
            score=candidate.score,
            reasons=tuple(_reasons(candidate, segments, words, file)),
            moment=moments[0] if moments else None,
            snippet=snippet,
            marks=spans,
            copies=tuple(copy.path for copy in copies),
            moments=moments[1:],
            parts=parts_of(shot, file),
            named=candidate.named,
        )

    def _segments(self, candidate: Candidate) -> list[SegmentRow]:
        """Those with evidence, strongest first; of a content found by its name alone, its first."""
        order = ranking.best_segments(candidate)
        rows = self._reader.segments(order[:_SEGMENTS])
        segments = [rows[number] for number in order if number in rows]
        if not segments and candidate.key > 0:
            segments = self._reader.segments_of(candidate.key, 1)
        return segments

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


def _leads(files: Sequence[FileRow], shots: Shots) -> list[tuple[FileRow, Shot]]:
    """Of each shot, in the order of their first files, the file that stands for it, of these, and all of its files."""
    there, done, leads = {file.id: file for file in files}, set[int](), list[tuple[FileRow, Shot]]()
    for file in files:
        if file.id not in done:
            shot = shots.of([file])
            done |= {other.id for other in shot}
            lead = min((other for other in shot if other.id in there), key=standing)
            leads.append((there[lead.id], shot))
    return leads


def _rank(candidate: Candidate, file: FileRow, first: Candidate) -> tuple[bool, int, float]:
    """The order in which candidates of one shot may stand for it: a picture before its RAW, if both match well."""
    return _is_strong(first) and not _is_strong(candidate), standing(ShotFile.of(file)), -candidate.total


def _is_strong(candidate: Candidate) -> bool:
    return candidate.score >= ranking.STRONG


def _moments(candidate: Candidate, segments: Sequence[SegmentRow]) -> tuple[Locator, ...]:
    """Where a file matches, best first, each place once; in a recording or clip only what is nearly as good."""
    least = _WORTH * max(candidate.segments.values(), default=0.0)
    places: list[Locator] = []
    for row in segments:
        timed = row.locator.start_s is not None
        weak = timed and candidate.segments.get(row.id, 0.0) < least and places
        at = place_of(row.locator)
        if at not in _NOWHERE and not weak and not any(_overlap(at, place) for place in places):
            places.append(at)
    return tuple(places[:_MOMENTS])


def _overlap(a: Locator, b: Locator) -> bool:
    """Whether two places share some time; of pages and sections, whether they are the same."""
    if a.start_s is None or a.end_s is None or b.start_s is None or b.end_s is None:
        return a == b
    return a.start_s < b.end_s and b.start_s < a.end_s


def _snippet(text: str, words: Sequence[str]) -> tuple[str, Spans]:
    """The part of a text around its first matches, on one line, and their spans in it."""
    flat = " ".join(text.split())
    spans = marks(flat, words)
    start = max(0, spans[0][0] - _BEFORE_MARK) if spans and len(flat) > _SNIPPET else 0
    start = max(start, flat.find(" ", start, spans[0][0]) + 1) if start else 0  # at a word, where there are spaces
    shown = flat[start : start + _SNIPPET]
    return shown, tuple((a - start, b - start) for a, b in spans if a >= start and b <= start + len(shown))


def _reasons(
    candidate: Candidate, segments: Sequence[SegmentRow], words: Sequence[str], file: FileRow
) -> Iterable[Reason]:
    """One for each source of evidence, strongest first."""
    by_id = {segment.id: segment for segment in segments}
    words_in = candidate.best[Source.WORDS].segment_id if Source.WORDS in candidate.best else None
    for evidence in sorted(candidate.best.values(), key=lambda evidence: -evidence.strength):
        if evidence.source is Source.MEANING and evidence.segment_id == words_in:
            continue  # a passage that has these words is not also said to have them "in other words"
        segment = by_id.get(evidence.segment_id or 0)
        if evidence.strength > 0 and (text := _phrase(evidence.source, segment, file, words)):
            yield Reason(text, ranking.logistic(evidence.strength), marks(text, words))


def _phrase(source: Source, segment: SegmentRow | None, file: FileRow, words: Sequence[str]) -> str:
    """What a reason says, such as "page 3 has these words"."""
    if source is Source.NAME:
        return f"named {file.path.name}"
    if source is Source.FOLDER:
        return f"in folder {folder_with(words, file.path)}"
    if source is Source.FILTERS:
        return "passes your filters"
    if source is Source.LOOKS:
        return _looks(segment)
    at = segment.locator.start_s if segment else None
    when = f" at {clock(at)}" if at is not None else ""
    if source is Source.EXAMPLE:
        return f"close to your example{when}"
    if source is Source.SOUNDS:
        return f"sounds like it{when}"
    if sounds := sounds_in(segment.text) if segment and when else ():
        return f"sounds like {', '.join(sounds)}{when}"
    if when:
        return f"said{when}" if source is Source.WORDS else f"said in other words{when}"
    where = _where(segment.locator) if segment else ""
    if source is Source.WORDS:
        return f"{where} has these words" if where else "has these words"
    return f"{where} says it in other words" if where else "says it in other words"


def _looks(segment: SegmentRow | None) -> str:
    names = [label.name for label in segment.labels if label.probability >= SURE][:3] if segment else []
    return f"looks like: {', '.join(names)}" if names else "looks a little like it"


def _where(locator: Locator) -> str:
    if locator.section == ABOUT:
        return "its description"
    if locator.section == WHEREABOUTS:
        return "the place"
    if locator.section == IN_PICTURE:
        return f"{IN_PICTURE} on page {locator.page}" if locator.page else IN_PICTURE
    if locator.page:
        return f"page {locator.page}"
    return f"“{locator.section}”" if locator.section else ""
