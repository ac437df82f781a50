"""The pictures of a clip worth keeping: one for every stretch that looks the same.

A frame opens a new stretch when, as a grey picture of 32 x 32, it differs enough from the one that opened the last.
That finds cuts and slow changes alike, and merges what is nearly identical.
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

_TINY = 32
_DIFFERENT = 8.0  # mean difference, of 255
_BLANK = 4.0  # standard deviation, of 255: a fade, a plain colour
_EVERY_S = 0.25  # frames are compared no oftener
FRAME_S = 0.04
"""How long a frame is shown if nothing says so."""
_CUT = 30.0  # a difference that no moving camera makes so fast
_SCENE_S = 10.0
_MANY = 150  # stretches of a part, each of about 550 KB; from then on they open no oftener than
_CALM_S = 1.0
_TURNS = {90: 1, 180: 2, 270: 3}


@dataclass(slots=True)
class _Stretch:
    start_s: float
    tiny: NDArray[np.float32]
    pixels: Pixels


class FrameTrack:
    """Gathers the frames of a part."""

    def __init__(self, start_s: float, side: int, ratio: float) -> None:
        """``side`` is the shorter side of the pictures kept; ``ratio`` how much wider than high a pixel is."""
        self._start_s, self._side, self._ratio = start_s, side, ratio
        self._stretches: list[_Stretch] = []
        self._looked_s = -1e9
        self._passed: tuple[VideoFrame, float] | None = None
        self.end_s = start_s
        self.best: VideoFrame | None = None
        """The frame with the most in it: the clip's thumbnail."""
        self._best = -1.0

    def add(self, frame: VideoFrame, time_s: float) -> None:
        """Take the next frame."""
        time_s = max(time_s, self._start_s)
        self.end_s = max(self.end_s, time_s + FRAME_S)
        passed, self._passed = self._passed, None
        if passed and time_s - passed[1] >= _EVERY_S:  # it was shown for long, where frames come unevenly
            self._look(*passed)
        if self._stretches and time_s - self._looked_s < _EVERY_S:
            self._passed = frame, time_s
        else:
            self._look(frame, time_s)

    def _look(self, frame: VideoFrame, time_s: float) -> None:
        self._looked_s = time_s
        tiny = frame.reformat(_TINY, _TINY, "gray").to_ndarray().astype(np.float32)
        if float(tiny.std()) > self._best:
            self._best, self.best = float(tiny.std()), frame
        if self._opens(time_s, tiny):
            self._stretches.append(_Stretch(time_s, tiny, pixels(frame, self._side, self._ratio)))

    def _opens(self, time_s: float, tiny: NDArray[np.float32]) -> bool:
        if not self._stretches:
            return True
        last = self._stretches[-1]
        calm_s = _CALM_S if len(self._stretches) > _MANY else _EVERY_S
        return time_s - last.start_s >= calm_s and _unlike(last, tiny) > _DIFFERENT

    def scenes(self, end_s: float) -> list[tuple[float, float]]:
        """The spans between cuts, none longer than ``_SCENE_S`` by much."""
        starts: list[_Stretch] = []
        for one in (stretch for stretch in self._stretches if stretch.start_s < end_s):
            first = starts[-1] if starts else None
            if first is None or one.start_s - first.start_s > _SCENE_S or _unlike(one, first.tiny) > _CUT:
                starts.append(one)
        ends = [*(one.start_s for one in starts[1:]), end_s]
        return [(one.start_s, until) for one, until in zip(starts, ends, strict=False)]

    def segments(self, end_s: float) -> Iterator[Segment]:
        """The stretches that begin before ``end_s``, blank ones only if there is nothing else."""
        if self._passed and end_s - self._passed[1] >= _EVERY_S:  # the last frame stands for the rest
            self._look(*self._passed)
        kept = [one for one in self._stretches if one.start_s < end_s]
        ends = [*(one.start_s for one in kept[1:]), end_s]
        spans = list(zip(kept, ends, strict=False))
        for one, until in [pair for pair in spans if pair[0].tiny.std() > _BLANK] or spans[:1]:
            yield Segment(Modality.IMAGE, Locator(start_s=one.start_s, end_s=until), pixels=one.pixels)


def _unlike(one: _Stretch, other: NDArray[np.float32]) -> float:
    return float(np.abs(one.tiny - other).mean())


def shape_of_pixels(video: VideoStream | None) -> float:
    """How much wider than high a video's pixels are."""
    ratio = float(video.sample_aspect_ratio or 1) if video is not None else 1.0
    return ratio if 0.1 < ratio < 10 else 1.0


def pixels(frame: VideoFrame, side: int, ratio: float) -> Pixels:
    """A frame upright and in its true shape, the shorter side ``side`` pixels."""
    wide, high = frame.width * ratio, frame.height
    scale = side / min(wide, high)
    size = max(side, round(wide * scale)), max(side, round(high * scale))
    made: NDArray[Any] = frame.reformat(*size, "rgb24", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(np.rot90(made, _TURNS.get(frame.rotation % 360, 0)))
