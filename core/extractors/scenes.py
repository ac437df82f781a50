"""Scenes of a clip as the Perceiver wants them: sixteen frames and the sound of the same two thirds of a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bowerbird.core.extractors.container import Tracks, begins
from bowerbird.core.extractors.frames import pixels, shape_of_pixels
from bowerbird.core.extractors.sound import SoundTrack
from bowerbird.core.types import Frames, Locator, Modality, Pixels, Samples, Segment

if TYPE_CHECKING:
    from av.container import InputContainer

_FRAMES, _SIDE, _RATE = 16, 224, 25.0
_SOUND_RATE = 48_000
_LASTS_S = _FRAMES / _RATE
_RUN_UP_S = 0.5
_MOST = 12  # a part: each costs a model some seconds


def scenes(opened: InputContainer, tracks: Tracks, spans: Sequence[tuple[float, float]]) -> Iterator[Segment]:
    """A segment for each span of time, made of its middle."""
    for start_s, end_s in spans[:: max(1, -(-len(spans) // _MOST))]:
        middle_s = max(start_s, (start_s + end_s - _LASTS_S) / 2)
        frames = _frames(opened, tracks, middle_s)
        if frames is not None:
            yield Segment(
                Modality.SCENE,
                Locator(start_s=start_s, end_s=end_s),
                frames=frames,
                samples=_samples(opened, tracks, middle_s),
            )


def _frames(opened: InputContainer, tracks: Tracks, start_s: float) -> Frames | None:
    """Shape (16, 224, 224, 3): what is shown at each twenty-fifth of a second."""
    assert tracks.video is not None
    zero_s, ratio = begins(opened), shape_of_pixels(tracks.video)
    wanted = [start_s + number / _RATE for number in range(_FRAMES)]
    shown: list[Pixels] = []
    latest = None
    tracks.video.codec_context.skip_frame = "DEFAULT"
    opened.seek(int(max(0.0, start_s + zero_s) * 1e6))
    for frame in opened.decode(tracks.video):
        at = (frame.time or 0.0) - zero_s
        while len(shown) < _FRAMES and at > wanted[len(shown)] and latest is not None:
            shown.append(_square(latest))
        latest = pixels(frame, _SIDE, ratio) if at > start_s - 1.0 or latest is None else latest
        if len(shown) == _FRAMES:
            break
    if latest is None:
        return None
    return np.stack([*shown, *[_square(latest)] * (_FRAMES - len(shown))])


def _square(picture: Pixels) -> Pixels:
    top, left = ((length - _SIDE) // 2 for length in picture.shape[:2])
    return np.ascontiguousarray(picture[top : top + _SIDE, left : left + _SIDE])


def _samples(opened: InputContainer, tracks: Tracks, start_s: float) -> Samples | None:
    """Shape (30720,), or None for a clip without sound."""
    if tracks.sound is None:
        return None
    zero_s = begins(opened)
    track = SoundTrack(start_s, start_s + _LASTS_S, _SOUND_RATE)
    opened.seek(int(max(0.0, start_s + zero_s - _RUN_UP_S) * 1e6))
    for frame in opened.decode(tracks.sound):
        at = None if frame.time is None else frame.time - zero_s
        if track.full or (at is not None and at > start_s + _LASTS_S):
            break
        track.add(frame, at)
    samples = track.samples()
    return np.pad(samples, (0, round(_LASTS_S * _SOUND_RATE) - len(samples)))
