"""Opens recordings and clips with FFmpeg (PyAV): the streams of a file, its properties, and its faults in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.coordinates import from_iso_6709
from bowerbird.core.extractors.dates import date_in_name, local_time, offset_of, parse_date
from bowerbird.core.extractors.frames import pixel_aspect_ratio
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
_PROBE = {"format_whitelist": _FORMATS.replace(" ", ","), "protocol_whitelist": "none"}
_BUFFER = 1 << 17  # bytes; with PyAV's own 32 kB reading takes twice as long
_MAX_SUBTITLES = 3  # languages read; more are the same again
_MAX_SIDE = 16_384  # pixels
# Tags with the time where it was taken, as FFmpeg names them.
_LOCAL_DATES = ("com.apple.quicktime.creationdate", "date_time_original", "datetimeoriginal", "date_recorded")
_ZERO_YEARS = (1903, 1904, 1969, 1970)
_SEARCHABLE_TAGS = "title artist album_artist album composer genre date comment description synopsis lyrics".split()
_DAMAGED = "The file is damaged, or not what its name says."
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tracks:
    """The streams of a file that are read. A cover picture is no video."""

    sound: AudioStream | None
    video: VideoStream | None
    cover: VideoStream | None
    subtitles: tuple[SubtitleStream, ...]


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
            av.open(file, mode="r", options=_PROBE, metadata_errors="replace", buffer_size=_BUFFER) as container,
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
    sounds = [stream for stream in container.streams.audio if stream.codec_context is not None]
    if not (sounds or videos):
        raise FileError("The file holds neither sound nor moving pictures that Bowerbird can read.")
    subtitles = [stream for stream in container.streams.subtitles if _is_text(stream)]
    return Tracks(_first(sounds), _first(videos), _first(covers), tuple(subtitles[:_MAX_SUBTITLES]))


def length(container: InputContainer) -> float | None:
    """Seconds that the file lasts, as its header says or FFmpeg estimates from its size; None if unknown."""
    return container.duration / 1e6 if container.duration and container.duration > 0 else None


def start_offset(container: InputContainer) -> float:
    """The time stamp, in seconds, that a player shows as 0:00."""
    return max(0.0, container.start_time / 1e6) if container.start_time else 0.0


def properties(container: InputContainer, tracks: Tracks) -> Properties:
    """Title, author, date, camera, place, size and length, from the file's tags and streams."""
    tags = _tags(container, tracks)
    latitude, longitude = from_iso_6709(tags.get("location", tags.get("com.apple.quicktime.location.iso6709", "")))
    camera = (tags.get("com.apple.quicktime.make", tags.get("make", tags.get("com.android.manufacturer", ""))),
             tags.get("com.apple.quicktime.model", tags.get("model", tags.get("com.android.model", ""))))  # fmt: skip
    width, height = _size(tracks.video) if tracks.video else (None, None)
    return Properties(
        title=label(tags.get("title", "")),
        author=label(tags.get("artist", tags.get("album_artist", ""))),
        taken_at=_taken_at(tags) or date_in_name(str(container.name)),
        camera=label(" ".join(part for part in camera if part)),
        latitude=latitude,
        longitude=longitude,
        width=width,
        height=height,
        duration_s=length(container),
    )


def _taken_at(tags: Mapping[str, str]) -> datetime | None:
    """By the clock where it was taken, if a tag says how late it was there, else by this computer's.

    The header of MP4 and QuickTime has only UTC. Zero there, in 1904 or 1970, is no date.
    """
    for name in _LOCAL_DATES:
        if moment := parse_date(tags.get(name, "")):
            return moment
    text = tags.get("creation_time", "")
    moment, ahead = parse_date(text), offset_of(tags.get("com.samsung.android.utc_offset", ""))
    if moment is None or moment.year in _ZERO_YEARS:
        return parse_date(tags.get("date", ""))
    if not text.strip().upper().endswith("Z"):
        return moment
    return moment + ahead if ahead is not None else local_time(moment.replace(tzinfo=UTC))


def tag_text(container: InputContainer, tracks: Tracks) -> str:
    """Those tags of the file that are worth finding it by, such as title, artist and lyrics, a line each."""
    values = (value.strip() for name, value in _tags(container, tracks).items() if _is_searchable(name))
    return "\n".join(dict.fromkeys(value for value in values if value))


def _is_searchable(tag: str) -> bool:
    """Whether a tag is one of those, or one in a language, as in ``lyrics-eng``."""
    return any(tag == name or tag.startswith(f"{name}-") for name in _SEARCHABLE_TAGS)


def _tags(container: InputContainer, tracks: Tracks) -> Mapping[str, str]:
    """By name in lower case; the file's own over those of its streams, where Ogg keeps them."""
    streams = [stream for stream in (tracks.sound, tracks.video) if stream is not None]
    sources = [*(stream.metadata for stream in streams), container.metadata]
    return {name.lower(): value for source in sources for name, value in source.items()}


def _first(streams: list[T]) -> T | None:
    return streams[0] if streams else None


def _is_sane(stream: VideoStream) -> bool:
    width, height = stream.codec_context.width, stream.codec_context.height
    return 0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE


def _is_cover(stream: VideoStream) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _is_text(stream: SubtitleStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.codec.text_sub


def _size(stream: VideoStream) -> tuple[int, int]:
    context = stream.codec_context
    return round(context.width * pixel_aspect_ratio(stream)), context.height
