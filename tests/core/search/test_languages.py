"""Documents in several languages in one library, each found in its own, in another, and by example."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.core.conditions import Is, any_of
from bowerbird.core.library import Library
from bowerbird.core.questions import Example, Query
from tests import makers

SPACE, E5_SPACE = "minilm-l6-v2@1", "e5-small-q4@1"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="multilingual-e5-small comes in a wheel for Linux")

_TEXTS = {
    "strudel.txt": "To bake an apple strudel, roll the dough until it is thin as paper, and brush it with butter.",
    "wings.txt": "Lift on a swept wing falls off quickly in supersonic flow, as the measurements showed.",
    "heizung.txt": "Der neue Kessel im Keller verbraucht weniger Gas; die Kosten teilen sich alle Eigentümer.",
    "reise.txt": "Am Montag fahren wir mit dem Nachtzug nach Lissabon und wandern danach eine Woche an der Küste.",
    "huerto.txt": "Los tomates se plantan en mayo, cuando ya no hay heladas, y se riegan por la mañana temprano.",
    "会议.txt": "会议决定从明年起提高图书馆的预算，并延长周末的开放时间。",
}


@pytest.fixture
def library(open_library: Callable[[], Library], files: Path) -> Library:
    for name, text in _TEXTS.items():
        makers.text(files / name, text)
    library = open_library()
    library.index([files], lambda progress: None)
    return library


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("pastry dessert with fruit", "strudel.txt"),
        ("Wer bezahlt die Heizung?", "heizung.txt"),
        ("cuándo sembrar verduras en el jardín", "huerto.txt"),
        ("读书的地方什么时候开门", "会议.txt"),
        ("a holiday by train to Portugal", "reise.txt"),
        ("vacances en train au Portugal", "reise.txt"),
    ],
)
def test_a_document_is_found_whatever_the_language(library: Library, typed: str, answer: str) -> None:
    assert library.search(Query(typed)).hits[0].path.name == answer


def test_each_passage_is_embedded_by_the_model_for_its_language(library: Library) -> None:
    assert (_passages(library, SPACE), _passages(library, E5_SPACE)) == (2, 4)


def _passages(library: Library, space: str) -> int:
    folders = tuple(folder.path for folder in library.status().folders)
    return len(
        library._reader.vectors(
            space, library._reader.allowed(any_of(*(Is("under", folder) for folder in folders))) or ()
        )[0]
    )


def test_an_example_is_compared_in_its_own_language_alone(library: Library, tmp_path: Path) -> None:
    makers.text(tmp_path / "example.txt", "Die Eigentümer des Hauses beschließen, eine neue Heizung mit Gas zu kaufen.")
    example = Example(tmp_path / "example.txt")
    assert [query.space.id for query in library._searcher._examples.vectors(example)] == [E5_SPACE]
    assert library.search(Query(like=(example,))).hits[0].path.name == "heizung.txt"
