"""What is still to be looked at for text, and what of it stays and goes with its content."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.picture_texts import IN_PICTURE, part_of
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import NewContent, TextBox
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.types import FileFacts, FileState, Kind, Locator, Modality, Properties, Segment

_BOX = TextBox(0, ((0.1, 0.2), (0.5, 0.2), (0.5, 0.3), (0.1, 0.3)), (0.0, 0.25, 1.0))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    catalog.folders.add(Path("/files"))
    yield catalog
    catalog.close()


def _add(catalog: Catalog, name: str, kind: Kind, pages: int | None = None, *texts: tuple[int, str]) -> int:
    """A file with its content; a photo has a picture for each page."""
    segments = [Segment(Modality.TEXT, Locator(page=page), text) for page, text in texts]
    if kind is Kind.PHOTO:
        segments += [Segment(Modality.IMAGE, Locator(page=n if n > 1 else None)) for n in range(1, (pages or 1) + 1)]
        pages = None
    content = NewContent(
        name.encode(), kind, Properties(pages=pages), segments, [()] * len(segments), {}, frozenset({"text@1"})
    )
    facts = FileFacts(Path("/files") / name, 1, 1)
    with catalog.transaction():
        content_id = catalog.contents.put(content)
        catalog._db.execute(
            "INSERT OR REPLACE INTO files(folder_id, path, kind, size, mtime_ns, inode, state, content_id) "
            "VALUES (1, ?, ?, 1, 1, 0, ?, ?)",
            (str(facts.path).encode(), kind, FileState.INDEXED, content_id),
        )
    return content_id


def _text(catalog: Catalog, content_id: int, text: str, page: int | None = None) -> None:
    segment = Segment(Modality.TEXT, Locator(page=page, section=IN_PICTURE), text)
    vectors = {"text@1": ([0], np.eye(1, 4, dtype=np.float32))}
    content = NewContent(
        b"", Kind.PHOTO, Properties(), [segment], [()], vectors, frozenset({"text@1"}), extends=content_id
    )
    with catalog.transaction():
        catalog.picture_texts.put(content, [[_BOX]])


def test_photos_and_pages_with_little_text_are_looked_at_once(catalog: Catalog) -> None:
    photo = _add(catalog, "a.jpg", Kind.PHOTO)
    scan = _add(catalog, "b.tif", Kind.PHOTO, 3)
    paper = _add(catalog, "c.pdf", Kind.DOCUMENT, 4, (2, "x" * 200), (3, "Page 3"))
    _add(catalog, "d.txt", Kind.DOCUMENT, None, (1, "no pages"))
    found, after = [], 0
    while item := catalog.picture_texts.next("r@1", after):
        found.append((item.content_id, list(item.pages)))
        after = item.content_id
    assert found == [(photo, [1]), (scan, [1, 2, 3]), (paper, [1, 3, 4])]
    assert catalog.picture_texts.count("r@1") == 3
    paper_item = catalog.picture_texts.next("r@1", scan)
    assert paper_item and paper_item.known[3] == "Page 3"
    catalog.picture_texts.mark_read(photo, "r@1", None)
    catalog.picture_texts.mark_read(paper, "r@1", 4)
    assert catalog.picture_texts.count("r@1") == 2
    rest = catalog.picture_texts.next("r@1", scan)
    assert rest and (list(rest.pages), rest.begun) == ([4], True), "after a kill it goes on where it was"
    assert catalog.picture_texts.count("r@2") == 3, "another reader looks at all of them again"


def test_boxes_come_back_and_are_cut_to_the_words(catalog: Catalog, tmp_path: Path) -> None:
    photo = _add(catalog, "a.jpg", Kind.PHOTO)
    _text(catalog, photo, "ab")
    connections = ReadConnections(tmp_path / "catalog.sqlite3")
    reader = CatalogReader(connections)
    (segment,) = [row for row in reader.segments_of(photo) if row.text]
    (box,) = reader.text_boxes(segment.id)
    assert (box.start, box.end) == (0, 2)
    assert box.corners == pytest.approx(np.array(_BOX.corners), abs=1e-4)
    assert part_of(box, 0, 1) == pytest.approx(np.array([(0.1, 0.2), (0.2, 0.2), (0.2, 0.3), (0.1, 0.3)]), abs=1e-4)
    assert part_of(box, 1, 9)[1] == pytest.approx((0.5, 0.2), abs=1e-4)
    connections.close()


def test_another_reader_replaces_what_was_read_and_its_vectors_are_sent(catalog: Catalog) -> None:
    photo = _add(catalog, "a.jpg", Kind.PHOTO)
    _text(catalog, photo, "old words")
    catalog.outbox.mark_sent([photo])
    with catalog.transaction():
        catalog.picture_texts.forget(photo)
    _text(catalog, photo, "new words")
    assert [text for (text,) in catalog._db.execute("SELECT text FROM segments WHERE text != ''")] == ["new words"]
    assert catalog.outbox.unsent_contents(9) == [photo]
    (unsent,) = catalog.outbox.unsent_vectors([photo])
    assert len(unsent.segment_ids) == 1


def test_what_was_read_goes_with_its_content(catalog: Catalog, tmp_path: Path) -> None:
    photo = _add(catalog, "a.jpg", Kind.PHOTO)
    _text(catalog, photo, "Ponsonby Terrace")
    catalog.picture_texts.mark_read(photo, "r@1", None)
    with catalog.transaction():
        catalog.files.forget([Path("/files/a.jpg")])
    catalog.drop_orphans()
    for table in ("segments", "text_boxes", "pictures_read", "embeddings"):
        assert catalog._db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    catalog.traces.wipe()
    assert b"Ponsonby" not in (tmp_path / "catalog.sqlite3").read_bytes()
    with pytest.raises(sqlite3.IntegrityError):
        catalog._db.execute("INSERT INTO text_boxes VALUES (1, 0, x'', x'')")
