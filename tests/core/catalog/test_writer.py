from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.catalog.connection import ReadConnections
from bowerbird.core.catalog.jobs import Priority
from bowerbird.core.catalog.overview import Overview
from bowerbird.core.catalog.reader import CatalogReader
from bowerbird.core.catalog.records import KnownContent, NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.conditions import EVERYTHING, Is, all_of
from bowerbird.core.errors import EnvironmentFailure, StoreDamaged
from bowerbird.core.extractors.about import ABOUT
from bowerbird.core.extractors.recordings.track_names import LYRICS, SOUND_TRACK, SUBTITLES
from bowerbird.core.types import FileFacts, FileState, Kind, Label, Locator, Modality, Properties, Segment
from bowerbird.core.words import query_words
from tests.core.test_words import SAME
from tests.queries import where

FOLDER = Path("/files")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    catalog.folders.add(FOLDER)
    yield catalog
    catalog.close()


@pytest.fixture
def connections(catalog: Catalog, tmp_path: Path) -> Iterator[ReadConnections]:
    connections = ReadConnections(tmp_path / "catalog.sqlite3")
    yield connections
    connections.close()


@pytest.fixture
def reader(connections: ReadConnections) -> CatalogReader:
    return CatalogReader(connections)


def facts(name: str) -> FileFacts:
    return FileFacts(FOLDER / name, 10, 1_700_000_000_000_000_000, 1)


def content(fingerprint: bytes, *texts: str, spaces: frozenset[str] = frozenset({"s@1"})) -> NewContent:
    vectors = np.eye(len(texts), 4, dtype=np.float32)
    return NewContent(
        fingerprint,
        Kind.DOCUMENT,
        Properties(title="A title", taken_at=datetime(2024, 5, 6, 7, 8)),
        [Segment(Modality.TEXT, Locator(page=number + 1), text) for number, text in enumerate(texts)],
        [(Label("dog", 0.5),)] * len(texts),
        {"s@1": (range(len(texts)), vectors)} if spaces else {},
        spaces,
    )


def index(catalog: Catalog, name: str, new: NewContent) -> int:
    catalog.files.put(FOLDER, facts(name), Kind.DOCUMENT)
    number = catalog.contents.put(new)
    catalog.files.finish(FOLDER / name, FileState.INDEXED, content_id=number)
    return number


def test_what_is_put_comes_back(catalog: Catalog, reader: CatalogReader) -> None:
    number = index(catalog, "a.txt", content(b"1", "the first page", "the second page"))
    first, second = reader.segments_of(number)
    assert (first.text, second.locator, first.labels) == ("the first page", Locator(page=2), (Label("dog", 0.5),))
    row = reader.files.at(FOLDER / "a.txt")
    assert row and row.properties == Properties(title="A title", taken_at=datetime(2024, 5, 6, 7, 8))
    assert reader.vectors("s@1", [number])[1].tolist() == np.eye(2, 4).tolist()
    assert [segment for segment, _ in reader.by_words('"second"', 10, None)] == [second.id]
    assert reader.count_with_words('"page" AND "second"', None) == reader.files.count(EVERYTHING) == 1
    assert reader.count_with_words('"page"', [number + 1]) == reader.count_with_words('"page"', None, [Kind.CLIP]) == 0


def test_the_same_content_read_again_replaces_the_old(catalog: Catalog, reader: CatalogReader) -> None:
    index(catalog, "a.txt", content(b"1", "old words", spaces=frozenset()))
    number = index(catalog, "a.txt", content(b"1", "new words"))
    assert catalog.contents.find(b"1") == KnownContent(number, frozenset({"s@1"}), None)
    assert not reader.by_words('"old"', 10, None)
    assert catalog.drop_orphans() == []


def test_texts_that_a_file_held_keep_their_vectors(catalog: Catalog) -> None:
    index(catalog, "a.txt", content(b"1", "the first page", "the second page"))
    catalog.files.put(FOLDER, replace(facts("a.txt"), size=11), Kind.DOCUMENT)
    texts = {"the first page", "the second page", "another"}
    vectors = catalog.contents.text_vectors(FOLDER / "a.txt", {"s@1"}, texts)
    assert {text: row["s@1"].tolist() for text, row in vectors.items()} == {
        "the first page": [1, 0, 0, 0],
        "the second page": [0, 1, 0, 0],
    }
    assert not catalog.contents.text_vectors(FOLDER / "b.txt", {"s@1"}, texts), "another file"
    assert not catalog.contents.text_vectors(FOLDER / "a.txt", {"s@1", "later@1"}, texts), "a model that never saw them"


