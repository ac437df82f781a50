"""Pictures are looked at after everything else, each page once: what is kept, and what is tried another time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from bowerbird.core.catalog.picture_texts import IN_PICTURE
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import DecoderTimeout, DiskSilent, FileSkipped, ModelUnavailable
from bowerbird.core.files.identity import facts_of
from bowerbird.core.indexing.backfill import Backfill
from bowerbird.core.inference.client import Inference
from bowerbird.core.inference.searched import SearchedSpaces
from bowerbird.core.settings import Settings
from bowerbird.core.types import FileState, Kind, Locator, Modality, PictureLine, Properties, Segment
from bowerbird.core.vectors.sync import StoreSync
from tests.core.indexing.fakes import Calls, Decoders, Models, text_space

_BOX = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.1), (0.0, 0.1))
_READER = "reader@1"


def line(text: str, *, starts_row: bool = True) -> PictureLine:
    return PictureLine(text, 0.9, _BOX, tuple(np.linspace(0, 1, len(text) + 1).tolist()), starts_row)


class Round:
    """A ``Backfill`` over a real catalog whose questions to the indexer's thread are answered at once."""

    def __init__(self, folder: Path, *lines: PictureLine) -> None:
        self.folder, self.catalog = folder, Catalog(folder / "catalog.sqlite3")
        self.catalog.folders.add(folder)
        self.models, self.decoders = Models(reads=_READER, lines=lines), Decoders()
        inference = cast("Inference", self.models)
        self._asking, self._asked_by = threading.Lock(), set[threading.Thread]()

        def ask(question: Any) -> Future[Any]:
            self._asked_by.add(threading.current_thread())
            with self._asking:
                return Calls().ask(question)

        self.backfill = Backfill(
            ask,
            self.catalog,
            cast("StoreSync", None),
            cast("ExtractPool", self.decoders),
            inference,
            SearchedSpaces(inference),
            lambda: False,
            Settings(),
        )

    def add(self, name: str, kind: Kind = Kind.PHOTO, pages: int | None = None, text: str = "") -> Path:
        path = self.folder / name
        path.write_text(name)
        facts = facts_of(path)
        assert facts is not None
        segments = [Segment(Modality.TEXT, Locator(page=1), text)] if text else []
        spaces = frozenset({text_space().id})
        content = NewContent(name.encode(), kind, Properties(pages=pages), segments, [()] * len(segments), {}, spaces)
        with self.catalog.transaction():
            content_id = self.catalog.contents.put(content)
            self.catalog._db.execute(
                "INSERT INTO files(folder_id, path, kind, size, mtime_ns, ctime_ns, inode, state, content_id) "
                "VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                (os.fsencode(path), kind, facts.size, facts.mtime_ns, facts.ctime_ns, facts.inode, FileState.INDEXED,
                 content_id),
            )  # fmt: skip
        self.backfill.note_new()
        return path

    def read(self) -> list[tuple[str, int | None]]:
        """Read what is new; text and page of all that was ever read."""
        self.backfill.read_new_pictures()
        if run := self.backfill._run:
            run.join(60)
            assert not run.is_alive()
        rows = self.catalog._db.execute("SELECT text, page FROM segments WHERE section = ? ORDER BY id", (IN_PICTURE,))
        return [(text, page) for text, page in rows]

    def close(self) -> None:
        """A run reads through the catalog's connection, which must not be closed under it."""
        self.backfill.stop()
        for run in self._asked_by - {threading.current_thread()}:
            run.join(60)
        self.catalog.close()

    def left(self) -> int:
        return self.catalog.picture_texts.count(_READER)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Round]:
    world = Round(tmp_path, line("Meeting moved"), line("to Thursday", starts_row=False), line("Bring sandwiches"))
    yield world
    world.close()


def test_lines_become_one_text_with_its_boxes_and_vectors(world: Round) -> None:
    world.add("a.jpg")
    assert world.read() == [("Meeting moved to Thursday\nBring sandwiches\n\n", None)]
    assert world.left() == 0
    starts = [start for (start,) in world.catalog._db.execute("SELECT start FROM text_boxes ORDER BY start")]
    assert starts == [0, 14, 26]
    assert world.catalog._db.execute("SELECT count(*) FROM embeddings").fetchone() == (1,)
    assert world.catalog.outbox.unsent_contents(9) == [1], "the vector store is told"
    assert world.catalog.spaces.of_content(1) == {text_space().id}
    assert world.backfill.least() is None and world.backfill.pictures() is None
    world.read()
    assert len(world.decoders.pages) == 1, "once is enough"


