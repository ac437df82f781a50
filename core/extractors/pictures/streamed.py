"""Pictures that libvips decodes as they stream by, shrunk: a gigapixel takes no more memory than a snapshot.

It also opens TIFFs that Pillow does not know; FFmpeg opens other pictures of floats: OpenEXR, Radiance, PFM.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.pictures.animation import is_animation
from bowerbird.core.extractors.pictures.colour import to_8_bits
from bowerbird.core.extractors.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyvips
    from numpy.typing import NDArray

MAX_PIXELS = 5_000_000_000
"""Of a picture that is streamed: what a slow computer decodes before a decoder's deadline."""
_FORMATS = ("PNG", "TIFF", "WEBP")  # as Pillow names them
_MAX_LONG_SIDE = 16_384  # pixels, of what is kept of a long strip
_MAX_BYTES = 512 << 20  # of a picture that FFmpeg decodes
_LOADERS = ("pngload", "tiffload", "webpload")  # libvips has others, which nobody needs here
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_CUT_SHORT = ("truncated", "end of file", "end of input", "not enough", "read error", "not enough image data")
_CODECS = {b"\x76\x2f\x31\x01": "exr", b"#?RADIANCE": "hdr", b"#?RGBE": "hdr", b"PF\n": "pfm", b"PF ": "pfm"}
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


class StreamedImage(Image.Image):
    """A picture that is decoded, no larger than ``draft`` asked for, when its pixels are first needed."""

    def __init__(self, source: Source, header: Image.Image | None = None, page: int = 0) -> None:
        """Read the size of a page, counted from 0. ``header`` is the same page as Pillow opened it, if it did."""
        super().__init__()
        self._source, self._header, self._page = source, header, page
        self._factor = 1
        self.n_frames = getattr(header, "n_frames", 1)
        if header is not None:
            self.format, self._size, self._mode = header.format, header.size, header.mode
            self.info = dict(header.info)
        else:
            with _vips_errors():
                image = self._opened()
                self._size, self._mode = (image.width, image.height), "RGB"
                self.n_frames = image.get_n_pages()
            self.format = "TIFF" if self.n_frames > 1 else None

    def draft(self, mode: str | None, size: tuple[int, int] | None) -> None:  # noqa: ARG002
        """Have it decoded at a whole fraction of its size, no smaller than ``size`` in either direction."""
        if size and not self._loaded:
            width, height = self._size
            factor = max(min(width // size[0], height // size[1]), -(-max(width, height) // _MAX_LONG_SIDE), 1)
            self._factor *= factor
            self._size = max(1, width // factor), max(1, height // factor)

    @property
    def _loaded(self) -> bool:
        return self._im is not None

    def load(self) -> Any:
        """Decode it, unless that was done before."""
        if not self._loaded:
            with _vips_errors():
                small = self._decoded()
            self._mode, self._size, self.im = small.mode, small.size, small.im
            self.info = {key: value for key, value in small.info.items() if key == "icc_profile"}
        return super().load()

    def getexif(self) -> Image.Exif:
        """The picture's EXIF, as far as it can be read without decoding the picture."""
        return self._header.getexif() if isinstance(self._header, TiffImageFile) else super().getexif()

    def _opened(self, **options: Any) -> pyvips.Image:
        import pyvips

        if self._page:
            options["page"] = self._page
        stream = pyvips.Source.new_from_descriptor(_rewound(self._source))
        image = pyvips.Image.new_from_source(stream, "", access="sequential", fail_on="truncated", **options)
        if not str(image.get("vips-loader")).startswith(_LOADERS):
            raise FileError("This is not a picture that Bowerbird reads.")
        return image

    def _decoded(self) -> Image.Image:
        if self.format == "WEBP":  # its decoder shrinks by itself
            image = self._opened(scale=1 / self._factor, memory=True)
        else:
            image = self._opened()
            image = image.shrink(*(min(self._factor, side) for side in (image.width, image.height)))
        cmyk = image.interpretation == "cmyk"
        if image.interpretation in ("lab", "labs", "labq", "xyz"):
            image = image.colourspace("srgb")
        small = from_values(image.numpy(), cmyk=cmyk)
        if image.get_typeof("icc-profile-data"):
            small.info["icc_profile"] = bytes(image.get("icc-profile-data"))
        return small


def can_stream(image: Image.Image) -> bool:
    """Whether a picture that Pillow has opened can be shrunk on the way."""
    return image.format in _FORMATS and not is_animation(image)


def opens(source: Source) -> bool:
    """Whether a file that Pillow does not know begins as those do that are opened here."""
    return source.read(16).startswith((*_TIFF, *_CODECS))


def open_unknown(source: Source) -> Image.Image:
    """A picture that Pillow does not know.

    Raises:
        FileError: it is damaged.
    """
    head = source.read(16)
    codec = next((name for start, name in _CODECS.items() if head.startswith(start)), "")
    return _open_floats(source, codec) if codec else StreamedImage(source)


def from_values(values: NDArray[Any], *, cmyk: bool = False) -> Image.Image:
    """A picture of an array of the shape (height, width[, channels]), whose channels may be of any type."""
    values = values.reshape(*values.shape[:2], -1)
    if cmyk:
        return Image.fromarray(np.ascontiguousarray(to_8_bits(values[..., :4])), "CMYK")
    channels = min(values.shape[2], 4)
    colours = to_8_bits(values[..., : channels - 1 + channels % 2])
    if channels % 2 == 0:
        colours = np.concatenate([colours, _opacity(values[..., channels - 1 : channels])], axis=2)
    picture = np.ascontiguousarray(colours if channels > 1 else colours[..., 0])
    return Image.fromarray(picture, _MODES[channels])


def _opacity(values: NDArray[Any]) -> NDArray[np.uint8]:
    highest = np.iinfo(values.dtype).max if values.dtype.kind in "iu" else 1.0
    opacity: NDArray[np.uint8] = np.clip(np.nan_to_num(values.astype(np.float32)) * (255 / highest), 0, 255).astype(
        np.uint8
    )
    return opacity


def _open_floats(source: Source, codec: str) -> Image.Image:
    import av
    from av.video.codeccontext import VideoCodecContext

    if source.size > _MAX_BYTES:
        raise FileError(f"The picture is larger than Bowerbird opens (the limit is {_MAX_BYTES >> 20} MB).")
    decoder = cast("VideoCodecContext", VideoCodecContext.create(codec, "r"))
    try:
        frames = [*decoder.decode(av.Packet(source.read())), *decoder.decode(None)]
    except av.FFmpegError as error:
        raise FileError("The picture is damaged.") from error
    if not frames:
        raise FileError("The picture is damaged.")
    wanted = "gbrapf32le" if "a" in frames[0].format.name else "gbrpf32le"
    return from_values(frames[0].reformat(format=wanted).to_ndarray())


def _rewound(source: Source) -> int:
    """The file's descriptor, at the beginning of the file."""
    import os

    os.lseek(source.fileno(), 0, os.SEEK_SET)
    return source.fileno()


@contextmanager
def _vips_errors() -> Iterator[None]:
    import pyvips

    try:
        yield
    except pyvips.Error as error:
        words = str(error)
        if "out of memory" in words or "cannot allocate" in words.lower():
            raise MemoryError(words) from error
        if any(hint in words.lower() for hint in _CUT_SHORT):
            raise FileError("The picture is cut short.") from error
        raise FileError("The picture is damaged.") from error
