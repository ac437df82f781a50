"""Reads photos and other still pictures: what is searched and shown of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.source import Source
from bowerbird.core.extractors.suffixes import PICTURES, RAW
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Pixels, Segment

if TYPE_CHECKING:
    from PIL.Image import Image

_MAX_PAGES = 16  # a scanned fax or letter; more of them is a video's business
_OF_SEVERAL = ("TIFF", "GIF", "WEBP", "PNG")  # pages or frames of which the first tells little of the others
_CUT = "The file is cut short: the end of the picture is missing."
_TRACE = 0.01  # of the pixels
_BUDGET_S = 15.0  # real time for all further pages: plans of a gigapixel each take seconds


class PhotoExtractor:
    """Reads photos and other still pictures, in every format of Pillow, libheif, LibRaw and resvg."""

    kind = Kind.PHOTO
    suffixes = PICTURES | RAW
    memory = 4 << 30  # ``Limits.max_pixels`` of 16 bits, which are converted as floats

    def extract(self, source: Source, limits: Limits) -> Extraction:
        """An IMAGE segment of the picture, of a scan one for each page; a thumbnail; what is in its metadata.

        Raises:
            FileError: it cannot be read.
        """
        from bowerbird.core.extractors.pictures import picture

        extraction, cut = picture.as_far_as_it_goes(lambda: self._extracted(source, limits))
        if cut and not _shows_something(extraction):
            raise picture.CutShort
        return replace(extraction, omissions=(*extraction.omissions, _CUT)) if cut else extraction

    def _extracted(self, source: Source, limits: Limits) -> Extraction:
        from bowerbird.core.extractors.pictures import motion, photo_metadata, picture
        from bowerbird.core.extractors.pictures.formats import decode, open_image

        with picture.decoder_errors(source), open_image(source) as image:
            said, pages = photo_metadata.properties(image, source.name), _pages(image)
            several = image.format in _OF_SEVERAL and getattr(image, "is_animated", False)
            properties = replace(said, clip_bytes=motion.clip_bytes(source, said.clip_bytes))
            decode(image, limits.image_side, limits.max_pixels)
            turn = picture.turn_of(image)
            small = picture.reduce(image, max(limits.image_side, limits.thumbnail_side // 2))
            thumbnail = picture.jpeg(small, limits.thumbnail_side, turn)
            layout = b"" if several else picture.layout(small, turn)
            first = Segment(Modality.IMAGE, pixels=picture.pixels(small, limits.image_side, turn))
        segments = (first, *_further_pages(source, pages, limits))
        omissions = _omissions(len(segments), pages)
        return Extraction(self.kind, segments, properties, thumbnail, omissions=omissions, layout=layout)

    def page(self, source: Source, number: int, max_area: int) -> Pixels | None:
        """The picture, or a page of a scan, upright, with at most ``max_area`` pixels; None if there is no such page.

        Raises:
            FileError: it cannot be read.
        """
        from bowerbird.core.extractors.pictures import picture

        return picture.as_far_as_it_goes(lambda: self._page(source, number, max_area))[0]

    def _page(self, source: Source, number: int, max_area: int) -> Pixels | None:
        from bowerbird.core.extractors.pictures import picture
        from bowerbird.core.extractors.pictures.formats import decode, open_image

        with picture.decoder_errors(source):
            with open_image(source) as image:
                pages = min(_pages(image), _MAX_PAGES)
            if number > pages:
                return None
            with open_image(source, number - 1) as image:
                decode(image, round(max_area**0.5 / 2), Limits().max_pixels)
                return picture.whole(image, max_area, picture.turn_of(image))

    def render(self, source: Source, locator: Locator | None, max_side: int) -> bytes:
        """The picture, or the page of a scan, as a JPEG with a longest side of at most ``max_side`` pixels.

        Raises:
            FileError: it cannot be read.
        """
        from bowerbird.core.extractors.pictures import picture

        return picture.as_far_as_it_goes(lambda: self._rendered(source, locator, max_side))[0]

    def _rendered(self, source: Source, locator: Locator | None, max_side: int) -> bytes:
        from bowerbird.core.extractors.pictures import picture
        from bowerbird.core.extractors.pictures.formats import decode, open_image

        with picture.decoder_errors(source), open_image(source, ((locator and locator.page) or 1) - 1) as image:
            decode(image, max_side // 2, Limits().max_pixels)
            return picture.jpeg(image, max_side, picture.turn_of(image), near=1.0)


def _shows_something(extraction: Extraction) -> bool:
    """Whether of a picture that is cut short more is there than a trace: all that is missing is of one colour."""
    pixels = extraction.segments[0].pixels
    return pixels is not None and float((pixels != pixels[-1, -1]).any(axis=2).mean()) >= _TRACE


def _pages(image: Image) -> int:
    """How many pictures there are: the pages of a TIFF, but one frame of an animation."""
    return getattr(image, "n_frames", 1) if image.format == "TIFF" else 1


def _further_pages(source: Source, pages: int, limits: Limits) -> Iterator[Segment]:
    from bowerbird.core.extractors.pictures import picture
    from bowerbird.core.extractors.pictures.formats import decode, open_image

    until = time.monotonic() + _BUDGET_S
    for page in range(1, min(pages, _MAX_PAGES)):
        if time.monotonic() > until:
            return
        try:
            with picture.decoder_errors(source), open_image(source, page) as image:
                decode(image, limits.image_side, limits.max_pixels)
                pixels = picture.pixels(image, limits.image_side, picture.turn_of(image))
        except FileError:  # a damaged page does not cost those before it
            return
        yield Segment(Modality.IMAGE, Locator(page=page + 1), pixels=pixels)


def _omissions(read: int, pages: int) -> tuple[str, ...]:
    return (f"The first {read} of {pages:,} pages were read.",) if read < pages else ()