def test_a_content_grows_with_its_file_unless_another_file_has_it(catalog: Catalog) -> None:
    number = index(catalog, "a.txt", replace(content(b"1", "the first page"), size=10))
    former = catalog.contents.former(FOLDER / "a.txt")
    assert former is not None
    assert (former.content.id, former.fingerprint, former.size) == (number, b"1", 10)
    longer = replace(content(b"2", "the second page"), extends=number, size=20)
    assert catalog.contents.put(longer) == number
    known = catalog.contents.find(b"2")
    assert known is not None and known.id == number and catalog.contents.find(b"1") is None
    assert catalog.contents.is_there(number, b"2") and not catalog.contents.is_there(number, b"1")
    index(catalog, "b.txt", replace(content(b"3", "another"), size=10))
    catalog.files.finish(FOLDER / "b.txt", FileState.INDEXED, content_id=number)
    assert catalog.contents.is_shared(number)
    assert catalog.contents.former(FOLDER / "a.txt") is None


def test_vectors_of_a_model_that_is_no_longer_used_are_not_kept(catalog: Catalog) -> None:
    old = content(b"1", "the first page", spaces=frozenset({"s@1", "t@1"}))
    index(catalog, "a.txt", replace(old, vectors=old.vectors | {"t@1": old.vectors["s@1"]}))
    vectors = catalog.contents.text_vectors(FOLDER / "a.txt", {"t@1"}, {"the first page"})
    assert vectors["the first page"].keys() == {"t@1"}
    assert not catalog.contents.text_vectors(FOLDER / "a.txt", {"t@1"}, {"another page"})


def test_an_orphan_goes_with_its_words_and_its_vectors_are_to_be_deleted(
    catalog: Catalog, reader: CatalogReader
) -> None:
    index(catalog, "a.txt", content(b"1", "lonely words"))
    (segment,) = reader.by_words('"lonely"', 10, None)
    catalog.files.forget([FOLDER / "a.txt"])
    assert catalog.drop_orphans() == [b"1"]
    assert not reader.by_words('"lonely"', 10, None)
    assert catalog.outbox.pending_deletes(10) == [segment[0]]
    catalog.outbox.mark_deleted([segment[0]])
    assert catalog.outbox.pending_deletes(10) == []


