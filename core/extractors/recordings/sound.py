"""Gathers sound as the models take it, 16 kHz mono, and cuts it into windows at quiet places."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from bowerbird.core.extractors.recordings.stereo import to_mono
from bowerbird.core.types import SAMPLE_RATE, WAVEFORM_RATE, Locator, Modality, Samples, Segment

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler
    from numpy.typing import NDArray

LONGEST_S = 30.0
"""A window's length at the most: what Whisper sees at once (Radford et al. 2022)."""
_SLACK_S = 3.0  # windows are about equally long, give or take this for a quiet place
_PAUSE_S = 0.3  # a cut lies in the middle of the quietest so many seconds
_SILENCE = 33  # a peak of -60 dB: nothing anyone could hear
_FLOOR_DB = 60.0  # decibels below full scale that the waveform shows
_GAP_S = 0.1  # time stamps of some formats waver by less than this
_STEP = SAMPLE_RATE // 50  # samples over which loudness is summed


class SoundTrack:
    """Gathers the sound between two times from decoded frames, with silence where time stamps leave a gap."""

    def __init__(self, start_s: float, end_s: float, rate: int = SAMPLE_RATE) -> None:
        """A track without sound.

        Args:
            start_s: where the span begins, in seconds from what a player shows as 0:00.
            end_s: where it ends.
            rate: samples a second to keep.
        """
        self._start_s, self._rate = start_s, rate
        self._max_length = round((end_s - start_s) * rate)
        self._parts: list[NDArray[np.int16]] = []  # each of the shape (samples, channels)
        self._length = 0
        self._resampler: AudioResampler | None = None
        self._shape: tuple[object, ...] = ()
        self._channels = 1  # kept: more than two are mixed to two

    @property
    def full(self) -> bool:
        """Whether there is sound up to the end of the span."""
        return self._length >= self._max_length

    @property
    def length_s(self) -> float:
        """Seconds of sound so far."""
        return self._length / self._rate

    def add(self, frame: AudioFrame, time_s: float | None) -> None:
        """Take the next frame, which begins at ``time_s``; None is right after the one before."""
        expected = self._start_s + self._length / self._rate
        ahead = 0.0 if time_s is None else time_s - expected
        samples = self._resampled(frame)
        if ahead < 0 and not self._length:  # decoding began before the start
            samples = samples[round(-ahead * self._rate) :]
        elif ahead > _GAP_S:
            self._keep(np.zeros((min(round(ahead * self._rate), self._max_length - self._length), 1), np.int16))
        self._keep(samples)

    def _keep(self, samples: NDArray[np.int16]) -> None:
        samples = samples[: self._max_length - self._length]
        if len(samples):
            self._parts.append(samples)
            self._length += len(samples)

    def _resampled(self, frame: AudioFrame) -> NDArray[np.int16]:
        from av.audio.resampler import AudioResampler

        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None or shape != self._shape:  # some streams change in their middle
            self._channels = min(frame.layout.nb_channels, 2)
            layout = "mono" if self._channels == 1 else "stereo"
            self._resampler, self._shape = AudioResampler("s16", layout, self._rate), shape
        frame.pts = None
        pieces = [piece.to_ndarray().reshape(-1, self._channels) for piece in self._resampler.resample(frame)]
        return np.concatenate(pieces) if pieces else np.empty((0, self._channels), np.int16)

    def samples(self) -> Samples:
        """All the sound so far, mono, in one array."""
        runs = (list(run) for _, run in groupby(self._parts, key=lambda part: part.shape[1]))
        mono = [to_mono(np.concatenate(run), self._rate) for run in runs]
        return np.concatenate(mono) if mono else np.empty(0, np.int16)


def quiet_end(samples: Samples) -> int:
    """The number of samples at which to end a part that goes on: at the quietest place near its end."""
    return _quietest(samples, max(0, len(samples) - round(2 * _SLACK_S * SAMPLE_RATE)), len(samples))


def is_silent(samples: Samples) -> bool:
    """Whether there is nothing that anyone could hear."""
    return not len(samples) or int(np.abs(samples.astype(np.int32)).max()) <= _SILENCE


def windows(samples: Samples, start_s: float, section: str = "") -> Iterator[Segment]:
    """SOUND segments of at most ``LONGEST_S``, cut at quiet places; silent ones are left out.

    There are as few as can be: each costs the models as much as a full one. ``start_s`` is the time of the first
    sample, ``section`` the name of the track.
    """
    start = 0
    while start < len(samples):
        end = _window_end(samples, start)
        if not is_silent(samples[start:end]):
            times_s = start_s + start / SAMPLE_RATE, start_s + end / SAMPLE_RATE
            locator = Locator(None, section, *times_s)
            yield Segment(Modality.SOUND, locator, samples=samples[start:end])
        start = end


def _window_end(samples: Samples, start: int) -> int:
    longest, slack, left = round(LONGEST_S * SAMPLE_RATE), round(_SLACK_S * SAMPLE_RATE), len(samples) - start
    windows_left = -(-left // longest)
    if windows_left == 1:
        return len(samples)
    even = start + left // windows_left
    earliest = len(samples) - (windows_left - 1) * longest  # or what is left would not fit into the others
    return _quietest(samples, max(even - slack, earliest), min(even + slack, start + longest))


def waveform(samples: Samples) -> bytes:
    """Loudness, ``WAVEFORM_RATE`` bytes a second, 0…255 for -60…0 decibels of full scale."""
    step = SAMPLE_RATE // WAVEFORM_RATE
    padded = np.pad(np.abs(samples.astype(np.int32)), (0, -len(samples) % step)).reshape(-1, step)
    decibels = 20 * np.log10(np.maximum(padded.max(axis=1), 1) / 32768)
    return bytes(np.clip((decibels + _FLOOR_DB) / _FLOOR_DB * 255, 0, 255).astype(np.uint8))


def _quietest(samples: Samples, first: int, last: int) -> int:
    """The middle of the quietest ``_PAUSE_S`` between two samples; of several, the last."""
    energy = np.square(samples[first:last].astype(np.float32))
    steps = energy[: len(energy) // _STEP * _STEP].reshape(-1, _STEP).sum(axis=1)
    width = round(_PAUSE_S * SAMPLE_RATE / _STEP)
    if len(steps) <= width:
        return last
    sums = np.convolve(steps, np.ones(width), "valid")
    quietest = len(sums) - 1 - int(np.argmin(sums[::-1]))
    return first + (quietest * _STEP + width * _STEP // 2)
