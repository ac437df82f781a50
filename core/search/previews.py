"""Prepares files to be shown large: a picture of the photo or page, the text with its matches, what is played."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bowerbird.core.answers import Preview
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import SegmentRow
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import BowerbirdError, FileSkipped
from bowerbird.core.extractors import MEDIA
from bowerbird.core.extractors.about import ABOUT
from bowerbird.core.extractors.media_part import SUBTITLES
from bowerbird.core.search.details import details
from bowerbird.core.types import Line, Locator, Modality, Properties, Query, Spans
from bowerbird.core.words import marks, query_words

_WAVE = 1_000  # values of a waveform: more than a window has pixels for
_MOST_TEXT = 60_000  # characters shown around the passage: more only makes scrolling slow


class Previewer:
    """Makes previews. Pictures come from decoder processes, text from the catalog."""

    def __init__(self, reader: CatalogReader, pool: ExtractPool) -> None:
        """``reader`` knows the files, ``pool`` draws them."""
        self._reader, self._pool = reader, pool

    def preview(self, path: Path, query: Query, moment: Locator | None, max_side: int) -> Preview:
        """A file shown large at ``moment``, with the query's words marked; why it cannot be shown is in ``problem``.

        ``max_side`` is the longest side of the picture, in pixels.
        """
        row = self._reader.file(path)
        image, problem = self._image(path, moment, max_side)
        segments = self._segments(row.content_id) if row and row.content_id else []
        properties = row.properties if row else Properties()
        shown = details(row, self._reader.omissions(row.content_id or 0)) if row else ()
        words = query_words(" ".join((query.text, *query.phrases)))
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
            details=shown,
            problem="" if text else problem,
        )

    def _segments(self, content_id: int) -> list[SegmentRow]:
        """All that the file shows; what it says of itself is among its properties."""
        return [row for row in self._reader.segments_of(content_id) if row.locator.section != ABOUT]

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


def _lines(segments: list[SegmentRow], words: list[str]) -> tuple[Line, ...]:
    """The transcript in order of time; without one, the subtitles."""
    spoken = [row for row in segments if row.modality is Modality.TEXT and row.locator.start_s is not None]
    transcript = [row for row in spoken if not row.locator.section]
    subtitles = [row for row in spoken if row.locator.section == SUBTITLES]
    lines = [_line(row, words) for row in transcript or subtitles]
    return tuple(sorted(lines, key=lambda line: line.start_s))


def _line(segment: SegmentRow, words: list[str]) -> Line:
    at = segment.locator
    return Line(at.start_s or 0.0, at.end_s or 0.0, segment.text, marks(segment.text, words))


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
    there = [at for at, segment in enumerate(segments) if moment is None or segment.locator == moment]
    return max(there, key=lambda at: len(marks(segments[at].text, words)), default=0)
