"""Renders single pictures of clips and recordings as JPEG: a thumbnail, the frame at a moment, a cover."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PIL import Image

from bowerbird.core.extractors.pictures import picture
from bowerbird.core.extractors.recordings.container import length, start_offset
from bowerbird.core.extractors.recordings.frames import BLANK, contrast, pixel_aspect_ratio, pixels
from bowerbird.core.extractors.recordings.timeline import frames

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_SLACK_S = 0.02  # a moment is stored as a rounded number
_MAX_FRAMES = 1500  # decoded on the way to a moment: key frames lie nearer together
_OPENING_S = 1.0  # many clips begin black


def jpeg(frame: VideoFrame, video: VideoStream | None, max_side: int) -> bytes:
    """A frame as a JPEG with a longest side of ``max_side`` pixels; ``video`` tells the shape of its pixels."""
    image = Image.fromarray(pixels(frame, max_side, pixel_aspect_ratio(video)))
    return picture.jpeg(image, max_side, None, near=1.0)


def frame_at(
    container: InputContainer, video: VideoStream, start_s: float | None, max_side: int, *, joined: bool = False
) -> bytes:
    """The frame shown at ``start_s`` seconds, or if that is None one near the beginning; empty if there is none.

    ``joined``: see ``timeline.packets``.
    """
    length_s = length(container) or 0.0
    openings_s = (min(_OPENING_S, length_s / 10), length_s / 3, length_s * 2 / 3)
    times_s = openings_s if start_s is None else (start_s,)
    shown = (_frame(container, video, time_s, joined=joined) for time_s in times_s)
    telling = _telling(filter(None, shown))
    return jpeg(telling, video, max_side) if telling is not None else b""


def _telling(frames: Iterable[VideoFrame]) -> VideoFrame | None:
    """The first that shows something, else the first."""
    first = None
    for frame in frames:
        if contrast(frame) > BLANK:
            return frame
        first = first or frame
    return first


def _frame(container: InputContainer, video: VideoStream, start_s: float, *, joined: bool) -> VideoFrame | None:
    wanted_s = start_s + start_offset(container) - _SLACK_S
    latest = None
    for number, frame in enumerate(frames(container, video, max(0.0, wanted_s), joined=joined)):
        latest = frame
        if frame.time is None or frame.time >= wanted_s or number > _MAX_FRAMES:
            break
    return latest


def cover(container: InputContainer, video: VideoStream, max_side: int) -> bytes:
    """The cover picture of a recording, which is a stream of one frame; empty if it cannot be read."""
    import av

    try:
        container.seek(0)
        return next((jpeg(frame, None, max_side) for frame in container.decode(video)), b"")
    except (av.FFmpegError, ValueError):
        return b""
