"""Brings pictures to the size, the orientation and the colours that models and people want."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from bowerbird.core.errors import FileError, FileVanished
from bowerbird.core.extractors.colour import in_srgb, is_plain, plain
from bowerbird.core.types import Pixels

_JPEG_QUALITY = 80
_DRAFT = 2
"""A JPEG is decoded at no less than this many times the size asked for. Over 12-megapixel photos: a 256-pixel result
has 53 dB against full decoding in 45 ms; at 1.5 times it would be 46 dB in 36 ms; full decoding takes 145."""
_REDUCE = 2.0  # box-reduced to no less than this many times the size asked for: five times as fast, 52 dB
_REDUCIBLE = ("RGB", "L", "CMYK", "RGBA", "LA")
_LONGEST = 4  # times the shorter side: what a panorama keeps for image models, which see its middle anyway
_NEAR = 4 / 3  # a picture at most this much larger than a thumbnail is its own: resampling costs more than bytes
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@contextmanager
def decoding() -> Iterator[None]:
    """Whatever a decoder says about a hostile file becomes a sentence about that file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (FileError, MemoryError):
        raise
    except FileNotFoundError:
        raise FileVanished("The file is gone.") from None
    except PermissionError:
        raise FileError("You have no permission to read this file.") from None
    except UnidentifiedImageError:
        raise FileError("This is not a picture, although its name says so, or it is damaged at its start.") from None
    except Exception as error:
        cut = "truncated" in str(error).lower() or isinstance(error, (EOFError, struct.error))
        raise FileError("The picture is cut short." if cut else "The picture is damaged.") from error


def draft(image: Image.Image, side: int) -> None:
    """Have a JPEG decoded no larger than results of about ``side`` pixels need; others are left as they are."""
    image.draft("RGB", (side * _DRAFT, side * _DRAFT))


def reduced(image: Image.Image, side: int) -> Image.Image:
    """A large picture box-reduced for results of about ``side`` pixels, so that what follows costs little."""
    factor = int(min(image.size) / (side * _REDUCE))
    return image.reduce(factor) if factor > 1 and image.mode in _REDUCIBLE else image


def turn_of(image: Image.Image) -> Image.Transpose | None:
    """What brings the picture upright, by its EXIF orientation."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken EXIF is no reason to refuse a good picture
        return None


def pixels(image: Image.Image, side: int, turn: Image.Transpose | None) -> Pixels:
    """RGB, the shorter side exactly ``side`` pixels; of a long panorama, the middle."""
    image = image if is_plain(image) else plain(image)
    longest = side * _LONGEST
    scale = side / min(image.size)
    wide, high = (max(side, round(length * scale)) for length in image.size)
    if max(wide, high) > longest:
        size = (min(wide, longest), min(high, longest))
        small = ImageOps.fit(image, size, Image.Resampling.BICUBIC)
    else:
        small = _resized(image, (wide, high), Image.Resampling.BICUBIC)
    return np.array(_upright(in_srgb(small), turn))


def jpeg(image: Image.Image, side: int, turn: Image.Transpose | None, *, near: float = _NEAR) -> bytes:
    """A JPEG whose longest side is ``side``, never enlarged; one up to ``near`` times as long is left as it is."""
    image = image if is_plain(image) else plain(image)
    scale = side / max(image.size)
    if scale * near < 1:
        wide, high = (max(1, round(length * scale)) for length in image.size)
        image = _resized(image, (wide, high), Image.Resampling.BILINEAR)
    out = io.BytesIO()
    # Only the pixels: no place, no name, no profile travels along.
    clean = _upright(in_srgb(image), turn)
    clean.save(out, "JPEG", quality=_JPEG_QUALITY, exif=b"", icc_profile=None, comment=b"")
    return out.getvalue()


def _resized(image: Image.Image, size: tuple[int, int], resample: Image.Resampling) -> Image.Image:
    return image if image.size == size else image.resize(size, resample, reducing_gap=_REDUCE)


def _upright(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    return image if turn is None else image.transpose(turn)
