"""Turns the examples of a query into query vectors: from the catalog if it knows the file, else by decoding it."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors import MEDIA
from bowerbird.core.extractors.about import ABOUT
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.pictures.sidecars import beside
from bowerbird.core.files.identity import fingerprint_with
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.inputs import model_input
from bowerbird.core.paths import make_private
from bowerbird.core.questions import Box, Example, Liking
from bowerbird.core.types import (
    Extraction,
    Heard,
    Locator,
    Modality,
    Pixels,
    Segment,
    Space,
    Vectors,
)
from bowerbird.core.words import sounds_in

_CACHED = 16  # examples: typing beside a dropped one asks for it again with every letter
_MOST_ROWS = 16  # of a long document or clip: enough to say what it is about, few enough to search with
_SHORTEST_S = 0.1  # of a chosen part
_BOX_AREA = 16_000_000  # pixels of the picture that a part is cut out of


@dataclass(frozen=True, slots=True)
class ExampleQuery:
    """The query vectors of an example in one space."""

    space: Space
    rows: Vectors
    """Shape (1 to 16, dimension), in the order they have in the file."""
    moving: bool
    """Whether the rows follow each other in time."""


class PastedExamples:
    """Pictures that were pasted, as files that can be examples."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is made when it is needed."""
        self._folder = folder

    def keep(self, image: bytes) -> Path:
        """The file of a pasted PNG, until ``clear``."""
        make_private(self._folder)
        path = self._folder / f"pasted-{time.time_ns()}.png"
        path.write_bytes(image)
        return path

    def clear(self) -> None:
        """Delete them."""
        for pasted in self._folder.glob("pasted-*"):
            pasted.unlink(missing_ok=True)


