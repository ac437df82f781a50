"""Where hits lie in the scrolled results."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication

from bowerbird.gui.results.hit_layout import HitLayout
from bowerbird.gui.results.hit_model import HitModel
from tests.gui.fakes import photo


@pytest.fixture
def hits(qapp: QApplication) -> HitModel:
    """Twelve strong hits, the divider, and six weak hits."""
    model = HitModel()
    strong = [photo(f"{number}.jpg") for number in range(12)]
    model.set_hits([*strong, *(photo(f"weak {number}.jpg", strong=False) for number in range(6))], weak_shown=True)
    return model


def test_rows_do_not_overlap_and_are_found_at_their_points(hits: HitModel) -> None:
    layout = HitLayout(hits, 800)
    rects = [layout.rect(row) for row in range(hits.rowCount())]
    assert not any(first.intersects(second) for n, first in enumerate(rects) for second in rects[n + 1 :])
    assert [layout.row_at(rect.center()) for rect in rects] == list(range(hits.rowCount()))
    assert layout.height > max(rect.bottom() for rect in rects)


def test_the_divider_takes_the_whole_width_below_the_strong_hits(hits: HitModel) -> None:
    layout = HitLayout(hits, 800)
    divider = layout.rect(12)
    assert divider.width() == 800
    assert max(layout.rect(row).bottom() for row in range(12)) < divider.top()
    assert divider.bottom() < layout.rect(13).top()


def test_there_is_nothing_beside_and_beyond(hits: HitModel) -> None:
    layout = HitLayout(hits, 800)
    assert layout.row_at(QPoint(2, 2)) == -1
    assert layout.row_at(QPoint(400, layout.height + 100)) == -1
    assert layout.rect(99) == QRect()
    assert layout.rect(-1) == QRect()


def test_only_what_may_be_seen_is_listed(hits: HitModel) -> None:
    layout = HitLayout(hits, 800)
    everything = [row for row, _ in layout.rows_between(0, layout.height)]
    assert everything == list(range(hits.rowCount()))
    first_line = [row for row, _ in layout.rows_between(0, 10)]
    assert first_line == [row for row in everything if layout.is_in_first_line(row)]
    assert 1 < len(first_line) < 12


def test_the_neighbour_below_is_the_nearest_and_up_leads_back(hits: HitModel) -> None:
    layout = HitLayout(hits, 800)
    below = layout.vertical_neighbour(1, 1)
    assert layout.rect(below).top() > layout.rect(1).bottom()
    assert abs(layout.rect(below).center().x() - layout.rect(1).center().x()) < layout.rect(1).width()
    assert layout.vertical_neighbour(below, -1) == 1
    assert layout.vertical_neighbour(1, -1) == 1, "nothing is above the first line"
    assert layout.vertical_neighbour(17, 50) in range(13, 19), "the last line is the last"


def test_without_hits_or_width_there_is_nothing(hits: HitModel) -> None:
    for layout in (HitLayout(HitModel(), 800), HitLayout(hits, 0)):
        assert layout.row_at(QPoint(10, 10)) == -1
        assert list(layout.rows_between(0, 1000)) == []
        assert layout.rect(0) == QRect()
