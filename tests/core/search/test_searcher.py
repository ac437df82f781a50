"""How a query is answered, with the catalog, store and models played by fakes, and the ranking and hits real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bowerbird.core.answers import Correction, Results
from bowerbird.core.catalog.filters.table import FOUND
from bowerbird.core.catalog.records import FileRow
from bowerbird.core.conditions import Condition, Is, filters_of
from bowerbird.core.errors import ModelUnavailable, StoreFailure, UsageError
from bowerbird.core.extractors.about import ABOUT
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import (
    Example,
    Liking,
    Order,
    Query,
)
from bowerbird.core.search import ranking, retrieval, searcher
from bowerbird.core.search.examples import ExampleQuery
from bowerbird.core.search.searcher import WEAK_PHOTOS, Searcher
from bowerbird.core.types import (
    Encoded,
    Kind,
    Locator,
    Modality,
    Space,
)
from bowerbird.core.words import query_words
from tests.core.search.fakes import (
    QUERY,
    FakeExamples,
    FakeInference,
    FakeReader,
    FakeStore,
    file,
    segment,
    space,
    towards,
)
from tests.queries import typed

TEXT = space("text@1")
LIKE = (Example(Path("/example")),)


class Bench:
    """A searcher on fakes, over the given rows."""

    def __init__(
        self,
        reader: FakeReader,
        vectors: dict[str, dict[int, Any]] | None = None,
        *,
        spaces: Sequence[Space] = (TEXT,),
        encoded: Encoded | Exception | None = None,
        store_error: Exception | None = None,
        examples: Sequence[ExampleQuery] = (),
        named: Mapping[str, Sequence[ExampleQuery]] | None = None,
    ) -> None:
        self.store = FakeStore(vectors, store_error)
        self.inference = FakeInference(encoded or Encoded({each.id: QUERY for each in spaces}))
        self.refusals: list[int] = []
        self.searcher = Searcher(
            LibraryPaths(Path("/library")),
            reader,
            self.store,
            self.inference,
            FakeExamples(*examples, named=named),
            lambda: spaces,
            self.refusals.append,
        )

    def search(self, query: Query) -> Results:
        return self.searcher.search(query)


def names(results: Results) -> list[str]:
    return [hit.path.name for hit in results.hits]


def four_files() -> tuple[FakeReader, dict[str, dict[int, Any]]]:
    """Four documents, of which one is near in meaning, one has the word, one has both and one neither."""
    texts = ("near", "a harbour", "harbour lights", "nothing")
    vectors = {TEXT.id: dict(zip((10, 20, 30, 40), towards(0.5, 0.0, 0.5, 0.0), strict=True))}
    files = [file(n, f"/a/{name}.txt", n) for n, name in enumerate(("meant", "written", "both", "neither"), 1)]
    segments = [segment(n * 10, n, text) for n, text in enumerate(texts, 1)]
    return FakeReader(files, segments, vectors), vectors


def test_what_is_no_language_is_found_by_words_and_never_by_meaning_alone() -> None:
    files = [file(1, "/noise.txt", 1), file(2, "/text.txt", 2)]
    vectors = {TEXT.id: dict(zip((10, 20), towards(0.9, 0.5), strict=True))}
    reader = FakeReader(files, [segment(10, 1, "4711 0815 EXIT 2024 3.14"), segment(20, 2, "the way out")], vectors)
    assert names(Bench(reader, vectors).search(Query("a door"))) == ["text.txt"]
    assert names(Bench(reader, vectors, spaces=()).search(Query("exit"))) == ["noise.txt"]


@pytest.mark.parametrize("question", ["plan 12 pier", "plan12-PIER.txt", "12 pier", "plan12"])
def test_a_file_whose_name_is_the_question_leads(question: str) -> None:
    reader, vectors = four_files()
    named = file(5, "/a/Plan_12 pier.txt", 5)
    bench = Bench(FakeReader([*reader._files, named], [*reader.rows.values(), segment(50, 5, "x")], vectors), vectors)
    first, *others = bench.search(Query(question)).hits
    assert (first.path.name, first.named) == ("Plan_12 pier.txt", True)
    assert not any(hit.named for hit in others)


def test_what_is_in_a_file_counts_more_than_the_name_of_its_folder() -> None:
    files = [file(n, path, n) for n, path in enumerate(("/Dogs/skier.jpg", "/Dogs/1.jpg", "/else/2.jpg"), 1)]
    vectors = {TEXT.id: dict(zip((10, 20, 30), towards(0.05, 0.5, 0.5), strict=True))}
    reader = FakeReader(files, [segment(n * 10, n, "something") for n in (1, 2, 3)], vectors)
    hits = Bench(reader, vectors).search(Query("dog")).hits
    assert [hit.path.name for hit in hits] == ["1.jpg", "2.jpg", "skier.jpg"]
    assert next(reason.text for reason in hits[-1].reasons) == "in folder Dogs"
    assert hits[-1].strong


def test_in_a_folder_with_more_files_than_are_looked_up_by_name_each_counts_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retrieval, "_TOP_K", 2)
    vectors = {TEXT.id: dict(enumerate(towards(0.1, 0.1, 0.1, 0.45, 0.4), 1))}
    files = [file(n, f"/Dogs/{n}.jpg", n) for n in range(1, 6)]
    reader = FakeReader(files, [segment(n, n, "something") for n in range(1, 6)], vectors)
    assert names(Bench(reader, vectors).search(Query("dog")))[:2] == ["4.jpg", "5.jpg"]


def test_languages_in_which_passages_are_nearer_have_a_background_of_their_own() -> None:
    text = replace(TEXT, backgrounds=(("zh", (0.2, 0.1)),))
    files = [file(1, "/zh.txt", 1), file(2, "/en.txt", 2), file(3, "/unknown.txt", 3)]
    vectors = {text.id: dict(zip((1, 2, 3), towards(0.5, 0.45, 0.4), strict=True))}
    reader = FakeReader(files, [segment(n, n, "a few words") for n in (1, 2, 3)], vectors)
    reader.vocabulary.contents = {1: "zh", 2: "en"}
    assert names(Bench(reader, vectors, spaces=[text]).search(Query("x"))) == ["en.txt", "unknown.txt", "zh.txt"]
    examples = [ExampleQuery(text, QUERY, moving=False)]
    assert names(Bench(reader, vectors, spaces=[text], examples=examples).search(Query(like=LIKE)))[0] == "zh.txt"


def test_an_example_is_no_answer_to_itself_but_its_copies_are() -> None:
    reader, vectors = four_files()
    examples = [ExampleQuery(TEXT, QUERY, moving=False)]
    own = file(5, "/example", 1)
    bench = Bench(FakeReader([*reader._files, own], reader.rows.values(), vectors), vectors, examples=examples)
    hits = bench.search(Query(like=LIKE)).hits
    assert (hits[0].path.name, hits[0].copies) == ("meant.txt", ())
    part = bench.search(Query(like=(Example(Path("/example"), 1.0, 2.0),))).hits
    assert part[0].copies == (Path("/example"),)


def test_of_copies_the_one_that_is_called_so_is_shown() -> None:
    files = [file(1, "/a.txt", 1), file(2, "/harbour.txt", 1)]
    (hit,) = Bench(FakeReader(files, [segment(10, 1, "x")]), spaces=()).search(Query("harbour")).hits
    assert (hit.path.name, [copy.name for copy in hit.copies]) == ("harbour.txt", ["a.txt"])


def test_meaning_and_words_add_up() -> None:
    hits = Bench(*four_files()).search(Query("harbour")).hits
    assert hits[0].path.name == "both.txt"
    assert {hit.path.name for hit in hits[1:3]} == {"meant.txt", "written.txt"}
    assert hits[0].score > max(hit.score for hit in hits[1:])
    assert not next(hit for hit in hits if hit.path.name == "neither.txt").strong


def test_a_text_with_the_words_in_a_row_comes_before_one_with_them_apart() -> None:
    files = [file(1, "/apart.txt", 1), file(2, "/together.txt", 2)]
    reader = FakeReader(files, [segment(10, 1, "horse of a white farm"), segment(20, 2, "my white horse")])
    assert names(Bench(reader, spaces=()).search(Query("white horse"))) == ["together.txt", "apart.txt"]


def test_what_was_said_is_found_by_how_it_sounds_and_what_was_written_is_not() -> None:
    files = [file(1, "/wall.txt", 1), file(2, "/well.ogg", 2)]
    said = segment(20, 2, "the wet season. Well, you have to", at=Locator(start_s=0.0))
    reader = FakeReader(files, [segment(10, 1, "the wet season. Well, you have to"), said])
    assert names(Bench(reader, spaces=()).search(Query("wet season will you have"))) == ["well.ogg", "wall.txt"]


def test_a_text_that_has_every_word_is_a_match_whatever_its_length_and_endings() -> None:
    files = [file(1, "/all.txt", 1), file(2, "/some.txt", 2)]
    filler = "something else entirely " * 100
    reader = FakeReader(files, [segment(10, 1, f"harbours {filler} lights"), segment(20, 2, f"harbour {filler}")])
    hits = Bench(reader, spaces=()).search(Query("harbour light")).hits
    assert {hit.path.name: hit.strong for hit in hits} == {"all.txt": True, "some.txt": False}


def test_the_beginning_of_a_word_finds_it_and_is_marked() -> None:
    bench = Bench(*four_files())
    hit = bench.search(Query("harb*")).hits[0]
    assert hit.path.name == "both.txt" and hit.strong
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["harbour"]
    assert ("query", "harb") in bench.inference.calls, "models read no stars"


def test_what_is_typed_as_one_comes_first_where_it_stands_so() -> None:
    texts = ("0031 and 2024, INV", "INV-2024-0032 or 0031 INV 2024", "about INV-2024-0031 and more of it")
    files = [file(n, f"/{n}.txt", n) for n in (1, 2, 3)]
    reader = FakeReader(files, [segment(n * 10, n, text) for n, text in enumerate(texts, 1)])
    assert names(Bench(reader, spaces=()).search(Query("INV-2024-0031")))[0] == "3.txt"
    assert len(names(Bench(reader, spaces=()).search(Query("0031")))) == 3


def test_a_name_with_the_very_word_comes_before_one_with_it_in_a_word() -> None:
    reader = FakeReader([file(1, "/IMG_20341.jpg", None), file(2, "/IMG_2034.jpg", None)])
    assert names(Bench(reader, spaces=()).search(Query("img_2034"))) == ["IMG_2034.jpg", "IMG_20341.jpg"]


def test_a_typo_is_forgiven_where_nothing_matches_and_said() -> None:
    answer = Bench(*four_files(), spaces=()).search(Query("harbuor lights"))
    assert names(answer)[0] == "both.txt" and answer.hits[0].strong
    assert answer.corrected == (Correction("harbuor", "harbour"),)
    assert answer.notice == 'Nothing has "harbuor"; showing "harbour".'


def test_a_typo_is_left_where_something_matches() -> None:
    answer = Bench(*four_files()).search(Query("harbuor"))
    assert any(hit.strong for hit in answer.hits)
    assert not answer.corrected and not answer.notice


def test_a_search_without_filters_asks_the_store_for_the_nearest() -> None:
    bench = Bench(*four_files())
    bench.search(Query("harbour"))
    assert bench.store.calls == [(TEXT.id, 200, frozenset())]


def test_the_store_itself_filters_by_kind() -> None:
    bench = Bench(*four_files())
    assert not bench.search(typed("harbour kind:photo")).hits
    assert bench.store.calls == [(TEXT.id, 200, frozenset({Kind.PHOTO}))]


def test_a_narrow_filter_reads_all_its_vectors_from_the_catalog() -> None:
    reader, vectors = four_files()
    bench = Bench(reader, vectors)
    query = typed("harbour under:/a")
    assert names(bench.search(query)) == names(Bench(reader, vectors).search(Query("harbour")))
    assert bench.store.calls == []


def test_a_wide_filter_asks_the_store_for_more_until_enough_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval, "_EXACT", 1)
    monkeypatch.setattr(retrieval, "_TOP_K", 2)
    monkeypatch.setattr(retrieval, "_WIDER", (2, 4, 8, 16))
    numbers = range(1, 9)
    files = [file(n, f"/{'in' if n > 2 else 'out'}/{n}.txt", n) for n in numbers]
    vectors = {TEXT.id: dict(zip(numbers, towards(*np.linspace(0.9, 0.5, 8)), strict=True))}
    bench = Bench(FakeReader(files, [segment(n, n) for n in numbers], vectors), vectors)
    assert names(bench.search(typed("x under:/in", limit=2))) == ["3.txt", "4.txt"]
    assert [top_k for _, top_k, _ in bench.store.calls] == [2, 4]


def test_what_outlives_its_file_crowds_out_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest are of files that are gone, whose contents are kept in case they return."""
    monkeypatch.setattr(retrieval, "_TOP_K", 2)
    monkeypatch.setattr(retrieval, "_ENOUGH", 1)
    monkeypatch.setattr(retrieval, "_WIDER", (2, 4, 8))
    numbers = range(1, 9)
    vectors = {TEXT.id: dict(zip(numbers, towards(*np.linspace(0.9, 0.5, 8)), strict=True))}
    left = [segment(n, n, "harbour lights") for n in numbers if n > 2]
    bench = Bench(FakeReader([file(n, f"/{n}.txt", n) for n in numbers if n > 2], left), vectors)
    assert names(bench.search(Query("x", limit=2))) == ["3.txt", "4.txt"]
    assert [top_k for _, top_k, _ in bench.store.calls] == [2, 4]


