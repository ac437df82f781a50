"""Sidecars: what they say is found with their photo, also once they come later, change, or go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.core import settings as settings_file
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths, make_private
from bowerbird.core.questions import Query
from bowerbird.core.settings import Settings
from tests.core.extractors.pictures.test_xmp import bag, packet
from tests.makers import eventually, photo


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library without models: words are found."""
    make_private(tmp_path / "library")
    settings_file.save(LibraryPaths(tmp_path / "library").settings, Settings(models=()))
    library = Library.open(tmp_path / "library")
    yield library
    library.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def names(library: Library, text: str) -> list[str]:
    return [hit.path.name for hit in library.search(Query(text)).hits]


def keywords(*words: str) -> bytes:
    return packet(bag("dc:subject", *words))


def takeout(description: str) -> str:
    return json.dumps({"title": "x", "description": description, "photoTakenTime": {"timestamp": "1309869015"}})


def test_sidecars_that_come_change_and_go(library: Library, folder: Path) -> None:
    photo(folder / "IMG_1.jpg", 1)
    library.index([folder], lambda _: None)
    assert names(library, "zanzibar") == []
    (folder / "IMG_1.xmp").write_bytes(keywords("zanzibar"))
    library.index([folder], lambda _: None)
    assert names(library, "zanzibar") == ["IMG_1.jpg"]
    (folder / "IMG_1.xmp").write_bytes(keywords("axolotl", "quetzal"))
    library.index([folder], lambda _: None)
    assert names(library, "zanzibar") == [] and names(library, "axolotl") == ["IMG_1.jpg"]
    (folder / "IMG_1.xmp").unlink()
    library.index([folder], lambda _: None)
    assert names(library, "axolotl") == [] and names(library, "IMG_1") == ["IMG_1.jpg"]


def test_a_sidecar_that_changes_while_folders_are_watched(library: Library, folder: Path) -> None:
    photo(folder / "IMG_1.jpg", 1)
    library.start()
    library.add_folder(folder)
    eventually(lambda: names(library, "IMG_1") == ["IMG_1.jpg"])
    (folder / "IMG_1.xmp").write_bytes(keywords("zanzibar"))
    eventually(lambda: names(library, "zanzibar") == ["IMG_1.jpg"])
    (folder / "IMG_1.xmp").unlink()
    eventually(lambda: names(library, "zanzibar") == [])


def test_a_sidecar_is_no_hit_beside_its_photo(library: Library, folder: Path) -> None:
    (folder / "IMG_1.jpg.supplemental-metadata.json").write_text(takeout("Philomena at the lighthouse"))
    (folder / "IMG_1.jpg.xmp").write_bytes(keywords("zanzibar"))
    library.index([folder], lambda _: None)
    photo(folder / "IMG_1.jpg", 1)
    library.index([folder], lambda _: None)
    assert names(library, "lighthouse") == names(library, "zanzibar") == names(library, "IMG_1") == ["IMG_1.jpg"]
    assert library.status().failures == 0
    (folder / "IMG_1.jpg").unlink()
    library.index([folder], lambda _: None)
    assert names(library, "lighthouse") == ["IMG_1.jpg.supplemental-metadata.json"]
    assert sorted(names(library, "IMG_1")) == ["IMG_1.jpg.supplemental-metadata.json", "IMG_1.jpg.xmp"]


def test_copies_with_other_sidecars_are_other_contents(library: Library, folder: Path) -> None:
    for name in ("a", "b"):
        photo(folder / f"{name}.jpg", 1)
    (folder / "a.xmp").write_bytes(keywords("zanzibar"))
    library.index([folder], lambda _: None)
    hits = library.search(Query("zanzibar")).hits
    assert [hit.path.name for hit in hits] == ["a.jpg"] and hits[0].copies == ()


def test_sidecars_that_cannot_be_read_cost_nothing_but_a_sentence(library: Library, folder: Path) -> None:
    photo(folder / "IMG_1.jpg", 1)
    with (folder / "IMG_1.jpg.json").open("wb") as file:
        file.truncate(100 << 20)
    entities = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    (folder / "IMG_1.xmp").write_bytes(entities.encode() + packet("<photoshop:Headline>&b;</photoshop:Headline>"))
    library.index([folder], lambda _: None)
    shown = dict(library.preview(folder / "IMG_1.jpg", Query(), None, 100).details)
    assert "IMG_1.jpg.json" in shown["Left out"] and "Title" not in shown
    assert library.status().failures == 0
