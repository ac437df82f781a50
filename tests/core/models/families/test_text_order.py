"""The order in which lines are read: rows, columns, tables, and pages that are turned."""

from __future__ import annotations

import numpy as np
import pytest

from bowerbird.core.models.families.text_order import in_reading_order
from bowerbird.core.types import PictureLine


def _line(text: str, left: float, top: float, width: float, height: float = 0.02, turn: int = 0) -> PictureLine:
    """A line on a square page that is turned by so many quarters clockwise."""
    right, bottom = left + width, top + height
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    for _ in range(turn):
        corners = np.stack([1 - corners[:, 1], corners[:, 0]], axis=1)
    return PictureLine(text, 1.0, tuple((float(x), float(y)) for x, y in corners), (0.0, 1.0))


def _texts(lines: list[PictureLine]) -> str:
    ordered = in_reading_order(lines, 1.0)
    return "".join(("\n" if line.starts_row else " ") + line.text for line in ordered).strip()


@pytest.mark.parametrize("turn", range(4))
def test_columns_are_read_one_after_the_other_below_their_heading(turn: int) -> None:
    lines = [_line("heading", 0.1, 0.05, 0.8, turn=turn)]
    lines += [_line(f"right {n}", 0.55, 0.2 + 0.03 * n, 0.35, turn=turn) for n in range(3)]
    lines += [_line(f"left {n}", 0.1, 0.2 + 0.03 * n, 0.35, turn=turn) for n in range(3)]
    assert _texts(lines) == "heading\nleft 0\nleft 1\nleft 2\nright 0\nright 1\nright 2"


def test_a_table_is_read_along_its_rows() -> None:
    lines = [_line(f"price {n}", 0.7, 0.201 + 0.03 * n, 0.08) for n in range(3)]
    lines += [_line(f"thing {n}", 0.1, 0.2 + 0.03 * n, 0.1) for n in range(3)]
    assert _texts(lines) == "thing 0 price 0\nthing 1 price 1\nthing 2 price 2"


def test_a_page_that_is_a_little_askew_keeps_its_rows() -> None:
    lines = [
        _line(f"{row}{column}", 0.1 + 0.3 * column, 0.2 + 0.05 * row, 0.1) for row in range(2) for column in (1, 0)
    ]
    askew = [
        PictureLine(line.text, 1.0, tuple((x - 0.05 * y, y + 0.05 * x) for x, y in line.box), line.edges)
        for line in lines
    ]
    assert _texts(askew) == "00 01\n10 11"
    assert in_reading_order([], 1.0) == ()