def test_where_more_hits_are_asked_for_more_segments_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval, "_TOP_K", 2)
    monkeypatch.setattr(retrieval, "_ENOUGH", 1)
    monkeypatch.setattr(retrieval, "_WIDER", (2, 4, 8))
    numbers = range(1, 9)
    texts = {n: "harbour lights" if n > 3 else "harbour" for n in numbers}
    reader = FakeReader([file(n, f"/{n}.txt", n) for n in numbers], [segment(n, n, text) for n, text in texts.items()])
    first = Bench(reader).search(Query("harbour lights", limit=2))
    assert (len(first.hits), first.total) == (2, 5), "that many texts have both words"
    every = Bench(reader).search(Query("harbour lights", limit=20))
    assert (len(every.hits), every.total) == (8, 0), "there are no more"


def test_a_store_that_refuses_leaves_words_and_names_and_is_reported_once() -> None:
    reader, vectors = four_files()
    bench = Bench(reader, vectors, spaces=(TEXT, space("other@1")), store_error=StoreFailure("The store refuses."))
    results = bench.search(Query("harbour"))
    assert set(names(results)) == {"both.txt", "written.txt"}
    assert results.notice == "The store refuses. Meanwhile only words and file names are searched."
    assert bench.refusals == [bench.store.starts]


