"""What a preview shows of a file: where its text is scrolled to, what is marked, what stands beside the player."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bowerbird.core.answers import Preview
from bowerbird.core.catalog.picture_texts import IN_PICTURE
from bowerbird.core.catalog.records import TextBox
from bowerbird.core.conditions import Is
from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors.about import ABOUT
from bowerbird.core.extractors.recordings.track_names import SUBTITLES
from bowerbird.core.questions import Query
from bowerbird.core.search.previews import Previewer
from bowerbird.core.types import (
    Kind,
    Locator,
    Modality,
    Properties,
    Segment,
)
from tests.core.search.fakes import NO_PROPERTIES, FakePool, FakeReader, file, segment

JPEG = b"a picture"
LONG = 40_000  # characters of a segment


def show(reader: FakeReader, query: Query, moment: Locator | None = None, picture: bytes | Exception = JPEG) -> Preview:
    return Previewer(reader, FakePool(picture=picture)).preview(Path("/a"), query, moment, 400)


def document(*texts: str, properties: Properties = NO_PROPERTIES) -> FakeReader:
    segments = [segment(n, 1, text, at=Locator(page=n)) for n, text in enumerate(texts, 1)]
    return FakeReader([file(1, "/a", 1, properties=properties)], segments)


def marked(preview: Preview) -> list[str]:
    return [preview.text[a:b] for a, b in preview.marks]


def test_a_document_is_shown_whole_at_the_passage_with_most_of_the_words() -> None:
    preview = show(document("A dog. ", "No. ", "White dogs and a white horse."), Query("white dog"))
    assert preview.text == "A dog. No. White dogs and a white horse."
    assert marked(preview) == ["dog", "White", "dogs", "white"]
    assert preview.focus == preview.text.index("White")


def test_the_words_of_a_phrase_are_marked_too() -> None:
    assert marked(show(document("On the truck."), Query(where=Is("phrase", "the truck")))) == ["truck"]


def test_at_a_moment_its_own_passage_is_shown() -> None:
    preview = show(document("Dogs dogs dogs. ", "One dog. ", "Nothing."), Query("dogs"), Locator(page=2))
    assert (preview.focus, preview.page) == (preview.text.index("dog. "), 2)
    nothing = show(document("Dogs dogs dogs. ", "One dog. ", "Nothing."), Query("dogs"), Locator(page=3))
    assert nothing.focus == nothing.text.index("Nothing.")


def test_of_a_long_text_only_the_surroundings_are_shown_and_the_offsets_fit_them() -> None:
    preview = show(document("x" * LONG, "y" * LONG, "the dog " + "z" * LONG), Query("dog"))
    assert len(preview.text) < 3 * LONG and preview.text[0] == "y"
    assert marked(preview) == ["dog"]
    assert preview.text[preview.focus :].startswith("dog zzz")


def test_in_a_long_text_without_the_words_the_passage_of_the_moment_is_shown() -> None:
    preview = show(document("x" * LONG, "y" * LONG, "here"), Query("dog"), Locator(page=3))
    assert preview.text[preview.focus :] == "here"


def test_the_first_page_is_shown_of_what_has_pages_unless_a_moment_names_another() -> None:
    pdf = document("a", "b", properties=Properties(pages=2))
    assert [show(pdf, Query(), moment).page for moment in (None, Locator(page=2))] == [1, 2]
    assert show(document("a"), Query()).page is None
    assert show(pdf, Query(), picture=b"").page is None


def test_a_file_the_catalog_does_not_know_is_still_drawn() -> None:
    preview = show(FakeReader(), Query())
    assert (preview.image, preview.kind, preview.text, preview.details) == (JPEG, None, "", ())


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (FileError("The picture is damaged."), "The picture is damaged."),
        (FileSkipped("no"), "Bowerbird cannot show this kind of file; open it with its own program."),
    ],
)
def test_what_cannot_be_drawn_says_why_unless_its_text_can_be_shown(error: Exception, problem: str) -> None:
    assert show(FakeReader(), Query(), picture=error).problem == problem
    readable = show(document("some text"), Query(), picture=error)
    assert (readable.text, readable.problem, readable.image) == ("some text", "", b"")


def line(number: int, text: str, start_s: float, section: str = "") -> Segment:
    return segment(number, 1, text, at=Locator(section=section, start_s=start_s, end_s=start_s + 2))


def played(*segments: Segment, waveform: bytes = b"", query: Query | None = None) -> Preview:
    rows = [file(1, "/a", 1, kind=Kind.CLIP, properties=Properties(duration_s=90.0))]
    return show(FakeReader(rows, segments, waveform=waveform), query or Query())


def test_a_transcript_is_in_order_of_time_with_the_words_marked() -> None:
    preview = played(line(1, "then a dog", 30.0), line(2, "first", 2.0), query=Query("dogs"))
    assert [(spoken.start_s, spoken.end_s, spoken.text) for spoken in preview.lines] == [
        (2.0, 4.0, "first"),
        (30.0, 32.0, "then a dog"),
    ]
    assert [spoken.text[a:b] for spoken in preview.lines for a, b in spoken.marks] == ["dog"]


def test_subtitles_are_shown_only_where_nothing_was_heard() -> None:
    subtitle, heard = line(1, "a subtitle", 1.0, SUBTITLES), line(2, "a voice", 1.0)
    assert [spoken.text for spoken in played(subtitle).lines] == ["a subtitle"]
    assert [spoken.text for spoken in played(subtitle, heard).lines] == ["a voice"]


def test_lines_of_further_sound_tracks_are_marked_and_stand_in_order_of_time() -> None:
    first, second = line(1, "a voice", 4.0), line(2, "eine Stimme", 1.0, "sound track 2: German")
    assert [spoken.text for spoken in played(first, second).lines] == [
        "[sound track 2: German] eine Stimme",
        "a voice",
    ]
    assert [spoken.text for spoken in played(second).lines] == ["eine Stimme"]


def test_sounds_do_not_keep_subtitles_from_being_shown() -> None:
    subtitle, sound = line(1, "a subtitle", 1.0, SUBTITLES), line(2, "(upbeat music)", 1.0)
    assert [shown.text for shown in played(sound).lines] == ["(upbeat music)"]
    assert [shown.text for shown in played(subtitle, sound).lines] == ["a subtitle"]


def test_subtitles_are_shown_in_one_language() -> None:
    english, german = (line(n, name, 1.0, f"{SUBTITLES}: {name}") for n, name in enumerate(("English", "German"), 1))
    assert [spoken.text for spoken in played(english, german).lines] == ["English"]


def test_text_of_a_clip_that_has_no_time_is_no_line() -> None:
    assert played(segment(1, 1, "its description")).lines == ()


def test_the_scenes_of_a_clip_are_the_spans_of_its_pictures() -> None:
    spans = [Locator(start_s=0.0, end_s=4.0), Locator(start_s=4.0, end_s=9.0)]
    preview = played(*(segment(n, 1, modality=Modality.IMAGE, at=at) for n, at in enumerate(spans)))
    assert (preview.scenes, preview.duration_s, preview.kind) == (tuple(spans), 90.0, Kind.CLIP)


def test_a_long_waveform_is_thinned_and_keeps_its_peaks() -> None:
    waveform = bytearray(25_000)
    waveform[0], waveform[12_345], waveform[24_999] = 200, 255, 100
    thinned = played(waveform=bytes(waveform)).waveform
    assert len(thinned) == 1_000
    assert (thinned[0], thinned[493], thinned[999]) == (200, 255, 100)
    assert sum(thinned) == 555


def test_a_short_waveform_stays_as_it_is() -> None:
    assert played(waveform=bytes(range(100))).waveform == bytes(range(100))


def details(kind: Kind, size: int = 1000, **properties: object) -> dict[str, str]:
    changed_ns = int(datetime(2024, 7, 14, 17, 2).timestamp() * 1e9)
    row = file(1, "/a", 1, kind=kind, size=size, mtime_ns=changed_ns, properties=Properties(**properties))
    return dict(show(FakeReader([row]), Query()).details)


def test_the_details_of_a_photo() -> None:
    taken = datetime(2024, 5, 3, 9, 5)
    shown = details(
        Kind.PHOTO, 2_345_678, taken_at=taken, camera="Pixel 8", exposure="1/250 s", latitude=-33.85681,
        longitude=151.21514, width=4000, height=3000,
    )  # fmt: skip
    assert shown == {
        "Taken": "3 May 2024, 09:05",
        "Changed": "14 July 2024, 17:02",
        "Camera": "Pixel 8, 1/250 s",
        "Place": "Sydney, New South Wales, Australia (33.8568° S, 151.2151° E)",
        "Size": "4000 × 3000, 2.3 MB",
    }


def test_half_a_place_or_half_a_size_is_not_shown() -> None:
    shown = details(Kind.PHOTO, latitude=1.0, width=100)
    assert "Place" not in shown and shown["Size"] == "1.0 KB"


def test_the_details_of_a_document_and_of_a_recording() -> None:
    when = datetime(2020, 1, 1)
    assert list(details(Kind.DOCUMENT, title="T", author="A", pages=12, taken_at=when)) == [
        "Title", "Author", "Dated", "Changed", "Pages", "Size",
    ]  # fmt: skip
    recording = details(Kind.RECORDING, duration_s=3725.0, taken_at=when)
    assert (recording["Length"], recording["Recorded"]) == ("1:02:05", "1 January 2020, 00:00")


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 KB"), (1500, "1.5 KB"), (25_000, "25 KB"), (3 * 10**12, "3.0 TB")],
)
def test_sizes_are_short(size: int, shown: str) -> None:
    assert details(Kind.DOCUMENT, size)["Size"] == shown


def test_a_frame_is_drawn_or_fails_with_the_decoders_error() -> None:
    assert Previewer(FakeReader(), FakePool(picture=JPEG)).frame_jpeg(Path("/a"), None, 100) == JPEG
    with pytest.raises(FileError):
        Previewer(FakeReader(), FakePool(picture=FileError("no"))).frame_jpeg(Path("/a"), None, 100)


def test_what_a_file_says_of_itself_and_what_was_left_out_are_details_and_no_text() -> None:
    own = Properties(title="T", sender="Ada", subject="S", description="D", people=("P", "Q"), album="A", rating=3)
    said = segment(2, 1, "T\nD", at=Locator(section=ABOUT))
    reader = FakeReader([file(1, "/a", 1, properties=own)], [segment(1, 1, "A page."), said], omissions=("No more.",))
    preview = show(reader, Query("page"))
    assert preview.text == "A page."
    shown = {"Description": "D", "People": "P, Q", "Rating": "★★★", "Left out": "No more."}
    assert shown.items() <= dict(preview.details).items()


def test_words_read_in_a_picture_are_marked_on_it_and_on_its_page_alone() -> None:
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.2), (0.0, 0.2))
    texts = [segment(n, 1, "blue umbrella", at=Locator(page=n, section=IN_PICTURE)) for n in (1, 2)]
    reader = FakeReader([file(1, "/a", 1)], texts)
    reader.boxes = {n: [TextBox(0, square, tuple(at / 13 for at in range(14)))] for n in (1, 2)}
    preview = show(reader, Query("umbrella"), Locator(page=2))
    assert preview.text == "blue umbrellablue umbrella"
    assert preview.boxes == (((5 / 13, 0.0), (1.0, 0.0), (1.0, 0.2), (5 / 13, 0.2)),)
    assert preview.focus == preview.text.rindex("umbrella")
    reader.boxes = {1: [], 2: reader.boxes[2]}
    assert show(reader, Query("umbrella")).boxes == ()


def test_pages_that_were_read_later_are_shown_in_their_place() -> None:
    read = [segment(2, 1, "two ", at=Locator(page=2, section=IN_PICTURE))]
    own = [segment(n, 1, text, at=Locator(page=at)) for n, text, at in ((1, "one ", 1), (3, "three", 3))]
    assert show(FakeReader([file(1, "/a", 1)], [own[0], own[1], read[0]]), Query()).text == "one two three"


def test_notes_without_a_page_stay_behind_all_pages_and_a_heading_may_be_called_about() -> None:
    places = (Locator(section="about"), Locator(page=1), Locator(page=3), Locator(section="Bookmarks"))
    own = [segment(n, 1, f"{n} ", at=at) for n, at in enumerate(places, 1)]
    read = [segment(n + 3, 1, f"read {n} ", at=Locator(page=n, section=IN_PICTURE)) for n in (2, 3)]
    preview = show(FakeReader([file(1, "/a", 1)], [*own, *read]), Query())
    assert preview.text == "1 2 read 2 3 read 3 4 "
