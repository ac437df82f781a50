"""Reads text in photos and in pages without any: decoded once more, larger, and given to the model that reads."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from bowerbird.core.catalog.picture_texts import IN_PICTURE
from bowerbird.core.catalog.records import NewContent, PictureItem, TextBox
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import DiskSilent, FileError, FileSkipped, FileVanished, ModelUnavailable
from bowerbird.core.extractors.segments import segments
from bowerbird.core.files.identity import facts_of, is_unchanged
from bowerbird.core.indexing.backfill_reader import Wait
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.inputs import is_encoded
from bowerbird.core.types import Encoded, Kind, Locator, Modality, PictureLine, Pixels, Properties, Segment, Vectors
from bowerbird.core.words import all_words

log = logging.getLogger(__name__)

MAX_AREA = 3_000_000
"""Pixels that a photo or page is read in: A4 with 170 dots an inch."""
_MIN_SIDE = 16  # pixels: nothing smaller has a letter


@dataclass(frozen=True, slots=True)
class PictureText:
    """What was read on a page: segments, the lines of each, and vectors by space as in ``NewContent``."""

    segments: Sequence[Segment]
    boxes: Sequence[Sequence[TextBox]]
    encoded: dict[str, tuple[Sequence[int], Vectors]]
    lacks: frozenset[str]
    """Text spaces whose models could not be asked."""


NO_TEXT = PictureText((), (), {}, frozenset())


class PictureTextReader:
    """Reads the pages of contents. Runs on the backfill's thread."""

    def __init__(self, pool: ExtractPool, inference: Inference, wait: Wait) -> None:
        """``wait`` may raise what ends it all."""
        self._pool, self._inference, self._wait = pool, inference, wait

    def pages(self, item: PictureItem) -> Iterator[tuple[int, PictureText]]:
        """The pages of a content and what is on them, one after the other; nothing on those that cannot be decoded.

        Of a document that is not drawn, the first and the last one do.

        Raises:
            FileVanished: the file is away, or changed: it is to be looked at another time.
            DiskSilent: its disk does not answer.
            ModelUnavailable: the model that reads failed.
        """
        for number in item.pages:
            try:
                text = self._page(item, number)
            except FileSkipped:
                yield number, NO_TEXT
                yield item.pages[-1], NO_TEXT
                return
            yield number, text

    def _page(self, item: PictureItem, number: int) -> PictureText:
        try:
            picture = self._pixels(item, number)
        except (FileVanished, DiskSilent):
            raise
        except FileError as error:  # it will not be decoded another time either
            log.info("page %d of %r is not read: %s", number, item.facts.path, error)
            picture = None
        if picture is None or min(picture.shape[:2]) < _MIN_SIDE:
            return NO_TEXT
        lines = self._wait(self._inference.read(picture))
        return self._encoded(*_segments(_new(lines, item.known.get(number, "")), _place(item.kind, number)))

    def _pixels(self, item: PictureItem, number: int) -> Pixels | None:
        extraction = self._wait(self._pool.page(item.facts.path, number, MAX_AREA))
        if not is_unchanged(item.facts, facts_of(item.facts.path)):
            raise FileVanished("It changed.")
        return extraction.segments[0].pixels if extraction.segments else None

    def _encoded(self, found: Sequence[Segment], boxes: Sequence[Sequence[TextBox]]) -> PictureText:
        """With the vectors of those segments that have enough words."""
        at = [number for number, segment in enumerate(found) if is_encoded(segment.text, segment.locator)]
        spaces = frozenset(space.id for space in self._inference.spaces() if space.modality is Modality.TEXT)
        encoded = self._ask([found[number].text for number in at]) if at and spaces else Encoded({})
        vectors: dict[str, tuple[Sequence[int], Vectors]] = {}
        for space, rows in encoded.vectors.items():
            kept = [row for row in range(len(at)) if rows[row].any()]  # zeros: in another model's language
            if kept:
                vectors[space] = ([at[row] for row in kept], rows[kept])
        return PictureText(found, boxes, vectors, spaces - encoded.vectors.keys() if at else frozenset())

    def _ask(self, texts: Sequence[str]) -> Encoded:
        try:
            answer: Future[Encoded] = self._inference.encode_documents(Modality.TEXT, texts)
            return self._wait(answer)
        except ModelUnavailable as error:
            log.warning("text in a picture is not encoded yet: %s", error)
            return Encoded({}, problem=str(error))


def keep(catalog: Catalog, item: PictureItem, number: int, text: PictureText, reader: str) -> None:
    """Write what was read on a page, if its content is still there; with a new reader's first page, in place of all."""
    with catalog.transaction():
        if not catalog.contents.is_there(item.content_id):
            return
        if not item.begun and number == next(iter(item.pages), 0):
            catalog.picture_texts.forget(item.content_id)
        if text.segments:
            spaces = catalog.spaces.of_content(item.content_id) - text.lacks
            catalog.picture_texts.put(_content(item, text, spaces), text.boxes)
        later = [page for page in item.pages if page > number]
        catalog.picture_texts.mark_read(item.content_id, reader, later[0] if later else None)


def _content(item: PictureItem, text: PictureText, spaces: frozenset[str]) -> NewContent:
    labels = [()] * len(text.segments)
    return NewContent(
        b"", item.kind, Properties(), text.segments, labels, text.encoded, spaces, extends=item.content_id
    )


def _place(kind: Kind, number: int) -> Locator:
    """Where a text is: like the picture itself, a photo's first page is the photo."""
    return Locator(page=None if kind is Kind.PHOTO and number == 1 else number, section=IN_PICTURE)


def _new(lines: Sequence[PictureLine], known: str) -> list[PictureLine]:
    """Those that the page's own text does not have already."""
    words = set(all_words(known))
    return [line for line in lines if not words or not words.issuperset(all_words(line.text))]


def _segments(lines: Sequence[PictureLine], place: Locator) -> tuple[list[Segment], list[list[TextBox]]]:
    """Lines as segments of text, and for each the boxes of the lines, or parts of them, that stand in it."""
    text, starts = "", list[int]()
    for line in lines:
        text += ("\n" if line.starts_row else " ") if text else ""
        starts.append(len(text))
        text += line.text
    text += "\n\n" if text else ""  # as between the pages of a PDF
    found, boxes, at = list(segments(text, place)), list[list[TextBox]](), 0
    for segment in found:
        at = text.index(segment.text, at)
        end = at + len(segment.text)
        boxes.append([box for line, start in zip(lines, starts, strict=True) if (box := _box(line, start, at, end))])
        at = end
    return found, boxes


def _box(line: PictureLine, start: int, at: int, end: int) -> TextBox | None:
    """The part of a line, which begins at ``start`` of a text, that stands between ``at`` and ``end`` of it."""
    first, last = max(start, at), min(start + len(line.text), end)
    if first >= last:
        return None
    return TextBox(first - at, line.box, line.edges[first - start : last - start + 1])
