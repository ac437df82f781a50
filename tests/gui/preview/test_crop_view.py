"""The frame on a picture: drawn with the mouse, moved with keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bowerbird.gui.preview.crop_view import CropView
from bowerbird.gui.theme import Theme


@pytest.fixture
def crop(theme: Theme, qtbot: QtBot) -> CropView:
    """A picture of 400 x 200 pixels, as large as it is."""
    crop = CropView(theme, 200)
    qtbot.addWidget(crop)
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    crop.resize(400, 200)
    crop.show_image(image)
    crop.show()
    return crop


def _drag(crop: CropView, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(crop, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(crop, end)
    QTest.mouseRelease(crop, Qt.MouseButton.LeftButton, pos=end)


def test_a_drag_in_any_direction_draws_a_frame(crop: CropView) -> None:
    for start, end in ((QPoint(100, 50), QPoint(300, 150)), (QPoint(300, 150), QPoint(100, 50))):
        _drag(crop, start, end)
        assert crop.box == pytest.approx((0.25, 0.25, 0.5, 0.5))


def test_a_frame_ends_where_the_picture_does(crop: CropView) -> None:
    _drag(crop, QPoint(200, 100), QPoint(900, 900))
    assert crop.box == pytest.approx((0.5, 0.5, 0.5, 0.5))


def test_a_click_takes_all_of_it(crop: CropView) -> None:
    _drag(crop, QPoint(100, 50), QPoint(300, 150))
    QTest.mouseClick(crop, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    assert crop.box is None


def test_arrow_keys_move_the_frame_and_with_shift_change_its_size(crop: CropView) -> None:
    crop.choose((0.5, 0.5, 0.4, 0.4))
    QTest.keyClick(crop, Qt.Key.Key_Left)
    QTest.keyClick(crop, Qt.Key.Key_Down)
    assert crop.box == pytest.approx((0.46, 0.54, 0.4, 0.4))
    QTest.keyClick(crop, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(crop, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert crop.box == pytest.approx((0.46, 0.54, 0.44, 0.36))
    for _ in range(30):
        QTest.keyClick(crop, Qt.Key.Key_Right)
    assert crop.box == pytest.approx((0.56, 0.54, 0.44, 0.36)), "it stays on the picture"


def test_what_is_chosen_is_said(crop: CropView) -> None:
    assert crop.accessibleName().endswith("all of it")
    crop.choose((0.1, 0.2, 0.3, 0.4))
    assert crop.accessibleName().endswith("from 10 to 40 % across, from 20 to 60 % down")
