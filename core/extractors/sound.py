"""Sound as the models want it, 16 kHz mono, cut into windows at quiet places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bowerbird.core.types import SAMPLE_RATE, WAVEFORM_RATE, Locator, Modality, Samples, Segment

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler

LONGEST_S = 30.0
"""A window's length at the most: what Whisper sees at once (Radford et al. 2022)."""
_SLACK_S = 3.0  # windows are about equally long, give or take so much for the sake of a quiet place
_HUSH_S = 0.3  # a cut lies in the middle of the quietest so many seconds
_SILENCE = 33  # a peak of -60 dB: nothing anyone could hear
_FLOOR_DB = 60.0  # the waveform shows so many decibels
_GAP_S = 0.1  # time stamps of some formats waver by less than this
_STEP = SAMPLE_RATE // 50


class SoundTrack:
    """Gathers the sound between two times from decoded frames, silence where the time stamps leave a gap."""

    def __init__(self, start_s: float, end_s: float, rate: int = SAMPLE_RATE) -> None:
        """Times as in the file, in seconds; ``rate`` samples a second are kept."""
        self._start_s, self._rate = start_s, rate
        self._most = round((end_s - start_s) * rate)
        self._parts: list[Samples] = []
        self._length = 0
        self._resampler: AudioResampler | None = None
        self._shape: tuple[object, ...] = ()

    @property
    def full(self) -> bool:
        """Whether there is sound up to the end."""
        return self._length >= self._most

    @property
    def length_s(self) -> float:
        """How much there is."""
        return self._length / self._rate

    def add(self, frame: AudioFrame, time_s: float | None) -> None:
        """Take the next frame, which begins at ``time_s``; None is right after the one before."""
        expected = self._start_s + self._length / self._rate
        ahead = 0.0 if time_s is None else time_s - expected
        samples = self._resampled(frame)
        if ahead < 0 and not self._length:  # decoding began before the start
            samples = samples[round(-ahead * self._rate) :]
        elif ahead > _GAP_S:
            self._keep(np.zeros(min(round(ahead * self._rate), self._most - self._length), np.int16))
        self._keep(samples)

    def _keep(self, samples: Samples) -> None:
        samples = samples[: self._most - self._length]
        if len(samples):
            self._parts.append(samples)
            self._length += len(samples)

    def _resampled(self, frame: AudioFrame) -> Samples:
        from av.audio.resampler import AudioResampler

        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None or shape != self._shape:  # some streams change in their middle
            self._resampler, self._shape = AudioResampler("s16", "mono", self._rate), shape
        frame.pts = None
        made = [one.to_ndarray().reshape(-1) for one in self._resampler.resample(frame)]
        return np.concatenate(made).astype(np.int16, copy=False) if made else np.empty(0, np.int16)

    def samples(self) -> Samples:
        """All of it."""
        return np.concatenate(self._parts) if self._parts else np.empty(0, np.int16)


def quiet_end(samples: Samples) -> int:
    """Where to end a part that has more behind it, in samples: at the quietest place near its end."""
    return _quietest(samples, max(0, len(samples) - round(2 * _SLACK_S * SAMPLE_RATE)), len(samples))


def windows(samples: Samples, start_s: float) -> Iterator[Segment]:
    """The audible windows of a part that begins at ``start_s``, cut at quiet places, none longer than 30 s.

    As few as can be: each costs the models as much as a full one.
    """
    at = 0
    while at < len(samples):
        end = _window_end(samples, at)
        if np.abs(samples[at:end].astype(np.int32)).max() > _SILENCE:
            where = Locator(start_s=start_s + at / SAMPLE_RATE, end_s=start_s + end / SAMPLE_RATE)
            yield Segment(Modality.SOUND, where, samples=samples[at:end])
        at = end


def _window_end(samples: Samples, at: int) -> int:
    longest, slack, left = round(LONGEST_S * SAMPLE_RATE), round(_SLACK_S * SAMPLE_RATE), len(samples) - at
    windows_left = -(-left // longest)
    if windows_left == 1:
        return len(samples)
    even = at + left // windows_left
    least = len(samples) - (windows_left - 1) * longest  # or what is left would not fit into the others
    return _quietest(samples, max(even - slack, least), min(even + slack, at + longest))


def waveform(samples: Samples) -> bytes:
    """Loudness, 0…255 over 60 decibels, ``WAVEFORM_RATE`` values a second."""
    step = SAMPLE_RATE // WAVEFORM_RATE
    padded = np.pad(np.abs(samples.astype(np.int32)), (0, -len(samples) % step)).reshape(-1, step)
    decibels = 20 * np.log10(np.maximum(padded.max(axis=1), 1) / 32768)
    return bytes(np.clip((decibels + _FLOOR_DB) / _FLOOR_DB * 255, 0, 255).astype(np.uint8))


def _quietest(samples: Samples, low: int, high: int) -> int:
    """The middle of the quietest moment between two places; of several, the last."""
    energy = np.square(samples[low:high].astype(np.float32))
    steps = energy[: len(energy) // _STEP * _STEP].reshape(-1, _STEP).sum(axis=1)
    width = round(_HUSH_S * SAMPLE_RATE / _STEP)
    if len(steps) <= width:
        return high
    sums = np.convolve(steps, np.ones(width), "valid")
    last = len(sums) - 1 - int(np.argmin(sums[::-1]))
    return low + (last * _STEP + width * _STEP // 2)
