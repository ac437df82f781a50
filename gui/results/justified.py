"""Arranges pictures in rows that all end at the right edge. Plain numbers, no Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_MIN_ASPECT, _MAX_ASPECT = 0.72, 1.9  # narrower and wider pictures are cropped
_MIN_SCALE, _MAX_SCALE = 0.86, 1.2  # of a row's height; beyond, its pictures are cropped
_SPARE_SHARE = 0.42  # a row that has less space left than this share of a picture is full


@dataclass(frozen=True, slots=True)
class JustifiedRow:
    """Pictures side by side: the number of the first, the left edge and width of each, and the height of all."""

    first: int
    lefts: tuple[int, ...]
    widths: tuple[int, ...]
    height: int


def justified_rows(aspects: Sequence[float], width: int, height: int, gap: int) -> Iterator[JustifiedRow]:
    """Break pictures into rows of about ``height`` pixels that fill ``width`` pixels; the last may be shorter.

    Args:
        aspects: width by height of each picture.
        width: of a row, in pixels.
        height: preferred, of a row, in pixels.
        gap: between pictures, in pixels.
    """
    first, widths = 0, list[float]()
    for number, aspect in enumerate(aspects):
        widths.append(min(_MAX_ASPECT, max(_MIN_ASPECT, aspect)) * height)
        if _is_full(widths, width, gap):
            yield _row(first, widths, width, height, gap, stretch=True)
            first, widths = number + 1, []
    if widths:
        yield _row(first, widths, width, height, gap, stretch=False)


def _is_full(widths: Sequence[float], width: int, gap: int) -> bool:
    """True if one more picture of average width would distort the row more than stretching it does."""
    used = sum(widths) + gap * (len(widths) - 1)
    average = sum(widths) / len(widths) + gap
    return used >= width or width - used < average * _SPARE_SHARE


def _row(first: int, widths: Sequence[float], width: int, height: int, gap: int, *, stretch: bool) -> JustifiedRow:
    scale = (width - gap * (len(widths) - 1)) / sum(widths)
    if not stretch:
        scale = min(1.0, scale)
    row_height = round(height * min(_MAX_SCALE, max(_MIN_SCALE, scale)))
    edges = [0.0]
    for picture_width in widths:
        edges.append(edges[-1] + picture_width * scale)
    lefts = tuple(round(edge) + gap * number for number, edge in enumerate(edges[:-1]))
    rounded_widths = tuple(round(edges[number + 1]) - round(edges[number]) for number in range(len(widths)))
    return JustifiedRow(first, lefts, rounded_widths, row_height)
