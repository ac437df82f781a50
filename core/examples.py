"""Example files of a query: their vectors, from the catalog if the content is known, else read like any other file."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import numpy as np

from bowerbird.core.catalog_view import CatalogView
from bowerbird.core.extract_pool import ExtractPool
from bowerbird.core.extractors.base import Limits
from bowerbird.core.identity import fingerprint
from bowerbird.core.inference import Inference
from bowerbird.core.types import Extraction, Modality, Pixels, Space, Vectors

_KEPT = 16  # typing beside a dropped example asks for it again with every letter
_SEGMENTS = 8  # of a long document: enough to say what it is about, few enough to search with


class Examples:
    """Encodes examples, and remembers the last few."""

    def __init__(self, view: CatalogView, pool: ExtractPool, inference: Inference) -> None:
        """What it asks."""
        self._view, self._pool, self._inference = view, pool, inference
        self._kept: OrderedDict[bytes, list[tuple[Space, Vectors]]] = OrderedDict()

    def vectors(self, path: Path) -> list[tuple[Space, Vectors]]:
        """For each space that can compare examples: the file's vectors, shape (up to 8, dimension).

        Raises:
            FileError: the file cannot be read.
        """
        mark = fingerprint(path)
        if mark not in self._kept:
            self._kept[mark] = self._known(mark) or self._read(path)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[mark]

    def _known(self, mark: bytes) -> list[tuple[Space, Vectors]]:
        content = self._view.content_id(mark)
        if content is None:
            return []
        stored = ((space, self._view.vectors(space.id, [content])[1]) for space in self._comparing())
        return [(space, _spread(rows)) for space, rows in stored if len(rows)]

    def _comparing(self) -> list[Space]:
        """The spaces an example is compared in: not one made for typed text where the modality has one of its own."""
        spaces = self._inference.spaces()
        own = {space.modality for space in spaces if not space.takes_text}
        return [space for space in spaces if not (space.takes_text and space.modality in own)]

    def _read(self, path: Path) -> list[tuple[Space, Vectors]]:
        side = self._inference.image_side()
        extraction = self._pool.extract(path, Limits(image_side=side) if side else Limits(), urgent=True).result()
        encoded: dict[str, Vectors] = {}
        for modality in Modality:
            if items := _items(extraction, modality):
                encoded.update(self._inference.encode_documents(modality, items).result().vectors)
        return [(space, _spread(encoded[space.id])) for space in self._comparing() if space.id in encoded]


def _items(extraction: Extraction, modality: Modality) -> list[str | Pixels]:
    mine = [segment for segment in extraction.segments if segment.modality is modality]
    kept = [mine[index] for index in _evenly(len(mine))]
    return [segment.text if segment.pixels is None else segment.pixels for segment in kept]


def _spread(rows: Vectors) -> Vectors:
    return rows[_evenly(len(rows))]


def _evenly(number: int) -> list[int]:
    return sorted({round(at) for at in np.linspace(0, number - 1, min(number, _SEGMENTS))}) if number else []
