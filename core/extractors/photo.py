"""Reads photos and other still pictures: what is searched and shown of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.source import Source
from bowerbird.core.extractors.suffixes import PICTURES, RAW
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Pixels, Segment

if TYPE_CHECKING:
    from PIL.Image import Image

_MAX_PAGES = 16  # a scanned fax or letter; more of them is a video's business


class PhotoExtractor:
    """Reads photos and other still pictures, in every format of Pillow, libheif, LibRaw and resvg."""

    kind = Kind.PHOTO
    suffixes = PICTURES | RAW
    memory = 4 << 30  # ``Limits.max_pixels`` of 16 bits, which are converted as floats

    def extract(self, source: Source, limits: Limits) -> Extraction:
        """An IMAGE segment of the picture, of a scan one for each page; a thumbnail; the properties in its EXIF.

        Raises:
            FileError: it cannot be read.
        """
        from bowerbird.core.extractors import exif, picture
        from bowerbird.core.extractors.formats import open_image

        with picture.decoder_errors(source), open_image(source, limits.max_pixels) as image:
            properties = exif.properties(image)
            picture.draft(image, limits.image_side)
            image.load()
            turn = picture.turn_of(image)
            small = picture.reduce(image, max(limits.image_side, limits.thumbnail_side // 2))
            thumbnail = picture.jpeg(small, limits.thumbnail_side, turn)
            first = Segment(Modality.IMAGE, pixels=picture.pixels(small, limits.image_side, turn))
            return Extraction(self.kind, (first, *_further_pages(image, limits)), properties, thumbnail)

    def page(self, source: Source, number: int, max_area: int) -> Pixels | None:
        """The picture, or a page of a scan, upright, with at most ``max_area`` pixels; None if there is no such page.

        Raises:
            FileError: it cannot be read.
        """
        from bowerbird.core.extractors import picture
        from bowerbird.core.extractors.formats import check_size, open_image

        limits = Limits()
        with picture.decoder_errors(source), open_image(source, limits.max_pixels) as image:
            if number > _pages(image):
                return None
            if number > 1:
                image.seek(number - 1)
                check_size(image, limits.max_pixels)
            return picture.whole(image, max_area, picture.turn_of(image))

    def render(self, source: Source, locator: Locator | None, max_side: int) -> bytes:
        """The picture, or the page of a scan, as a JPEG with a longest side of at most ``max_side`` pixels.

        Raises:
            FileError: it cannot be read.
        """
        from bowerbird.core.extractors import picture
        from bowerbird.core.extractors.formats import open_image

        with picture.decoder_errors(source), open_image(source, Limits().max_pixels) as image:
            if locator and locator.page and 1 < locator.page <= _pages(image):
                image.seek(locator.page - 1)
            image.draft("RGB", (max_side, max_side))
            return picture.jpeg(image, max_side, picture.turn_of(image), near=1.0)


def _pages(image: Image) -> int:
    """How many pictures to read: the pages of a TIFF, but one frame of an animation."""
    return min(getattr(image, "n_frames", 1), _MAX_PAGES) if image.format == "TIFF" else 1


def _further_pages(image: Image, limits: Limits) -> list[Segment]:
    from bowerbird.core.extractors import picture
    from bowerbird.core.extractors.formats import check_size

    pages = []
    for page in range(2, _pages(image) + 1):
        try:
            image.seek(page - 1)
            check_size(image, limits.max_pixels)
            pixels = picture.pixels(image, limits.image_side, picture.turn_of(image))
        except Exception:  # noqa: BLE001  # decoders' own; a damaged page does not cost those before it
            break
        pages.append(Segment(Modality.IMAGE, Locator(page=page), pixels=pixels))
    return pages
