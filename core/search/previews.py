"""Prepares files to be shown large: a picture of the photo or page, the text with its matches, what is played."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from operator import itemgetter
from pathlib import Path

import numpy as np

from bowerbird.core.answers import Preview
from bowerbird.core.catalog.picture_texts import IN_PICTURE, part_of, place_of
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import SegmentRow
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import BowerbirdError, FileSkipped
from bowerbird.core.extractors import MEDIA
from bowerbird.core.extractors.about import UNSEEN
from bowerbird.core.extractors.recordings.track_names import SOUND_TRACK, SUBTITLES
from bowerbird.core.questions import Query
from bowerbird.core.search.details import details
from bowerbird.core.search.query import phrases_of
from bowerbird.core.search.wording import Wording, words_of
from bowerbird.core.types import (
    Corners,
    Line,
    Locator,
    Modality,
    Properties,
    Spans,
)
from bowerbird.core.words import marks, sounds_in

_WAVE = 1_000  # values of a waveform: more than a window has pixels for
_MOST_TEXT = 60_000  # characters shown around the passage: more only makes scrolling slow


class Previewer:
    """Makes previews. Pictures come from decoder processes, text from the catalog."""

    def __init__(self, reader: CatalogReader, pool: ExtractPool) -> None:
        """``reader`` knows the files, ``pool`` draws them."""
        self._reader, self._pool, self._wording = reader, pool, Wording(reader)

    def preview(self, path: Path, query: Query, moment: Locator | None, max_side: int) -> Preview:
        """A file shown large at ``moment``, with the query's words marked; why it cannot be shown is in ``problem``.

        ``max_side`` is the longest side of the picture, in pixels.
        """
        row = self._reader.files.at(path)
        image, problem = self._image(path, moment, max_side)
        segments = self._segments(row.content_id) if row and row.content_id else []
        properties = row.properties if row else Properties()
        shown = details(row, self._reader.omissions(row.content_id or 0)) if row else ()
        words = words_of(self._wording.terms(" ".join((query.text, *phrases_of(query.where)))))
        if row and row.content_id and row.kind in MEDIA:
            played = self._played(row.content_id, segments, words)
            return replace(
                played, path=path, kind=row.kind, image=image, duration_s=properties.duration_s, details=shown
            )
        text, spans, focus = _text(segments, words, moment)
        return Preview(
            path=path,
            kind=row.kind if row else None,
            image=image,
            text=text,
            marks=spans,
            focus=focus,
            page=(moment.page if moment else None) or (1 if image and properties.pages else None),
            pages=properties.pages,
            boxes=self._boxes(segments, words, (moment.page if moment else None) or 1),
            details=shown,
            problem="" if text else problem,
        )

    def _segments(self, content_id: int) -> list[SegmentRow]:
        """All that the file shows, page by page; what it says of itself is among its properties."""
        return _in_order([row for row in self._reader.segments_of(content_id) if row.locator.section not in UNSEEN])

    def _boxes(self, segments: list[SegmentRow], words: list[str], page: int) -> tuple[Corners, ...]:
        """Where the query's words are in the picture of a page, if its text was read there."""
        read = [row for row in segments if row.locator.section == IN_PICTURE and (row.locator.page or 1) == page]
        return tuple(
            part_of(box, *span)
            for row in read
            if (spans := marks(row.text, words))
            for box in self._reader.text_boxes(row.id)
            for span in spans
            if span[0] < box.end and span[1] > box.start
        )

    def frame_jpeg(self, path: Path, moment: Locator | None, max_side: int) -> bytes:
        """A JPEG of a file at a moment, its longest side at most ``max_side`` pixels; empty if it has no looks.

        Raises:
            FileError: the file cannot be read.
            FileSkipped: no extractor reads such files.
        """
        return self._pool.render(path, moment, max_side).result()

    def _played(self, content_id: int, segments: list[SegmentRow], words: list[str]) -> Preview:
        """What stands beside the player, without the file's own properties."""
        return Preview(
            path=Path(),
            kind=None,
            lines=_lines(segments, words),
            scenes=tuple(segment.locator for segment in segments if segment.modality is Modality.IMAGE),
            waveform=_thinned(self._reader.waveform(content_id)),
        )

    def _image(self, path: Path, moment: Locator | None, max_side: int) -> tuple[bytes, str]:
        """A JPEG, or why there is none."""
        try:
            return self.frame_jpeg(path, moment, max_side), ""
        except FileSkipped:
            return b"", "Bowerbird cannot show this kind of file; open it with its own program."
        except BowerbirdError as error:
            return b"", str(error)


def _in_order(rows: list[SegmentRow]) -> list[SegmentRow]:
    """What was read in pictures, which came after all else, behind the text of its page. Notes stay at the end."""
    own = [row for row in rows if row.locator.section != IN_PICTURE]
    read = [(row.locator.page or 1, row) for row in rows if row.locator.section == IN_PICTURE]
    end = max((at for at, row in enumerate(own, 1) if row.locator.page), default=0)
    pages = accumulate((row.locator.page or 0 for row in own[:end]), max)
    paged = sorted([*zip(pages, own, strict=False), *read], key=itemgetter(0))
    return [*(row for _, row in paged), *own[end:]]


def _lines(segments: list[SegmentRow], words: list[str]) -> tuple[Line, ...]:
    """The transcript of all sound tracks in order of time; where nothing is spoken, the subtitles of one language."""
    spoken = [row for row in segments if row.modality is Modality.TEXT and row.locator.start_s is not None]
    transcript = [row for row in spoken if row.locator.section.startswith(SOUND_TRACK) or not row.locator.section]
    subtitles = [row for row in spoken if row.locator.section.startswith(SUBTITLES)]
    if subtitles and all(sounds_in(row.text) for row in transcript):
        transcript = [row for row in subtitles if row.locator.section == subtitles[0].locator.section]
    several = len({row.locator.section for row in transcript}) > 1
    lines = [_line(row, words, row.locator.section if several else "") for row in transcript]
    return tuple(sorted(lines, key=lambda line: line.start_s))


def _line(segment: SegmentRow, words: list[str], track: str) -> Line:
    at, text = segment.locator, f"[{track}] {segment.text}" if track else segment.text
    return Line(at.start_s or 0.0, at.end_s or 0.0, text, marks(text, words))


def _thinned(waveform: bytes) -> bytes:
    """The loudest value of each of ``_WAVE`` equal stretches; a shorter waveform as it is."""
    if len(waveform) <= _WAVE:
        return waveform
    edges = np.linspace(0, len(waveform), _WAVE, endpoint=False).astype(int)
    return np.maximum.reduceat(np.frombuffer(waveform, np.uint8), edges).tobytes()


def _text(segments: list[SegmentRow], words: list[str], moment: Locator | None) -> tuple[str, Spans, int]:
    """The text around the best segment, its marks, and the offset of the first mark from that segment on."""
    best = _best(segments, words, moment)
    start = sum(len(segment.text) for segment in segments[:best])
    whole = "".join(segment.text for segment in segments)
    cut = max(0, start - _MOST_TEXT // 2)
    shown = whole[cut : cut + _MOST_TEXT]
    spans = marks(shown, words)
    focus = next((a for a, _ in spans if a >= start - cut), start - cut)
    return shown, spans, focus


def _best(segments: list[SegmentRow], words: list[str], moment: Locator | None) -> int:
    """Index of the segment with the most matching words, of those at the moment if one is given."""
    there = [at for at, segment in enumerate(segments) if moment is None or place_of(segment.locator) == moment]
    return max(there, key=lambda at: len(marks(segments[at].text, words)), default=0)
