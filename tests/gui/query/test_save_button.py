"""The star that saves a question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from bowerbird.core.questions import Example
from bowerbird.core.types import Kind
from bowerbird.gui.query.save_button import SaveButton
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import FakeBridge


@pytest.fixture
def button(session: SearchSession, qtbot: QtBot) -> SaveButton:
    button = SaveButton(session)
    qtbot.addWidget(button)
    return button


@pytest.mark.parametrize(("answer", "saved"), [(("Sea", True), True), (("Sea", False), False), ((" ", True), False)])
def test_a_question_is_saved_with_its_filters(
    button: SaveButton, session: SearchSession, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch,
    answer: tuple[str, bool], *, saved: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: answer)
    session.ask(Question("boats", kind=Kind.PHOTO))
    button.click()
    assert (("save_search", "Sea", "boats kind:photo") in bridge.library.calls) == saved


def test_it_is_there_while_there_is_something_to_save(button: SaveButton, session: SearchSession) -> None:
    assert button.isHidden()
    session.ask(Question(kind=Kind.PHOTO))
    assert not button.isHidden() and button.isEnabled()
    session.ask(replace(session.question, like=(Example(Path("/a.jpg")),)))
    assert not button.isEnabled() and "example" in button.toolTip()
