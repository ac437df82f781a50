"""Chooses the frame of an animation that shows what it is about: not the black or empty one that it begins with."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from PIL import Image

from bowerbird.core.extractors.pictures.colour import is_plain, to_plain

_FORMATS = ("GIF", "PNG", "WEBP", "AVIF")
_TINY_SIDE = 32
_BLANK = 12.0  # standard deviation, of 255, of what shows little or nothing
_MAX_FRAMES = 250  # looked at
_BUDGET_S = 3.0  # real time for looking
_MAX_PIXELS = 1_000_000_000  # pixels, of all these frames


def is_animation(image: Image.Image) -> bool:
    """Whether a picture has frames that follow each other; pages, layers and stereo pictures do not."""
    return image.format in _FORMATS and getattr(image, "is_animated", False)


def show_best(image: Image.Image) -> None:
    """Seek the first frame of an animation, or if next to nothing is seen on it, the one with the strongest contrast.

    A picture that is no animation is left as it is.
    """
    if not is_animation(image):
        return
    contrasts = [_contrast(image)]
    if contrasts[0] < _BLANK:
        contrasts += _contrasts_of_others(image)
        image.seek(int(np.argmax(contrasts)))


def _contrasts_of_others(image: Image.Image) -> Iterator[float]:
    until = time.monotonic() + _BUDGET_S
    last = min(getattr(image, "n_frames", 1), _MAX_FRAMES, _MAX_PIXELS // (image.width * image.height))
    for number in range(1, last):
        if time.monotonic() > until:
            return
        try:
            image.seek(number)
            yield _contrast(image)
        except (OSError, EOFError, SyntaxError, ValueError):  # what comes before the damage can be shown
            return


def _contrast(image: Image.Image) -> float:
    """Standard deviation of the greys, of 255."""
    small = image.resize((_TINY_SIDE, _TINY_SIDE), Image.Resampling.BOX) if is_plain(image) else image
    return float(np.asarray(to_plain(small).convert("L").resize((_TINY_SIDE, _TINY_SIDE))).std())
