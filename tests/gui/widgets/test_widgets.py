"""Buttons and timers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from bowerbird.gui.widgets.widgets import Action, button, single_shot, tool


def _click(widget: QAbstractButton, qtbot: QtBot) -> None:
    qtbot.addWidget(widget)
    widget.setCheckable(True)
    widget.show()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("create", [button, tool])
def test_an_optional_parameter_of_an_action_keeps_its_default(
    create: Callable[[str, Action], QAbstractButton], qtbot: QtBot
) -> None:
    received = list[object]()

    def retry(paths: tuple[str, ...] = ()) -> None:
        received.append(paths)

    _click(create("Try all again", retry), qtbot)
    assert received == [()], "not whether the button is checked"


def test_an_action_may_be_a_signal(qtbot: QtBot) -> None:
    class Requests(QObject):
        requested = Signal()

    requests = Requests()
    action: Action = requests.requested
    with qtbot.waitSignal(requests.requested):
        _click(button("Models…", action), qtbot)


def test_a_timer_fires_once_however_often_it_is_started(qtbot: QtBot) -> None:
    fired = list[int]()
    owner = QObject()
    timer = single_shot(owner, 20, lambda: fired.append(1))
    for _ in range(5):
        timer.start()
    qtbot.wait(150)
    assert fired == [1]
