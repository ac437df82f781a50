"""Single pictures of clips, as JPEG: a thumbnail, the frame at a moment, the cover of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from bowerbird.core.extractors import container, picture
from bowerbird.core.extractors.frames import pixels, shape_of_pixels

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_SLACK_S = 0.02  # a moment is stored as a rounded number
_MOST_FRAMES = 1500  # decoded on the way to a moment: key frames lie nearer together
_TELLING_S = 1.0  # many clips begin black


def jpeg(frame: VideoFrame, video: VideoStream | None, side: int) -> bytes:
    """A frame whose longest side is ``side`` at the most."""
    return picture.jpeg(Image.fromarray(pixels(frame, side, shape_of_pixels(video))), side, None, near=1.0)


def at(opened: InputContainer, video: VideoStream, start_s: float | None, side: int) -> bytes:
    """The frame shown at a moment, or near the beginning; empty if there is none."""
    if start_s is None:
        start_s = min(_TELLING_S, (container.length(opened) or 0.0) / 10)
    wanted_s = start_s + container.begins(opened) - _SLACK_S
    opened.seek(int(max(0.0, wanted_s) * 1e6))
    found = None
    for number, frame in enumerate(opened.decode(video)):
        found = frame
        if frame.time is None or frame.time >= wanted_s or number > _MOST_FRAMES:
            break
    return jpeg(found, video, side) if found is not None else b""


def cover(opened: InputContainer, video: VideoStream, side: int) -> bytes:
    """The picture that a recording carries; empty if it cannot be read."""
    import av

    try:
        opened.seek(0)
        return next((jpeg(frame, None, side) for frame in opened.decode(video)), b"")
    except (av.FFmpegError, ValueError):
        return b""