def test_an_orphan_is_kept_for_a_while(
    catalog: Catalog, reader: CatalogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    returning = index(catalog, "a.txt", content(b"1", "that which returns"))
    index(catalog, "b.txt", content(b"2", "that which does not"))
    catalog.files.forget([FOLDER / "a.txt", FOLDER / "b.txt"])
    assert catalog.drop_orphans(grace_s=300) == []
    now += 200
    catalog.files.put(FOLDER, facts("c.txt"), Kind.DOCUMENT)
    catalog.files.finish(FOLDER / "c.txt", FileState.INDEXED, content_id=returning)
    now += 101
    assert catalog.drop_orphans(grace_s=300) == [b"2"]
    assert len(reader.by_words('"which"', 10, None)) == 1
    catalog.files.forget([FOLDER / "c.txt"])
    assert catalog.drop_orphans(grace_s=300) == [], "it begins anew"
    assert catalog.drop_orphans(grace_s=0) == [], "nothing has changed, and none is due"
    now += 300
    assert catalog.drop_orphans(grace_s=300) == [b"1"]


def test_an_orphan_is_not_found(catalog: Catalog, reader: CatalogReader) -> None:
    index(catalog, "a.txt", content(b"1", "harbour", "crane"))
    left = index(catalog, "b.txt", content(b"2", "harbour"))
    found = [segment for segment, _ in reader.by_words('"harbour"', 10, None)]
    assert len(reader.segments(found)) == 2
    catalog.files.forget([FOLDER / "a.txt"])
    assert [row.content_id for row in reader.segments(found).values()] == [left]


def test_spaces_of_a_content_that_was_deleted_meanwhile_are_not_kept(catalog: Catalog) -> None:
    content_id = index(catalog, "a", content(b"1", "apples"))
    catalog.files.forget([FOLDER / "a"])
    catalog.drop_orphans()
    catalog.spaces.add(content_id, ["later@1"])
    assert catalog.spaces.of_content(content_id) == frozenset() and "later@1" not in catalog.spaces.known()


def test_ids_are_never_given_twice(catalog: Catalog) -> None:
    first = index(catalog, "a.txt", content(b"1", "words"))
    catalog.files.forget([FOLDER / "a.txt"])
    catalog.drop_orphans()
    assert index(catalog, "b.txt", content(b"2", "words")) > first


def test_jobs_come_by_urgency_and_survive_a_crash(catalog: Catalog, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        catalog.files.put(FOLDER, facts(name), Kind.DOCUMENT)
    catalog.files.put(FOLDER, facts("c.txt"), Kind.DOCUMENT, Priority.URGENT)
    catalog.jobs.queue(FOLDER / "b.txt", Priority.URGENT)
    again = Catalog(tmp_path / "catalog.sqlite3")
    names = [path.name for path in again.jobs.due(10, [FOLDER / "a.txt"])]
    again.close()
    assert sorted(names) == ["b.txt", "c.txt"]


def test_a_transaction_that_fails_leaves_nothing(catalog: Catalog) -> None:
    with pytest.raises(ZeroDivisionError), catalog.transaction():
        catalog.files.put(FOLDER, facts("a.txt"), None)
        raise ZeroDivisionError
    assert catalog.jobs.count_due() == 0


def test_filters(catalog: Catalog, reader: CatalogReader) -> None:
    number = index(catalog, "deep/a.txt", content(b"1", "words"))
    index(catalog, "deeper/b.txt", content(b"2", "other words"))
    assert reader.allowed(EVERYTHING) is None
    assert reader.allowed(Is("under", FOLDER / "deep")) == {number}
    assert reader.allowed(Is("under", FOLDER / "dee")) == frozenset()
    assert len(reader.allowed(where("after:2024-05-06")) or ()) == 2
    assert reader.allowed(where("before:2024-05-06")) == frozenset()
    assert reader.allowed(where('"other words"')) != reader.allowed(where('"words"'))


def test_names_are_found_by_parts_of_words(catalog: Catalog, reader: CatalogReader) -> None:
    catalog.files.put(FOLDER, facts("Birthday_party 2024.jpg"), Kind.PHOTO)
    for typed in (["birth"], ["party"], ["24"], ["2024"]):
        assert [row.path.name for row, _ in reader.by_name(typed, EVERYTHING, 5)] == ["Birthday_party 2024.jpg"], typed
    assert not reader.by_name(["100%"], EVERYTHING, 5)


def test_of_names_with_short_words_those_with_most_of_them_come_first(catalog: Catalog, reader: CatalogReader) -> None:
    for name in ("会议室.txt", "会议纪要.txt", "会议记录.txt"):
        catalog.files.put(FOLDER, facts(name), None)
    asked = query_words("会议记录")
    assert [row.path.name for row, _ in reader.by_name(asked, EVERYTHING, 1)] == ["会议记录.txt"]
    many = [f"{chr(0x4E00 + number)}x" for number in range(3000)]
    assert not reader.by_name(many, EVERYTHING, 5)


def test_names_are_looked_for_among_some_contents(catalog: Catalog, reader: CatalogReader) -> None:
    first, second = (index(catalog, f"Dogs/{n}.txt", content(bytes([n]), "words")) for n in (1, 2))
    found = [row.content_id for row, _ in reader.by_name(["dogs"], EVERYTHING, 5, [second])]
    assert (found, first != second) == ([second], True)


@pytest.mark.parametrize(("written", "asked"), SAME)
def test_words_and_phrases_are_found_in_any_form(
    catalog: Catalog, reader: CatalogReader, written: str, asked: str
) -> None:
    number = index(catalog, "a.txt", content(b"1", f"Before {written}; after."))
    index(catalog, "b.txt", content(b"2", "Another text, of which nobody asks."))
    assert reader.allowed(Is("phrase", asked)) == {number}
    (segment,) = reader.segments_of(number)
    match = " OR ".join(f'"{word}"' for word in query_words(asked))
    assert [found for found, _ in reader.by_words(match, 5, None)] == [segment.id]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Re\u0301sume\u0301.bin", "résumé"),
        ("Größe Menü.bin", "menu"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 보고서.bin", "한국어"),
        ("カ\u3099ート\u3099.bin", "ガード"),
        ("विवाह निमंत्रण.bin", "निमंत्रण"),
        ("ＺＹＸ－９.bin", "zyx"),
        ("Hợp đồng.bin", "hop dong"),
        ("IŞIK.bin", "ışık"),
    ],
)
def test_names_are_found_in_any_form(catalog: Catalog, reader: CatalogReader, name: str, asked: str) -> None:
    catalog.files.put(FOLDER, facts(name), None)
    catalog.files.put(FOLDER, facts("other.bin"), None)
    assert [row.path.name for row, _ in reader.by_name(query_words(asked), EVERYTHING, 5)] == [name]


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("annual report", True),
        ("report final", True),
        ("annual final", False),
        ("REPORT FINAL 100%", True),
        ("ual rep", False),
        ("annual report final", True),
        ("100_", True),
    ],
)
def test_a_phrase_may_stand_in_a_name_whatever_is_between_its_words(
    catalog: Catalog, reader: CatalogReader, phrase: str, found: bool
) -> None:
    number = index(catalog, "Annual_ReportFinal (100%).pdf", content(b"1", "nothing of it"))
    assert reader.allowed(Is("phrase", phrase)) == (frozenset({number}) if found else frozenset())


