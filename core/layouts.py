"""What a picture looks like from afar, and whether two pictures are the same but for their size, format or edges.

A layout is the picture in grey, squeezed into ``SIDE`` × ``SIDE`` pixels. Two are first compared by their low
frequencies (``coarse``), as perceptual hashes do it (C. Zauner, Implementation and Benchmarking of Perceptual Image
Hash Functions, 2010), but as cosines of real values, which bear a cut edge. Those that come near are then laid over
each other (``are_alike``) as B. D. Lucas and T. Kanade do it (An Iterative Image Registration Technique, 1981): what
is left in any spot, and no stretch, shift or light explains, tells two tries of one scene apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

SIDE = 32
BYTES = SIDE * SIDE
"""Of a layout: its rows from the top, a byte a pixel."""
NEAR = 0.87
"""The least cosine of ``coarse`` rows that are worth laying over each other."""

# Fitted to 110 photos of COCO in 18 changed forms each and to all pairs of 1,200 of them; measured on others.
_FREQUENCIES = 8
_LEAST_CORRELATION = 0.96
_LEAST_OVERLAP = 0.75  # of the area
_GAINS = (0.5, 2.0)
_LEAST_CONTRAST = 4.0  # standard deviation, of 255: what is plainer looks like anything
_MOST_LEFT = 0.15  # of the contrast, in any spot
_MOST_LEFT_OF_CHANGED = 0.25  # where an edge was cut or the light was changed, which always leaves a little
_EXPLAINED = 0.5  # of the difference: so much must a cut or another light explain to be one
_SPOT = SIDE // 8
_MOST_MOVED = 0.12  # of the side
_STEPS = 5  # of Gauss and Newton
_BATCH = 256  # pairs: a few megabytes


def coarse(greys: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Rows of low frequencies, of 35 dimensions and about the length 127. ``greys`` has shape (n, SIDE, SIDE).

    Frequencies of a discrete cosine transform but the mean, higher ones with more weight. A plain picture is zero.
    """
    u, v = np.mgrid[0:_FREQUENCIES, 0:_FREQUENCIES]
    waves = np.cos(np.pi * np.outer(np.arange(_FREQUENCIES), np.arange(SIDE) + 0.5) / SIDE).astype(np.float32)
    spectrum = (waves @ greys.astype(np.float32) @ waves.T) * (1 + u + v)
    rows = spectrum[:, (u + v > 0) & (u + v < _FREQUENCIES)]
    contrast = greys.reshape(len(greys), -1).std(axis=1)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = np.where(contrast[:, None] < _LEAST_CONTRAST, 0.0, rows / np.maximum(lengths, 1e-6))
    return np.rint(unit * 127).astype(np.int8)  # type: ignore[no-any-return]


