"""What is painted of a hit stays in its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from bowerbird.core.answers import Part, Role
from bowerbird.gui.results.hit_delegate import HitDelegate
from bowerbird.gui.results.hit_model import HitModel
from bowerbird.gui.session import SearchSession
from tests.gui.fakes import photo

GREEN = QColor(0, 255, 0)


@pytest.mark.parametrize("width", [90, 120, 400])
def test_the_badge_of_a_shot_stays_in_its_tile(
    session: SearchSession, owner: QObject, qtbot: QtBot, width: int
) -> None:
    roles = (*[Role.PICTURE] * 99, Role.RAW, Role.CLIP)
    parts = tuple(Part(Path(f"/{number}"), role) for number, role in enumerate(roles))
    model, image = HitModel(owner), QImage(500, 220, QImage.Format.Format_RGB32)
    model.set_hits([replace(photo("a.jpg"), parts=parts)], weak_shown=False)
    image.fill(GREEN)
    option, painter = QStyleOptionViewItem(), QPainter(image)
    option.rect = QRect(0, 0, width, 220)
    HitDelegate(session, owner).paint(painter, option, model.index(0))
    painter.end()
    beside = {image.pixelColor(x, y).rgb() for x in range(width + 1, 500) for y in range(140, 176)}
    assert beside == {GREEN.rgb()}