def test_without_a_model_words_are_searched_and_the_notice_says_why() -> None:
    results = Bench(*four_files(), encoded=ModelUnavailable("The model is gone.")).search(Query("harbour"))
    assert set(names(results)) == {"both.txt", "written.txt"}
    assert results.notice == "The model is gone. Only words and file names were searched."


def test_when_one_of_the_models_fails_the_others_are_searched() -> None:
    encoded = Encoded({TEXT.id: QUERY}, problem="The photo model ended.")
    results = Bench(*four_files(), encoded=encoded).search(Query("harbour"))
    assert "meant.txt" in names(results)
    assert results.notice == "The photo model ended. The other models were searched."


def test_a_space_that_is_no_longer_searched_is_left_out() -> None:
    encoded = Encoded({TEXT.id: QUERY, "gone@1": QUERY})
    bench = Bench(*four_files(), encoded=encoded)
    bench.search(Query("harbour"))
    assert [name for name, _, _ in bench.store.calls] == [TEXT.id]


def test_without_text_no_model_is_asked() -> None:
    bench = Bench(*four_files(), examples=[ExampleQuery(TEXT, QUERY, moving=False)])
    assert names(bench.search(Query(like=LIKE)))[:2] == ["meant.txt", "both.txt"]
    assert bench.inference.calls == []


