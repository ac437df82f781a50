"""Reads recordings and clips a part at a time: however long a file is, only one part of it is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.recordings import container as containers
from bowerbird.core.extractors.recordings import sound
from bowerbird.core.extractors.recordings.container import Tracks
from bowerbird.core.extractors.recordings.media_part import MediaPart
from bowerbird.core.extractors.recordings.scenes import scenes
from bowerbird.core.extractors.recordings.sound_tracks import audible
from bowerbird.core.extractors.recordings.timeline import is_joinable, joined_length
from bowerbird.core.extractors.recordings.track_names import LYRICS, SOUND_TRACK, track_name
from bowerbird.core.extractors.recordings.written_tags import written_tags
from bowerbird.core.extractors.segments import label, segments
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import SAMPLE_RATE, Extraction, Kind, Locator, Modality, Samples, Segment

if TYPE_CHECKING:
    from av.container import InputContainer

_NEARLY_S = 0.05
_SHORT_BYTES = 1 << 18  # a file that is read in one part anyway
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

        The first part has the properties, the thumbnail, and as text lyrics and chapters. With ``limits.only_tags``
        properties and these texts are all.

        Raises:
            FileError: nothing of it can be read.
        """
        with containers.open_media(source) as container:
            tracks = replace(containers.tracks(container), written={} if limits.start_at else written_tags(source))
            if limits.only_tags:
                kind = Kind.CLIP if tracks.video else Kind.RECORDING
                texts, properties = _texts(container, tracks), containers.properties(container, tracks)
                further = len(tracks.sounds) > 1 or bool(tracks.subtitles)
                return Extraction(kind, texts, properties, further_tracks=further)
            joined_s = _joined_length(source, container, limits)
            part = MediaPart(container, tracks, limits, joined_s)
            if limits.start_at:
                return _part(container, tracks, part, limits)
            if not part.decoded:
                raise FileError("The file is cut short or damaged: nothing in it can be played.")
            return _first_part(container, tracks, part, limits, joined_s)

    def page(self, source: Source, number: int, max_area: int) -> None:
        """Nothing: recordings and clips have no pages to read."""

    def render(self, source: Source, locator: Locator | None, max_side: int) -> bytes:
        """A clip's frame at a moment, or a recording's cover, as a JPEG; empty if it has none.

        Raises:
            FileError: it cannot be opened.
        """
        # With Pillow, which the window's own process need not load.
        from bowerbird.core.extractors.recordings import stills

        with containers.open_media(source) as container:
            tracks = containers.tracks(container)
            if tracks.video:
                start_s = locator.start_s if locator else None
                joined = bool(start_s) and _joined_length(source, container, Limits(start_at=1.0)) is not None
                return stills.frame_at(container, tracks.video, start_s, max_side, joined=joined)
            return stills.cover(container, tracks.cover, max_side) if tracks.cover else b""


def _joined_length(source: Source, container: InputContainer, limits: Limits) -> float | None:
    """How long a file is that was joined of several, unless it is read in one go, where that does not matter."""
    if not is_joinable(container) or (not limits.start_at and source.size < _SHORT_BYTES):
        return None
    with containers.open_media(source) as probe:
        return joined_length(probe, source.size)


def _part(container: InputContainer, tracks: Tracks, part: MediaPart, limits: Limits) -> Extraction:
    heard = list(audible(part.samples))
    main = part.samples[heard[0] if heard else 0] if part.samples else np.empty(0, np.int16)
    end_s = _end(part, main, limits)
    length_s = None if is_joinable(container) else containers.length(container)
    hopeless = not part.decoded and length_s is None  # nothing comes, and nobody knows whether more does
    over = part.whole or hopeless or end_s >= min(length_s or _MAX_LENGTH_S, _MAX_LENGTH_S) - _NEARLY_S
    samples = round((end_s - part.start_s) * SAMPLE_RATE)
    sounds = (sound.windows(part.samples[at][:samples], part.start_s, _section(tracks, at)) for at in heard)
    return Extraction(
        Kind.CLIP if tracks.video else Kind.RECORDING,
        (*part.subtitles, *_pictures(container, tracks, part, limits, end_s), *chain.from_iterable(sounds)),
        waveform=sound.waveform(main[:samples]),
        next_at=None if over else end_s,
        omissions=tracks.omissions,
    )


def _section(tracks: Tracks, number: int) -> str:
    """The name of a sound track; that of the first one is empty."""
    return track_name(SOUND_TRACK, number + 1, tracks.sounds[number].metadata) if number else ""


def _pictures(
    container: InputContainer, tracks: Tracks, part: MediaPart, limits: Limits, end_s: float
) -> Iterator[Segment]:
    yield from part.frames.segments(end_s)
    if limits.scenes and tracks.video:
        yield from scenes(container, tracks, part.frames.scenes(end_s), joined=part.joined)


def _end(part: MediaPart, samples: Samples, limits: Limits) -> float:
    """Where the part ends, in seconds: where its sound is quiet, or with the file."""
    if part.whole:
        return part.reached_s
    if limits.exact or not part.full:
        return part.end_s
    return part.start_s + sound.quiet_end(samples) / SAMPLE_RATE


def _first_part(
    container: InputContainer, tracks: Tracks, part: MediaPart, limits: Limits, joined_s: float | None
) -> Extraction:
    """The first part, with what belongs to the file as a whole; ``joined_s`` is its length, if it is known better."""
    from bowerbird.core.extractors.recordings import stills

    extraction = _part(container, tracks, part, limits)
    properties = containers.properties(container, tracks)
    if extraction.next_at is None and part.reached_s:  # some files are wrong about their length
        properties = replace(properties, duration_s=round(part.reached_s, 3))
    elif joined_s is not None:
        properties = replace(properties, duration_s=round(joined_s, 3))
    thumbnail = b""
    if part.frames.best is not None:
        thumbnail = stills.jpeg(part.frames.best, tracks.video, limits.thumbnail_side)
    elif tracks.cover is not None:
        thumbnail = stills.cover(container, tracks.cover, limits.thumbnail_side)
    texts = _texts(container, tracks)
    return replace(extraction, segments=(*texts, *extraction.segments), properties=properties, thumbnail=thumbnail)


def _texts(container: InputContainer, tracks: Tracks) -> tuple[Segment, ...]:
    """Lyrics and chapters."""
    words = segments(containers.lyrics(container, tracks), Locator(section=LYRICS))
    return (*words, *_chapters(container))


def _chapters(container: InputContainer) -> Iterator[Segment]:
    """A TEXT segment for each chapter that has a title."""
    zero_s = containers.start_offset(container)
    for chapter in container.chapters():
        scale = float(chapter["time_base"] or 0)
        start_s, end_s = (chapter[edge] * scale - zero_s for edge in ("start", "end"))
        if title := label(chapter["metadata"].get("title", "")):
            yield Segment(Modality.TEXT, Locator(None, title, start_s, end_s), title)