def test_a_long_text_is_cut_and_each_part_keeps_its_own_boxes(world: Round) -> None:
    world.models.lines = tuple(line(f"line number {number} of a long page") for number in range(60))
    world.add("a.jpg")
    texts = [text for text, _ in world.read()]
    assert len(texts) > 1
    rows = world.catalog._db.execute(
        "SELECT s.text, b.start, length(b.edges) / 2 - 1 FROM text_boxes b JOIN segments s ON s.id = b.segment_id"
    ).fetchall()
    assert len(rows) >= 60
    assert "".join(text[start : start + length] for text, start, length in rows).count("line number") == 60


def test_pages_are_read_one_by_one_and_what_they_say_themselves_is_not_repeated(world: Round) -> None:
    world.add("a.pdf", Kind.DOCUMENT, 2, text="Bring the sandwiches!")
    found = world.read()
    assert [page for _, page in found] == [1, 2]
    assert found[0][0] == "Meeting moved to Thursday\n\n"
    assert "sandwiches" in found[1][0]
    assert [page for _, page in world.decoders.pages] == [1, 2]


def test_what_cannot_be_decoded_is_not_tried_again_but_a_silent_disk_is(world: Round) -> None:
    world.add("a.jpg")
    world.decoders.picture = DiskSilent("The disk does not answer.")
    assert world.read() == []
    assert world.left() == 1
    world.decoders.picture = DecoderTimeout("It took too long.")
    world.backfill.note_new()
    assert world.read() == []
    assert world.left() == 0


def test_a_document_that_is_not_drawn_is_asked_for_one_page_however_many_it_claims(world: Round) -> None:
    world.add("a.docx", Kind.DOCUMENT, pages=9_999_999)
    world.decoders.picture = FileSkipped("It is not drawn.")
    assert world.read() == []
    assert (len(world.decoders.pages), world.left()) == (1, 0)


def test_a_file_that_changed_meanwhile_waits(world: Round) -> None:
    world.add("a.jpg").write_text("something else")
    assert world.read() == []
    assert world.left() == 1


def test_without_text_models_words_are_kept_and_encoded_later(world: Round) -> None:
    world.add("a.jpg")
    answers = iter([None, ModelUnavailable("No memory.")])
    plain = world.models._answer

    def answer(value: Any) -> Future[Any]:
        world.models.error = next(answers)
        return plain(value)

    world.models._answer = answer  # type: ignore[method-assign]
    assert len(world.read()) == 1
    assert world.catalog.spaces.of_content(1) == set(), "the text space is to be filled"
    assert world.left() == 0


def test_a_single_word_is_not_encoded_for_a_newer_model_either(world: Round) -> None:
    stored = list[str]()
    world.models.lines = (line("EXIT"),)
    world.add("a.jpg")
    assert len(world.read()) == 1
    world.catalog.spaces.drop(text_space().id)
    world.catalog.spaces.add(1, ["image@1"])
    world.backfill.ledger.store = lambda space, segments, _: stored.extend(s.text for s in segments)  # type: ignore[method-assign]
    world.backfill.begin()
    assert world.backfill._run
    world.backfill._run.join(60)
    assert stored == [] and text_space().id in world.catalog.spaces.of_content(1)


def test_pictures_that_are_read_are_not_told_as_a_new_models_progress(world: Round) -> None:
    world.add("a.jpg")
    world.backfill.ledger.indexing = True
    world.backfill.read_new_pictures()
    assert (world.backfill.least(), world.backfill.pictures()) == (None, (0, 1))
    world.backfill.stop()


def test_a_reader_that_fails_is_said_and_tried_again(world: Round) -> None:
    world.add("a.jpg")
    world.models.error = ModelUnavailable("The model is damaged.")
    assert world.read() == []
    assert world.backfill.building().problems == {_READER: "The model is damaged."}
    world.models.error = None
    world.backfill.begin()
    assert len(world.read()) == 1
    assert world.backfill.building().problems == {}


def test_nothing_is_read_while_files_are_or_if_nobody_wants_it(world: Round) -> None:
    world.add("a.jpg")
    world.backfill.read_pictures(False)
    assert world.read() == []
    world.backfill.ledger.indexing = True
    world.backfill.read_pictures(True)
    run = world.backfill._run
    assert run is not None
    run.join(1.0)
    assert run.is_alive()
    assert not [items for modality, items in world.models.batches if modality is Modality.IMAGE]
    world.backfill.ledger.indexing = False
    assert len(world.read()) == 1


def test_a_speck_is_not_given_to_the_model(world: Round) -> None:
    world.decoders.picture = np.zeros((8, 200, 3), np.uint8)
    world.add("a.png")
    assert world.read() == []
    assert world.models.batches == []
    assert world.left() == 0
