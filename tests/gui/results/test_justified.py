"""Rows of pictures that end at the right edge."""

from __future__ import annotations

from bowerbird.gui.results.justified import justified_rows


def test_full_rows_end_at_the_right_edge() -> None:
    rows = list(justified_rows([1.5, 0.7, 1.3, 2.2, 0.4, 1.0, 1.8, 1.1], 748, 168, 14))
    assert len(rows) > 1
    for row in rows[:-1]:
        assert row.lefts[-1] + row.widths[-1] == 748
        assert 168 * 0.8 <= row.height <= 168 * 1.25


def test_pictures_of_a_row_are_a_gap_apart() -> None:
    row = next(justified_rows([1.2] * 10, 748, 168, 14))
    ends = [left + width for left, width in zip(row.lefts, row.widths, strict=True)]
    assert [left - end for left, end in zip(row.lefts[1:], ends, strict=False)] == [14] * (len(ends) - 1)


def test_rows_hold_every_picture_once() -> None:
    rows = justified_rows([1.2] * 41, 500, 168, 14)
    assert [row.first + number for row in rows for number in range(len(row.widths))] == list(range(41))


def test_a_picture_wider_than_the_window_still_fits() -> None:
    (row,) = justified_rows([9.0], 200, 168, 14)
    assert row.widths == (200,)


def test_the_last_row_is_not_stretched() -> None:
    (row,) = justified_rows([1.0], 900, 168, 14)
    assert row.widths == (168,)
    assert row.height == 168
