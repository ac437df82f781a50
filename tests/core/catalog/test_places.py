from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.core.catalog.connection import ReadConnections, connect
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.schema import MIGRATIONS
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.types import FileFacts, FileState, Kind, Properties
from tests.queries import where

PLACES = {
    "bolzano.jpg": (46.4983, 11.3548),
    "merano.jpg": (46.6713, 11.1594),
    "munich.jpg": (48.1373, 11.5754),
    "fiji east.jpg": (-16.79, -179.98),
    "fiji west.jpg": (-16.79, 179.98),
    "pole.jpg": (89.99, 10.0),
    "nowhere.jpg": (None, None),
    "out of range.jpg": (1e9, 1e9),
}


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    with catalog.transaction():
        catalog.folders.add(Path("/photos"))
        for number, (name, at) in enumerate(PLACES.items()):
            path = Path("/photos") / name
            properties = Properties(latitude=at[0], longitude=at[1])
            catalog.files.put(Path("/photos"), FileFacts(path, 1, 1), Kind.PHOTO)
            content = NewContent(bytes([number]), Kind.PHOTO, properties, (), (), {}, frozenset())
            catalog.files.finish(path, FileState.INDEXED, content_id=catalog.contents.put(content))
    yield catalog
    catalog.close()


@pytest.fixture
def find(catalog: Catalog, tmp_path: Path):
    reader = CatalogReader(ReadConnections(tmp_path / "catalog.sqlite3"))
    return lambda typed: sorted(row.path.stem for row in reader.files.listed(where(typed), 50))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("place:Bolzano", ["bolzano", "merano"]),  # the province is called so too
        ("place:bozen", ["bolzano"]),
        ("place:Südtirol", ["bolzano", "merano"]),
        ('place:"Alto Adige"', ["bolzano", "merano"]),
        ("place:Italien", ["bolzano", "merano"]),
        ("place:Bayern", ["munich"]),
        ("place:München place:Meran", ["merano", "munich"]),
        ("place:Fiji", ["fiji east", "fiji west"]),
        ("near:Bolzano", ["bolzano", "merano"]),
        ("near:Bolzano,10km", ["bolzano"]),
        ("near:46.5,11.35", ["bolzano", "merano"]),
        ("near:46.5,11.35,500m", ["bolzano"]),
        ('near:"46.5, 11.35, 200 km"', ["bolzano", "merano", "munich"]),
        ("near:-16.79,180,10", ["fiji east", "fiji west"]),
        ("near:90,-170,5km", ["pole"]),
        ("near:Bolzano place:Meran", ["merano"]),
    ],
)
def test_filters(find, typed: str, found: list[str]) -> None:
    assert find(typed) == found


def test_the_places_of_older_libraries(tmp_path: Path) -> None:
    path, older = tmp_path / "old.sqlite3", 6
    connection = connect(path)
    for script in MIGRATIONS[:older]:
        connection.executescript(script)
    connection.execute(f"PRAGMA user_version = {older}")
    for number, (latitude, longitude) in enumerate(((46.4983, 11.3548), (None, None), (1e9, 1e9), (0, -30))):
        properties = json.dumps({"title": "", "latitude": latitude, "longitude": longitude})
        sql = "INSERT INTO contents(fingerprint, kind, properties) VALUES (?, 'photo', ?)"
        connection.execute(sql, (bytes([number]), properties))
    connection.close()
    Catalog(path).close()
    connections = ReadConnections(path)
    places = connections.get().execute("SELECT content_id, place FROM content_places").fetchall()
    assert {content for content, _ in places} == {1} and (1, 3175395) in places


def test_what_is_forgotten_leaves_no_place(catalog: Catalog, tmp_path: Path) -> None:
    with catalog.transaction():
        catalog.files.forget([Path("/photos") / name for name in PLACES])
    catalog.drop_orphans()
    connections = ReadConnections(tmp_path / "catalog.sqlite3")
    for table in ("coordinates", "content_places"):
        assert connections.get().execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
