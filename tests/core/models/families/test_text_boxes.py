"""Boxes around lines: rectangles drawn on a map are found again, at every angle, and noise stays bounded."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bowerbird.core.models.families import text_boxes
from bowerbird.core.models.families.text_lines import sides

_CENTRE, _WIDTH, _HEIGHT = np.array([200.0, 150.0]), 160, 20


def _map(angle: float) -> text_boxes.Map:
    """A bar of text, turned clockwise by so many degrees."""
    turn = math.radians(angle)
    across, down = np.array([math.cos(turn), math.sin(turn)]), np.array([-math.sin(turn), math.cos(turn)])
    corners = [
        _CENTRE + x * across * _WIDTH / 2 + y * down * _HEIGHT / 2 for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    image = Image.new("F", (400, 300))
    ImageDraw.Draw(image).polygon([tuple(corner) for corner in corners], fill=1.0)
    return np.asarray(image, np.float32)


@pytest.mark.parametrize("angle", [0, 7, 20, -35])
def test_a_bar_is_found_at_any_angle_and_grown_as_db_asks(angle: float) -> None:
    (quad,) = text_boxes.boxes(_map(angle))
    growth = 1.6 * _WIDTH * _HEIGHT / (2 * (_WIDTH + _HEIGHT))
    assert sides(quad) == pytest.approx(
        (_WIDTH + 2 * growth, _HEIGHT + 2 * growth), abs=7
    )  # DB grows the map by a pixel first
    assert quad.mean(axis=0) == pytest.approx(_CENTRE, abs=1.5)
    along = quad[1] - quad[0]
    assert math.degrees(math.atan2(along[1], along[0])) == pytest.approx(angle, abs=1.5)


def test_what_is_faint_or_tiny_is_no_text() -> None:
    assert text_boxes.boxes(_map(0) * 0.4) == []
    speck = np.zeros((64, 64), np.float32)
    speck[10:12, 10:12] = 1
    assert text_boxes.boxes(speck) == []
    assert text_boxes.boxes(np.zeros((32, 32), np.float32)) == []


def test_noise_gives_a_thousand_boxes_at_the_most() -> None:
    noise = np.zeros((600, 600), np.float32)
    noise[::2] = np.random.default_rng(5).random((300, 600), np.float32)
    grid = np.zeros((600, 600), np.float32)
    for y in range(0, 600, 12):
        for x in range(0, 600, 12):
            grid[y : y + 6, x : x + 8] = 1
    assert len(text_boxes.boxes(grid)) == 1_000
    assert len(text_boxes.boxes(noise)) <= 1_000
