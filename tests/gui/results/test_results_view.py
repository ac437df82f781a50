"""The results by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bowerbird.gui.results.hit_delegate import HitDelegate
from bowerbird.gui.results.hit_model import HitModel
from bowerbird.gui.results.results_view import ResultsView
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import photo


@pytest.fixture
def view(session: SearchSession, owner: QObject, qtbot: QtBot) -> Iterator[ResultsView]:
    """Forty strong hits and two weak ones, in a small window."""
    model = HitModel(owner)
    view = ResultsView(model, HitDelegate(session, owner))
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    strong = [photo(f"{number}.jpg") for number in range(40)]
    model.set_hits([*strong, photo("weak.jpg", strong=False), photo("weaker.jpg", strong=False)], weak_shown=False)
    yield view


def test_keys_open_the_selected_hit_and_show_it_large(view: ResultsView, qtbot: QtBot) -> None:
    view.select_row(3)
    with qtbot.waitSignal(view.open_requested) as opened:
        QTest.keyClick(view, Qt.Key.Key_Return)
    with qtbot.waitSignal(view.quick_look_requested) as looked_at:
        QTest.keyClick(view, Qt.Key.Key_Space)
    assert opened.args == looked_at.args == [photo("3.jpg")]


def test_a_click_selects_and_a_double_click_opens(view: ResultsView, qtbot: QtBot) -> None:
    spot = view.visualRect(view.model().index(2, 0)).center()
    with qtbot.waitSignal(view.hit_selected) as selected:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert selected.args == [photo("2.jpg")]
    with qtbot.waitSignal(view.open_requested):
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_the_divider_shows_and_hides_the_weak_hits(view: ResultsView, qtbot: QtBot) -> None:
    rows = view.model().rowCount()
    view.select_row(40)
    with qtbot.assertNotEmitted(view.open_requested):
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert view.model().rowCount() == rows + 2
    assert view.currentIndex().row() == 40
    spot = view.visualRect(view.currentIndex()).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert view.model().rowCount() == rows


def test_arrows_move_along_lines_and_up_leaves_the_first(view: ResultsView, qtbot: QtBot) -> None:
    view.select_row(0)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.currentIndex().row() == 1
    QTest.keyClick(view, Qt.Key.Key_Down)
    below = view.currentIndex().row()
    assert view.visualRect(view.model().index(below, 0)).top() > view.visualRect(view.model().index(1, 0)).bottom()
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.currentIndex().row() == 1
    with qtbot.waitSignal(view.left_upwards):
        QTest.keyClick(view, Qt.Key.Key_Up)


def test_the_selected_hit_is_scrolled_into_sight(view: ResultsView) -> None:
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.verticalScrollBar().value() > 0
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()).center())
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.verticalScrollBar().value() == 0


def test_scrolling_to_the_end_asks_for_more(view: ResultsView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.near_end):
        view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())


def test_a_narrower_view_has_more_lines(view: ResultsView) -> None:
    before = view.verticalScrollBar().maximum()
    view.resize(400, 600)
    assert view.verticalScrollBar().maximum() > before
    last = view.visualRect(view.model().index(39, 0))
    assert last.right() < 400


def test_letters_do_not_jump_to_names(view: ResultsView) -> None:
    view.select_row(0)
    QTest.keyClick(view, Qt.Key.Key_3)
    assert view.currentIndex().row() == 0