def test_a_phrase_lets_through_files_that_were_not_read_if_their_names_have_it(
    catalog: Catalog, reader: CatalogReader
) -> None:
    number = index(catalog, "a.txt", content(b"1", "The harbour plan."))
    catalog.files.put(FOLDER, facts("deep/Harbour Plan.dwg"), None)
    catalog.files.put(FOLDER, facts("unrelated.dwg"), None)
    row = reader.files.at(FOLDER / "deep/Harbour Plan.dwg")
    assert row
    plan = Is("phrase", "harbour plan")
    assert reader.allowed(plan) == {number}
    assert {found.id for found, _ in reader.by_name(["dwg"], plan, 5)} == {row.id}
    assert reader.passes_any(all_of(plan, Is("under", FOLDER / "deep")))
    assert not reader.passes_any(all_of(plan, Is("under", FOLDER / "else")))


def test_paths_of_any_bytes(catalog: Catalog, connections: ReadConnections) -> None:
    name = b"\xff\xfe\n\xf0\x9f\x98\x80".decode("utf-8", "surrogateescape")
    catalog.files.put(FOLDER, facts(name), None)
    catalog.files.finish(FOLDER / name, FileState.FAILED, reason="For a reason.")
    assert [failure.path for failure in Overview(connections).failures()] == [FOLDER / name]
    assert catalog.files.retry([FOLDER / name]) == 1


def test_a_file_that_is_no_catalog(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreDamaged):
        Catalog(path)


def test_a_later_versions_catalog_is_refused_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    Catalog(path).close()
    sqlite3.connect(path).execute("PRAGMA user_version = 99")
    with pytest.raises(EnvironmentFailure, match="later Bowerbird"):
        Catalog(path)


def test_words_are_looked_for_in_the_kinds_that_were_asked_for(catalog: Catalog, reader: CatalogReader) -> None:
    """Else better matches of another kind would crowd them out."""
    for number in range(5):
        index(catalog, f"{number}.txt", content(bytes([number]), "harbour"))
    talk = replace(content(b"talk", "a long talk that mentions the harbour once"), kind=Kind.RECORDING)
    content_id = index(catalog, "talk.mp3", talk)
    (segment,) = reader.segments_of(content_id)
    assert [found for found, _ in reader.by_words('"harbour"', 3, None, {Kind.RECORDING})] == [segment.id]
    assert len(reader.by_words('"harbour"', 3, None, {Kind.RECORDING, Kind.DOCUMENT})) == 3


def test_filters_by_what_files_say_of_themselves(catalog: Catalog, reader: CatalogReader) -> None:
    mail = Properties(author="Anna Öst", sender="Anna Öst <anna_b@example.org>", subject="Zur 50% Rechnung")
    letter = replace(content(b"1", "a letter"), properties=mail)
    book = replace(
        content(b"2", "a book"), properties=Properties(author="Marie Curie; Pierre Curie", camera="Leica M6")
    )
    first, second = index(catalog, "a.eml", letter), index(catalog, "b.pdf", book)
    assert reader.allowed(where("author:ÖST")) == reader.allowed(where('author:"anna ost"')) == {first}
    assert reader.allowed(where('author:öst author:"pierre curie"')) == {first, second}
    assert reader.allowed(where('from:anna_b@ subject:"50% rech"')) == {first}
    assert reader.allowed(where("from:annaXb@")) == frozenset()
    assert reader.allowed(where("camera:leica")) == {second}
    catalog.files.forget([FOLDER / "a.eml"])
    catalog.drop_orphans()
    assert reader.allowed(where("from:anna")) == frozenset()


def test_what_was_left_unread_is_known_and_counted(
    catalog: Catalog, reader: CatalogReader, connections: ReadConnections
) -> None:
    part = replace(content(b"1", "page one"), omissions=("The first page is read.",), next_at=1.0)
    number = index(catalog, "a.pdf", part)
    index(catalog, "b.pdf", content(b"2", "all of it"))
    catalog.contents.put(
        replace(part, extends=number, omissions=("The first page is read.", "No sheet is."), next_at=None)
    )
    assert reader.omissions(number) == ("The first page is read.", "No sheet is.")
    assert Overview(connections).in_part() == 1


