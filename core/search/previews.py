"""Shows a file large: the photo, the PDF page, or the text with the matching passage marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from bowerbird.core.answers import Preview
from bowerbird.core.catalog.reader import CatalogView, FileRow, SegmentRow
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import BowerbirdError, FileSkipped
from bowerbird.core.extractors import MEDIA
from bowerbird.core.extractors.media_part import SUBTITLES
from bowerbird.core.types import Kind, Line, Locator, Modality, Properties, Query
from bowerbird.core.words import clock, marks, query_words

_WAVE = 1_000  # values of a waveform: more than a window has pixels for
_MOST_TEXT = 60_000  # characters shown around the passage: more only makes scrolling slow


class Previewer:
    """Makes previews. Pictures come from decoder children, text from the catalog."""

    def __init__(self, view: CatalogView, pool: ExtractPool) -> None:
        """What it asks."""
        self._view, self._pool = view, pool

    def preview(self, path: Path, query: Query, moment: Locator | None, max_side: int) -> Preview:
        """What to show of a file; a file that cannot be shown says why in ``problem``."""
        row = self._view.file(path)
        image, problem = self._image(path, moment, max_side)
        segments = self._view.segments_of(row.content_id) if row and row.content_id else []
        properties = row.properties if row else Properties()
        if row and row.content_id and row.kind in MEDIA:
            played = self._played(row.content_id, segments, query)
            return replace(
                played, path=path, kind=row.kind, image=image, duration_s=properties.duration_s, details=_details(row)
            )
        text, spans, focus = _text(segments, query, moment)
        return Preview(
            path=path,
            kind=row.kind if row else None,
            image=image,
            text=text,
            marks=spans,
            focus=focus,
            page=(moment.page if moment else None) or (1 if image and properties.pages else None),
            pages=properties.pages,
            details=_details(row) if row else (),
            problem="" if text else problem,
        )

    def _played(self, content_id: int, segments: list[SegmentRow], query: Query) -> Preview:
        """What stands beside the player."""
        return Preview(
            path=Path(),
            kind=None,
            lines=_lines(segments, query_words(" ".join((query.text, *query.phrases)))),
            scenes=tuple(one.locator for one in segments if one.modality is Modality.IMAGE),
            waveform=_thinned(self._view.waveform(content_id)),
        )

    def frame_jpeg(self, path: Path, moment: Locator | None, max_side: int) -> bytes:
        """A JPEG of a file at a moment; fails as ``ExtractPool.render`` does."""
        return self._pool.render(path, moment, max_side).result()

    def _image(self, path: Path, moment: Locator | None, max_side: int) -> tuple[bytes, str]:
        try:
            return self._pool.render(path, moment, max_side).result(), ""
        except FileSkipped:
            return b"", "Bowerbird cannot show this kind of file; open it with its own program."
        except BowerbirdError as error:
            return b"", str(error)


def _lines(segments: list[SegmentRow], words: list[str]) -> tuple[Line, ...]:
    """What was heard; where nothing was, the subtitles."""
    said = [one for one in segments if one.modality is Modality.TEXT and one.locator.start_s is not None]
    heard = [one for one in said if not one.locator.section]
    told = heard or [one for one in said if one.locator.section == SUBTITLES]
    lines = [
        Line(one.locator.start_s or 0.0, one.locator.end_s or 0.0, one.text, marks(one.text, words)) for one in told
    ]
    return tuple(sorted(lines, key=lambda line: line.start_s))


def _thinned(waveform: bytes) -> bytes:
    """The loudest of each stretch, ``_WAVE`` stretches at most."""
    if len(waveform) <= _WAVE:
        return waveform
    edges = np.linspace(0, len(waveform), _WAVE, endpoint=False).astype(int)
    return np.maximum.reduceat(np.frombuffer(waveform, np.uint8), edges).tobytes()


def _text(
    segments: list[SegmentRow], query: Query, moment: Locator | None
) -> tuple[str, tuple[tuple[int, int], ...], int]:
    here = next((at for at, one in enumerate(segments) if moment and one.locator == moment), 0)
    best = _best(segments, query, moment) or here
    start = sum(len(one.text) for one in segments[:best])
    whole = "".join(one.text for one in segments)
    cut = max(0, start - _MOST_TEXT // 2)
    shown = whole[cut : cut + _MOST_TEXT]
    spans = marks(shown, query_words(" ".join((query.text, *query.phrases))))
    focus = next((a for a, _ in spans if a >= start - cut), start - cut)
    return shown, spans, focus


def _best(segments: list[SegmentRow], query: Query, moment: Locator | None) -> int:
    """The segment with the most matching words, of those at the moment if there is one."""
    words = query_words(" ".join((query.text, *query.phrases)))
    there = [at for at, one in enumerate(segments) if moment is None or one.locator == moment]
    return max(there, key=lambda at: len(marks(segments[at].text, words)), default=0)


_DATED = {Kind.PHOTO: "Taken", Kind.RECORDING: "Recorded", Kind.CLIP: "Recorded"}


def _details(row: FileRow) -> tuple[tuple[str, str], ...]:
    told = row.properties
    size = f"{told.width} × {told.height}, {_bytes(row.size)}" if told.width and told.height else _bytes(row.size)
    taken = _DATED.get(row.kind or Kind.DOCUMENT, "Dated")
    length = clock(told.duration_s) if told.duration_s else ""
    rows = (
        ("Title", told.title),
        ("Author", told.author),
        (taken, _moment(told.taken_at) if told.taken_at else ""),
        ("Changed", _moment(datetime.fromtimestamp(row.mtime_ns / 1e9))),
        ("Camera", ", ".join(part for part in (told.camera, told.exposure) if part)),
        ("Place", _place(told)),
        ("Pages", str(told.pages or "")),
        ("Length", length),
        ("Size", size),
    )
    return tuple((name, value) for name, value in rows if value)


def _place(told: Properties) -> str:
    if told.latitude is None or told.longitude is None:
        return ""
    north, east = "N" if told.latitude >= 0 else "S", "E" if told.longitude >= 0 else "W"
    return f"{abs(told.latitude):.4f}° {north}, {abs(told.longitude):.4f}° {east}"


def _moment(when: datetime) -> str:
    return f"{when.day} {when:%B %Y, %H:%M}"


def _bytes(number: int) -> str:
    value, unit = float(number), "bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"
