"""The real networks on rendered text: what a person reads in it, whichever way up, in several languages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from bowerbird.core.models.families.ocr import Ocr
from bowerbird.core.types import Pixels
from tests.core.models.conftest import Loaded

_LINES = ("Mortgage deed for 17 Ponsonby Terrace", "Größe, façade, Łódź, Beşiktaş", "Total: $1,234.56 on 14 May")


@pytest.fixture(scope="module")
def ocr(loaded: Loaded) -> Ocr:
    return cast("Ocr", loaded("ppocr-v6", ""))


def page(lines: Sequence[str], size: int = 28, ink: str = "black", paper: str = "white") -> Pixels:
    font = ImageFont.truetype("DejaVuSans.ttf", size)
    width = round(max(font.getlength(line) for line in lines)) + 4 * size
    image = Image.new("RGB", (width, size * (2 * len(lines) + 3)), paper)
    for row, line in enumerate(lines):
        ImageDraw.Draw(image).text((2 * size, 2 * size * (row + 1)), line, ink, font)
    return np.asarray(image)


def texts(ocr: Ocr, picture: Pixels) -> tuple[str, ...]:
    return tuple(line.text for line in ocr.read(picture))


@pytest.mark.parametrize("quarters", range(4))
def test_a_page_is_read_whichever_way_up_it_is(ocr: Ocr, quarters: int) -> None:
    upright = page(_LINES)
    lines = ocr.read(np.rot90(upright, -quarters).copy())
    assert tuple(line.text for line in lines) == _LINES
    assert all(line.starts_row and line.confidence > 0.9 and len(line.edges) == len(line.text) + 1 for line in lines)
    (x1, y1), (x2, y2) = lines[0].box[:2]  # the text's own upper edge
    along = [(1, 0), (0, 1), (-1, 0), (0, -1)][quarters]
    assert np.dot((x2 - x1, y2 - y1), along) > 0.3


def test_white_on_black_askew_and_small(ocr: Ocr) -> None:
    assert texts(ocr, page(_LINES, ink="white", paper="black")) == _LINES
    askew = Image.fromarray(page(_LINES[::2])).rotate(12, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    assert texts(ocr, np.asarray(askew)) == _LINES[::2]
    assert texts(ocr, page(_LINES[:1], size=12)) == _LINES[:1]


def test_where_nothing_is_written_nothing_is_read(ocr: Ocr, data: Path) -> None:
    blank = np.full((1500, 1000, 3), 255, np.uint8)
    noise = np.random.default_rng(3).integers(0, 256, (900, 1200, 3), np.uint8)
    for picture in (blank, noise):
        assert not ocr.may_have_text(picture)
        assert ocr.read_all(picture) == ()
    photos = sorted((data / "flickr8k/Images").glob("*.jpg"))[:6]
    assert [texts(ocr, np.asarray(Image.open(photo).convert("RGB"))) for photo in photos] == [()] * 6


@pytest.mark.parametrize("shape", [(1, 1), (16, 3000), (3000, 16), (33, 31)])
def test_odd_shapes_are_no_trouble(ocr: Ocr, shape: tuple[int, int]) -> None:
    assert ocr.read_all(np.zeros((*shape, 3), np.uint8)) == ()
