"""Cuts scenes out of a clip as the Perceiver takes them: sixteen frames and the sound of the same 0.64 seconds.

Shapes and rates are those of Kinetics-700 in Jaegle et al. 2021, "Perceiver IO".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bowerbird.core.extractors.recordings.container import Tracks, start_offset
from bowerbird.core.extractors.recordings.frames import pixel_aspect_ratio, pixels
from bowerbird.core.extractors.recordings.sound import SoundTrack
from bowerbird.core.extractors.recordings.timeline import frames
from bowerbird.core.types import Frames, Locator, Modality, Pixels, Samples, Segment

if TYPE_CHECKING:
    from av.container import InputContainer

_FRAMES, _SIDE, _RATE = 16, 224, 25.0
_SOUND_RATE = 48_000
_LASTS_S = _FRAMES / _RATE
_RUN_UP_S = 0.5
_MAX_SCENES = 12  # of a part: each costs a model some seconds


def scenes(
    container: InputContainer, tracks: Tracks, spans: Sequence[tuple[float, float]], *, joined: bool = False
) -> Iterator[Segment]:
    """A SCENE segment for each span of seconds, or for every so many of them, cut out of its middle.

    ``joined``: see ``timeline.packets``.
    """
    for start_s, end_s in spans[:: max(1, -(-len(spans) // _MAX_SCENES))]:
        middle_s = max(start_s, (start_s + end_s - _LASTS_S) / 2)
        frames = _frames(container, tracks, middle_s, joined)
        if frames is not None:
            yield Segment(
                Modality.SCENE,
                Locator(start_s=start_s, end_s=end_s),
                frames=frames,
                samples=_samples(container, tracks, middle_s, joined),
            )


def _frames(container: InputContainer, tracks: Tracks, start_s: float, joined: bool) -> Frames | None:
    """Shape (16, 224, 224, 3): what is shown at each twenty-fifth of a second; None if nothing is."""
    assert tracks.video is not None
    zero_s, aspect_ratio = start_offset(container), pixel_aspect_ratio(tracks.video)
    times_s = [start_s + number / _RATE for number in range(_FRAMES)]
    squares: list[Pixels] = []
    latest = None
    tracks.video.codec_context.skip_frame = "DEFAULT"
    for frame in frames(container, tracks.video, max(0.0, start_s + zero_s), joined=joined):
        time_s = (frame.time or 0.0) - zero_s
        while len(squares) < _FRAMES and time_s > times_s[len(squares)] and latest is not None:
            squares.append(_square(latest))
        latest = pixels(frame, _SIDE, aspect_ratio) if time_s > start_s - 1.0 or latest is None else latest
        if len(squares) == _FRAMES:
            break
    if latest is None:
        return None
    return np.stack([*squares, *[_square(latest)] * (_FRAMES - len(squares))])


def _square(frame: Pixels) -> Pixels:
    """The middle of a frame, 224 x 224."""
    top, left = ((length - _SIDE) // 2 for length in frame.shape[:2])
    return np.ascontiguousarray(frame[top : top + _SIDE, left : left + _SIDE])


def _samples(container: InputContainer, tracks: Tracks, start_s: float, joined: bool) -> Samples | None:
    """Shape (30720,), at 48 kHz; None for a clip without sound."""
    if tracks.sound is None:
        return None
    zero_s = start_offset(container)
    track = SoundTrack(start_s, start_s + _LASTS_S, _SOUND_RATE)
    for frame in frames(container, tracks.sound, max(0.0, start_s + zero_s - _RUN_UP_S), joined=joined):
        time_s = None if frame.time is None else frame.time - zero_s
        if track.full or (time_s is not None and time_s > start_s + _LASTS_S):
            break
        track.add(frame, time_s)
    samples = track.samples()
    return np.pad(samples, (0, round(_LASTS_S * _SOUND_RATE) - len(samples)))
