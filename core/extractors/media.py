"""Reads recordings and clips a part at a time: however long a file is, only one part of it is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import container as containers
from bowerbird.core.extractors import sound
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.container import Tracks
from bowerbird.core.extractors.media_part import MediaPart
from bowerbird.core.extractors.scenes import scenes
from bowerbird.core.extractors.segments import label, segments
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import SAMPLE_RATE, Extraction, Kind, Locator, Modality, Samples, Segment

if TYPE_CHECKING:
    from av.container import InputContainer

_NEARLY_S = 0.05
_MAX_LENGTH_S = 100 * 3600.0  # whatever a file says of itself


class MediaExtractor:
    """Reads files with sound, moving pictures or both. Whether one is a recording or a clip, its streams tell."""

    memory = 2 << 30  # sixteen frames of 8K, which decoders may have to keep, and what is made of them

    def __init__(self, kind: Kind, suffixes: Iterable[str] = ()) -> None:
        """An extractor for names with these suffixes, which promise this kind."""
        self.kind = kind
        self.suffixes = frozenset(suffixes)

    def extract(self, source: Source, limits: Limits) -> Extraction:
        """The part of the file that begins at ``limits.start_at``: sound, pictures, scenes, subtitles and waveform.

        The first part has the properties, the thumbnail, and as text the tags and chapters.

        Raises:
            FileError: nothing of it can be read.
        """
        with containers.open_media(source) as container:
            tracks = containers.tracks(container)
            part = MediaPart(container, tracks, limits)
            if limits.start_at:
                return _part(container, tracks, part, limits)
            if not part.decoded:
                raise FileError("The file is cut short or damaged: nothing in it can be played.")
            return _first_part(container, tracks, part, limits)

    def render(self, source: Source, locator: Locator | None, max_side: int) -> bytes:
        """A clip's frame at a moment, or a recording's cover, as a JPEG; empty if it has none.

        Raises:
            FileError: it cannot be opened.
        """
        from bowerbird.core.extractors import stills  # with Pillow, which the window's own process need not load

        with containers.open_media(source) as container:
            tracks = containers.tracks(container)
            if tracks.video:
                return stills.frame_at(container, tracks.video, locator.start_s if locator else None, max_side)
            return stills.cover(container, tracks.cover, max_side) if tracks.cover else b""


def _part(container: InputContainer, tracks: Tracks, part: MediaPart, limits: Limits) -> Extraction:
    samples, end_s = _cut(part, limits)
    length_s = containers.length(container)
    hopeless = not part.decoded and length_s is None  # nothing comes, and nobody knows whether more does
    over = part.whole or hopeless or end_s >= min(length_s or _MAX_LENGTH_S, _MAX_LENGTH_S) - _NEARLY_S
    return Extraction(
        Kind.CLIP if tracks.video else Kind.RECORDING,
        (*part.subtitles, *_pictures(container, tracks, part, limits, end_s), *sound.windows(samples, part.start_s)),
        waveform=sound.waveform(samples),
        next_at=None if over else end_s,
    )


def _pictures(
    container: InputContainer, tracks: Tracks, part: MediaPart, limits: Limits, end_s: float
) -> Iterator[Segment]:
    yield from part.frames.segments(end_s)
    if limits.scenes and tracks.video:
        yield from scenes(container, tracks, part.frames.scenes(end_s))


def _cut(part: MediaPart, limits: Limits) -> tuple[Samples, float]:
    """The sound of the part, and where the part ends, in seconds: where its sound is quiet, or with the file."""
    samples = part.sound.samples()
    if part.whole:
        return samples, part.reached_s
    if limits.exact or not part.sound.full:
        return samples, part.end_s
    cut = sound.quiet_end(samples)
    return samples[:cut], part.start_s + cut / SAMPLE_RATE


def _first_part(container: InputContainer, tracks: Tracks, part: MediaPart, limits: Limits) -> Extraction:
    """The first part, with what belongs to the file as a whole."""
    from bowerbird.core.extractors import stills

    extraction = _part(container, tracks, part, limits)
    properties = containers.properties(container, tracks)
    if extraction.next_at is None and part.reached_s:  # some files are wrong about their length
        properties = replace(properties, duration_s=round(part.reached_s, 3))
    thumbnail = b""
    if part.frames.best is not None:
        thumbnail = stills.jpeg(part.frames.best, tracks.video, limits.thumbnail_side)
    elif tracks.cover is not None:
        thumbnail = stills.cover(container, tracks.cover, limits.thumbnail_side)
    texts = (*segments(containers.tag_text(container, tracks)), *_chapters(container))
    return replace(extraction, segments=(*texts, *extraction.segments), properties=properties, thumbnail=thumbnail)


def _chapters(container: InputContainer) -> Iterator[Segment]:
    """A TEXT segment for each chapter that has a title."""
    zero_s = containers.start_offset(container)
    for chapter in container.chapters():
        scale = float(chapter["time_base"] or 0)
        start_s, end_s = (chapter[edge] * scale - zero_s for edge in ("start", "end"))
        if title := label(chapter["metadata"].get("title", "")):
            yield Segment(Modality.TEXT, Locator(None, title, start_s, end_s), title)
