"""Opens still pictures of any format as Pillow images, by their content where that is plain, else by their name."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from PIL import Image, UnidentifiedImageError
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

from bowerbird.core.errors import DecoderOutOfMemory, FileError
from bowerbird.core.extractors.encodings import xml_as_utf8
from bowerbird.core.extractors.pictures import animation, streamed, svg_text
from bowerbird.core.extractors.sniff import suffix_by_content
from bowerbird.core.extractors.source import Source
from bowerbird.core.extractors.suffixes import RAW

Image.MAX_IMAGE_PIXELS = None  # ``_check_size`` speaks a sentence instead

# Not those that run another program (EPS), nor those of science and games.
_PILLOW = (
    "JPEG MPO PNG GIF TIFF WEBP AVIF HEIF BMP DIB ICO CUR ICNS PSD PPM QOI TGA JPEG2000 SGI "
    "PCX DCX DDS IM MSP SUN XBM XPM"
)
_STREAMED_FROM = 50_000_000  # pixels, which take 200 MB
_DRAFT = 2
"""A JPEG is decoded at no less than this many times the size asked for. Over 12-megapixel photos: a 256-pixel result
has 53 dB against full decoding in 45 ms; at 1.5 times it would be 46 dB in 36 ms; full decoding takes 145."""
NO_MEMORY = "The picture is damaged, or needs more memory than Bowerbird gives one file."
_JPEG2000_HEAD = 1 << 16  # bytes
_DRAWINGS = (b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff")  # beginnings of those that are packed, or in UTF-16
_SVG_WIDTH, _SVG_HEIGHT = 1024, 4096  # pixels at the most
_SVG_BYTES = 64 << 20  # read of a drawing
# References out of the drawing. resvg knows no network, but it would show other pictures of the user's.
_OUTWARD = re.compile(r"""\bhref\s*=\s*(["'])\s*(?!#|data:)[^"']*\1""", re.IGNORECASE)


@contextmanager
def open_image(source: Source, page: int = 0) -> Iterator[Image.Image]:
    """A context with the picture, which is decoded when its pixels are first needed.

    Args:
        source: the file.
        page: of a file with several pictures, counted from 0.

    Raises:
        FileError: it is empty, or too large to be decoded at all. Other faults come as the exceptions of the decoders:
            use it within ``picture.decoder_errors``.
    """
    if source.size == 0:
        raise FileError("The file is empty.")
    with _open(source) as image:
        if page:
            image.seek(page)
        if image.width * image.height > _STREAMED_FROM and streamed.can_stream(image):
            _check_size(image.size, streamed.MAX_PIXELS)
            yield streamed.StreamedImage(source, image, page)
        else:
            yield image


def decode(image: Image.Image, min_side: int, max_pixels: int) -> None:
    """Decode a picture, no larger than needed where its format can do that; of an animation, a frame that tells.

    Args:
        image: not decoded yet.
        min_side: of a result made of it, the shorter side in pixels.
        max_pixels: that may be in memory.

    Raises:
        FileError: it has more.
        DecoderOutOfMemory: a large one is damaged, or there is not enough memory for it.
    """
    large = image.width * image.height > _STREAMED_FROM
    image.draft("RGB", (min_side * _DRAFT, min_side * _DRAFT))
    if isinstance(image, Jpeg2KImageFile):
        _decode_jpeg2000(image, min_side, max_pixels)
        return
    _check_size(image.size, max_pixels)
    animation.show_best(image)
    try:
        image.load()
    except OSError as error:
        if large:  # for libraries call a lack of memory damage
            raise DecoderOutOfMemory(NO_MEMORY) from error
        raise


def _decode_jpeg2000(image: Jpeg2KImageFile, min_side: int, max_pixels: int) -> None:
    halvings = int(min(image.size) / (min_side * _DRAFT)).bit_length() - 1
    halvings = max(0, min(halvings, _wavelet_levels(image)))
    width, height = image.size
    _check_size((width >> halvings, height >> halvings), max_pixels)
    image.reduce = halvings
    image.load()
    image.reduce = 0  # or it hides the method


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    if (number := size[0] * size[1]) > max_pixels:
        limit = f"the limit for pictures of this format is {max_pixels // 10**6:,} million"
        raise FileError(f"{number:,} pixels are more than Bowerbird opens ({limit}).")


def _wavelet_levels(image: Jpeg2KImageFile) -> int:
    """How often a JPEG 2000 can be halved (ISO 15444-1, A.6.1); 0 if it does not say so at its beginning."""
    assert image.fp is not None
    image.fp.seek(0)
    head = image.fp.read(_JPEG2000_HEAD)
    image.fp.seek(0)
    start = head.find(b"\xff\x52", head.find(b"\xff\x4f\xff\x51"))
    return head[start + 9] if 0 <= start < len(head) - 9 else 0


def _open(source: Source) -> Image.Image:
    by_content = suffix_by_content(source)
    if by_content == ".svg" or (source.suffix in (".svg", ".svgz") and source.read(2) in _DRAWINGS):
        return _open_drawing(source)
    # Most raw formats look like TIFF, and Pillow would take their stamp-sized preview for the photo.
    if source.suffix in RAW and by_content not in (".jpg", ".png"):
        return _open_raw(source)
    if by_content in ("", ".heic", ".heif", ".avif"):
        _register_heif()
    try:
        return Image.open(source.open(), formats=_pillow_formats())
    except (UnidentifiedImageError, SyntaxError):
        if not streamed.opens(source):
            raise
        return _with_exif(streamed.open_unknown(source), source, upright=False)


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

    if source.size > _SVG_BYTES:
        raise FileError(f"The drawing is larger than Bowerbird opens (the limit is {_SVG_BYTES >> 20} MB).")
    data = source.read(_SVG_BYTES)
    if data.startswith(b"\x1f\x8b"):
        data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(_SVG_BYTES)
    drawing = _OUTWARD.sub('href=""', xml_as_utf8(data).decode())
    said = svg_text.read(drawing)
    try:
        png = resvg_py.svg_to_bytes(svg_string=drawing, width=_SVG_WIDTH, height=_SVG_HEIGHT)
    except ValueError as error:
        raise FileError("The drawing is damaged, or has no size.") from error
    image = Image.open(io.BytesIO(bytes(png)), formats=["PNG"])
    image.info["description"] = said
    return image


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
