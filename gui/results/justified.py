"""Rows of pictures that all end at the right edge. Plain numbers, no Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_NARROWEST, _WIDEST = 0.72, 1.9  # a picture's width by its height; beyond, it is cropped
_LOWEST, _HIGHEST = 0.86, 1.2  # a row's height by the one wished for; beyond, its pictures are cropped


@dataclass(frozen=True, slots=True)
class Row:
    """Pictures side by side: the first one's number, where each begins, how wide it is, and the height of all."""

    first: int
    lefts: tuple[int, ...]
    widths: tuple[int, ...]
    height: int


def rows(aspects: Sequence[float], width: int, height: int, gap: int) -> Iterator[Row]:
    """Break pictures of these aspects (width by height) into rows of about ``height``."""
    first, wished = 0, list[float]()
    for number, aspect in enumerate(aspects):
        wished.append(min(_WIDEST, max(_NARROWEST, aspect)) * height)
        if _full(wished, width, gap):
            yield _row(first, wished, width, height, gap, stretch=True)
            first, wished = number + 1, []
    if wished:
        yield _row(first, wished, width, height, gap, stretch=False)


def _full(wished: Sequence[float], width: int, gap: int) -> bool:
    """Whether one more picture of ordinary width would make the row worse."""
    taken = sum(wished) + gap * (len(wished) - 1)
    ordinary = sum(wished) / len(wished) + gap
    return taken >= width or width - taken < ordinary * 0.42


def _row(first: int, wished: Sequence[float], width: int, height: int, gap: int, *, stretch: bool) -> Row:
    room = width - gap * (len(wished) - 1)
    scale = room / sum(wished)
    if not stretch:
        scale = min(1.0, scale)
    tall = round(height * min(_HIGHEST, max(_LOWEST, scale)))
    edges = [0.0]
    for one in wished:
        edges.append(edges[-1] + one * scale)
    lefts = tuple(round(edge) + gap * number for number, edge in enumerate(edges[:-1]))
    widths = tuple(round(edges[number + 1]) - round(edges[number]) for number in range(len(wished)))
    return Row(first, lefts, widths, tall)
