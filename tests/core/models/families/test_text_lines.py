"""Cutting lines out of pictures, and what the recogniser's steps mean."""

from __future__ import annotations

import numpy as np
import pytest

from bowerbird.core.models.families import text_lines

_ALPHABET = ("", "a", "b", " ")


def _steps(classes: str) -> np.ndarray:
    """Probabilities of one step a character, as sure as 0.9; "-" is the blank."""
    rows = np.full((len(classes), len(_ALPHABET)), 0.1 / 3, np.float32)
    rows[np.arange(len(classes)), ["-ab ".index(name) for name in classes]] = 0.9
    return rows


@pytest.mark.parametrize(
    ("classes", "text"), [("--aa-a-b", "aab"), ("aaa", "a"), ("a-b b-", "ab b"), ("--", ""), (" a ", "a")]
)
def test_repeated_classes_count_once_and_blanks_not_at_all(classes: str, text: str) -> None:
    read, confidence, edges = text_lines.decode(_steps(classes), 1.0, _ALPHABET)
    assert read == text
    assert confidence == pytest.approx(0.9 if text else 0.0, abs=1e-6)
    assert len(edges) == len(text) + 1
    assert list(edges) == sorted(edges)


def test_characters_are_where_their_steps_are_padding_left_out() -> None:
    _, _, edges = text_lines.decode(_steps("a---b---" + "-" * 8), 0.5, _ALPHABET)
    assert edges == pytest.approx((0.0, (0.5 + 4.5) / 2 / 8, 1.0))


@pytest.mark.parametrize("quarters", range(4))
def test_a_box_is_cut_out_as_its_text_stands(quarters: int) -> None:
    """The text's left half is red, wherever its first corner is in the picture."""
    upright = np.zeros((40, 200, 3), np.uint8)
    upright[:, :100, 0] = 255
    picture = np.rot90(upright, -quarters)  # clockwise
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    line = text_lines.crop(picture, text_lines.turned(corners, quarters))
    assert line.shape == (text_lines.HEIGHT, 240, 3)
    assert line[:, :100, 0].mean() > 240
    assert line[:, 140:, 0].mean() < 10
    assert text_lines.network_input(line).shape == (1, 3, text_lines.HEIGHT, 320)
