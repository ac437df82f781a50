"""Opens still pictures of any format as Pillow images, by their content where that is plain, else by their name."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from PIL import Image

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.encodings import xml_as_utf8
from bowerbird.core.extractors.sniff import suffix_by_content
from bowerbird.core.extractors.source import Source
from bowerbird.core.extractors.suffixes import RAW

Image.MAX_IMAGE_PIXELS = None  # ``check_size`` speaks a sentence instead

# Not those that run another program (EPS), nor those of science and games.
_PILLOW = (
    "JPEG MPO PNG GIF TIFF WEBP AVIF HEIF BMP DIB ICO CUR ICNS PSD PPM QOI TGA JPEG2000 SGI "
    "PCX DCX DDS IM MSP SUN XBM XPM"
)
_SVG_WIDTH = 1024  # pixels
_SVG_BYTES = 64 << 20  # read of a drawing
# References out of the drawing. resvg knows no network, but it would show other pictures of the user's.
_OUTWARD = re.compile(r"""\bhref\s*=\s*(["'])\s*(?!#|data:)[^"']*\1""", re.IGNORECASE)


@contextmanager
def open_image(source: Source, max_pixels: int) -> Iterator[Image.Image]:
    """A context with the picture, which Pillow decodes when its pixels are first needed.

    Raises:
        FileError: it is empty, or has more than ``max_pixels``. Other faults come as the exceptions of the decoders:
            use it within ``picture.decoder_errors``.
    """
    if source.size == 0:
        raise FileError("The file is empty.")
    with _open(source) as image:
        check_size(image, max_pixels)
        yield image


def check_size(image: Image.Image, max_pixels: int) -> None:
    """Refuse a picture that would not fit into memory, before it is decoded.

    Raises:
        FileError: it has more than ``max_pixels``.
    """
    if (number := image.width * image.height) > max_pixels:
        limit = f"the limit is {max_pixels // 10**6:,} million"
        raise FileError(f"{number:,} pixels are more than Bowerbird opens ({limit}).")


def _open(source: Source) -> Image.Image:
    by_content = suffix_by_content(source)
    if by_content == ".svg" or source.suffix == ".svgz":
        return _open_drawing(source)
    # Most raw formats look like TIFF, and Pillow would take their stamp-sized preview for the photo.
    if source.suffix in RAW and by_content not in (".jpg", ".png"):
        return _open_raw(source)
    if by_content in ("", ".heic", ".heif", ".avif"):
        _register_heif()
    return Image.open(source.open(), formats=_pillow_formats())


def _pillow_formats() -> list[str]:
    Image.init()
    return [name for name in _PILLOW.split() if name in Image.OPEN]


@cache
def _register_heif() -> None:
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1  # several decoders run side by side already
    pillow_heif.register_heif_opener()


def _open_drawing(source: Source) -> Image.Image:
    import resvg_py

    data = source.read(_SVG_BYTES)
    if data.startswith(b"\x1f\x8b"):
        data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(_SVG_BYTES)
    drawing = _OUTWARD.sub('href=""', xml_as_utf8(data).decode())
    try:
        png = resvg_py.svg_to_bytes(svg_string=drawing, width=_SVG_WIDTH, background="#ffffff")
    except ValueError as error:
        raise FileError("The drawing is damaged, or has no size.") from error
    return Image.open(io.BytesIO(bytes(png)), formats=["PNG"])


def _open_raw(source: Source) -> Image.Image:
    import rawpy

    with source.open() as file, rawpy.imread(file) as raw:
        try:
            preview = raw.extract_thumb()
        except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
            return _with_exif(
                Image.fromarray(raw.postprocess(half_size=True, use_camera_wb=True)), source, upright=True
            )
        if isinstance(preview.data, bytes):
            image = Image.open(io.BytesIO(preview.data), formats=["JPEG"])
            return image if image.getexif() else _with_exif(image, source, upright=False)
        return _with_exif(Image.fromarray(preview.data), source, upright=False)


def _with_exif(image: Image.Image, source: Source, *, upright: bool) -> Image.Image:
    """With the raw file's own EXIF, which its preview may lack; most raw formats begin as TIFF does."""
    exif = Image.Exif()
    with source.open() as file, suppress(Exception):  # broken EXIF fails in many ways, and a picture is good without it
        exif.load_from_fp(file)
    if upright:
        exif.pop(0x0112, None)
    image.info["exif"] = exif.tobytes() if exif else b""
    return image
