"""Compares what follows in time: whether the moments of an example occur in a file in the same order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def align(cosines: NDArray[np.float32], background: tuple[float, float]) -> tuple[float, int]:
    """Evidence that the moments of an example occur in a file in the same order, and the file's row where they begin.

    Assigns each moment of the example to one of the file, in order, so that the mean evidence is greatest: dynamic
    time warping (Sakoe and Chiba 1978) in which the file may go on before, between and after.

    Args:
        cosines: shape (moments of the file, moments of the example), both in time.
        background: mean and deviation of the cosines of unrelated pairs.
    """
    mean, deviation = background
    evidence = np.maximum(0.0, (cosines - mean) / deviation)
    total = evidence[:, 0]
    begins = np.arange(len(total))
    for column in evidence.T[1:]:
        before = _last_best(total)
        total, begins = total[before] + column, begins[before]
    end = int(np.argmax(total))
    return float(total[end]) / evidence.shape[1], int(begins[end])


def _last_best(totals: NDArray[np.float32]) -> NDArray[np.int64]:
    """For each index, that of the greatest total up to it, the last one if there are several."""
    places = np.where(totals >= np.maximum.accumulate(totals), np.arange(len(totals)), 0)
    return np.maximum.accumulate(places)
