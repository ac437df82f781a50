"""Opens recordings and clips with FFmpeg (PyAV): the streams of a file, its properties, and its faults in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.pictures.coordinates import from_iso_6709
from bowerbird.core.extractors.pictures.dates import date_in_name, local_time, offset_of, parse_date
from bowerbird.core.extractors.recordings import media_tags
from bowerbird.core.extractors.recordings.frames import pixel_aspect_ratio
from bowerbird.core.extractors.segments import label
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Properties

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.subtitles.stream import SubtitleStream
    from av.video.stream import VideoStream

# Files that hold sound and pictures themselves: no playlist that names other files, no pictures, no text.
_FORMATS = (
    "3g2 3gp aac ac3 aiff amr amrnb amrwb ape asf au avi caf dsf dts dtshd dv eac3 flac flv gsm h264 hevc iff ivf m4a "
    "m4v matroska mj2 mlp mov mp3 mp4 mpc mpc8 mpeg mpegts mpegvideo mpegtsraw mxf nut obu oga ogg oma rm shn sox swf "
    "tak truehd tta vc1 voc w64 wav webm wsvqa wtv wv xwma"
)
_ERRORS = "surrogateescape"  # of tags that are no UTF-8, whose bytes ``media_tags`` reads
_PROBE = {"format_whitelist": _FORMATS.replace(" ", ","), "protocol_whitelist": "none"}
_BUFFER = 1 << 17  # bytes; with PyAV's own 32 kB reading takes twice as long
_MAX_SOUNDS, _MAX_SUBTITLES = 8, 64  # tracks that are read
_MAX_SIDE = 16_384  # pixels
# Tags with the time where it was taken, as FFmpeg names them.
_LOCAL_DATES = ("com.apple.quicktime.creationdate", "date_time_original", "datetimeoriginal", "date_recorded")
_TIME = re.compile(r"\d\d[:. -]\d\d[:. -]\d\d")
_ZERO_YEARS = (1903, 1904, 1969, 1970)
_DAMAGED = "The file is damaged, or not what its name says."
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tracks:
    """The streams of a file that are read. A cover picture is no video."""

    sounds: tuple[AudioStream, ...]
    """The default one first."""
    video: VideoStream | None
    cover: VideoStream | None
    subtitles: tuple[SubtitleStream, ...]
    omissions: tuple[str, ...] = ()
    """A sentence for each limit that left tracks unread."""
    written: Mapping[str, str] = field(default_factory=dict)
    """Tags of the file that FFmpeg passes over, by its names."""

    @property
    def sound(self) -> AudioStream | None:
        """The sound track that a player plays."""
        return self.sounds[0] if self.sounds else None


@contextmanager
def open_media(source: Source) -> Iterator[InputContainer]:
    """A context with the open file, in which FFmpeg's errors become sentences about the file.

    Raises:
        FileError: it cannot be opened, or FFmpeg fails within the context.
    """
    import av

    try:
        if not source.size:
            raise FileError("The file is empty.")
        with (
            source.open() as file,
            av.open(file, mode="r", options=_PROBE, metadata_errors=_ERRORS, buffer_size=_BUFFER) as container,
        ):
            yield container
    except MemoryError:  # FFmpeg's too
        raise
    except av.FFmpegError as error:
        raise FileError(_DAMAGED) from error


def tracks(container: InputContainer) -> Tracks:
    """The streams of a file that can be read.

    Raises:
        FileError: neither sound nor pictures.
    """
    pictures = [stream for stream in container.streams.video if stream.codec_context is not None and _is_sane(stream)]
    covers = [stream for stream in pictures if _is_cover(stream)]
    videos = [stream for stream in pictures if stream not in covers]
    sounds = sorted((s for s in container.streams.audio if s.codec_context is not None), key=_is_not_default)
    if not (sounds or videos):
        raise FileError("The file holds neither sound nor moving pictures that Bowerbird can read.")
    subtitles = [stream for stream in container.streams.subtitles if _is_text(stream)]
    return Tracks(
        tuple(sounds[:_MAX_SOUNDS]),
        _first(videos),
        _first(covers),
        tuple(subtitles[:_MAX_SUBTITLES]),
        (*_omission("sound tracks", _MAX_SOUNDS, sounds), *_omission("subtitles", _MAX_SUBTITLES, subtitles)),
    )


def _omission(what: str, limit: int, streams: Sequence[object]) -> list[str]:
    return [f"The first {limit} of {len(streams)} {what} were read."] if len(streams) > limit else []


def length(container: InputContainer) -> float | None:
    """Seconds that the file lasts, as its header says or FFmpeg estimates from its size; None if unknown."""
    return container.duration / 1e6 if container.duration and container.duration > 0 else None


def start_offset(container: InputContainer) -> float:
    """The time stamp, in seconds, that a player shows as 0:00."""
    return max(0.0, container.start_time / 1e6) if container.start_time else 0.0


def properties(container: InputContainer, tracks: Tracks) -> Properties:
    """Title, artists, album, genres, date, camera, place, size and length, from the file's tags and streams."""
    tags = _tags(container, tracks)
    latitude, longitude = from_iso_6709(tags.get("location", tags.get("com.apple.quicktime.location.iso6709", "")))
    camera = (tags.get("com.apple.quicktime.make", tags.get("make", tags.get("com.android.manufacturer", ""))),
             tags.get("com.apple.quicktime.model", tags.get("model", tags.get("com.android.model", ""))))  # fmt: skip
    width, height = _size(tracks.video) if tracks.video else (None, None)
    return Properties(
        title=media_tags.title(tags),
        author=media_tags.artists(tags),
        description=media_tags.description(tags),
        keywords=media_tags.keywords(tags),
        album=media_tags.album(tags),
        taken_at=_taken_at(tags) or date_in_name(str(container.name)),
        camera=label(" ".join(part for part in camera if part)),
        live_id=label(tags.get("com.apple.quicktime.content.identifier", "")),
        latitude=latitude,
        longitude=longitude,
        width=width,
        height=height,
        duration_s=length(container),
    )


