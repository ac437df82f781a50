"""Files as they are listed: those that pass filters, in an order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.file_reader import FileReader
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.conditions import EVERYTHING
from bowerbird.core.questions import Order
from bowerbird.core.types import FileFacts, FileState, Kind

_FOLDER = Path("/photos")
FILES = {"IMG_10.jpg": (30, 2), "img_2.jpg": (10, 3), "b/IMG_1.jpg": (20, 1), "a10/x.jpg": (5, 4), "a9/x.jpg": (6, 5)}
"""Size in bytes and second of the last change, by path."""


@pytest.fixture
def files(tmp_path: Path) -> Iterator[FileReader]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    with catalog.transaction():
        catalog.folders.add(_FOLDER)
        for name, (size, changed_s) in FILES.items():
            catalog.files.put(_FOLDER, FileFacts(_FOLDER / name, size, changed_s * 10**9), Kind.PHOTO)
        catalog._db.execute("UPDATE files SET state = ?", (FileState.INDEXED,))
    connections = ReadConnections(tmp_path / "catalog.sqlite3")
    yield FileReader(connections)
    connections.close()
    catalog.close()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.NEWEST, ["a9/x.jpg", "a10/x.jpg", "img_2.jpg", "IMG_10.jpg", "b/IMG_1.jpg"]),
        (Order.OLDEST, ["b/IMG_1.jpg", "IMG_10.jpg", "img_2.jpg", "a10/x.jpg", "a9/x.jpg"]),
        (Order.NAME, ["b/IMG_1.jpg", "img_2.jpg", "IMG_10.jpg", "a10/x.jpg", "a9/x.jpg"]),
        (Order.LARGEST, ["IMG_10.jpg", "b/IMG_1.jpg", "img_2.jpg", "a9/x.jpg", "a10/x.jpg"]),
        (Order.FOLDER, ["img_2.jpg", "IMG_10.jpg", "a9/x.jpg", "a10/x.jpg", "b/IMG_1.jpg"]),
    ],
)
def test_files_are_listed_in_an_order_as_people_sort(files: FileReader, order: Order, expected: list[str]) -> None:
    def listed(limit: int) -> list[str]:
        return [str(row.path.relative_to(_FOLDER)) for row in files.listed(EVERYTHING, limit, order)]

    assert listed(9) == expected
    assert listed(2) == expected[:2]


def test_without_a_question_the_best_are_the_newest(files: FileReader) -> None:
    assert files.listed(EVERYTHING, 9, Order.BEST) == files.listed(EVERYTHING, 9, Order.NEWEST)
