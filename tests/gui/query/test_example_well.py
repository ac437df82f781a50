"""The well of examples: what a click on a card asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bowerbird.core.questions import Example, Liking
from bowerbird.gui.query.example_well import ExampleWell
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession

_DOG, _CAT = Example(Path("/dog.jpg")), Example(Path("/cat.jpg"))


@pytest.fixture
def well(session: SearchSession, qtbot: QtBot) -> ExampleWell:
    well = ExampleWell(session)
    qtbot.addWidget(well)
    well.resize(720, well.height())
    well.show()
    return well


def test_the_empty_well_is_a_button_that_picks_files(well: ExampleWell, qtbot: QtBot) -> None:
    with qtbot.waitSignal(well.pick_requested):
        QTest.mouseClick(well.drop_zone, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(well.pick_requested):
        QTest.keyClick(well.drop_zone, Qt.Key.Key_Space)


def test_a_card_says_how_its_example_counts(well: ExampleWell, session: SearchSession) -> None:
    session.ask(Question("x", like=(_DOG, _CAT)))
    dog = well.cards[0]
    assert [liking for liking, shown in dog.likings.items() if shown.isChecked()] == [Liking.LIKE]
    dog.likings[Liking.NOT_LIKE].setFocus()
    QTest.mouseClick(dog.likings[Liking.NOT_LIKE], Qt.MouseButton.LeftButton)
    assert session.question.like == (replace(_DOG, liking=Liking.NOT_LIKE), _CAT)
    assert well.cards[0] is dog, "the keyboard stays where it is"
    QTest.keyClick(dog.likings[Liking.A_LITTLE], Qt.Key.Key_Space)
    assert session.question.like[0].liking is Liking.A_LITTLE


def test_a_card_asks_for_a_part_and_shows_it(well: ExampleWell, session: SearchSession, qtbot: QtBot) -> None:
    session.ask(Question(like=(_DOG,)))
    card = well.cards[0]
    for widget in (card.part, card.picture):
        with qtbot.waitSignal(well.part_requested) as asked:
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        assert asked.args == [_DOG]
    session.examples.change(_DOG, replace(_DOG, box=(0.1, 0.2, 0.3, 0.4)))
    assert well.cards == [card]
    assert card.part.text() == "part of it"


def test_a_card_removes_its_example(well: ExampleWell, session: SearchSession) -> None:
    session.ask(Question(like=(_DOG, _CAT)))
    QTest.mouseClick(well.cards[0].remove, Qt.MouseButton.LeftButton)
    assert session.question.like == (_CAT,)
    assert [card.example for card in well.cards] == [_CAT]


def test_every_control_has_a_name_for_screen_readers(well: ExampleWell, session: SearchSession) -> None:
    session.ask(Question(like=(_DOG,)))
    card = well.cards[0]
    names = [widget.accessibleName() for widget in (*card.likings.values(), card.part, card.picture, card.remove)]
    assert all("dog.jpg" in name for name in names)
    assert len(set(names)) == len(names)
