"""The list of keys and words fits on a screen."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from bowerbird.gui.dialogs.shortcuts import ShortcutsDialog
from bowerbird.gui.theme import Theme


def test_the_list_is_scrolled_where_the_screen_is_low(theme: Theme, qtbot: QtBot) -> None:
    dialog = ShortcutsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    room = dialog.screen().availableSize()
    assert dialog.height() < room.height() and dialog.width() < room.width()
    dialog.resize(dialog.width(), 400)
    assert dialog.height() == 400
    assert dialog.rect().contains(dialog.findChild(QPushButton).geometry())
    area = dialog.findChild(QScrollArea)
    assert area.verticalScrollBar().maximum() > 0
    last = next(each for each in dialog.findChildren(QLabel) if each.text() == "parentheses group")
    assert last.width() <= area.viewport().width()