def test_a_phrase_lets_through_only_what_holds_it_and_is_searched_for_too() -> None:
    bench = Bench(*four_files())
    results = bench.search(typed('a "harbour lights"'))
    assert (names(results), results.notice, results.phrases_found) == (["both.txt"], "", True)
    assert bench.inference.calls == [("query", "a harbour lights")]


def test_a_phrase_that_nothing_holds_is_dropped_with_a_notice() -> None:
    results = Bench(*four_files()).search(typed('"harbour of night"'))
    assert "both.txt" in names(results)
    assert results.notice == 'No file has the exact words "harbour of night". These come closest.'
    assert results.phrases_found is False


def test_each_side_of_an_or_is_searched_by_itself_and_a_file_counts_by_its_better_one() -> None:
    names_and_texts = {"dog.txt": "a dog", "cat.txt": "a cat", "both.txt": "dog cat", "boat.txt": "a boat"}
    files = [file(n, f"/a/{name}", n) for n, name in enumerate(names_and_texts, 1)]
    reader = FakeReader(files, [segment(n, n, text) for n, text in enumerate(names_and_texts.values(), 1)])
    bench = Bench(reader, spaces=())
    alone = {name: bench.search(typed(name)).hits for name in ("dog", "cat")}
    either = {hit.path.name: hit.score for hit in bench.search(typed("dog OR cat")).hits}
    assert either == {
        hit.path.name: max(other.score for hits in alone.values() for other in hits if other.path == hit.path)
        for hits in alone.values()
        for hit in hits
    }
    assert set(either) == {"dog.txt", "cat.txt", "both.txt"}


