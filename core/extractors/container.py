"""Opens recordings and clips with FFmpeg (PyAV): what a file holds, what it says of itself, and its faults in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from bowerbird.core.errors import FileError, FileVanished
from bowerbird.core.extractors.frames import shape_of_pixels
from bowerbird.core.extractors.segments import label
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
_PROBE = {"format_whitelist": _FORMATS.replace(" ", ","), "protocol_whitelist": "file"}
_SUBTITLES = 3  # languages read; more are the same again
_LARGEST_SIDE = 16_384  # pixels
_PLACE = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)")  # ISO 6709
_DAMAGED = "The file is damaged, or not what its name says."
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tracks:
    """The streams worth reading; a cover picture is no video."""

    sound: AudioStream | None
    video: VideoStream | None
    cover: VideoStream | None
    subtitles: tuple[SubtitleStream, ...]


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """A file's container. Whatever FFmpeg says about a hostile file becomes a sentence about that file.

    Raises:
        FileError: it cannot be opened, or breaks where it must not.
    """
    import av

    try:
        if not path.stat().st_size:
            raise FileError("The file is empty.")
        with (
            path.open("rb") as file,
            av.open(_source(path, file), mode="r", options=_PROBE, metadata_errors="replace") as one,
        ):
            yield one
    except FileNotFoundError:
        raise FileVanished("The file is gone.") from None
    except PermissionError:
        raise FileError("You have no permission to read this file.") from None
    except av.FFmpegError as error:
        raise FileError(_DAMAGED) from error


def _source(path: Path, file: BinaryIO) -> str | BinaryIO:
    """The name where it is text, for FFmpeg reads by name twice as fast; else the open file."""
    try:
        return f"file:{path}".encode().decode()
    except UnicodeEncodeError:
        return file


def tracks(container: InputContainer) -> Tracks:
    """What the file holds that can be read.

    Raises:
        FileError: neither sound nor pictures.
    """
    videos = [one for one in container.streams.video if one.codec_context is not None and _sane(one)]
    covers = [one for one in videos if _is_cover(one)]
    sounds = [one for one in container.streams.audio if one.codec_context is not None]
    films = [one for one in videos if one not in covers]
    if not (sounds or films):
        raise FileError("The file holds neither sound nor moving pictures that Bowerbird can read.")
    texts = [one for one in container.streams.subtitles if _is_text(one)]
    return Tracks(_first(sounds), _first(films), _first(covers), tuple(texts[:_SUBTITLES]))


def length(container: InputContainer) -> float | None:
    """Seconds, where the file says so or its size tells."""
    return container.duration / 1e6 if container.duration and container.duration > 0 else None


def begins(container: InputContainer) -> float:
    """The time stamp that a player shows as 0:00."""
    return max(0.0, container.start_time / 1e6) if container.start_time else 0.0


def properties(container: InputContainer, found: Tracks) -> Properties:
    """What the file says of itself."""
    tags = _tags(container, found)
    place = _PLACE.match(tags.get("location", tags.get("com.apple.quicktime.location.iso6709", "")))
    maker = (tags.get("com.apple.quicktime.make", tags.get("make", "")),
             tags.get("com.apple.quicktime.model", tags.get("model", "")))  # fmt: skip
    wide, high = _size(found.video) if found.video else (None, None)
    return Properties(
        title=label(tags.get("title", "")),
        author=label(tags.get("artist", tags.get("album_artist", ""))),
        taken_at=_moment(tags.get("creation_time", tags.get("date", ""))),
        camera=label(" ".join(part for part in maker if part)),
        latitude=float(place[1]) if place else None,
        longitude=float(place[2]) if place else None,
        width=wide,
        height=high,
        duration_s=length(container),
    )


def words(container: InputContainer, found: Tracks) -> str:
    """What its tags tell in words: title, artist, album, comment, lyrics."""
    tags = _tags(container, found)
    wanted = "title artist album_artist album composer genre date comment description synopsis lyrics".split()
    told = (value for name, value in tags.items() if any(name == one or name.startswith(f"{one}-") for one in wanted))
    return "\n".join(dict.fromkeys(text.strip() for text in told if text.strip()))


def _tags(container: InputContainer, found: Tracks) -> Mapping[str, str]:
    streams = [one for one in (found.sound, found.video) if one is not None]  # Ogg keeps them with the stream
    sources = [*(one.metadata for one in streams), container.metadata]
    return {name.lower(): value for source in sources for name, value in source.items()}


def _first(many: list[T]) -> T | None:
    return many[0] if many else None


def _sane(stream: VideoStream) -> bool:
    wide, high = stream.codec_context.width, stream.codec_context.height
    return 0 < wide <= _LARGEST_SIDE and 0 < high <= _LARGEST_SIDE


def _is_cover(stream: VideoStream) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _is_text(stream: SubtitleStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.codec.text_sub


def _size(stream: VideoStream) -> tuple[int, int]:
    context = stream.codec_context
    return round(context.width * shape_of_pixels(stream)), context.height


def _moment(text: str) -> datetime | None:
    with suppress(ValueError):
        found = datetime.fromisoformat(text.strip())
        return found.astimezone().replace(tzinfo=None) if found.tzinfo else found
    return None