class Examples:
    """Encodes examples, and remembers the last few. Safe from any thread."""

    def __init__(
        self, reader: CatalogReader, pool: ExtractPool, inference: Inference, spaces: Callable[[], Sequence[Space]]
    ) -> None:
        """``spaces`` returns those to search."""
        self._spaces = spaces
        self._reader, self._pool, self._inference = reader, pool, inference
        self._cache: OrderedDict[tuple[object, ...], list[ExampleQuery]] = OrderedDict()

    def vectors(self, example: Example) -> list[ExampleQuery]:
        """The example's query vectors in each space that can compare it.

        Raises:
            FileError: the file cannot be read.
            FileSkipped: no extractor reads such files.
        """
        try:
            return self._cached(example)
        except (FileError, FileSkipped) as error:
            raise type(error)(f"{example.path.name}: {error}") from error

    def _cached(self, example: Example) -> list[ExampleQuery]:
        content = fingerprint_with(example.path, beside(example.path))
        spaces = self._spaces()
        key = (content, replace(example, path=Path(), liking=Liking.LIKE), tuple(space.id for space in spaces))
        queries = self._cache.get(key)
        if queries is None:
            # The segments of the catalog have other edges than a chosen part, which is therefore decoded.
            queries = self._known(content, spaces, example.page) if _is_segments(example) else []
            queries = queries or self._decoded(example, spaces)
            self._cache[key] = queries
            while len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return queries

    def _known(self, content_fingerprint: bytes, spaces: Sequence[Space], page: int | None) -> list[ExampleQuery]:
        """From the vectors in the catalog, of one page or of all; empty if it does not have this content."""
        content = self._reader.content_id(content_fingerprint)
        if content is None:
            return []
        queries = []
        for space in spaces:
            segment_ids, rows = self._reader.vectors(space.id, [content], without=ABOUT)
            segments = self._reader.segments(segment_ids)
            kept = [
                number
                for number, row in enumerate(segments[at] for at in segment_ids)
                if not sounds_in(row.text) and page in (None, row.locator.page)
            ]
            if kept:
                moving = segments[segment_ids[kept[0]]].locator.start_s is not None
                queries.append(ExampleQuery(space, _spread(rows[kept]), moving))
        return queries

    def _decoded(self, example: Example, spaces: Sequence[Space]) -> list[ExampleQuery]:
        extraction = self._extracted(example)
        sounds = self._listen(extraction.segments)
        lines = [line.text for heard in sounds for line in heard.lines if not sounds_in(line.text)]
        speech = [Segment(Modality.TEXT, Locator(start_s=0.0), line) for line in lines]
        vectors = self._encode((*extraction.segments, *speech)) | _joined(sounds)
        moving = extraction.kind in MEDIA
        return [ExampleQuery(space, _spread(vectors[space.id]), moving) for space in spaces if space.id in vectors]

    def _extracted(self, example: Example) -> Extraction:
        if example.box is None:
            extraction = self._pool.extract(example.path, self._limits(example), urgent=True).result()
            segments = [each for each in extraction.segments if example.page in (None, each.locator.page)]
        else:
            extraction = self._pool.page(example.path, example.page or 1, _BOX_AREA, urgent=True).result()
            segments = [replace(each, pixels=self._cut(each.pixels, example.box)) for each in extraction.segments]
        if not segments and (example.page or example.box):
            raise FileError(f"There is no page {example.page or 1}.")
        return replace(extraction, segments=tuple(segments))

    def _cut(self, pixels: Pixels | None, box: Box) -> Pixels:
        """A part of a picture as image models take it."""
        assert pixels is not None
        height, width = pixels.shape[:2]
        left, top, wide, high = box
        edges = (left * width, top * height, (left + wide) * width, (top + high) * height)
        part = Image.fromarray(pixels).crop((math.floor(edges[0]), math.floor(edges[1]), *map(math.ceil, edges[2:])))
        scale = (self._inference.image_side() or Limits().image_side) / min(part.size)
        return np.array(part.resize([max(1, round(side * scale)) for side in part.size], Image.Resampling.BICUBIC))

    def _limits(self, example: Example) -> Limits:
        """Limits that decode the part that was chosen, or the first minutes of it or of the whole."""
        limits = Limits(
            image_side=self._inference.image_side() or Limits().image_side,
            scenes=any(space.modality is Modality.SCENE for space in self._inference.spaces()),
        )
        start_s = example.start_s or 0.0
        if example.end_s is None:
            return replace(limits, start_at=start_s)
        length_s = min(limits.part_s, max(_SHORTEST_S, example.end_s - start_s))
        return replace(limits, start_at=start_s, part_s=length_s, exact=True)

    def _listen(self, segments: Iterable[Segment]) -> list[Heard]:
        """The transcript and vectors of each window of sound; empty if no model takes sound."""
        if not any(space.modality is Modality.SOUND for space in self._inference.spaces()):
            return []
        windows = [model_input(segment) for segment in segments if segment.modality is Modality.SOUND]
        return [self._inference.listen(window, urgent=True).result() for window in windows]

    def _encode(self, segments: Sequence[Segment]) -> dict[str, Vectors]:
        """By space id: the vectors of up to 16 segments of each modality but sound, without those of zeros."""
        vectors: dict[str, Vectors] = {}
        for modality in (Modality.TEXT, Modality.IMAGE, Modality.SCENE):
            alike = [segment for segment in segments if segment.modality is modality]
            items = [item for at in _evenly(len(alike)) if (item := model_input(alike[at])) is not None]
            if items:
                encoded = self._inference.encode_documents(modality, items).result().vectors
                # A row of zeros is a text in a language that is another model's.
                nonzero = {space: rows[rows.any(axis=1)] for space, rows in encoded.items()}
                vectors |= {space: rows for space, rows in nonzero.items() if len(rows)}
        return vectors


def _is_segments(example: Example) -> bool:
    """Whether an example is made of whole segments."""
    return example.start_s is None and example.box is None


def compared(queries: Sequence[ExampleQuery], *, with_words: bool) -> list[ExampleQuery]:
    """Those that files are compared by: of a modality with both, in the spaces that take text only beside words.

    There it counts what a picture shows, elsewhere how it looks: like a photo of a dog, but in snow, is another dog.
    """
    preferred = {query.space.modality for query in queries if query.space.takes_text is with_words}
    return [each for each in queries if each.space.takes_text is with_words or each.space.modality not in preferred]


def _joined(sounds: Sequence[Heard]) -> dict[str, Vectors]:
    """By space id: the vectors of all windows of sound, in order."""
    rows: dict[str, list[Vectors]] = {}
    for heard in sounds:
        for space, vectors in heard.vectors.items():
            rows.setdefault(space, []).append(vectors)
    return {space: np.concatenate(parts) for space, parts in rows.items()}


def _spread(rows: Vectors) -> Vectors:
    return rows[_evenly(len(rows))]


def _evenly(number: int) -> list[int]:
    """Up to 16 indexes below ``number``, evenly spaced from the first to the last."""
    return sorted({round(at) for at in np.linspace(0, number - 1, min(number, _MOST_ROWS))}) if number else []
