"""Chooses among the sound tracks of a file what is worth hearing: none that is silent, none that is heard already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.extractors.recordings import sound
from bowerbird.core.types import SAMPLE_RATE, Samples

_STEP = SAMPLE_RATE // 25  # samples over which spectra are compared
_BANDS = 16
_LAG_STEPS = 4  # by how many steps two encodings of the same sound may lie apart
_SAME = 0.98  # correlation: 0.987 and more of the same sound encoded otherwise, 0.96 of speech over music at -12 dB
_QUIET_DB = -70.0  # what is below counts as this


def audible(tracks: Sequence[Samples]) -> Iterator[int]:
    """The numbers of the tracks that are heard, in their order: not silent, and unlike those before."""
    heard: list[NDArray[np.float32]] = []
    for number, samples in enumerate(tracks):
        if sound.is_silent(samples):
            continue
        if len(tracks) > 1:
            loudness = _loudness(samples)
            if any(_is_same(loudness, other) for other in heard):
                continue
            heard.append(loudness)
        yield number


def _loudness(samples: Samples) -> NDArray[np.float32]:
    """Decibels of each band in each step, shape (steps, bands); the bands are about equally wide to the ear."""
    steps = np.pad(samples, (0, -len(samples) % _STEP)).reshape(-1, _STEP).astype(np.float32) / 32768
    power = np.square(np.abs(np.fft.rfft(steps * np.hanning(_STEP).astype(np.float32), axis=1)))
    edges = np.unique(np.geomspace(2, power.shape[1] - 1, _BANDS + 1).astype(int))
    bands = np.add.reduceat(power, edges[:-1], axis=1)
    loudness: NDArray[np.float32] = np.maximum(10 * np.log10(bands + 1e-12), _QUIET_DB).astype(np.float32)
    return loudness


def _is_same(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Whether two tracks sound the same, however loud and however encoded."""
    return any(_correlation(one, other, lag) > _SAME for lag in range(-_LAG_STEPS, _LAG_STEPS + 1))


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32], lag: int) -> float:
    one, other = one[max(lag, 0) :], other[max(-lag, 0) :]
    length = min(len(one), len(other))
    a, b = one[:length].ravel(), other[:length].ravel()
    if length < 2 or not a.std() or not b.std():
        return float(length > 0 and not a.std() and not b.std())
    return float(np.corrcoef(a, b)[0, 1])
