"""Examples of a query: their vectors, from the catalog if the content is known, else read like any other file."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bowerbird.core.catalog.reader import CatalogView
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors import MEDIA
from bowerbird.core.extractors.base import Limits
from bowerbird.core.files.identity import fingerprint
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.inputs import model_input
from bowerbird.core.types import Example, Locator, Modality, Segment, Space, Vectors

_KEPT = 16  # typing beside a dropped example asks for it again with every letter
_SEGMENTS = 16  # of a long document or clip: enough to say what it is about, few enough to search with


@dataclass(frozen=True, slots=True)
class ExampleQuery:
    """What an example asks of one space: ``rows``, shape (up to 16, dimension), in the order they have in the file."""

    space: Space
    rows: Vectors
    moving: bool
    """Whether the rows follow each other in time."""


class Examples:
    """Encodes examples, and remembers the last few."""

    def __init__(
        self, view: CatalogView, pool: ExtractPool, inference: Inference, spaces: Callable[[], Sequence[Space]]
    ) -> None:
        """What it asks; ``spaces`` are those to search."""
        self._spaces = spaces
        self._view, self._pool, self._inference = view, pool, inference
        self._kept: OrderedDict[tuple[object, ...], list[ExampleQuery]] = OrderedDict()

    def vectors(self, example: Example) -> list[ExampleQuery]:
        """For each space that can compare examples, what to look for.

        Raises:
            FileError: the file cannot be read.
            FileSkipped: nothing reads such files.
        """
        try:
            return self._asked(example)
        except (FileError, FileSkipped) as error:
            raise type(error)(f"{example.path.name}: {error}") from error

    def _asked(self, example: Example) -> list[ExampleQuery]:
        mark = fingerprint(example.path)
        key = (mark, example.start_s, example.end_s, tuple(space.id for space in self._comparing()))
        if key not in self._kept:
            # A part is read anew: what is known has other edges.
            self._kept[key] = (self._known(mark) if example.start_s is None else []) or self._read(example)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]

    def _known(self, mark: bytes) -> list[ExampleQuery]:
        content = self._view.content_id(mark)
        if content is None:
            return []
        found = []
        for space in self._comparing():
            numbers, rows = self._view.vectors(space.id, [content])
            moving = any(row.locator.start_s is not None for row in self._view.segments(numbers[:1]).values())
            found += [ExampleQuery(space, _spread(rows), moving)] if numbers else []
        return found

    def _comparing(self) -> list[Space]:
        """The spaces an example is compared in: not one made for typed text where the modality has one of its own."""
        spaces = self._spaces()
        own = {space.modality for space in spaces if not space.takes_text}
        return [space for space in spaces if not (space.takes_text and space.modality in own)]

    def _read(self, example: Example) -> list[ExampleQuery]:
        extraction = self._pool.extract(example.path, self._limits(example), urgent=True).result()
        windows = [model_input(one) for one in extraction.segments if one.modality is Modality.SOUND]
        heard = [self._inference.listen(one, urgent=True).result() for one in windows if self._hears()]
        said = [Segment(Modality.TEXT, Locator(start_s=0.0), line.text) for one in heard for line in one.lines]
        encoded = self._encoded((*extraction.segments, *said))
        for space in {space for one in heard for space in one.vectors}:
            encoded[space] = np.concatenate([one.vectors[space] for one in heard if space in one.vectors])
        moving = extraction.kind in MEDIA
        return [
            ExampleQuery(space, _spread(encoded[space.id]), moving)
            for space in self._comparing()
            if space.id in encoded
        ]

    def _limits(self, example: Example) -> Limits:
        """The part that was chosen, or the first minutes."""
        chosen = Limits(
            image_side=self._inference.image_side() or Limits().image_side,
            scenes=any(space.modality is Modality.SCENE for space in self._inference.spaces()),
        )
        if example.start_s is None or example.end_s is None:
            return chosen
        length_s = min(chosen.part_s, max(0.1, example.end_s - example.start_s))
        return replace(chosen, start_s=example.start_s, part_s=length_s, exact=True)

    def _hears(self) -> bool:
        return any(space.modality is Modality.SOUND for space in self._inference.spaces())

    def _encoded(self, segments: Sequence[Segment]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        for modality in (Modality.TEXT, Modality.IMAGE, Modality.SCENE):
            mine = [segment for segment in segments if segment.modality is modality]
            items = [item for at in _evenly(len(mine)) if (item := model_input(mine[at])) is not None]
            if items:
                made = self._inference.encode_documents(modality, items).result().vectors
                # A row of zeros is a text in a language that is another model's.
                found |= {space: rows[told] for space, rows in made.items() if (told := rows.any(axis=1)).any()}
        return found


def _spread(rows: Vectors) -> Vectors:
    return rows[_evenly(len(rows))]


def _evenly(number: int) -> list[int]:
    return sorted({round(at) for at in np.linspace(0, number - 1, min(number, _SEGMENTS))}) if number else []
