"""Makes one channel of two without losing what is out of phase: a voice that one of two microphones has upside down.

Added up, channels of opposite sign cancel; where they would, their difference is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bowerbird.core.types import Samples

_WINDOW_S = 0.25
_CANCELS = 0.6  # of the energy that the sum of two unrelated channels has: below, they cancel each other
_SPAN = 2  # windows before and after that are taken into account


def to_mono(channels: NDArray[np.int16], rate: int) -> Samples:
    """Half the sum of two channels, or half their difference where they cancel each other.

    Args:
        channels: of the shape (samples, 1 or 2).
        rate: samples a second.
    """
    if channels.shape[1] == 1 or not len(channels):
        return channels.reshape(-1)
    left, right = channels[:, 0].astype(np.float32), channels[:, 1].astype(np.float32)
    signs = _signs(left, right, round(_WINDOW_S * rate))
    mono = left + right * (1.0 if (signs == 1).all() else _stretched(signs, len(left), round(_WINDOW_S * rate)))
    return (mono / 2).astype(np.int16)


def _signs(left: NDArray[np.float32], right: NDArray[np.float32], window: int) -> NDArray[np.float32]:
    """1 or -1 for each window of so many samples: what the right channel is multiplied with."""
    products, squares = _sums(left * right, window), _sums(left * left + right * right, window)
    sum_energy, unrelated = squares + 2 * products, squares
    around = np.ones(2 * _SPAN + 1, np.float32)
    cancels = np.convolve(sum_energy, around, "same") < _CANCELS * np.convolve(unrelated, around, "same")
    return np.where(cancels, -1, 1).astype(np.float32)


def _sums(values: NDArray[np.float32], window: int) -> NDArray[np.float32]:
    sums: NDArray[np.float32] = np.pad(values, (0, -len(values) % window)).reshape(-1, window).sum(axis=1)
    return sums


def _stretched(signs: NDArray[np.float32], length: int, window: int) -> NDArray[np.float32]:
    """A sign for each sample; from one window to the next it turns little by little, or there would be a click."""
    middles = (np.arange(len(signs)) + 0.5) * window
    return np.interp(np.arange(length), middles, signs).astype(np.float32)
