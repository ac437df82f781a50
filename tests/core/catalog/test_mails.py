"""Filters on the mails of a mailbox: one mail must pass them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.types import FileFacts, FileState, Kind, MailHeader, Modality, Properties, Segment
from tests.queries import where

FILES = Path("/files")
MAILS = (
    MailHeader(0, 0, "Anna Ruiz <anna@x.org>", "Invoice 12", datetime(2023, 5, 6)),
    MailHeader(1, 2, "Otto <otto@x.org>", "Re: Invoice 12", datetime(2024, 5, 6)),
    MailHeader(3, 3, "Anna Ruiz <anna@x.org>", "Holiday", None),
)
Left = Callable[[str], tuple[list[str], list[int]]]


def put(catalog: Catalog, name: str, properties: Properties, mails: tuple[MailHeader, ...] = ()) -> None:
    words = ("the bill of the plumber", "it is paid", "in full, otters", "the bill is paid")
    texts = [Segment(Modality.TEXT, text=text) for text in words]
    catalog.files.put(FILES, FileFacts(FILES / name, 1, 1_700_000_000_000_000_000), Kind.DOCUMENT)
    new = NewContent(name.encode(), Kind.DOCUMENT, properties, texts, [()] * 4, {}, frozenset(), mails=mails)
    catalog.files.finish(FILES / name, FileState.INDEXED, content_id=catalog.contents.put(new))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    catalog.folders.add(FILES)
    put(catalog, "box.mbox", Properties(), MAILS)
    put(catalog, "one.eml", Properties(sender="Anna Ruiz <anna@x.org>", subject="Invoice 13"))
    yield catalog
    catalog.close()


@pytest.fixture
def left(catalog: Catalog, tmp_path: Path) -> Iterator[Left]:
    """The files that a typed filter lets through, and the ordinals of the mailbox's segments that it does."""
    connections = ReadConnections(tmp_path / "catalog.sqlite3")
    reader = CatalogReader(connections)

    def ask(typed: str) -> tuple[list[str], list[int]]:
        filters, row = where(typed), reader.files.at(FILES / "box.mbox")
        segments = reader.segments_of(row.content_id) if row and row.content_id else []
        others = reader.in_other_mails([segment.id for segment in segments], filters)
        names = sorted(row.path.name for row in reader.files.listed(filters, 9))
        resolved = reader.resolved(filters, {})
        assert reader.in_other_mails([segment.id for segment in segments], resolved) == others
        assert sorted(row.path.name for row in reader.files.listed(resolved, 9)) == names
        return names, [segment.ordinal for segment in segments if segment.id not in others]

    yield ask
    connections.close()


@pytest.mark.parametrize(
    ("typed", "names", "ordinals"),
    [
        ("kind:document", ["box.mbox", "one.eml"], [0, 1, 2, 3]),
        ("from:anna", ["box.mbox", "one.eml"], [0, 3]),
        ("author:anna", ["box.mbox", "one.eml"], [0, 3]),
        ("from:otto", ["box.mbox"], [1, 2]),
        ("from:anna from:otto", ["box.mbox", "one.eml"], [0, 1, 2, 3]),
        ("subject:invoice", ["box.mbox", "one.eml"], [0, 1, 2]),
        ("from:otto subject:holiday", [], []),
        ("subject:INVOICE from:anna", ["box.mbox", "one.eml"], [0]),
        ("subject:13", ["one.eml"], []),
        ("subject:12_", [], []),
        ("after:2024 before:2025", ["box.mbox"], [1, 2]),
        ("from:anna before:2024", ["box.mbox", "one.eml"], [0]),
        ("after:2023-11 before:2023-12", ["one.eml"], []),
        ("camera:anna from:otto", [], []),
        ("-from:anna", ["box.mbox"], [1, 2]),
        ("-subject:invoice", ["box.mbox"], [3]),
        ("-(from:otto OR subject:holiday)", ["box.mbox", "one.eml"], [0]),
        ("from:otto OR subject:holiday", ["box.mbox"], [1, 2, 3]),
        ("-paid", ["box.mbox"], [0]),
        ("word:paid -word:bills", ["box.mbox"], [1, 2]),
        ("word:bills -paid -subject:holiday", ["box.mbox"], [0]),
        ('"the bill"', ["box.mbox", "one.eml"], [0, 3]),
        ('"the bill" from:anna -"is paid"', ["box.mbox"], [0]),
        ('"is paid" from:otto', ["box.mbox"], [1, 2]),
        ('"is paid" "the plumber"', ["one.eml"], []),
        ("-box", ["one.eml"], []),
        ("word:box -paid", ["box.mbox"], [0]),
    ],
)
def test_filters(left: Left, typed: str, names: list[str], ordinals: list[int]) -> None:
    assert left(typed) == (names, ordinals)


def test_the_mails_of_a_part_that_is_read_later_are_of_its_segments(catalog: Catalog, left: Left) -> None:
    known = catalog.contents.find(b"box.mbox")
    assert known
    more = [Segment(Modality.TEXT, text="more")]
    late = (MailHeader(0, 0, "Ida", "Skiing", datetime(2025, 1, 2)),)
    part = NewContent(b"", Kind.DOCUMENT, Properties(), more, [()], {}, frozenset(), extends=known.id, mails=late)
    catalog.contents.put(part)
    assert left("from:ida") == (["box.mbox"], [4])


def test_a_mailbox_of_many_mails_takes_no_time(catalog: Catalog, tmp_path: Path) -> None:
    count = 5_000
    texts = [Segment(Modality.TEXT, text="text")] * count
    mails = tuple(MailHeader(number, number, f"person {number % 5}", "", None) for number in range(count))
    new = NewContent(b"large", Kind.DOCUMENT, Properties(), texts, [()] * count, {}, frozenset(), mails=mails)
    with catalog.transaction():
        catalog.files.put(FILES, FileFacts(FILES / "large.mbox", 1, 1), Kind.DOCUMENT)
        number = catalog.contents.put(new)
        catalog.files.finish(FILES / "large.mbox", FileState.INDEXED, content_id=number)
    connections = ReadConnections(tmp_path / "catalog.sqlite3")
    reader = CatalogReader(connections)
    ids = [segment.id for segment in reader.segments_of(number)]
    started = time.perf_counter()
    assert len(reader.in_other_mails(ids, where('from:"person 3"'))) == count * 4 / 5
    assert time.perf_counter() - started < 2
    connections.close()


def test_mails_go_with_their_mailbox(catalog: Catalog) -> None:
    catalog.files.forget([FILES / "box.mbox"])
    catalog.drop_orphans()
    assert catalog._db.execute("SELECT count(*) FROM mails").fetchone() == (0,)
