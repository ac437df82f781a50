"""Photos: everything Pillow, libheif, LibRaw and resvg read, upright and in sRGB."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from bowerbird.core.errors import FileError, FileVanished
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.colour import to_srgb
from bowerbird.core.extractors.exif import properties
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Pixels, Segment

Image.MAX_IMAGE_PIXELS = None  # our own limit, in ``_open``, speaks a sentence

_RAW = frozenset(f".{s}" for s in "3fr arw cr2 cr3 dcr dng erf kdc mef mos mrw nef nrw orf pef raf raw rw2 sr2 srw".split())
_SVG = frozenset({".svg", ".svgz"})
_OTHER = frozenset(
    f".{s}"
    for s in "apng avif avifs bmp cur dcx dds dib eps fits gif heic heics heif heifs hif icns ico im j2c j2k jfif jp2 jpe "
    "jpeg jpf jpg jpx mpo msp pbm pcx pfm pgm png pnm ppm psd qoi rgb rgba sgi tga tif tiff webp xbm xpm".split()
)
_JPEG_QUALITY = 80
_DRAFT = 2  # a JPEG is decoded at no less than this many times the size asked for, so that resampling has enough to work on
_LONGEST = 4  # times the shorter side: what a panorama keeps for image models, which see its middle anyway
_SVG_SIDE = 1024


class PhotoExtractor:
    """Reads photos and other still pictures."""

    kind = Kind.PHOTO
    suffixes = _RAW | _SVG | _OTHER

    def extract(self, path: Path, limits: Limits) -> Extraction:
        """The picture for image models, its thumbnail, and what its EXIF says."""
        with _decoding():
            image = _open(path, limits)
            facts = properties(image)
            image.draft("RGB", (limits.image_side * _DRAFT, limits.image_side * _DRAFT))
            turn = _turn(image)
            small = to_srgb(_reduced(image, limits))
            pixels = _pixels(small, limits.image_side, turn)
            thumbnail = _jpeg(_upright(_within(small, limits.thumbnail_side), turn))
        segment = Segment(Modality.IMAGE, pixels=pixels)
        return Extraction(self.kind, (segment,), facts, thumbnail)

    def render(self, path: Path, locator: Locator | None, side: int) -> bytes:
        """The picture, its longest side at most ``side`` pixels."""
        with _decoding():
            image = _open(path, Limits())
            image.draft("RGB", (side, side))
            return _jpeg(_upright(to_srgb(_within(image, side)), _turn(image)))


@contextmanager
def _decoding() -> Iterator[None]:
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


def _open(path: Path, limits: Limits) -> Image.Image:
    if path.stat().st_size == 0:
        raise FileError("The file is empty.")
    suffix = path.suffix.lower()
    if suffix in _SVG:
        return _open_svg(path)
    if suffix in _RAW:
        return _open_raw(path)
    import pillow_heif

    pillow_heif.register_heif_opener()
    image = Image.open(path)
    if (number := image.width * image.height) > limits.max_pixels:
        raise FileError(f"{number:,} pixels are more than Bowerbird opens (its limit is {limits.max_pixels:,}).")
    return image


def _open_svg(path: Path) -> Image.Image:
    import resvg_py

    # No resources folder: an SVG shows what is in it, not other files of the user's.
    drawn = resvg_py.svg_to_bytes(svg_string=path.read_text("utf-8", "replace"), width=_SVG_SIDE, background="#ffffff")
    return Image.open(io.BytesIO(bytes(drawn)))


def _open_raw(path: Path) -> Image.Image:
    import rawpy

    with rawpy.imread(str(path)) as raw:
        try:
            preview = raw.extract_thumb()
        except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
            return Image.fromarray(raw.postprocess(half_size=True))
        if preview.format == rawpy.ThumbFormat.JPEG:
            return Image.open(io.BytesIO(preview.data))
        return Image.fromarray(preview.data)


def _turn(image: Image.Image) -> Image.Transpose | None:
    return {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(image.getexif().get(0x0112, 1))


def _upright(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    return image if turn is None else image.transpose(turn)


def _reduced(image: Image.Image, limits: Limits) -> Image.Image:
    """Box-reduced to about what is needed, so that colour conversion and resampling cost little."""
    factor = min(image.size) // (limits.image_side * _DRAFT)
    image.load()
    return image.reduce(factor) if factor > 1 and image.mode in ("L", "RGB", "RGBA", "CMYK") else image


def _within(image: Image.Image, side: int) -> Image.Image:
    scale = side / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0) if image.mode != "P" else image.convert("RGBA").resize(size)


def _pixels(image: Image.Image, side: int, turn: Image.Transpose | None) -> Pixels:
    scale = side / min(image.size)
    longest = side * _LONGEST
    wide, high = round(image.width * scale), round(image.height * scale)
    if max(wide, high) > longest:
        image = ImageOps.fit(image, (min(wide, longest), min(high, longest)), Image.Resampling.BICUBIC)
    elif min(image.size) != side:
        image = image.resize((wide, high), Image.Resampling.BICUBIC)
    return np.ascontiguousarray(_upright(image, turn))


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()
