"""The languages of contents are asked for while there is a process of models, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.indexing import languages
from bowerbird.core.indexing.languages import LanguageFinder
from bowerbird.core.types import Kind, Modality, Properties, Segment


class Models:
    """Takes the first two letters of a text for its language."""

    def __init__(self) -> None:
        self.running, self.asked = True, list[Future[Sequence[str]]]()
        self._texts: list[Sequence[str]] = []

    def languages(self, texts: Sequence[str]) -> Future[Sequence[str]]:
        self.asked.append(Future())
        self._texts.append(texts)
        return self.asked[-1]

    def answer(self) -> None:
        self.asked[-1].set_result([text[:2] for text in self._texts[-1]])


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    for number, text in enumerate(("de eins", "en two", "")):
        segments = [Segment(Modality.TEXT, text=text)] if text else []
        content = NewContent(bytes([number]), Kind.DOCUMENT, Properties(), segments, [()] * 2, {}, frozenset())
        catalog.contents.put(content)
    yield catalog
    catalog.close()


def found(catalog: Catalog) -> list[str]:
    rows = catalog._db.execute("SELECT value FROM attributes WHERE name = 'language' ORDER BY content_id")
    return [value for (value,) in rows]


def finder(catalog: Catalog, models: Models) -> LanguageFinder:
    def at_once(call: Callable[[], None]) -> None:
        call()

    return LanguageFinder(catalog, models, at_once)


def test_each_content_is_asked_about_once(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "_BATCH", 2)
    models = Models()
    search = finder(catalog, models)
    for _ in range(5):
        search.look()
        while search.busy:
            search.look()  # no second question meanwhile
            models.answer()
    assert found(catalog) == ["de", "en", ""] and len(models.asked) == 2


def test_what_grows_while_others_are_asked_about_is_asked_about_again(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languages, "_BATCH", 2)
    models = Models()
    search = finder(catalog, models)
    search.look()
    models.answer()
    catalog._db.execute("DELETE FROM attributes WHERE content_id = 1")
    search.look()
    models.answer()
    for _ in range(3):
        search.look()
        if search.busy:
            models.answer()
    assert found(catalog) == ["de", "en", ""]


def test_no_process_is_started_for_it(catalog: Catalog) -> None:
    models = Models()
    models.running = False
    search = finder(catalog, models)
    search.look()
    assert not models.asked and not search.busy
    models.running = True
    search.look()
    assert search.busy


def test_a_process_that_ends_is_asked_again_after_a_while(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    models = Models()
    search = finder(catalog, models)
    search.look()
    models.asked[-1].set_exception(ModelUnavailable("The models' process ended."))
    assert not search.busy and found(catalog) == []
    search.look()
    assert not search.busy, "it may go on failing"
    monkeypatch.setattr(search, "_wait_until", 0.0)
    search.look()
    models.answer()
    assert found(catalog) == ["de", "en", ""]