def test_of_what_an_earlier_version_has_read_one_file_each_is_outdated(catalog: Catalog) -> None:
    for name in ("a.txt", "b.txt"):
        index(catalog, name, content(b"1", "a page"))
    index(catalog, "c.mp3", replace(content(b"2"), kind=Kind.RECORDING))
    assert catalog.contents.outdated() == []
    catalog._db.execute("UPDATE contents SET read_as = 0")
    assert catalog.contents.outdated() == [FOLDER / "a.txt", FOLDER / "c.mp3"]
    known = catalog.contents.find(b"1"), catalog.contents.find(b"2")
    assert [(each.outdated, each.timed) for each in known if each] == [(True, False), (True, True)]
    assert [catalog.contents.untagged(FOLDER / name) for name in ("a.txt", "c.mp3", "d.mp3")] == [b"", b"2", b""]


def test_an_outdated_recording_is_known_with_its_further_tracks(catalog: Catalog) -> None:
    for name, section in (("1", ""), ("2", f"{SUBTITLES}: German"), ("3", f"{SOUND_TRACK} 2")):
        lines = [Segment(Modality.TEXT, Locator(section=section, start_s=0.0, end_s=5.0), "a word of welcome")]
        new = NewContent(name.encode(), Kind.RECORDING, Properties(), lines, [()], {}, frozenset())
        index(catalog, f"{name}.mp3", new)
    catalog._db.execute("UPDATE contents SET read_as = 0")
    known = [catalog.contents.find(name) for name in (b"1", b"2", b"3")]
    assert [each.further_tracks for each in known if each] == [False, True, True]


def test_what_the_headers_of_a_recording_say_takes_the_place_of_what_they_said(
    catalog: Catalog, reader: CatalogReader
) -> None:
    said = [
        Segment(Modality.SOUND, Locator(start_s=0.0, end_s=5.0)),
        Segment(Modality.TEXT, Locator(start_s=0.0, end_s=5.0), "a word of welcome"),
        Segment(Modality.TEXT, Locator(section=ABOUT), "Old title"),
        Segment(Modality.TEXT, Locator(section=LYRICS), "old words"),
        Segment(Modality.TEXT, Locator(None, "Part one", 0.0, 5.0), "Part one"),
    ]
    old = Properties(title="Old title", author="Ida", duration_s=7.5, latitude=46.5, longitude=11.3)
    first = NewContent(b"1", Kind.RECORDING, old, said, [()] * 5, {}, frozenset({"s@1"}), b"wave")
    number = index(catalog, "a.mp3", first)
    catalog._db.execute("UPDATE contents SET read_as = 0")
    now = Properties(title="New title", author="Otto", duration_s=8.0)
    about = [Segment(Modality.TEXT, Locator(section=ABOUT), "New title")]
    new = NewContent(b"1", Kind.RECORDING, now, about, [()], {}, frozenset({"s@1"}), extends=number, only_tags=True)
    assert index(catalog, "a.mp3", new) == number
    assert [row.text for row in reader.segments_of(number)] == ["", "a word of welcome", "New title"]
    row = reader.files.at(FOLDER / "a.mp3")
    assert row is not None and row.properties == replace(now, duration_s=7.5), "as long as it was measured to be"
    assert reader.waveform(number) == b"wave"
    assert catalog.contents.outdated() == []
    assert [bool(reader.files.listed(where(f"author:{name}"), 5)) for name in ("otto", "ida")] == [True, False]
    assert reader.files.listed(where("near:46.5,11.3,5km"), 5) == []


def test_files_with_a_word_anywhere_in_their_text_are_left_out(catalog: Catalog, reader: CatalogReader) -> None:
    far = index(catalog, "a.txt", content(b"1", *("the budget",) * 3, "a branch in Berlin"))
    near = index(catalog, "b.txt", content(b"2", "the budget"))
    catalog.files.put(FOLDER, facts("c.zzz"), None)
    catalog.files.finish(FOLDER / "c.zzz", FileState.SKIPPED)
    assert reader.allowed(where("-berlin")) == {near}
    assert reader.allowed(where("-hamburg")) == {far, near}
    unread = reader.by_name(["zzz"], where("-berlin"), 5)
    assert [row.path.name for row, _ in unread] == ["c.zzz"]
