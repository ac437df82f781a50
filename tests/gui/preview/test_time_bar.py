"""The waveform and the filmstrip."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bowerbird.core.types import Locator
from bowerbird.gui.preview.time_bar import Filmstrip, Waveform
from bowerbird.gui.theme import Theme


def test_a_click_on_a_bar_seeks(theme: Theme, qtbot: QtBot) -> None:
    bar = Waveform(theme)
    qtbot.addWidget(bar)
    bar.resize(300, 64)
    bar.show_length(60.0, [30.0])
    with qtbot.waitSignal(bar.seek_requested) as seek:
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(150, 10))
    assert seek.args[0] == pytest.approx(30.0, abs=0.5)
    bar.follow(30.0)
    with qtbot.waitSignal(bar.seek_requested) as seek:
        QTest.keyClick(bar, Qt.Key.Key_Right)
    assert seek.args[0] == pytest.approx(35.0)


def test_a_filmstrip_has_as_many_scenes_as_fit(theme: Theme, qtbot: QtBot) -> None:
    strip = Filmstrip(theme)
    qtbot.addWidget(strip)
    strip.resize(320, 46)
    strip.show_length(100.0, [])
    scenes = strip.show_scenes([Locator(start_s=float(at), end_s=at + 1.0) for at in range(100)])
    assert [scene.start_s for scene in scenes] == [0.0, 20.0, 40.0, 60.0, 80.0]
    with qtbot.waitSignal(strip.seek_requested) as seek:
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(200, 10))
    assert 60.0 <= seek.args[0] <= 80.0
    assert strip.x_of(50.0) == pytest.approx(160, abs=1)


def test_a_drag_selects_a_part_and_a_click_removes_the_selection(theme: Theme, qtbot: QtBot) -> None:
    bar = Waveform(theme)
    qtbot.addWidget(bar)
    bar.resize(300, 64)
    bar.show_length(60.0, [])
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(250, 10))
    QTest.mouseMove(bar, QPoint(100, 10))
    with qtbot.assertNotEmitted(bar.seek_requested), qtbot.waitSignal(bar.part_selected) as part:
        QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(100, 10))
    assert part.args == pytest.approx([20.0, 50.0], abs=0.3)
    with qtbot.waitSignal(bar.part_selected) as part:
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(150, 10))
    assert part.args == [0.0, 0.0]


def test_what_is_played_is_drawn_in_another_colour(theme: Theme, qtbot: QtBot) -> None:
    bar = Waveform(theme)
    qtbot.addWidget(bar)
    bar.resize(300, 64)
    bar.show_length(60.0, [])
    bar.show_loudness(bytes([255]) * 100)
    bar.follow(30.0)
    image = bar.grab().toImage()
    assert _has_colour(image, theme.colours.blue, range(140))
    assert not _has_colour(image, theme.colours.blue, range(160, 300))
    assert _has_colour(image, theme.colours.muted, range(160, 300))


def _has_colour(image: QImage, colour: str, columns: range) -> bool:
    return any(image.pixelColor(x, image.height() // 2) == QColor(colour) for x in columns)
