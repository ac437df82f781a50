"""Which contents' languages are still to be found out, and what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.extractors.about import ABOUT
from bowerbird.core.types import FileFacts, FileState, Kind, Locator, Modality, Properties, Segment
from tests.queries import where


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    catalog.folders.add(Path("/files"))
    yield catalog
    catalog.close()


def put(catalog: Catalog, name: str, *texts: str, extends: int | None = None) -> int:
    about = Segment(Modality.TEXT, Locator(section=ABOUT), "A title that is another's.")
    segments = [about, *(Segment(Modality.TEXT, text=text) for text in texts)]
    content = NewContent(
        name.encode(), Kind.DOCUMENT, Properties(), segments, [()] * len(segments), {}, frozenset(), extends=extends
    )
    path = Path("/files") / name
    catalog.files.put(Path("/files"), FileFacts(path, 1, 1), Kind.DOCUMENT)
    number = catalog.contents.put(content)
    catalog.files.finish(path, FileState.INDEXED, content_id=number)
    return number


def test_what_a_content_says_tells_its_language_and_is_asked_once(catalog: Catalog, tmp_path: Path) -> None:
    first, second = put(catalog, "a.txt", "Guten", "Tag"), put(catalog, "b.txt")
    assert catalog.languages.next(0, 5) == [(first, "Guten Tag"), (second, "")]
    assert catalog.languages.next(first, 5) == [(second, "")]
    catalog.languages.put([(first, "de"), (second, ""), (99, "en")])
    assert catalog.languages.next(0, 5) == []
    reader = CatalogReader(ReadConnections(tmp_path / "catalog.sqlite3"))
    assert reader.allowed(where("lang:german")) == {first}
    assert reader.allowed(where("-lang:german")) == {second}
    assert reader.allowed(where("word:de")) == frozenset()


def test_when_there_is_more_of_it_a_language_is_looked_for_again_but_only_if_there_was_none(catalog: Catalog) -> None:
    known, unknown = put(catalog, "a.txt", "Guten Tag"), put(catalog, "b.txt")
    catalog.languages.put([(known, "de"), (unknown, "")])
    before = catalog.languages.changes
    put(catalog, "a.txt", "Hello", extends=known)
    put(catalog, "b.txt", "Good day", extends=unknown)
    assert catalog.languages.next(0, 5) == [(unknown, "Good day")]
    assert catalog.languages.changes > before
