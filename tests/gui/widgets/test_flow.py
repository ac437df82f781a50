"""The layout that wraps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from bowerbird.gui.widgets.flow import FlowLayout


@pytest.fixture
def buttons(qtbot: QtBot) -> Iterator[list[QPushButton]]:
    """Three buttons of 100 by 30 pixels in a layout 10 pixels apart, 400 pixels wide."""
    parent = QWidget()
    qtbot.addWidget(parent)
    layout, buttons = FlowLayout(gap=10), [QPushButton(parent) for _ in range(3)]
    for button in buttons:
        button.setFixedSize(100, 30)
        layout.addWidget(button)
    parent.setLayout(layout)
    parent.resize(400, 200)
    parent.show()
    yield buttons


def _corners(buttons: list[QPushButton]) -> list[tuple[int, int]]:
    return [(button.x(), button.y()) for button in buttons if not button.isHidden()]


def test_widgets_stand_side_by_side(buttons: list[QPushButton]) -> None:
    assert _corners(buttons) == [(0, 0), (110, 0), (220, 0)]


def test_what_does_not_fit_goes_on_the_next_line(buttons: list[QPushButton]) -> None:
    layout = buttons[0].parentWidget().layout()
    buttons[0].parentWidget().resize(215, 200)
    assert _corners(buttons) == [(0, 0), (110, 0), (0, 40)]
    assert layout.heightForWidth(215) == 70


def test_a_hidden_widget_leaves_no_gap(buttons: list[QPushButton]) -> None:
    buttons[0].hide()
    buttons[0].parentWidget().layout().activate()
    assert _corners(buttons) == [(0, 0), (110, 0)]
