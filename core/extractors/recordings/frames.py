"""Divides a clip into shots that look the same throughout, and keeps the first frame of each.

A frame begins a new shot when, as a grey picture of 32 x 32 pixels, it differs enough from the first frame of the
current one. That finds cuts and slow changes alike, and merges what is nearly identical.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.types import Locator, Modality, Pixels, Segment

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_TINY_SIDE = 32
_DIFFERENT = 8.0  # mean difference, of 255
BLANK = 4.0
"""Standard deviation of the greys, of 255, of a frame that shows nothing: a fade, a plain colour."""
_EVERY_S = 0.25  # frames are compared no more often
FRAME_S = 0.04
"""How long a frame is shown if nothing says so."""
_CUT = 30.0  # a difference that no moving camera makes so fast
_SCENE_S = 10.0
_MANY = 150  # shots of a part, each of about 550 KB; from then on they begin no more often than
_CALM_S = 1.0
_TURNS = {90: 1, 180: 2, 270: 3}


@dataclass(slots=True)
class _Shot:
    start_s: float
    tiny: NDArray[np.float32]
    pixels: Pixels


class FrameTrack:
    """Takes the frames of a part as they are decoded, and divides them into shots."""

    def __init__(self, start_s: float, min_side: int, aspect_ratio: float) -> None:
        """A track without frames.

        Args:
            start_s: where the part begins, in seconds.
            min_side: shorter side of the pictures that are kept, in pixels.
            aspect_ratio: width of a pixel over its height.
        """
        self._start_s, self._min_side, self._aspect_ratio = start_s, min_side, aspect_ratio
        self._shots: list[_Shot] = []
        self._compared_s = -1e9
        self._skipped: tuple[VideoFrame, float] | None = None
        self.end_s = start_s
        """Until when the last frame is shown, in seconds."""
        self.best: VideoFrame | None = None
        """The frame with the strongest contrast, for the thumbnail."""
        self._best_contrast = -1.0

    def add(self, frame: VideoFrame, time_s: float) -> None:
        """Take the next frame, which is shown from ``time_s`` on."""
        time_s = max(time_s, self._start_s)
        self.end_s = max(self.end_s, time_s + FRAME_S)
        skipped, self._skipped = self._skipped, None
        if skipped and time_s - skipped[1] >= _EVERY_S:  # it was shown for long, where frames come unevenly
            self._compare(*skipped)
        if self._shots and time_s - self._compared_s < _EVERY_S:
            self._skipped = frame, time_s
        else:
            self._compare(frame, time_s)

    def _compare(self, frame: VideoFrame, time_s: float) -> None:
        self._compared_s = time_s
        tiny = _tiny(frame)
        if float(tiny.std()) > self._best_contrast:
            self._best_contrast, self.best = float(tiny.std()), frame
        if self._begins_shot(time_s, tiny):
            self._shots.append(_Shot(time_s, tiny, pixels(frame, self._min_side, self._aspect_ratio)))

    def _begins_shot(self, time_s: float, tiny: NDArray[np.float32]) -> bool:
        if not self._shots:
            return True
        last = self._shots[-1]
        calm_s = _CALM_S if len(self._shots) > _MANY else _EVERY_S
        return time_s - last.start_s >= calm_s and _difference(last, tiny) > _DIFFERENT

    def scenes(self, end_s: float) -> list[tuple[float, float]]:
        """Start and end of the scenes before ``end_s``, in seconds: the spans between cuts, of about ``_SCENE_S``."""
        firsts: list[_Shot] = []
        for shot in (shot for shot in self._shots if shot.start_s < end_s):
            first = firsts[-1] if firsts else None
            if first is None or shot.start_s - first.start_s > _SCENE_S or _difference(shot, first.tiny) > _CUT:
                firsts.append(shot)
        return [(shot.start_s, until) for shot, until in _with_ends(firsts, end_s)]

    def segments(self, end_s: float) -> Iterator[Segment]:
        """An IMAGE segment for each shot that begins before ``end_s``; blank ones only if there is nothing else."""
        if self._skipped and end_s - self._skipped[1] >= _EVERY_S:  # the last frame stands for the rest
            self._compare(*self._skipped)
        shots = _with_ends([shot for shot in self._shots if shot.start_s < end_s], end_s)
        for shot, until in [pair for pair in shots if pair[0].tiny.std() > BLANK] or shots:
            yield Segment(Modality.IMAGE, Locator(start_s=shot.start_s, end_s=until), pixels=shot.pixels)


def contrast(frame: VideoFrame) -> float:
    """Standard deviation of a frame's greys, of 255."""
    return float(_tiny(frame).std())


def _tiny(frame: VideoFrame) -> NDArray[np.float32]:
    return frame.reformat(_TINY_SIDE, _TINY_SIDE, "gray").to_ndarray().astype(np.float32)


def _with_ends(shots: list[_Shot], end_s: float) -> list[tuple[_Shot, float]]:
    """Each with the start of the next one; the last with ``end_s``."""
    return list(zip(shots, [*(shot.start_s for shot in shots[1:]), end_s], strict=False))


def _difference(shot: _Shot, tiny: NDArray[np.float32]) -> float:
    return float(np.abs(shot.tiny - tiny).mean())


def pixel_aspect_ratio(video: VideoStream | None) -> float:
    """Width of a video's pixels over their height; 1 without a video, or if it is senseless."""
    ratio = float(video.sample_aspect_ratio or 1) if video is not None else 1.0
    return ratio if 0.1 < ratio < 10 else 1.0


def pixels(frame: VideoFrame, min_side: int, aspect_ratio: float) -> Pixels:
    """A frame upright, with square pixels, its shorter side ``min_side`` pixels.

    Args:
        frame: as decoded.
        min_side: in pixels; smaller frames are enlarged.
        aspect_ratio: width of the frame's pixels over their height.
    """
    width, height = frame.width * aspect_ratio, frame.height
    scale = min_side / min(width, height)
    size = max(min_side, round(width * scale)), max(min_side, round(height * scale))
    rgb: NDArray[Any] = frame.reformat(*size, "rgb24", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(np.rot90(rgb, _TURNS.get(frame.rotation % 360, 0)))