def test_every_side_of_an_or_is_encoded() -> None:
    bench = Bench(*four_files())
    bench.search(typed("old (harbour OR lights)"))
    assert bench.inference.calls == [("query", "old harbour"), ("query", "old lights")]


def test_a_side_of_filters_alone_lists_what_passes() -> None:
    files = [file(1, "/a/a.txt", 1), file(2, "/a/b.jpg", 2, kind=Kind.PHOTO)]
    bench = Bench(FakeReader(files, [segment(1, 1, "a dog"), segment(2, 2)]), spaces=())
    hits = bench.search(typed("dog OR kind:photo")).hits
    assert {hit.path.name: hit.reasons[0].text for hit in hits} == {
        "a.txt": "has these words",
        "b.jpg": "passes your filters",
    }
    assert all(hit.strong for hit in hits if hit.path.name == "b.jpg")


def test_what_is_listed_beside_an_or_has_the_newest_first() -> None:
    photos = [file(n, f"/a/{n}.jpg", n, kind=Kind.PHOTO, mtime_ns=at) for n, at in ((1, 5), (2, 9), (3, 7))]
    bench = Bench(FakeReader(photos, []), spaces=())
    assert names(bench.search(typed("dog OR kind:photo"))) == ["2.jpg", "3.jpg", "1.jpg"]


def test_phrases_on_both_sides_of_an_or() -> None:
    bench = Bench(*four_files())
    results = bench.search(typed('"harbour lights" OR "a harbour"'))
    assert (set(names(results)), results.phrases_found) == ({"both.txt", "written.txt"}, True)
    assert bench.search(typed('"xyz" OR "such"')).phrases_found is False


def test_without_a_phrase_none_is_found_or_missed() -> None:
    assert Bench(*four_files()).search(Query("harbour")).phrases_found is None


@pytest.mark.parametrize("phrase", ["harbour", "harbour lights", "大别山项目"])
def test_a_long_text_with_the_exact_phrase_is_a_good_match(phrase: str) -> None:
    """Though its words are few among many others, and so weigh little."""

    class Long(FakeReader):
        def by_words(self, *_: Any) -> list[tuple[int, float]]:
            return [(1, 0.3 * len(query_words(phrase)))]

    reader = Long([file(1, "/a.txt", 1)], [segment(1, 1, f"much else {phrase} and more")])
    bench = Bench(reader, spaces=())
    assert [hit.strong for hit in bench.search(Query(where=Is("phrase", phrase))).hits] == [True]


def test_a_file_that_was_not_read_is_found_by_its_name_but_not_by_a_phrase() -> None:
    reader = FakeReader(
        [file(7, "/a/harbour plan.dwg", None, kind=None), file(1, "/a/x.txt", 1)], [segment(1, 1, "lights")]
    )
    bench = Bench(reader, spaces=())
    (hit,) = bench.search(typed("harbour plan under:/a")).hits
    assert (hit.path.name, hit.kind, hit.thumbnail) == ("harbour plan.dwg", None, None)
    assert [reason.text for reason in hit.reasons] == ["named harbour plan.dwg"]
    assert names(bench.search(typed('harbour "lights"'))) == ["x.txt"]