def lyrics(container: InputContainer, tracks: Tracks) -> str:
    """The words of the song that its tags have; empty if there are none."""
    return media_tags.lyrics(_tags(container, tracks))


def _taken_at(tags: Mapping[str, str]) -> datetime | None:
    """By the clock where it was taken, if a tag says how late it was there, else by this computer's.

    The header of MP4 and QuickTime has only UTC. Zero there, in 1904 or 1970, is no date.
    """
    for name in _LOCAL_DATES:
        if moment := parse_date(tags.get(name, "")):
            return moment
    text = tags.get("creation_time", "")
    if _TIME.fullmatch(text):  # of Broadcast Wave, whose date is another tag
        text = f"{tags.get('date', '')} {text}"
    moment, ahead = parse_date(text), offset_of(tags.get("com.samsung.android.utc_offset", ""))
    if moment is None or moment.year in _ZERO_YEARS:
        return parse_date(tags.get("date", ""))
    if not text.strip().upper().endswith("Z"):
        return moment
    return moment + ahead if ahead is not None else local_time(moment.replace(tzinfo=UTC))


def _tags(container: InputContainer, tracks: Tracks) -> Mapping[str, str]:
    """By name in lower case; the file's own over those of its streams, where Ogg keeps them."""
    streams = [stream for stream in (tracks.sound, tracks.video) if stream is not None]
    alone = len(streams) == len(tracks.sounds) == 1  # otherwise the title of a stream is that of a track
    own = ({name: value for name, value in stream.metadata.items() if alone or name != "title"} for stream in streams)
    return media_tags.all_tags([*own, container.metadata, tracks.written])


def _first(streams: list[T]) -> T | None:
    return streams[0] if streams else None


def _is_sane(stream: VideoStream) -> bool:
    width, height = stream.codec_context.width, stream.codec_context.height
    return 0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE


def _is_cover(stream: VideoStream) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _is_not_default(stream: AudioStream) -> bool:
    from av.stream import Disposition

    return not stream.disposition & Disposition.default


def _is_text(stream: SubtitleStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.codec.text_sub


def _size(stream: VideoStream) -> tuple[int, int]:
    context = stream.codec_context
    return round(context.width * pixel_aspect_ratio(stream)), context.height
