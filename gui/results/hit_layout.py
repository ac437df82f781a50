"""Where each hit lies in the scrolled results: justified rows, and the dividers between their groups."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect

from bowerbird.core.answers import Hit
from bowerbird.core.types import Kind
from bowerbird.gui.results.hit_delegate import CAPTION
from bowerbird.gui.results.hit_model import HitModel
from bowerbird.gui.results.justified import justified_rows

EDGE = 6
"""Space around the hits, in pixels, for the ring of the selected one."""
_PICTURE_HEIGHT = 168
_GAP = 14
_ROW_SPACING = 15
_DIVIDER_HEIGHT = 40
_CARD_ASPECT = 1.38
ROW_HEIGHT = _PICTURE_HEIGHT + CAPTION + _ROW_SPACING
"""The height of an ordinary row of hits with the space below it, in pixels."""


@dataclass(frozen=True, slots=True)
class _Band:
    """A row of hits, or a divider: its vertical extent, its first model row, and a rectangle a model row."""

    top: int
    bottom: int
    first: int
    rects: tuple[QRect, ...]


class HitLayout:
    """Rectangles of all rows of a ``HitModel``, in pixels from the top left of the whole, unscrolled list."""

    def __init__(self, hits: HitModel, width: int) -> None:
        """Lay the rows out in this width."""
        self._bands: list[_Band] = []
        self.height = EDGE
        count = hits.rowCount() if width > 0 else 0
        first = 0
        for divider in (row for row in range(count) if hits.divider(row)):
            self._add_hits(hits, first, divider, width)
            self._add_divider(divider, width)
            first = divider + 1
        self._add_hits(hits, first, count, width)
        self._tops = [band.top for band in self._bands]

    def _add_hits(self, hits: HitModel, first: int, end: int, width: int) -> None:
        aspects = [_aspect(hits.hit(row)) for row in range(first, end)]
        for line in justified_rows(aspects, width, _PICTURE_HEIGHT, _GAP):
            top, height = self.height, line.height + CAPTION
            columns = zip(line.lefts, line.widths, strict=True)
            rects = tuple(QRect(EDGE + left, top, hit_width, height) for left, hit_width in columns)
            self._add_band(_Band(top, top + height, first + line.first, rects))

    def _add_divider(self, row: int, width: int) -> None:
        rect = QRect(EDGE, self.height, width, _DIVIDER_HEIGHT)
        self._add_band(_Band(self.height, self.height + _DIVIDER_HEIGHT, row, (rect,)))

    def _add_band(self, band: _Band) -> None:
        self._bands.append(band)
        self.height = band.bottom + _ROW_SPACING

    def rect(self, row: int) -> QRect:
        """The rectangle of a model row; null if there is no such row."""
        band = self._bands[self._band_number(row)] if self._bands and row >= 0 else None
        return band.rects[row - band.first] if band and row - band.first < len(band.rects) else QRect()

    def row_at(self, point: QPoint) -> int:
        """The model row at a point, or -1."""
        if self._bands:
            band = self._bands[max(0, bisect_right(self._tops, point.y()) - 1)]
            for number, rect in enumerate(band.rects):
                if rect.contains(point):
                    return band.first + number
        return -1

    def rows_between(self, top: int, bottom: int) -> Iterator[tuple[int, QRect]]:
        """Model rows, with their rectangles, that may be seen between two heights."""
        first = max(0, bisect_right(self._tops, top - _ROW_SPACING) - 1)
        for band in self._bands[first:]:
            if band.top > bottom + EDGE:
                break
            yield from enumerate(band.rects, band.first)

    def is_in_first_line(self, row: int) -> bool:
        """True if nothing lies above this model row."""
        return self._band_number(row) == 0

    def vertical_neighbour(self, row: int, lines: int) -> int:
        """The model row nearest to ``row`` so many lines below it, or above it if ``lines`` is negative."""
        band = self._bands[min(len(self._bands) - 1, max(0, self._band_number(row) + lines))]
        middle = self.rect(row).center().x()
        nearest = min(range(len(band.rects)), key=lambda number: abs(band.rects[number].center().x() - middle))
        return band.first + nearest

    def _band_number(self, row: int) -> int:
        return max(0, bisect_right(self._bands, row, key=lambda band: band.first) - 1)


def _aspect(hit: Hit | None) -> float:
    """Width by height of a picture; documents and recordings have a card of one shape."""
    if hit is None or hit.kind not in (Kind.PHOTO, Kind.CLIP):
        return _CARD_ASPECT
    width, height = hit.properties.width, hit.properties.height
    return width / height if width and height else _CARD_ASPECT