def are_alike(some: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Of each pair, whether both are one picture. Both have shape (n, SIDE, SIDE)."""
    alike = np.zeros(len(some), bool)
    for at in range(0, len(some), _BATCH):
        batch = slice(at, at + _BATCH)
        one, other = some[batch].astype(np.float32), others[batch].astype(np.float32)
        alike[batch] = _same(one, other) | _same(other, one)
    return alike


def _same(fixed: Floats, moving: Floats) -> NDArray[np.bool_]:
    before = _worst_spot((fixed - moving).reshape(len(fixed), -1))
    half = _registered(_halved(fixed), _halved(moving), np.zeros((len(fixed), 4), np.float32))
    moved = _registered(fixed, moving, half * 2)
    moving, _, inside = _sampled(moving, moved)
    fixed = fixed.reshape(len(fixed), -1)
    fixed, moving = _centred(fixed, inside), _centred(moving, inside)
    covariance, variance, of_fixed = (_sum(a * b) for a, b in ((fixed, moving), (moving, moving), (fixed, fixed)))
    gain = covariance / np.maximum(variance, 1e-3)
    contrast = np.sqrt(of_fixed / np.maximum(_sum(inside), 1))
    left, before = (spot / np.maximum(contrast[:, 0], 1) for spot in (_worst_spot(fixed - gain * moving), before))
    changed = left < (1 - _EXPLAINED) * before
    return (  # type: ignore[no-any-return]
        (covariance >= _LEAST_CORRELATION * np.sqrt(variance * of_fixed))[:, 0]
        & (inside.mean(axis=1) >= _LEAST_OVERLAP)
        & ((gain >= _GAINS[0]) & (gain <= _GAINS[1]) & (contrast >= _LEAST_CONTRAST))[:, 0]
        & (left <= np.where(changed, _MOST_LEFT_OF_CHANGED, _MOST_LEFT))
    )


def _registered(fixed: Floats, moving: Floats, moved: Floats) -> Floats:
    """How ``moving`` has to be stretched and shifted to lie on ``fixed``: see ``_sampled``; begins with ``moved``."""
    count, side, _ = fixed.shape
    across, down = _positions(side)
    fixed = fixed.reshape(count, -1)
    for _ in range(_STEPS):
        there, (slope_x, slope_y), inside = _sampled(moving, moved)
        mine, theirs = _centred(fixed, inside), _centred(there, inside)
        gain = _sum(mine * theirs) / np.maximum(_sum(theirs * theirs), 1e-3)
        slopes = np.stack([slope_x * across, slope_x, slope_y * down, slope_y], 2) * gain[:, :, None]
        light = np.stack([there, np.ones_like(there)], 2)
        system = np.concatenate([slopes, light], 2) * inside[:, :, None]
        squares = system.transpose(0, 2, 1) @ system + np.eye(6, dtype=np.float32) * 0.01
        step = np.linalg.solve(squares, system.transpose(0, 2, 1) @ (mine - gain * theirs)[:, :, None])[:, :4, 0]
        moved = (moved + step.clip(-1, 1)).clip(-_MOST_MOVED * side, _MOST_MOVED * side)
    return moved


def _sampled(pictures: Floats, moved: Floats) -> tuple[Floats, tuple[Floats, Floats], Floats]:
    """Pictures where they were moved to, their slopes there, and where they have a pixel: each of shape (n, pixels).

    ``moved`` has shape (n, 4): how far the edge is stretched, and the whole shifted, in pixels, across and then down.
    """
    count, side, _ = pictures.shape
    across, down = _positions(side)
    middle = (side - 1) / 2
    x = middle * (1 + across) + moved[:, :1] * across + moved[:, 1:2]
    y = middle * (1 + down) + moved[:, 2:3] * down + moved[:, 3:4]
    inside = ((x >= 0) & (x <= side - 1) & (y >= 0) & (y <= side - 1)).astype(np.float32)
    x, y = x.clip(0, side - 1.001), y.clip(0, side - 1.001)
    left, top = x.astype(int), y.astype(int)
    to_right, to_bottom = (x - left).astype(np.float32), (y - top).astype(np.float32)
    each = np.arange(count)[:, None]
    a, b = pictures[each, top, left], pictures[each, top, left + 1]
    c, d = pictures[each, top + 1, left], pictures[each, top + 1, left + 1]
    upper, lower = a + (b - a) * to_right, c + (d - c) * to_right
    slope_x = (b - a) * (1 - to_bottom) + (d - c) * to_bottom
    return upper + (lower - upper) * to_bottom, (slope_x, lower - upper), inside


def _positions(side: int) -> tuple[Floats, Floats]:
    """Of each pixel how far it is from the middle, -1…1, across and down."""
    down, across = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    return across.ravel(), down.ravel()


def _halved(pictures: Floats) -> Floats:
    count, side, _ = pictures.shape
    return pictures.reshape(count, side // 2, 2, side // 2, 2).mean((2, 4))  # type: ignore[no-any-return]


def _centred(rows: Floats, inside: Floats) -> Floats:
    """Rows less their mean over what is inside, and zero outside."""
    return (rows - _sum(rows * inside) / np.maximum(_sum(inside), 1)) * inside


def _sum(rows: Floats) -> Floats:
    return rows.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


def _worst_spot(rows: Floats) -> Floats:
    """The largest mean over a spot of some pixels, of either sign."""
    pictures = rows.reshape(len(rows), SIDE, SIDE)
    totals = np.pad(pictures, ((0, 0), (1, 0), (1, 0))).cumsum(1).cumsum(2)
    k = _SPOT
    spots = totals[:, k:, k:] - totals[:, :-k, k:] - totals[:, k:, :-k] + totals[:, :-k, :-k]
    return np.abs(spots).max((1, 2)) / k**2  # type: ignore[no-any-return]
