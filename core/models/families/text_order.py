"""Puts lines of text that were found in a picture in the order a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.types import PictureLine

_COLUMN_GAP = 1.0  # times the lines' height, between two columns
_COLUMN_WIDTH = 8.0  # times the lines' height: narrower ones are the cells of a table, which are read along its rows
_SAME_ROW = 0.5  # of a line's height, that it may lie above or below another one of its row


class _Placed(NamedTuple):
    """A line and its extent along the text's own directions: to the right, and down."""

    line: PictureLine
    left: float
    right: float
    top: float
    bottom: float


def in_reading_order(lines: Sequence[PictureLine], aspect_ratio: float) -> tuple[PictureLine, ...]:
    """Lines from top to bottom as most of them are turned, columns one after the other (Nagy and Seth 1984, XY cut).

    ``aspect_ratio``: the picture's width divided by its height.
    """
    if not lines:
        return ()
    boxes = np.array([line.box for line in lines]) * (aspect_ratio, 1.0)  # (lines, corners, 2)
    across = _direction(boxes[:, 1] - boxes[:, 0])
    down = np.array([-across[1], across[0]])
    extents = [boxes @ across, boxes @ down]
    low, high = [extent.min(axis=1) for extent in extents], [extent.max(axis=1) for extent in extents]
    placed = [_Placed(line, low[0][at], high[0][at], low[1][at], high[1][at]) for at, line in enumerate(lines)]
    return tuple(line for block in _blocks(placed) for line in _rows(block))


def _direction(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The direction most text runs in, weighted by length: right, down, left or up, and a little askew."""
    quarters = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    along = vectors @ quarters.T
    main = int(np.argmax(np.maximum(along, 0).sum(axis=0)))
    total = vectors[along.argmax(axis=1) == main].sum(axis=0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12))


def _blocks(lines: list[_Placed]) -> list[list[_Placed]]:
    """Lines in blocks: cut between columns where there are any, else at the widest gap between rows."""
    height = float(np.median([line.bottom - line.top for line in lines]))
    at = _column_cut(lines, height)
    if at is not None:
        left, right = [line for line in lines if line.left < at], [line for line in lines if line.left >= at]
        return [*_blocks(left), *_blocks(right)]
    ordered = sorted(lines, key=lambda line: line.top)
    bottoms = np.maximum.accumulate([line.bottom for line in ordered])
    gaps = [ordered[number + 1].top - bottoms[number] for number in range(len(ordered) - 1)]
    if not gaps or max(gaps) <= 0:
        return [lines]
    cut = int(np.argmax(gaps)) + 1
    return [*_blocks(ordered[:cut]), *_blocks(ordered[cut:])]


def _column_cut(lines: Sequence[_Placed], height: float) -> float | None:
    """Where a column begins that no line to its left reaches into; None if there is none."""
    ordered = sorted(lines, key=lambda line: line.left)
    reach = ordered[0].right
    for number, line in enumerate(ordered[1:], 1):
        if line.left - reach >= _COLUMN_GAP * height and _are_columns(ordered[:number], ordered[number:], height):
            return line.left
        reach = max(reach, line.right)
    return None


def _are_columns(left: Sequence[_Placed], right: Sequence[_Placed], height: float) -> bool:
    return all(
        len(side) > 1 and float(np.median([line.right - line.left for line in side])) >= _COLUMN_WIDTH * height
        for side in (left, right)
    )


def _rows(lines: Sequence[_Placed]) -> list[PictureLine]:
    """The lines of a block by rows, each from left to right."""
    rows: list[list[_Placed]] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        if rows and abs(_middle(line) - _middle(rows[-1][0])) < _SAME_ROW * (line.bottom - line.top):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [
        replace(line.line, starts_row=number == 0)
        for row in rows
        for number, line in enumerate(sorted(row, key=lambda line: line.left))
    ]


def _middle(line: _Placed) -> float:
    return (line.top + line.bottom) / 2
