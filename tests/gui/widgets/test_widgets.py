"""Buttons and timers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QHBoxLayout, QMenu
from pytestqt.qtbot import QtBot

from bowerbird.gui.theme import Theme
from bowerbird.gui.widgets import widgets
from bowerbird.gui.widgets.widgets import Action, add_action, button, single_shot, tool
from bowerbird.gui.widgets.wrapped import WrappedText


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


def test_an_entry_of_a_menu_gives_its_action_nothing(qtbot: QtBot) -> None:
    received, menu = list[object](), QMenu()
    qtbot.addWidget(menu)
    entry = add_action(menu, "Stop", lambda paths=(): received.append(paths))
    entry.setCheckable(True)
    entry.trigger()
    assert received == [()]


def test_nothing_else_connects_to_what_is_told_of_clicks() -> None:
    """``clicked`` and ``triggered`` tell whether a button is checked, which an optional parameter would receive."""
    for path in Path(widgets.__file__).parents[1].rglob("*.py"):
        if path.name != "widgets.py":
            text = path.read_text("utf-8")
            assert not re.search(r"(?:button|box|entry|action)\w*\.(?:clicked|triggered|toggled)\.connect", text), path
            assert not re.search(r"\.addAction\([^)]*,", text), path


def test_the_preferred_button_shows_that_it_has_the_focus(theme: Theme, qtbot: QtBot) -> None:
    dialog, first, other = QDialog(), button("Open", lambda: None, "primary"), button("Close", lambda: None)
    qtbot.addWidget(dialog)
    row = QHBoxLayout(dialog)
    row.addWidget(first)
    row.addWidget(other)
    for scheme in ("light", "dark"):
        theme.choose(scheme)
        dialog.show()
        dialog.activateWindow()
        other.setFocus()
        qtbot.waitUntil(other.hasFocus)
        before = first.grab().toImage()
        first.setFocus()
        qtbot.waitUntil(first.hasFocus)
        after = first.grab().toImage()
        spots = [(x, after.height() // 2) for x in range(after.width() // 4)]
        highest = max(contrast(before.pixelColor(*spot), after.pixelColor(*spot)) for spot in spots)
        assert highest >= 3, scheme


def contrast(first: QColor, second: QColor) -> float:
    """As WCAG 2 defines it: 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_long_name_breaks_and_is_kept_as_it_is(theme: Theme, qtbot: QtBot) -> None:
    text = WrappedText(name="title")
    qtbot.addWidget(text)
    text.setText("a" * 200)
    assert text.minimumSizeHint().width() < 100
    assert text.heightForWidth(150) > 3 * text.heightForWidth(3000)
    assert text.accessibleName() == text.text() == "a" * 200


def test_a_timer_fires_once_however_often_it_is_started(qtbot: QtBot) -> None:
    fired = list[int]()
    owner = QObject()
    timer = single_shot(owner, 20, lambda: fired.append(1))
    for _ in range(5):
        timer.start()
    qtbot.wait(150)
    assert fired == [1]
