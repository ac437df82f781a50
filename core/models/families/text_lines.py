"""Cuts lines of text out of a picture, and decodes what a recogniser makes of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.families.text_boxes import Quad
from bowerbird.core.types import Pixels

HEIGHT = 48
"""Pixels of the lines that the recogniser and the classifier of turns take."""
TURN_WIDTH = 192
"""Pixels of a line that the classifier of turns looks at."""
_MIN_WIDTH = 320  # shorter lines are padded to it, as in training
_MAX_WIDTH = 3_200  # pixels; a line of 400 letters
_TALL = 1.5  # times its width: such a box holds text that runs up or down
_BLANK = 0  # CTC's class for "nothing new"


def is_tall(quad: Quad) -> bool:
    """Whether the text in a box with its corners in upright order runs up or down."""
    width, height = sides(quad)
    return height >= _TALL * width


def sides(quad: Quad) -> tuple[float, float]:
    """Width and height of a box, in pixels."""
    return float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[3] - quad[0]))


def turned(quad: Quad, quarters: int) -> Quad:
    """The same box for text that is turned by so many quarters clockwise: its first corner is the text's upper left."""
    return np.roll(quad, -quarters, axis=0)


def crop(picture: Pixels, quad: Quad) -> Pixels:
    """The text in a box, upright, ``HEIGHT`` pixels high."""
    from PIL import Image

    width, height = (max(1, round(side)) for side in sides(quad))
    wanted = min(_MAX_WIDTH, max(1, math.ceil(HEIGHT * width / height)))
    # Where text is larger than needed, all of its pixels are taken first, and then averaged.
    size = (max(width, wanted), max(height, HEIGHT)) if height > HEIGHT else (wanted, HEIGHT)
    left, top = np.maximum(np.floor(quad.min(axis=0)).astype(int) - 1, 0)
    right, bottom = np.ceil(quad.max(axis=0)).astype(int) + 2
    around = Image.fromarray(np.ascontiguousarray(picture[top:bottom, left:right]))
    corners = (quad[[0, 3, 2, 1]] - (left, top)).ravel().tolist()  # Pillow goes round the other way
    cut = around.transform(size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    return np.asarray(cut.resize((wanted, HEIGHT), Image.Resampling.BILINEAR))


def network_input(line: Pixels, width: int = _MIN_WIDTH) -> NDArray[np.float32]:
    """A line as the networks take it, shape (1, 3, 48, at least ``width``): blue first, -1…1, padded with grey."""
    padded = np.zeros((1, 3, HEIGHT, max(width, line.shape[1])), np.float32)
    padded[0, :, :, : line.shape[1]] = line[:, :, ::-1].transpose(2, 0, 1) / np.float32(127.5) - 1
    return padded


def decode(
    probabilities: NDArray[np.float32], share: float, alphabet: Sequence[str]
) -> tuple[str, float, tuple[float, ...]]:
    """The text that a recogniser saw, its confidence (0…1), and where along the line each character begins.

    CTC's best path (Graves et al. 2006): repeated classes count once, blanks not at all.

    Args:
        probabilities: shape (steps, classes); a step for every few pixels of the padded line.
        share: of the steps (0…1) that is the line itself, and not padding.
        alphabet: the character of each class.
    """
    classes = probabilities.argmax(axis=1)
    new = (classes != _BLANK) & np.concatenate([[True], classes[1:] != classes[:-1]])
    steps = np.flatnonzero(new)
    text = "".join(alphabet[number] for number in classes[steps])
    if not text.strip():
        return "", 0.0, (0.0,)
    confidence = float(probabilities[steps, classes[steps]].mean())
    middles = np.minimum((steps + 0.5) / (len(classes) * share), 1.0)
    between = (middles[1:] + middles[:-1]) / 2
    edges = (0.0, *between.tolist(), 1.0)
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    return text[start:end], confidence, edges[start : end + 1]
