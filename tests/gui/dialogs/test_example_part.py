"""Choosing a part of an example: of a photo, a page, a recording."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from bowerbird.core.answers import Preview
from bowerbird.core.questions import Example
from bowerbird.core.types import Kind
from bowerbird.gui.dialogs.example_part import PartDialog
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import FakeBridge

_PHOTO, _SONG, _PAPER = Example(Path("/dog.jpg")), Example(Path("/song.mp3")), Example(Path("/paper.pdf"))


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


def _jpeg() -> bytes:
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _open(
    session: SearchSession, bridge: FakeBridge, example: Example, parent: QWidget, preview: Preview
) -> PartDialog:
    bridge.library.preview = lambda *_: preview  # type: ignore[method-assign]
    dialog = PartDialog(session, example, parent)
    dialog.show()
    return dialog


def _press(dialog: PartDialog, text: str) -> None:
    button = next(button for button in dialog.findChildren(QPushButton) if button.text() == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_frame_on_a_photo_is_the_part(
    session: SearchSession, bridge: FakeBridge, parent: QWidget, qtbot: QtBot
) -> None:
    dialog = _open(session, bridge, _PHOTO, parent, Preview(_PHOTO.path, Kind.PHOTO, _jpeg()))
    rect = dialog.crop.picture_rect()
    start, end = rect.center().toPoint(), rect.bottomRight().toPoint()
    QTest.mousePress(dialog.crop, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(dialog.crop, end)
    QTest.mouseRelease(dialog.crop, Qt.MouseButton.LeftButton, pos=end)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        _press(dialog, "Search by this part")
    assert chosen.args[0].path == _PHOTO.path
    assert chosen.args[0].box == pytest.approx((0.5, 0.5, 0.5, 0.5), abs=0.01)


def test_all_of_it_can_be_taken_again(
    session: SearchSession, bridge: FakeBridge, parent: QWidget, qtbot: QtBot
) -> None:
    part = Example(_PHOTO.path, box=(0.1, 0.1, 0.2, 0.2))
    dialog = _open(session, bridge, part, parent, Preview(_PHOTO.path, Kind.PHOTO, _jpeg()))
    assert dialog.crop.box == part.box
    with qtbot.waitSignal(dialog.chosen) as chosen:
        _press(dialog, "Take all of it")
    assert chosen.args == [_PHOTO]


def test_a_stretch_of_a_recording_is_dragged_or_typed(
    session: SearchSession, bridge: FakeBridge, parent: QWidget, qtbot: QtBot
) -> None:
    preview = Preview(_SONG.path, Kind.RECORDING, waveform=bytes(range(200)), duration_s=100.0)
    dialog = _open(session, bridge, _SONG, parent, preview)
    bar = dialog.stretch.waveform
    for place, press in ((0.25, QTest.mousePress), (0.5, QTest.mouseMove), (0.5, QTest.mouseRelease)):
        spot = QPoint(round(bar.width() * place), 10)
        press(bar, spot) if press is QTest.mouseMove else press(bar, Qt.MouseButton.LeftButton, pos=spot)
    assert dialog.stretch.part() == pytest.approx((25.0, 50.0), abs=0.3)
    dialog.stretch.first.setValue(30.0)
    dialog.stretch.last.setValue(42.5)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        QTest.keyClick(dialog.stretch.last, Qt.Key.Key_Return)
    assert chosen.args == [Example(_SONG.path, 30.0, 42.5)]


def test_a_recording_that_is_in_no_folder_has_seconds_alone(
    session: SearchSession, bridge: FakeBridge, parent: QWidget
) -> None:
    dialog = _open(session, bridge, _SONG, parent, Preview(_SONG.path, None, problem="no picture"))
    assert dialog.stretch.isVisible() and not dialog.stretch.waveform.isVisible()
    assert dialog.stretch.part() == (None, None)


def test_what_has_no_parts_says_why(session: SearchSession, bridge: FakeBridge, parent: QWidget) -> None:
    dialog = _open(session, bridge, _PAPER, parent, Preview(_PAPER.path, None, problem="It is locked."))
    assert "It is locked." in [label.text() for label in dialog.findChildren(type(dialog._hint))]
    button = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Search by this part")
    assert not button.isEnabled()
