"""What a hit shows of a ranked candidate: which moments, which snippet, which reasons."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bowerbird.core.answers import Hit
from bowerbird.core.catalog.picture_texts import IN_PICTURE
from bowerbird.core.conditions import Is, Not
from bowerbird.core.extractors.about import ABOUT
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Liking, Query
from bowerbird.core.search import ranking
from bowerbird.core.search.hits import HitMaker
from bowerbird.core.search.ranking import Asked, Candidate, Evidence, Source
from bowerbird.core.types import (
    Kind,
    Locator,
    Modality,
    Properties,
)
from bowerbird.core.words import query_words
from tests.core.search.fakes import FakeReader, file, segment

PATHS = LibraryPaths(Path("/library"))


def candidate(key: int, *evidence: tuple[Source, int | None, float]) -> Candidate:
    """A candidate with evidence of these sources, segments and strengths."""
    example = any(source is Source.EXAMPLE for source, _, _ in evidence)
    result = Candidate(key, Asked(not example, (Liking.LIKE,) * example))
    for source, segment_id, strength in evidence:
        result.add(Evidence(key, segment_id, source, strength))
    return result


def one_hit(reader: FakeReader, ranked: Candidate, query: Query = Query()) -> Hit:  # noqa: B008
    (hit,) = HitMaker(PATHS, reader).make([ranked], query, query_words(query.text))
    return hit


def reasons(hit: Hit) -> list[str]:
    return [reason.text for reason in hit.reasons]


def seconds(start_s: float, end_s: float) -> Locator:
    return Locator(start_s=start_s, end_s=end_s)


def test_the_strongest_segment_is_the_moment_and_the_snippet() -> None:
    pages = [segment(n, 1, f"the {n}. page", at=Locator(page=n)) for n in (1, 2, 3)]
    reader = FakeReader([file(1, "/a.pdf", 1)], pages)
    hit = one_hit(reader, candidate(1, (Source.MEANING, 2, 3.0), (Source.MEANING, 1, 0.1), (Source.MEANING, 3, 2.0)))
    assert (hit.moment, hit.snippet) == (Locator(page=2), "the 2. page")
    assert hit.moments == (Locator(page=3), Locator(page=1))


def test_what_is_said_is_the_snippet_of_a_clip_that_looks_right_too() -> None:
    seen, said = segment(1, 1, modality=Modality.IMAGE, at=seconds(0, 5)), segment(2, 1, "a voice", at=seconds(5, 9))
    reader = FakeReader([file(1, "/a.mp4", 1, kind=Kind.CLIP)], [seen, said])
    hit = one_hit(reader, candidate(1, (Source.LOOKS, 1, 3.0), (Source.WORDS, 2, 2.9)))
    assert (hit.moment, hit.snippet) == (seconds(0, 5), "a voice")


def test_moments_of_a_recording_share_no_time_and_are_nearly_as_good_as_the_best() -> None:
    times = {1: seconds(0, 5), 2: seconds(4, 9), 3: seconds(5, 10), 4: seconds(40, 45)}  # the third follows the first
    reader = FakeReader([file(1, "/a.wav", 1, kind=Kind.RECORDING)], [segment(n, 1, at=at) for n, at in times.items()])
    strengths = ((Source.SOUNDS, 1, 10.0), (Source.SOUNDS, 2, 9.0), (Source.SOUNDS, 3, 6.1), (Source.SOUNDS, 4, 5.9))
    hit = one_hit(reader, candidate(1, *strengths))
    assert (hit.moment, *hit.moments) == (times[1], times[3])


def test_a_segment_of_the_whole_file_is_no_moment() -> None:
    hit = one_hit(FakeReader([file(1, "/a.txt", 1)], [segment(1, 1, "all")]), candidate(1, (Source.MEANING, 1, 3.0)))
    assert (hit.moment, hit.moments) == (None, ())


def test_what_a_file_says_of_itself_is_no_moment_but_a_reason() -> None:
    reader = FakeReader([file(1, "/a.jpg", 1)], [segment(1, 1, "The old mill", at=Locator(section=ABOUT))])
    hit = one_hit(reader, candidate(1, (Source.WORDS, 1, 3.0)), Query("mill"))
    assert (hit.moment, hit.moments, hit.snippet) == (None, (), "The old mill")
    assert reasons(hit) == ["its description has these words"]


@pytest.mark.parametrize(
    ("page", "moment", "reason"),
    [
        (None, None, "text in the picture has these words"),
        (3, Locator(page=3), "text in the picture on page 3 has these words"),
    ],
)
def test_text_in_a_picture_is_said_to_be_there(page: int | None, moment: Locator | None, reason: str) -> None:
    rows = [segment(1, 1, "STOP", at=Locator(page=page, section=IN_PICTURE)), segment(2, 1, at=Locator(page=page))]
    evidence = candidate(1, (Source.WORDS, 1, 3.0), (Source.EXAMPLE, 2, 2.0))
    hit = one_hit(FakeReader([file(1, "/a.jpg", 1)], rows), evidence, Query("stop"))
    assert reasons(hit)[0] == reason
    assert (hit.moment, hit.moments) == (moment, ()), "its page is one place, whatever was found there"


def test_at_most_eight_moments() -> None:
    pages = [segment(n, 1, at=Locator(page=n)) for n in range(1, 21)]
    reader = FakeReader([file(1, "/a.pdf", 1)], pages)
    hit = one_hit(reader, candidate(1, *((Source.MEANING, n, 5.0) for n in range(1, 21))))
    assert 1 + len(hit.moments) == 8


def test_the_same_content_in_other_places_is_a_copy_not_a_hit() -> None:
    files = [file(1, "/a.txt", 1), file(2, "/b.txt", 1), file(3, "/c.txt", 1)]
    hit = one_hit(FakeReader(files, [segment(1, 1)]), candidate(1, (Source.MEANING, 1, 3.0)))
    assert (hit.path, hit.copies) == (Path("/a.txt"), (Path("/b.txt"), Path("/c.txt")))


def test_a_copy_that_passes_the_filter_stands_for_the_content() -> None:
    files = [file(1, "/a/a.txt", 1), file(2, "/b/b.txt", 1)]
    reader = FakeReader(files, [segment(1, 1)])
    hit = one_hit(reader, candidate(1, (Source.MEANING, 1, 3.0)), Query(where=Is("under", Path("/b"))))
    assert (hit.path, hit.copies) == (Path("/b/b.txt"), ())


def test_what_the_filters_keep_out_does_not_count_towards_the_limit() -> None:
    photo, *documents = [file(n, f"/{name}", n) for n, name in enumerate(("1.jpg", "3.txt", "4.txt"), 1)]
    files = [replace(photo, kind=Kind.PHOTO), *documents]
    reader = FakeReader(files, [segment(n, n) for n in range(1, 4)])
    ranked = [candidate(n, (Source.MEANING, n, 5.0 - n)) for n in range(1, 4)]
    query = Query(where=Is("kind", frozenset({Kind.DOCUMENT})), limit=1)
    assert [hit.path.name for hit in HitMaker(PATHS, reader).make(ranked, query, ())] == ["3.txt"]


def test_the_snippet_of_a_text_without_spaces_is_around_the_first_match_too() -> None:
    reader = FakeReader([file(1, "/a.txt", 1)], [segment(1, 1, "天气很好。" * 200 + "大别山项目" + "天气很好。" * 200)])
    hit = one_hit(reader, candidate(1, (Source.WORDS, 1, 3.0)), Query("大别山项目"))
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["大别山项目"]
    assert hit.marks[0][0] == 60 and len(hit.snippet) == 240


def test_marks_are_offsets_of_the_text_as_it_is_shown() -> None:
    text = unicodedata.normalize("NFD", "É" * 300 + " Der Kö\u00adnig ﬁndet ½ Straße. " + "ü" * 300)
    reader = FakeReader([file(1, "/a.txt", 1)], [segment(1, 1, text)])
    hit = one_hit(reader, candidate(1, (Source.WORDS, 1, 3.0)), Query("könig strasse"))
    shown = [unicodedata.normalize("NFC", hit.snippet[a:b]) for a, b in hit.marks]
    assert shown == ["Kö\u00adnig", "Straße"]


def test_the_snippet_is_cut_out_around_the_first_match_and_its_marks_are_at_the_words() -> None:
    text = "So much\nto say.  " + "word " * 100 + "The dogs ran; a dog sat. " + "word " * 100
    reader = FakeReader([file(1, "/a.txt", 1)], [segment(1, 1, text)])
    hit = one_hit(reader, candidate(1, (Source.WORDS, 1, 3.0)), Query("dog"))
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["dogs", "dog"]
    assert len(hit.snippet) <= 240 and "\n" not in hit.snippet
    assert hit.snippet.startswith("word ") and 40 <= hit.marks[0][0] <= 64


def test_a_text_that_fits_is_shown_whole() -> None:
    text = "word " * 30 + "dog"
    reader = FakeReader([file(1, "/a.txt", 1)], [segment(1, 1, text)])
    assert one_hit(reader, candidate(1, (Source.WORDS, 1, 3.0)), Query("dog")).snippet == text


def test_a_mark_that_the_snippet_cuts_off_is_left_out() -> None:
    text = "dog " + "x " * 116 + "doggedly dogs"  # the last word is cut in two at 240 characters
    reader = FakeReader([file(1, "/a.txt", 1)], [segment(1, 1, text)])
    hit = one_hit(reader, candidate(1, (Source.WORDS, 1, 3.0)), Query("dogs"))
    assert hit.marks == ((0, 3),)


def test_a_file_found_by_name_alone_shows_how_it_begins() -> None:
    reader = FakeReader([file(1, "/harbour.txt", 1)], [segment(1, 1, "It begins"), segment(2, 1, "and goes on")])
    hit = one_hit(reader, candidate(1, (Source.NAME, None, 4.0)), Query("harbour"))
    assert (hit.snippet, reasons(hit)) == ("It begins", ["named harbour.txt"])
    assert hit.reasons[0].text[slice(*hit.reasons[0].marks[0])] == "harbour"


@pytest.mark.parametrize(
    ("source", "at", "reason"),
    [
        (Source.WORDS, Locator(), "has these words"),
        (Source.WORDS, Locator(page=3), "page 3 has these words"),
        (Source.WORDS, Locator(section="Results"), "“Results” has these words"),
        (Source.WORDS, seconds(65, 70), "said at 1:05"),
        (Source.MEANING, Locator(), "says it in other words"),
        (Source.MEANING, Locator(page=3), "page 3 says it in other words"),
        (Source.MEANING, seconds(65, 70), "said in other words at 1:05"),
        (Source.SOUNDS, seconds(3600, 3605), "sounds like it at 1:00:00"),
        (Source.EXAMPLE, seconds(5, 10), "close to your example at 0:05"),
        (Source.EXAMPLE, Locator(page=2), "close to your example"),
        (Source.LOOKS, Locator(), "looks a little like it"),
    ],
)
def test_a_reason_says_where_and_how_it_matches(source: Source, at: Locator, reason: str) -> None:
    reader = FakeReader([file(1, "/a", 1)], [segment(1, 1, at=at)])
    assert reasons(one_hit(reader, candidate(1, (source, 1, 3.0)))) == [reason]


@pytest.mark.parametrize("source", [Source.WORDS, Source.MEANING])
def test_what_is_heard_is_not_said(source: Source) -> None:
    reader = FakeReader([file(1, "/a", 1)], [segment(1, 1, "(rain) (dog barking)", at=seconds(65, 70))])
    (reason,) = one_hit(reader, candidate(1, (source, 1, 3.0)), Query("dogs")).reasons
    assert reason.text == "sounds like rain, dog barking at 1:05"
    assert [reason.text[a:b] for a, b in reason.marks] == ["dog"]


def test_a_photo_looks_like_its_three_most_probable_labels_if_they_are_probable_at_all() -> None:
    labels = {"collie": 0.5, "terrier": 0.2, "kelpie": 0.1, "tub": 0.09}
    seen = segment(1, 1, modality=Modality.IMAGE, labels=labels)
    unsure = segment(2, 2, modality=Modality.IMAGE, labels={"tub": 0.07})
    files = [file(1, "/a.jpg", 1, kind=Kind.PHOTO), file(2, "/b.jpg", 2, kind=Kind.PHOTO)]
    reader = FakeReader(files, [seen, unsure])
    hit = one_hit(reader, candidate(1, (Source.LOOKS, 1, 3.0)), Query("terriers"))
    assert reasons(hit) == ["looks like: collie, terrier, kelpie"]
    assert [hit.reasons[0].text[a:b] for a, b in hit.reasons[0].marks] == ["terrier"]
    assert reasons(one_hit(reader, candidate(2, (Source.LOOKS, 2, 3.0)))) == ["looks a little like it"]


def test_reasons_come_strongest_first_and_none_without_strength() -> None:
    reader = FakeReader([file(1, "/a.txt", 1)], [segment(1, 1, "a"), segment(2, 1, "b")])
    hit = one_hit(
        reader, candidate(1, (Source.MEANING, 2, 1.0), (Source.NAME, None, 0.0), (Source.WORDS, 1, 3.0)), Query("a")
    )
    assert reasons(hit) == ["has these words", "says it in other words"]
    assert [reason.strength for reason in hit.reasons] == [ranking.logistic(3.0), ranking.logistic(1.0)]


def test_a_passage_with_the_words_is_not_also_said_to_have_other_words() -> None:
    reader = FakeReader([file(1, "/a.txt", 1)], [segment(1, 1, "a")])
    hit = one_hit(reader, candidate(1, (Source.MEANING, 1, 1.0), (Source.WORDS, 1, 3.0)))
    assert reasons(hit) == ["has these words"]


def test_a_hit_is_strong_if_its_evidence_is() -> None:
    reader = FakeReader([file(1, "/a.txt", 1)], [segment(1, 1)])
    assert one_hit(reader, candidate(1, (Source.MEANING, 1, 3.1))).strong
    assert not one_hit(reader, candidate(1, (Source.MEANING, 1, 2.9))).strong


def test_a_file_as_such_shows_its_date_and_size_and_of_a_document_its_beginning() -> None:
    when = datetime(2024, 7, 14, 17, 2)
    row = file(1, "/a.txt", 1, size=123, mtime_ns=int(when.timestamp() * 1e9))
    maker = HitMaker(PATHS, FakeReader([row], [segment(1, 1, "begins")]))
    hit = maker.plain(row)
    assert (hit.modified_at, hit.size, hit.snippet, hit.strong) == (when, 123, "begins", True)
    assert maker.plain(replace(row, kind=Kind.CLIP)).snippet == ""


def test_only_a_file_that_was_read_can_have_a_thumbnail() -> None:
    files = [file(1, "/a.jpg", 1, kind=Kind.PHOTO, fingerprint=b"\x0a\xbc"), file(2, "/b.dwg", None, kind=None)]
    maker = HitMaker(PATHS, FakeReader(files, [segment(1, 1)]))
    assert [maker.plain(row).thumbnail for row in files] == [Path("/library/thumbnails/0a/0abc.jpg"), None]


def shot(*strengths: tuple[str, float]) -> tuple[FakeReader, list[Candidate]]:
    """Files with a segment each, and how strongly it was found, strongest first; 0 is not at all."""
    kinds = {".mov": Kind.CLIP}
    files = [
        file(number, name, number, kind=kinds.get(Path(name).suffix, Kind.PHOTO))
        for number, (name, _) in enumerate(strengths, 1)
    ]
    files = [replace(row, properties=Properties(duration_s=3.0)) if row.kind is Kind.CLIP else row for row in files]
    found = [candidate(n, (Source.LOOKS, n, strength)) for n, (_, strength) in enumerate(strengths, 1) if strength]
    return FakeReader(files, [segment(n, n) for n in range(1, len(files) + 1)]), found


def names(hits: Sequence[Hit]) -> list[tuple[str, list[str]]]:
    return [(hit.path.name, [part.path.name for part in hit.parts]) for hit in hits]


@pytest.mark.parametrize(
    ("strengths", "expected"),
    [
        ([("/a.jpg", 5.0), ("/a.cr2", 4.9), ("/b.jpg", 4.0)], [("a.jpg", ["a.cr2"]), ("b.jpg", [])]),
        ([("/a.cr2", 5.0), ("/b.jpg", 4.0), ("/a.jpg", 3.9)], [("a.jpg", ["a.cr2"]), ("b.jpg", [])]),
        ([("/a.cr2", 5.0), ("/a.jpg", 0.1)], [("a.cr2", ["a.jpg"])]),
        ([("/a.cr2", 5.0), ("/a.jpg", 0)], [("a.cr2", ["a.jpg"])]),
        ([("/a.mov", 1.0), ("/a.jpg", 0.9), ("/a.dng", 0)], [("a.jpg", ["a.dng", "a.mov"])]),
        ([("/a.jpg", 5.0), ("/b/a.cr2", 4.9)], [("a.jpg", []), ("a.cr2", [])]),
    ],
)
def test_files_of_one_shot_are_one_hit_of_which_the_picture_stands_for_all_that_match_as_well(
    strengths: list[tuple[str, float]], expected: list[tuple[str, list[str]]]
) -> None:
    reader, ranked = shot(*strengths)
    hits = HitMaker(PATHS, reader).make(ranked, Query(), ())
    assert names(hits) == expected
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].score == ranked[0].score
    apart = HitMaker(PATHS, reader).make(ranked, Query(apart=True), ())
    assert names(apart) == [(Path(name).name, []) for name, strength in strengths if strength]


def test_a_shot_counts_once_towards_the_limit() -> None:
    reader, ranked = shot(("/a.jpg", 5.0), ("/a.cr2", 4.9), ("/b.jpg", 4.0), ("/c.jpg", 3.0))
    assert names(HitMaker(PATHS, reader).make(ranked, Query(limit=2), ())) == [("a.jpg", ["a.cr2"]), ("b.jpg", [])]


def test_a_picture_that_is_of_two_shots_in_two_folders_is_found_once() -> None:
    names_of = ("/b/a.cr2", "/c/a.dng", "/b/a.jpg", "/c/a.jpg")
    files = [file(number, name, min(number, 3), kind=Kind.PHOTO) for number, name in enumerate(names_of, 1)]
    ranked = [candidate(n, (Source.LOOKS, n, 6.0 - n)) for n in (1, 2, 3)]
    hits = HitMaker(PATHS, FakeReader(files, [segment(n, n) for n in (1, 2, 3)])).make(ranked, Query(), ())
    assert [hit.path.name for hit in hits] == ["a.jpg", "a.dng"]


def test_of_a_shot_what_passes_the_filters_is_found() -> None:
    reader, ranked = shot(("/a.jpg", 5.0), ("/a.cr2", 4.9))
    reader.rows[1] = segment(1, 1, text="a lake")
    query = Query(where=Not(Is("phrase", "lake")))
    assert names(HitMaker(PATHS, reader).make(ranked, query, ())) == [("a.cr2", ["a.jpg"])]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(limit=3), [("5.jpg", ["5.cr2"]), ("4.jpg", ["4.cr2"]), ("3.jpg", ["3.cr2"])]),
        (Query(limit=3, apart=True), [("5.cr2", []), ("5.jpg", []), ("4.cr2", [])]),
        (Query(limit=99, where=Is("kind", frozenset({Kind.DOCUMENT}))), []),
    ],
)
def test_the_newest_shots_are_as_many_as_are_wanted(query: Query, expected: list[tuple[str, list[str]]]) -> None:
    photos = [
        file(10 * n + raw, f"/{n}.{'cr2' if raw else 'jpg'}", 10 * n + raw, kind=Kind.PHOTO, mtime_ns=10 * n + raw)
        for n in range(1, 6)
        for raw in (0, 1)
    ]
    assert names(HitMaker(PATHS, FakeReader(photos)).listed(query)) == expected


def test_copies_are_one_hit_of_no_query_too() -> None:
    files = [file(n, f"/{n}.txt", 7, mtime_ns=n) for n in (1, 2)] + [file(3, "/3.txt", 8, mtime_ns=0)]
    hits = HitMaker(PATHS, FakeReader(files)).listed(Query())
    assert [(hit.path.name, [path.name for path in hit.copies]) for hit in hits] == [
        ("2.txt", ["1.txt"]),
        ("3.txt", []),
    ]
    apart = HitMaker(PATHS, FakeReader(files)).listed(Query(apart=True))
    assert [hit.path.name for hit in apart] == ["2.txt", "1.txt", "3.txt"]
