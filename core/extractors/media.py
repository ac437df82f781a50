"""Recordings and clips, a part at a time: however long a file is, no more than a part of it is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import container, sound
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.container import Tracks
from bowerbird.core.extractors.media_part import MediaPart
from bowerbird.core.extractors.scenes import scenes
from bowerbird.core.extractors.segments import label, segments
from bowerbird.core.types import SAMPLE_RATE, Extraction, Kind, Locator, Modality, Samples, Segment

if TYPE_CHECKING:
    from av.container import InputContainer

_NEARLY_S = 0.05
_LONGEST_S = 100 * 3600.0  # whatever a file says of itself


class MediaExtractor:
    """Reads what has sound, pictures that move, or both. A file's tracks, not its name, say which kind it is."""

    def __init__(self, kind: Kind, suffixes: str) -> None:
        """The kind that names with these suffixes promise."""
        self.kind = kind
        self.suffixes = frozenset(f".{suffix}" for suffix in suffixes.split())

    def extract(self, path: Path, limits: Limits) -> Extraction:
        """The part of the file that begins at ``limits.start_s``.

        Raises:
            FileError: nothing of it can be read.
        """
        with container.opened(path) as opened:
            tracks = container.tracks(opened)
            part = MediaPart(opened, tracks, limits)
            if limits.start_s:
                return _extraction(opened, tracks, part, limits)
            if not part.decoded:
                raise FileError("The file is cut short or damaged: nothing in it can be played.")
            return _first(opened, tracks, part, limits)

    def render(self, path: Path, locator: Locator | None, side: int) -> bytes:
        """A clip's picture at a moment, or a recording's cover; empty if it has none."""
        from bowerbird.core.extractors import stills  # with Pillow, which the window's own process need not load

        with container.opened(path) as opened:
            found = container.tracks(opened)
            if found.video:
                return stills.at(opened, found.video, locator.start_s if locator else None, side)
            return stills.cover(opened, found.cover, side) if found.cover else b""


def _extraction(opened: InputContainer, tracks: Tracks, part: MediaPart, limits: Limits) -> Extraction:
    samples, end_s = _cut(part, limits)
    blind = not part.decoded and container.length(opened) is None  # nothing comes, and nobody knows whether more does
    over = part.whole or blind or end_s >= min(container.length(opened) or _LONGEST_S, _LONGEST_S) - _NEARLY_S
    return Extraction(
        Kind.CLIP if tracks.video else Kind.RECORDING,
        (*part.texts, *_pictures(opened, tracks, part, limits, end_s), *sound.windows(samples, part.start_s)),
        waveform=sound.waveform(samples),
        next_s=None if over else end_s,
    )


def _pictures(
    opened: InputContainer, tracks: Tracks, part: MediaPart, limits: Limits, end_s: float
) -> Iterator[Segment]:
    yield from part.frames.segments(end_s)
    if limits.scenes and tracks.video:
        yield from scenes(opened, tracks, part.frames.scenes(end_s))


def _cut(part: MediaPart, limits: Limits) -> tuple[Samples, float]:
    """The part's sound, and where the part ends: where its sound is quiet, or with the file."""
    samples = part.sound.samples()
    if part.whole:
        return samples, part.reached_s
    if limits.exact or not part.sound.full:
        return samples, part.end_s
    cut = sound.quiet_end(samples)
    return samples[:cut], part.start_s + cut / SAMPLE_RATE


def _first(opened: InputContainer, tracks: Tracks, part: MediaPart, limits: Limits) -> Extraction:
    """The first part, with what belongs to the file as a whole."""
    from bowerbird.core.extractors import stills

    made = _extraction(opened, tracks, part, limits)
    properties = container.properties(opened, tracks)
    if made.next_s is None and part.reached_s:  # some files are wrong about their length
        properties = replace(properties, duration_s=round(part.reached_s, 3))
    thumbnail = b""
    if part.frames.best is not None:
        thumbnail = stills.jpeg(part.frames.best, tracks.video, limits.thumbnail_side)
    elif tracks.cover is not None:
        thumbnail = stills.cover(opened, tracks.cover, limits.thumbnail_side)
    words = (*_tags(opened, tracks), *_chapters(opened))
    return replace(made, segments=(*words, *made.segments), properties=properties, thumbnail=thumbnail)


def _tags(opened: InputContainer, tracks: Tracks) -> Iterator[Segment]:
    yield from segments(container.words(opened, tracks))


def _chapters(opened: InputContainer) -> Iterator[Segment]:
    zero_s = container.begins(opened)
    for chapter in opened.chapters():
        scale = float(chapter["time_base"] or 0)
        start_s, end_s = (chapter[edge] * scale - zero_s for edge in ("start", "end"))
        if name := label(chapter["metadata"].get("title", "")):
            yield Segment(Modality.TEXT, Locator(None, name, start_s, end_s), name)
