"""What a run of a backfill keeps: vectors, texts of pictures, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bowerbird.core.catalog.records import PictureItem, SegmentToEmbed
from bowerbird.core.catalog.spaces import SpaceTable
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.indexing.picture_texts import PictureText, keep
from bowerbird.core.inference.searched import SearchedSpaces
from bowerbird.core.types import Vectors
from bowerbird.core.vectors.sync import StoreSync


class BackfillLedger:
    """Where a run keeps what it makes. On the indexer's thread; any may read how far it is."""

    def __init__(self, catalog: Catalog, sync: StoreSync, searched: SearchedSpaces) -> None:
        """``searched`` is told which spaces are complete."""
        self._catalog, self._table, self._sync, self._searched = catalog, catalog.spaces, sync, searched
        self.indexing = False
        """Whether files are being read: text in pictures is read after all of them."""
        self.progress: dict[str, tuple[int, int]] = {}
        """By space, or by what reads pictures: how many items are done, of how many."""
        self.problems: dict[str, str] = {}
        """By space: why it was given up."""
        self._note_complete()

    @property
    def table(self) -> SpaceTable:
        """The catalog's spaces."""
        return self._table

    def begin(self, lacking: Mapping[str, int]) -> None:
        """So many contents lack each of these spaces, the others are complete. What went wrong is tried again."""
        self.problems = {}
        self._note_complete()
        self.progress = {space: (0, count) for space, count in lacking.items()}

    def forget_progress(self) -> None:
        """Nothing is being encoded."""
        self.progress = {}

    def set_progress(self, spaces: Sequence[str], done: int, total: int) -> None:
        """So many items of these spaces are encoded, of how many."""
        self.progress = self.progress | dict.fromkeys(spaces, (done, total))

    def total(self, spaces: Sequence[str]) -> int:
        """How many contents lack these spaces."""
        return max(self.progress[space][1] for space in spaces)

    def store(self, space: str, segments: Sequence[SegmentToEmbed], vectors: Vectors) -> None:
        """Keep vectors of segments."""
        # The store first: what it has and the catalog lacks does no harm; the other way round is damage.
        ids = [segment.segment_id for segment in segments]
        self._sync.add(space, ids, vectors, [segment.kind for segment in segments])
        self._table.put_vectors(space, ids, vectors)

    def next_picture(self, reader: str, after: int) -> PictureItem | None:
        """The next photo or document with pages to look at, by id."""
        return self._catalog.picture_texts.next(reader, after)

    def keep_text(self, item: PictureItem, page: int, text: PictureText, reader: str) -> None:
        """Keep what was read on a page."""
        keep(self._catalog, item, page, text, reader)

    def end_reading(self, reader: str) -> None:
        """All that can be decoded now was looked at."""
        self._drop_progress([reader])

    def complete(self, spaces: Sequence[str]) -> None:
        """All that can be read now has these spaces."""
        for space in spaces:
            self._table.mark_complete(space)
        self._drop_progress(spaces)
        self._note_complete()

    def give_up(self, spaces: Sequence[str], reason: str) -> None:
        """These are left until ``begin`` is called again; the others are filled meanwhile."""
        self.problems = self.problems | dict.fromkeys(spaces, reason)
        self._drop_progress(spaces)

    def _drop_progress(self, spaces: Sequence[str]) -> None:
        self.progress = {space: progress for space, progress in self.progress.items() if space not in spaces}

    def _note_complete(self) -> None:
        self._searched.set_complete(self._table.complete())
