"""The filters set with the mouse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from bowerbird.core.answers import Part, Results, Role, Timings
from bowerbird.core.questions import Order
from bowerbird.core.types import Kind
from bowerbird.gui.query.filter_bar import FilterBar, result_summary
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import photo

TOGETHER = "RAW, clip and bursts of a shot as one"


@pytest.fixture
def bar(session: SearchSession, qtbot: QtBot) -> FilterBar:
    bar = FilterBar(session)
    qtbot.addWidget(bar)
    bar.resize(800, 40)
    bar.show()
    return bar


def _chip(bar: FilterBar, name: str) -> QToolButton:
    return next(chip for chip in bar.findChildren(QToolButton) if chip.accessibleName().startswith(name))


def test_a_choice_from_a_menu_filters(bar: FilterBar, session: SearchSession) -> None:
    chip = _chip(bar, "Kind of file")
    assert chip.text() == "Any kind"
    chip.menu().aboutToShow.emit()
    choices = {action.text(): action for action in chip.menu().actions()}
    offered = ["Everything", "Photos", "Documents", "", TOGETHER]
    assert list(choices) == offered, "of kinds without files only the usual are offered"
    assert choices["Everything"].isChecked()
    choices["Photos"].trigger()
    assert session.question.kind is Kind.PHOTO
    assert chip.text() == "Photos"
    chip.menu().aboutToShow.emit()
    assert [action.text() for action in chip.menu().actions() if action.isChecked()] == ["Photos", TOGETHER]


def test_the_order_is_chosen_and_without_a_question_the_newest_are_the_best(
    bar: FilterBar, session: SearchSession
) -> None:
    chip = _chip(bar, "Order")

    def offered() -> list[str]:
        chip.menu().aboutToShow.emit()
        return [action.text() for action in chip.menu().actions()]

    assert chip.text() == "Newest first"
    assert offered() == ["Newest first", "Oldest first", "By name", "Largest first", "By folder"]
    session.set_text("dog")
    assert chip.text() == "Best first"
    assert offered()[:2] == ["Best first", "Newest first"]
    chip.menu().actions()[3].trigger()
    assert chip.text() == "By name" and session.question.typed().query.order is Order.NAME
    session.clear()
    assert chip.text() == "By name", "it stays until another is chosen"


def test_files_of_one_shot_are_told_apart_and_put_together_again(bar: FilterBar, session: SearchSession) -> None:
    chip = _chip(bar, "Kind of file")
    for apart in (True, False):
        chip.menu().aboutToShow.emit()
        (switch,) = [action for action in chip.menu().actions() if action.text() == TOGETHER]
        assert switch.isChecked() is apart
        switch.trigger()
        assert (session.question.apart, session.question.typed().query.apart) == (apart, apart)


def test_that_files_of_one_shot_stand_apart_is_seen_and_undone_with_a_click(
    bar: FilterBar, session: SearchSession
) -> None:
    chip = _chip(bar, "Each file of a shot")
    assert not chip.isVisible()
    session.tell_apart(True)
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert not session.question.apart and not chip.isVisible()


def test_clearing_removes_the_filters_and_leaves_the_text(bar: FilterBar, session: SearchSession) -> None:
    session.ask(Question(text="dog", kind=Kind.PHOTO))
    _chip(bar, "Clear filters").click()
    assert session.question == Question(text="dog")
    assert not _chip(bar, "Clear filters").isVisible()


def test_the_summary_gets_shorter_where_there_is_less_room(bar: FilterBar) -> None:
    bar.show_summary("23 results in 41 ms")
    assert bar._summary.text() == "23 results in 41 ms"
    bar._summary.setFixedWidth(80)
    bar.show_summary("23 results in 41 ms")
    assert bar._summary.text() == "23 results"
    bar._summary.setFixedWidth(5)
    bar.show_summary("23 results in 41 ms")
    assert bar._summary.text() == ""


@pytest.mark.parametrize(
    ("question", "hits", "total", "took_ms", "summary"),
    [
        (Question(), 7, 0, 1.0, "7 files"),
        (Question(limit=7), 7, 7, 1.0, "7 files"),
        (Question(limit=7), 7, 2163, 1.0, "the newest 7 of 2,163 files"),
        (Question(text="dog"), 1, 0, 41.2, "1 result in 41 ms"),
        (Question(text="dog"), 23, 0, 2100.0, "23 results in 2.1 s"),
        (Question(text="dog"), 23, 2163, 41.0, "23 of about 2,100 results in 41 ms"),
        (Question(text="dog"), 0, 0, 41.0, "no good match"),
    ],
)
def test_summaries(question: Question, hits: int, total: int, took_ms: float, summary: str) -> None:
    results = Results((photo("a.jpg"),) * hits, took=Timings(total=took_ms), total=total)
    assert result_summary(question, results) == summary


def test_weak_results_are_not_counted() -> None:
    hits = (photo("a.jpg"), photo("b.jpg", strong=False))
    assert result_summary(Question(text="dog"), Results(hits, took=Timings(total=5.0))) == "1 result in 5 ms"


def test_the_files_of_a_shot_are_counted() -> None:
    shot = replace(photo("a.jpg"), parts=(Part(Path("/a.cr3"), Role.RAW),))
    assert result_summary(Question(), Results((shot, photo("b.jpg")))) == "3 files"


def test_a_typed_filter_is_a_chip_that_takes_it_out_of_the_text(
    bar: FilterBar, session: SearchSession, qtbot: QtBot
) -> None:
    session.ask(Question("dog kind:photo -blurry"))
    session.search()
    chips = {chip.text(): chip for chip in bar.findChildren(QToolButton) if chip.text().endswith("×")}
    assert {"kind:photo ×", "-blurry ×"} <= set(chips)
    assert "only photos" in chips["kind:photo ×"].accessibleName()
    assert "not: with this word" in chips["-blurry ×"].toolTip()
    QTest.mouseClick(chips["kind:photo ×"], Qt.MouseButton.LeftButton)
    assert session.question.text == "dog -blurry"
    assert chips["kind:photo ×"].isHidden(), "before the answer is there"
    session.search()
    qtbot.waitUntil(lambda: "kind:photo ×" not in [chip.text() for chip in bar.findChildren(QToolButton)])
    assert chips["-blurry ×"].isVisible()
