"""The picture of a photo or page, and the marks on it."""

from __future__ import annotations

from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from bowerbird.gui.preview.picture_view import PictureView
from bowerbird.gui.theme import Theme


def test_boxes_are_marked_where_they_are_and_go_with_the_picture(theme: Theme, qtbot: QtBot) -> None:
    view = PictureView(theme, 400)
    qtbot.addWidget(view)
    view.resize(400, 200)
    white = QImage(400, 200, QImage.Format.Format_RGB32)
    white.fill(QColor("white"))
    view.show_image(white, (((0.5, 0.5), (1.0, 0.5), (1.0, 0.75), (0.5, 0.75)),))
    shown = view.grab().toImage()
    ratio = view.devicePixelRatio()
    inside, outside = (shown.pixelColor(round(300 * ratio), round(y * ratio)) for y in (125, 50))
    assert outside.name() == "#ffffff"
    assert inside.name() != "#ffffff" and inside.lightness() > 100, "what is below can still be read"
    view.show_image(white)
    assert view.grab().toImage().pixelColor(round(300 * ratio), round(125 * ratio)).name() == "#ffffff"
