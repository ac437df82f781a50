from __future__ import annotations

import io

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from bowerbird.gui.widgets.jpeg import image_of

_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'


def _picture(format_name: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 6), (200, 30, 30)).save(file, format_name)
    return file.getvalue()


def test_a_jpeg_is_decoded(qtbot: QtBot) -> None:
    image = image_of(_picture("JPEG"))
    assert (image.width(), image.height()) == (8, 6)
    assert image.pixelColor(4, 3).red() > 150


@pytest.mark.parametrize("data", [b"", _SVG, _picture("PNG"), _picture("GIF"), b"%PDF-1.7"])
def test_nothing_else_is(data: bytes, qtbot: QtBot) -> None:
    assert image_of(data).isNull()