def test_a_name_counts_by_how_much_of_the_query_it_holds() -> None:
    files = [file(1, "/plan.dwg", None, kind=None), file(2, "/harbour plan.dwg", None, kind=None)]
    whole, part = Bench(FakeReader(files), spaces=()).search(Query("harbour plan")).hits
    assert (whole.path.name, part.path.name) == ("harbour plan.dwg", "plan.dwg")
    assert whole.score > part.score


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.BEST, ["10.txt", "2.txt", "b/1.txt"]),
        (Order.NEWEST, ["b/1.txt", "10.txt", "2.txt"]),
        (Order.OLDEST, ["2.txt", "10.txt", "b/1.txt"]),
        (Order.NAME, ["b/1.txt", "2.txt", "10.txt"]),
        (Order.LARGEST, ["2.txt", "b/1.txt", "10.txt"]),
        (Order.FOLDER, ["2.txt", "10.txt", "b/1.txt"]),
    ],
)
def test_those_that_match_well_are_sorted_and_the_others_stay_behind(order: Order, expected: list[str]) -> None:
    files = [
        file(1, "/a/10.txt", 1, size=1, mtime_ns=2 * 10**9),
        file(2, "/a/2.txt", 2, size=3, mtime_ns=10**9),
        file(3, "/a/b/1.txt", 3, size=2, mtime_ns=3 * 10**9),
        file(4, "/a/0.txt", 4, size=9, mtime_ns=9 * 10**9),
    ]
    vectors = {TEXT.id: {n * 10: towards(cosine)[0] for n, cosine in enumerate((0.9, 0.8, 0.7, 0.1), 1)}}
    bench = Bench(FakeReader(files, [segment(n * 10, n) for n in range(1, 5)], vectors), vectors)
    for limit, found in ((9, [*expected, "0.txt"]), (1, expected[:1])):
        hits = bench.search(Query("harbour", order=order, limit=limit)).hits
        assert [str(hit.path.relative_to("/a")) for hit in hits] == found


def test_of_more_matches_than_are_sorted_the_best_are_and_those_that_match_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = [file(n, f"/{9 - n}.txt", n) for n in range(1, 6)]
    vectors = {TEXT.id: {n * 10: towards(cosine)[0] for n, cosine in enumerate((0.9, 0.8, 0.7, 0.6, 0.1), 1)}}
    bench = Bench(FakeReader(files, [segment(n * 10, n) for n in range(1, 6)], vectors), vectors)

    def found(limit: int) -> tuple[list[str], int]:
        results = bench.search(Query("harbour", order=Order.NAME, limit=limit))
        return names(results), results.total

    assert found(2) == (["5.txt", "6.txt"], 4)
    monkeypatch.setattr(searcher, "_SORTED", 2)
    assert found(4)[0] == ["7.txt", "8.txt", "6.txt", "5.txt"]


def test_browsing_looks_through_texts_once_for_all_shots() -> None:
    class Watched(FakeReader):
        asked: list[Condition] = []

        def listed(self, where: Condition, limit: int, order: Order = Order.NEWEST) -> list[FileRow]:
            self.asked.append(where)
            return super().listed(where, limit, order)

    photos = [file(n, f"/a/{n // 2}.{'cr2' if n % 2 else 'jpg'}", n, kind=Kind.PHOTO) for n in range(2, 22)]
    results = Bench(Watched(photos), spaces=()).searcher.browse(typed('-"a dog"', limit=9))
    assert len(results.hits) == 9 and len(Watched.asked) == 2
    assert {each.name for where in Watched.asked for each in filters_of(where)} == {FOUND}


def test_browsing_lists_the_newest_with_their_beginning_and_no_reason() -> None:
    files = [file(1, "/old.txt", 1, mtime_ns=1), file(2, "/new.txt", 2, mtime_ns=2)]
    reader = FakeReader(files, [segment(1, 1, "first"), segment(2, 2, "so it\nbegins")])
    results = Bench(reader).searcher.browse(Query(limit=1))
    assert [(hit.path.name, hit.snippet, hit.reasons) for hit in results.hits] == [("new.txt", "so it begins", ())]
    assert (results.total, Bench(reader).searcher.browse(Query(limit=3)).total) == (2, 0)


