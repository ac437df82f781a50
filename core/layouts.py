"""What a picture looks like from afar, and whether two pictures are the same but for their size, format or edges.

A layout is the picture in grey, squeezed into ``SIDE`` × ``SIDE`` pixels. Two are first compared by their low
frequencies (``coarse``), as perceptual hashes do it (C. Zauner, Implementation and Benchmarking of Perceptual Image
Hash Functions, 2010), but as cosines of real values, which bear a cut edge. Those that come near are then laid over
each other (``are_alike``) as B. D. Lucas and T. Kanade do it (An Iterative Image Registration Technique, 1981): what
is left in any spot, and no stretch, shift or light explains, tells two tries of one scene apart.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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
_WORTH_A_LOOK = 0.85  # at half the size
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
        alike[batch] = _alike(some[batch].astype(np.float32), others[batch].astype(np.float32))
    return alike


def _alike(some: Floats, others: Floats) -> NDArray[np.bool_]:
    """Laid over each other first at half the size, which tells most of those apart that are not alike."""
    small, small_others = _halved(some), _halved(others)
    moved = _registered(small, small_others, np.zeros((len(some), 4), np.float32))
    alike = _overlaid(small, small_others, moved).correlation >= _WORTH_A_LOOK
    worth = np.flatnonzero(alike)
    some, others, moved = some[worth], others[worth], 2 * moved[worth]
    same = _is_explained(some, others, moved)
    again = np.flatnonzero(~same)  # the one that was cut may be the other one
    same[again] = _is_explained(others[again], some[again], -moved[again])
    alike[worth] = same
    return alike


def _is_explained(fixed: Floats, moving: Floats, moved: Floats) -> NDArray[np.bool_]:
    """Whether one picture is left where cut edges and another light are undone; begins as ``_registered`` does."""
    if not len(fixed):
        return np.zeros(0, bool)
    moved = _registered(fixed, moving, moved)
    over = _overlaid(fixed, moving, moved)
    contrast = np.maximum(over.contrast, 1)
    before = _worst_spot((fixed - moving).reshape(len(fixed), -1)) / contrast
    left = _worst_spot(over.left) / contrast
    is_changed = left < (1 - _EXPLAINED) * before
    return (
        (over.correlation >= _LEAST_CORRELATION)
        & (over.overlap >= _LEAST_OVERLAP)
        & (over.gain >= _GAINS[0])
        & (over.gain <= _GAINS[1])
        & (over.contrast >= _LEAST_CONTRAST)
        & (left <= np.where(is_changed, _MOST_LEFT_OF_CHANGED, _MOST_LEFT))
    )


class _Overlaid(NamedTuple):
    """What comes of laying pictures over others: each of shape (n,), but ``left`` (n, pixels)."""

    correlation: Floats
    overlap: Floats
    """Share of the area."""
    gain: Floats
    contrast: Floats
    """Standard deviation of what is overlaid."""
    left: Floats
    """What gain and the mean do not explain."""


def _overlaid(fixed: Floats, moving: Floats, moved: Floats) -> _Overlaid:
    there, _, inside = _sampled(moving, moved)
    mine, theirs = _centred(fixed.reshape(len(fixed), -1), inside), _centred(there, inside)
    covariance, of_theirs, of_mine = (_sum(a * b) for a, b in ((mine, theirs), (theirs, theirs), (mine, mine)))
    gain = covariance / np.maximum(of_theirs, 1e-3)
    return _Overlaid(
        (covariance / np.maximum(np.sqrt(of_theirs * of_mine), 1e-3))[:, 0],
        inside.mean(axis=1),
        gain[:, 0],
        np.sqrt(of_mine / np.maximum(_sum(inside), 1))[:, 0],
        mine - gain * theirs,
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
