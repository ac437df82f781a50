"""Resizes pictures, turns them upright and converts their colours, for image models and as JPEG."""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from bowerbird.core.errors import DecoderOutOfMemory, FileError
from bowerbird.core.extractors.pictures.colour import is_plain, to_plain, to_srgb
from bowerbird.core.extractors.pictures.formats import NO_MEMORY
from bowerbird.core.extractors.sniff import suffix_by_content
from bowerbird.core.extractors.source import Source
from bowerbird.core.layouts import SIDE
from bowerbird.core.types import Pixels

T = TypeVar("T")

_JPEG_QUALITY = 80
_REDUCE = 2.0  # box-reduced to no less than this many times the size asked for: five times as fast, 52 dB
_REDUCIBLE = ("RGB", "L", "CMYK", "RGBA", "LA")
_MAX_RATIO = 4  # times the shorter side: what a panorama keeps for image models, which see its middle anyway
_NEAR = 4 / 3  # a picture at most this much larger than a thumbnail is its own: resampling costs more than bytes
# Decoded by Pillow itself, which raises MemoryError; the libraries that decode others call that damage.
_PILLOWS_OWN = (".jpg", ".png", ".gif", ".bmp", ".psd", ".ico")
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


class CutShort(FileError):
    """The end of a picture's file is missing."""

    def __init__(self) -> None:
        super().__init__("The picture is cut short.")


def as_far_as_it_goes(read: Callable[[], T]) -> tuple[T, bool]:
    """What ``read`` makes of a picture, and whether its end is missing: then of what there is.

    Raises:
        CutShort: its format does not let that be read.
    """
    try:
        return read(), False
    except CutShort:
        with _cut_allowed():
            return read(), True


@contextmanager
def _cut_allowed() -> Iterator[None]:
    """A context in which Pillow leaves grey or black what is missing; it can be told so for all pictures only."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


@contextmanager
def decoder_errors(source: Source) -> Iterator[None]:
    """A context in which the errors of the file's decoder become sentences about it, and warnings are silent.

    Raises:
        FileError: instead of whatever the decoder raised.
        DecoderOutOfMemory: the same, where it may just as well be a lack of memory.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (FileError, MemoryError):
        raise
    except UnidentifiedImageError:
        raise FileError("This is not a picture, although its name says so, or it is damaged at its start.") from None
    except Exception as error:  # each decoder has exceptions of its own
        if "truncated" in str(error).lower() or isinstance(error, (EOFError, struct.error)):
            raise CutShort from error
        if suffix_by_content(source) in _PILLOWS_OWN:
            raise FileError("The picture is damaged.") from error
        raise DecoderOutOfMemory(NO_MEMORY) from error


def reduce(image: Image.Image, min_side: int) -> Image.Image:
    """A large picture box-reduced for results with a shorter side of ``min_side``, which saves time later."""
    factor = int(min(image.size) / (min_side * _REDUCE))
    return image.reduce(factor) if factor > 1 and image.mode in _REDUCIBLE else image


def turn_of(image: Image.Image) -> Image.Transpose | None:
    """What turns the picture upright, by its EXIF orientation; None if it is."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  # broken EXIF fails in many ways, and a picture is good without it
        return None


def pixels(image: Image.Image, min_side: int, turn: Image.Transpose | None) -> Pixels:
    """The picture for image models, its shorter side exactly ``min_side`` pixels; of a long panorama, the middle.

    Args:
        image: of any mode and profile.
        min_side: in pixels; smaller pictures are enlarged.
        turn: from ``turn_of`` the original.
    """
    image = image if is_plain(image) else to_plain(image)
    max_side = min_side * _MAX_RATIO
    scale = min_side / min(image.size)
    width, height = (max(min_side, round(length * scale)) for length in image.size)
    if max(width, height) > max_side:
        size = (min(width, max_side), min(height, max_side))
        small = ImageOps.fit(image, size, Image.Resampling.BICUBIC)
    else:
        small = _resize(image, (width, height), Image.Resampling.BICUBIC)
    return np.array(_upright(to_srgb(small), turn))


def whole(image: Image.Image, max_area: int, turn: Image.Transpose | None) -> Pixels:
    """The picture with at most ``max_area`` pixels, of any shape; smaller ones are not enlarged.

    Args:
        image: of any mode and profile, not decoded yet if it is a JPEG.
        max_area: in pixels.
        turn: from ``turn_of`` the original.
    """
    scale = min(1.0, (max_area / math.prod(image.size)) ** 0.5)
    width, height = (max(1, round(length * scale)) for length in image.size)
    image.draft("RGB", (width, height))
    image = image if is_plain(image) else to_plain(image)
    small = _resize(image, (width, height), Image.Resampling.BILINEAR)
    return np.array(_upright(to_srgb(small), turn))


def jpeg(image: Image.Image, max_side: int, turn: Image.Transpose | None, *, near: float = _NEAR) -> bytes:
    """The picture as a JPEG, without anything but its pixels.

    Args:
        image: of any mode and profile.
        max_side: its longest side, in pixels; smaller pictures are not enlarged.
        turn: from ``turn_of`` the original.
        near: a picture up to this many times ``max_side`` is not resized.
    """
    image = image if is_plain(image) else to_plain(image)
    scale = max_side / max(image.size)
    if scale * near < 1:
        width, height = (max(1, round(length * scale)) for length in image.size)
        image = _resize(image, (width, height), Image.Resampling.BILINEAR)
    out = io.BytesIO()
    # Only the pixels: no place, no name, no profile travels along.
    bare = _upright(to_srgb(image), turn)
    bare.save(out, "JPEG", quality=_JPEG_QUALITY, exif=b"", icc_profile=None, comment=b"")
    return out.getvalue()


def layout(image: Image.Image, turn: Image.Transpose | None) -> bytes:
    """What the picture looks like from afar: see core/layouts.py.

    Args:
        image: of any mode and profile.
        turn: from ``turn_of`` the original.
    """
    image = image if is_plain(image) else to_plain(image)
    small = _resize(image, (SIDE, SIDE), Image.Resampling.BILINEAR)
    return _upright(to_srgb(small), turn).convert("L").tobytes()


def _resize(image: Image.Image, size: tuple[int, int], resample: Image.Resampling) -> Image.Image:
    return image if image.size == size else image.resize(size, resample, reducing_gap=_REDUCE)


def _upright(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    return image if turn is None else image.transpose(turn)