def photos(*space_ids: str) -> Results:
    vectors = {name: {1: towards(0.9)[0]} for name in space_ids}
    reader = FakeReader([file(1, "/a.jpg", 1, kind=Kind.PHOTO)], [segment(1, 1, modality=Modality.IMAGE)], vectors)
    spaces = [space(name, Modality.IMAGE) for name in space_ids]
    return Bench(reader, vectors, spaces=spaces).search(Query("boat"))


def test_photos_found_by_the_starter_pack_alone_come_with_a_notice() -> None:
    assert photos("captions-lite0-b@1").notice == WEAK_PHOTOS
    assert photos("captions-lite0-b@1", "clip@1").notice == photos("clip@1").notice == ""


def test_two_spaces_of_one_model_bear_witness_together() -> None:
    """The first photo is quite near in both, the second very near in one of them."""
    near = {"photos-en@1": towards(0.5, 0.7), "photos-all@1": towards(0.5, 0.1)}
    vectors = {name: {1: rows[0], 2: rows[1]} for name, rows in near.items()}
    files = [file(1, "/both.jpg", 1, kind=Kind.PHOTO), file(2, "/one.jpg", 2, kind=Kind.PHOTO)]
    reader = FakeReader(files, [segment(number, number, modality=Modality.IMAGE) for number in (1, 2)], vectors)
    spaces = [space(name, Modality.IMAGE) for name in near]
    assert names(Bench(reader, vectors, spaces=spaces).search(Query("boat"))) == ["both.jpg", "one.jpg"]


