"""Finds where a picture has text: quadrilaterals around its lines, from a map of how likely each pixel is text.

What is done with the map is the post-processing of DB (Liao et al. 2020, "Real-time Scene Text Detection with
Differentiable Binarization"), with the values that PP-OCR uses; of rectangles, the polygon offset that it asks for is a
rectangle again, so that no polygon library is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Quad = NDArray[np.float32]
"""Shape (4, 2): x and y of the corners, clockwise from the text's upper left, in pixels."""
Map = NDArray[np.float32]
"""Shape (height, width), 0…1: how likely each pixel is text."""

_THRESHOLD = 0.3  # of the map, for a pixel to be text
_MIN_MEAN = 0.5  # of the map over a box
_MIN_SIDE = 3.0  # pixels of the map
_GROWTH = 1.6  # "unclip ratio": the map is of texts shrunk towards their middle
_MAX_BOXES = 1_000
_EIGHT_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class _Rectangle:
    """The smallest rectangle around points, at any angle."""

    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    """Shape (2, 2): unit vectors along its sides."""
    sides: NDArray[np.float64]
    """Lengths along these."""

    def corners(self, growth: float = 0.0) -> NDArray[np.float64]:
        """Its corners in order, shape (4, 2), each side moved outwards by ``growth``."""
        half = (self.sides / 2 + growth)[:, None] * self.axes
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        return np.asarray(self.centre + signs @ half)


def boxes(text_map: Map) -> list[Quad]:
    """The boxes of lines of text on a map, in its pixels, in no order; of noise at most a thousand."""
    from scipy import ndimage

    mask = ndimage.binary_dilation(text_map > _THRESHOLD, np.ones((2, 2)))
    labelled, count = ndimage.label(mask, _EIGHT_NEIGHBOURS)
    regions = ndimage.find_objects(labelled)
    quads = []
    for number, region in enumerate(regions[:_MAX_BOXES] if count else (), 1):
        offset = np.array([region[1].start, region[0].start])
        quad = _box(labelled[region] == number, text_map, offset)
        if quad is not None:
            quads.append(quad)
    return quads


def _box(component: NDArray[np.bool_], text_map: Map, offset: NDArray[np.int_]) -> Quad | None:
    """The box of one component of the map, unless it is too small or hardly text."""
    rectangle = _smallest_rectangle(_outline(component) + offset)
    if rectangle.sides.min() < _MIN_SIDE or _mean_within(text_map, rectangle.corners()) < _MIN_MEAN:
        return None
    growth = rectangle.sides.prod() * _GROWTH / (2 * rectangle.sides.sum())
    return upright_order(rectangle.corners(growth))


def _outline(component: NDArray[np.bool_]) -> NDArray[np.int_]:
    """The first and the last pixel of each row, as x and y: all that a convex hull can need."""
    rows = np.flatnonzero(component.any(axis=1))
    first = component[rows].argmax(axis=1)
    last = component.shape[1] - 1 - component[rows, ::-1].argmax(axis=1)
    return np.concatenate([np.stack([first, rows], axis=1), np.stack([last, rows], axis=1)])


def _smallest_rectangle(points: NDArray[np.int_]) -> _Rectangle:
    """One of its sides lies on a side of the convex hull (Freeman and Shapira 1975), so each of those is tried."""
    hull = _convex_hull(points)
    edges = np.roll(hull, -1, axis=0) - hull
    lengths = np.linalg.norm(edges, axis=1)
    along = edges[lengths > 0] / lengths[lengths > 0, None] if lengths.any() else np.array([[1.0, 0.0]])
    axes = np.stack([along, np.stack([-along[:, 1], along[:, 0]], axis=1)], axis=1)  # (edges, 2, 2)
    projected = axes @ hull.T  # (edges, 2, points)
    low, high = projected.min(axis=2), projected.max(axis=2)
    best = int(np.argmin((high - low).prod(axis=1)))
    return _Rectangle((low[best] + high[best]) / 2 @ axes[best], axes[best], high[best] - low[best])


def _convex_hull(points: NDArray[np.int_]) -> NDArray[np.float64]:
    """The corners of the convex hull in order: Andrew's monotone chain (1979)."""
    ordered = sorted(set(map(tuple, points.tolist())))
    if len(ordered) < 3:
        return np.array(ordered, np.float64)
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return np.array(lower[:-1] + upper[:-1], np.float64)


def _chain(points: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    chain: list[tuple[int, ...]] = []
    for x, y in points:
        while len(chain) > 1:
            (x1, y1), (x2, y2) = chain[-2:]
            if (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) > 0:
                break
            chain.pop()
        chain.append((x, y))
    return chain


def _mean_within(text_map: Map, corners: NDArray[np.float64]) -> float:
    """The map's mean over the pixels in a convex quadrilateral."""
    height, width = text_map.shape
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, (width - 1, height - 1)).astype(int)
    y, x = np.mgrid[top : bottom + 1, left : right + 1]
    inside = np.ones(x.shape, bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        inside &= (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) >= -0.5 * np.hypot(x2 - x1, y2 - y1)
    return float(text_map[top : bottom + 1, left : right + 1][inside].mean()) if inside.any() else 0.0


def upright_order(corners: NDArray[np.float64]) -> Quad:
    """The corners clockwise from the upper left one, as if the text stood upright."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    upper_left, lower_left = left[np.argsort(left[:, 1], kind="stable")]
    upper_right, lower_right = right[np.argsort(right[:, 1], kind="stable")]
    return np.array([upper_left, upper_right, lower_right, lower_left], np.float32)
