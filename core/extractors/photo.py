"""Photos and other still pictures: what is searched and shown of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.suffixes import PICTURES, RAW
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Segment

if TYPE_CHECKING:
    from PIL.Image import Image

_TIFF_PAGES = 16  # a scanned fax or letter; more of them is a video's business


class PhotoExtractor:
    """Reads photos and other still pictures, in every format of Pillow, libheif, LibRaw and resvg."""

    kind = Kind.PHOTO
    suffixes = PICTURES | RAW

    def extract(self, path: Path, limits: Limits) -> Extraction:
        """The picture for image models (of a scan, each page), its thumbnail, and what its EXIF says."""
        from bowerbird.core.extractors import exif, picture
        from bowerbird.core.extractors.formats import opened

        with picture.decoding(), opened(path, limits.max_pixels) as image:
            properties = exif.properties(image)
            picture.draft(image, limits.image_side)
            image.load()
            turn = picture.turn_of(image)
            enough = picture.reduced(image, max(limits.image_side, limits.thumbnail_side // 2))
            thumbnail = picture.jpeg(enough, limits.thumbnail_side, turn)
            first = Segment(Modality.IMAGE, pixels=picture.pixels(enough, limits.image_side, turn))
            return Extraction(self.kind, (first, *_further_pages(image, limits)), properties, thumbnail)

    def render(self, path: Path, locator: Locator | None, side: int) -> bytes:
        """The picture, or the page of a scan, its longest side at most ``side`` pixels."""
        from bowerbird.core.extractors import picture
        from bowerbird.core.extractors.formats import opened

        with picture.decoding(), opened(path, Limits().max_pixels) as image:
            if locator and locator.page and 1 < locator.page <= _pages(image):
                image.seek(locator.page - 1)
            image.draft("RGB", (side, side))
            return picture.jpeg(image, side, picture.turn_of(image), near=1.0)


def _pages(image: Image) -> int:
    """How many pictures to look at: the pages of a TIFF; the frames of an animation are one picture."""
    return min(getattr(image, "n_frames", 1), _TIFF_PAGES) if image.format == "TIFF" else 1


def _further_pages(image: Image, limits: Limits) -> list[Segment]:
    from bowerbird.core.extractors import picture
    from bowerbird.core.extractors.formats import check_size

    found = []
    for page in range(2, _pages(image) + 1):
        try:
            image.seek(page - 1)
            check_size(image, limits.max_pixels)
            pixels = picture.pixels(image, limits.image_side, picture.turn_of(image))
        except Exception:  # the first page is good; a damaged later one does not cost it
            break
        found.append(Segment(Modality.IMAGE, Locator(page=page), pixels=pixels))
    return found