def test_an_excerpt_is_found_where_its_moments_come_in_order() -> None:
    moving = space("sound@1", Modality.SOUND, takes_text=False)
    a, b = np.eye(2, dtype=np.float32)
    vectors = {moving.id: {10: b, 11: a, 12: b, 20: b, 21: a}}  # the first has a then b, the second only b then a
    at = {number: Locator(start_s=number, end_s=number + 1) for number in (10, 11, 12, 20, 21)}
    segments = [segment(n, n // 10, modality=Modality.SOUND, at=where) for n, where in at.items()]
    files = [file(n, f"/{name}.wav", n, kind=Kind.RECORDING) for n, name in ((1, "in order"), (2, "backwards"))]
    example = ExampleQuery(moving, np.stack([a, b]), moving=True)
    bench = Bench(FakeReader(files, segments, vectors), vectors, spaces=(moving,), examples=[example])
    ordered, backwards = bench.search(Query(like=LIKE)).hits
    assert (ordered.path.name, ordered.moment) == ("in order.wav", at[11])
    assert ordered.score > backwards.score
    assert ordered.reasons[0].text == "close to your example at 0:11"


def test_what_a_clip_says_of_itself_is_none_of_its_moments() -> None:
    a, b = np.eye(2, dtype=np.float32)
    vectors = {TEXT.id: {10: a, 11: b}}
    said = segment(10, 1, "a caption", at=Locator(section=ABOUT))
    reader = FakeReader([file(1, "/a.mp4", 1)], [said, segment(11, 1, "b", at=Locator(None, "", 3, 4))], vectors)
    example = ExampleQuery(TEXT, np.stack([a, b]), moving=True)
    (hit,) = Bench(reader, vectors, examples=[example]).search(Query(like=LIKE)).hits
    assert hit.reasons[0].text == "close to your example at 0:03"


def test_a_picture_is_compared_row_by_row_whatever_its_order() -> None:
    a, b = np.eye(2, dtype=np.float32)
    vectors = {TEXT.id: {10: b, 20: a * 0.5}}
    reader = FakeReader([file(1, "/b.txt", 1), file(2, "/a.txt", 2)], [segment(10, 1), segment(20, 2)], vectors)
    example = ExampleQuery(TEXT, np.stack([a, b]), moving=False)
    hits = Bench(reader, vectors, examples=[example]).search(Query(like=LIKE)).hits
    assert [hit.path.name for hit in hits] == ["b.txt", "a.txt"]
    assert hits[0].score == pytest.approx(ranking.logistic(10.0))  # of its best row, though the other is not in it


def looking(**looks: Any) -> tuple[FakeReader, dict[str, dict[int, Any]]]:
    """Photos by name, each with a vector in a space for sentences and, given behind it, in one for examples."""
    pairs = enumerate(looks.items(), 1)
    files, vectors = [], {SENTENCES.id: {}, LOOKS.id: {}}
    for number, (name, (sentence, look)) in pairs:
        files.append(file(number, f"/{name}.jpg", number, kind=Kind.PHOTO))
        vectors[SENTENCES.id][number], vectors[LOOKS.id][number] = towards(sentence)[0], towards(look)[0]
    return FakeReader(files, [segment(n, n, modality=Modality.IMAGE) for n in vectors[LOOKS.id]], vectors), vectors


SENTENCES = space("sentences@1", Modality.IMAGE)
LOOKS = space("looks@1", Modality.IMAGE, takes_text=False)
BY_LOOKS = ExampleQuery(LOOKS, QUERY, moving=False)
TYPED = Encoded({SENTENCES.id: QUERY})


def test_an_example_with_words_means_both() -> None:
    reader, vectors = looking(said=(0.9, 0.0), alike=(0.0, 0.9), both=(0.5, 0.5))
    bench = Bench(reader, vectors, spaces=(SENTENCES, LOOKS), encoded=TYPED, examples=[BY_LOOKS])
    hit = bench.search(Query("at night", like=LIKE)).hits[0]
    assert hit.path.name == "both.jpg" and hit.strong
    assert {reason.text for reason in hit.reasons} == {"looks a little like it", "close to your example"}


def test_what_answers_both_is_found_however_far_down_it_is_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is nearest to the example moved towards the words, in the space of both."""
    monkeypatch.setattr(retrieval, "_TOP_K", 1)
    monkeypatch.setattr(retrieval, "_WIDER", (1,))
    reader, vectors = looking(said=(0.9, 0.0), alike=(0.0, 0.9), both=(0.5, 0.5))
    sideways = np.array([[-0.6, 0.8]], np.float32)
    vectors[SENTENCES.id][3] = np.array([0.5, 0.866], np.float32)
    examples = [ExampleQuery(SENTENCES, sideways, moving=False)]
    bench = Bench(reader, vectors, spaces=(SENTENCES, LOOKS), encoded=TYPED, examples=examples)
    assert names(bench.search(Query("at night", like=LIKE, limit=1))) == ["both.jpg"]


def test_what_is_like_an_example_of_what_is_not_meant_comes_last() -> None:
    reader, vectors = looking(first=(0.7, 0.9), second=(0.6, 0.0), other=(0.0, 0.9))
    bench = Bench(reader, vectors, spaces=(SENTENCES, LOOKS), encoded=TYPED, examples=[BY_LOOKS])
    assert names(bench.search(Query("a dog")))[:2] == ["first.jpg", "second.jpg"]
    unlike = (replace(LIKE[0], liking=Liking.NOT_LIKE),)
    assert names(bench.search(Query("a dog", like=unlike)))[0] == "second.jpg"


def test_to_say_only_what_is_not_meant_asks_for_nothing() -> None:
    unlike = (replace(LIKE[0], liking=Liking.NOT_LIKE),)
    with pytest.raises(UsageError, match="only what is not meant"):
        Bench(*four_files()).search(Query(like=unlike))


def test_two_examples_are_both_to_be_like() -> None:
    reader, vectors = looking(said=(0.9, 0.0), alike=(0.0, 0.9), both=(0.5, 0.5))
    named = {"one": [replace(BY_LOOKS, space=SENTENCES)], "two": [BY_LOOKS]}
    bench = Bench(reader, vectors, spaces=(SENTENCES, LOOKS), named=named)
    assert names(bench.search(Query(like=(Example(Path("/one")), Example(Path("/two"))))))[0] == "both.jpg"


def test_a_segment_that_was_deleted_since_is_no_hit() -> None:
    reader, vectors = four_files()
    vectors[TEXT.id][99] = towards(0.99)[0]
    assert names(Bench(reader, vectors).search(Query("harbour")))[0] == "both.txt"


def test_the_time_is_told_by_step() -> None:
    took = Bench(*four_files()).search(Query("harbour")).took
    assert took.total == pytest.approx(took.encode + took.retrieve + took.rank)
    assert all(0 < step < 60_000 for step in (took.encode, took.retrieve, took.rank))
