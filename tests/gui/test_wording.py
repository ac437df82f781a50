"""Numbers, times and names as people read them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bowerbird.core.answers import Part, Role
from bowerbird.core.questions import Example
from bowerbird.core.state import LongFile, Progress
from bowerbird.core.types import Kind, Locator
from bowerbird.gui import wording
from tests.gui.fakes import photo


def test_names_are_shown_whatever_they_hold() -> None:
    assert wording.name_of(Path(os.fsdecode(b"/a/caf\xe9\n.jpg"))) == "caf�⏎.jpg"
    assert wording.name_of(Path("/a/🐦 птица.jpg")) == "🐦 птица.jpg"


def test_the_progress_line() -> None:
    progress = Progress(done=1284, total=5012, per_second=38.2, left_s=101.0)
    assert wording.progress_line(progress) == "1,284 of 5,012 · 38 a second · 1 min 40 s left"


@pytest.mark.parametrize(
    ("moment", "badge"), [(Locator(page=4), "p. 4"), (Locator(start_s=83.0), "1:23"), (Locator(), ""), (None, "")]
)
def test_badges(moment: Locator | None, badge: str) -> None:
    assert wording.place_of(moment) == badge


def test_long_files_take_a_line_each_and_no_more_than_two() -> None:
    progress = Progress(long=tuple(LongFile(Path(f"/a/{n}.mp4"), 120.0 * n, 3600.0) for n in range(1, 5)))
    assert wording.long_files(progress) == "1.mp4: 2 of 60 min\n2.mp4: 4 of 60 min\nand 2 more"
    assert wording.long_files(Progress(long=(LongFile(Path("/a/b.ts"), 90.0, None),))) == "b.ts: 2 min read"
    log, packed = LongFile(Path("/a/b.log"), 4e6, 22e6, False), LongFile(Path("/a/b.gz"), 4e6, 1e6, False)
    assert wording.long_files(Progress(long=(log, packed))) == "b.log: 4 of 22 MB\nb.gz: 4 MB read"


def test_a_new_model_that_reads_what_is_there() -> None:
    assert wording.model_progress(Progress()) == ""
    assert wording.model_progress(Progress(built=(640, 1400))) == "A new model reads what is here: 640 of 1,400"
    assert wording.model_progress(Progress(pictures=(2, 1400))) == "Text in pictures is read: 2 of 1,400"


def test_kinds_are_counted_commonest_first() -> None:
    counts = {Kind.CLIP: 812, Kind.PHOTO: 31650, Kind.DOCUMENT: 3, Kind.RECORDING: 0}
    assert wording.kind_counts(counts) == "31,650 photos, 812 clips"
    assert wording.kind_counts({Kind.PHOTO: 1}) == "1 photo"
    assert wording.kind_counts({}) == "nothing Bowerbird reads yet"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (59, "59 s"), (101, "1 min 40 s"), (1800, "30 min"), (7500, "2 h 5 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [(999, "999 bytes"), (3_100_000, "3.1 MB"), (240_000_000, "240 MB"), (5_000_000_000_000, "5000 GB")],
)
def test_sizes(octets: int, text: str) -> None:
    assert wording.size(octets) == text


def test_the_part_of_an_example() -> None:
    assert wording.part_of(Example(Path("/a.wav"), 12.0, 17.5)) == "0:12–0:17"
    assert wording.part_of(Example(Path("/a.wav"))) == ""


def test_a_path_is_shown_from_its_watched_folder_on() -> None:
    path = Path("/home/anna/Pictures/2024/Summer/a.jpg")
    assert wording.breadcrumb(path, (Path("/home/anna/Pictures"),)) == "Pictures › 2024 › Summer"
    assert wording.breadcrumb(path, ()) == "Pictures › 2024 › Summer"
    assert wording.breadcrumb(path, (Path("/other"), Path("/home/anna"))) == "anna › Pictures › 2024 › Summer"


@pytest.mark.parametrize(
    ("roles", "text"),
    [
        ([], ""),
        ([Role.RAW], "RAW"),
        ([Role.RAW, Role.CLIP], "RAW + Clip"),
        ([Role.PICTURE] * 4, "5 pictures"),
        ([Role.PICTURE, Role.RAW, Role.RAW], "2 pictures + RAW"),
    ],
)
def test_the_badge_of_a_shot(roles: list[Role], text: str) -> None:
    parts = tuple(Part(Path(f"/{number}"), role) for number, role in enumerate(roles))
    assert wording.shot_of(replace(photo("a.jpg"), parts=parts)) == text


def test_of_a_long_burst_it_is_said_how_many_files_are_left_out() -> None:
    burst = replace(photo("a.jpg"), parts=tuple(Part(Path(f"/{number}.jpg"), Role.PICTURE) for number in range(9)))
    assert wording.part_rows(burst, 9)[-1] == ("Picture", "8.jpg")
    assert wording.part_rows(burst, 8)[7:] == (("Picture", "7.jpg"), ("", "and 1 other file"))
    assert wording.part_rows(burst, 2)[2:] == (("", "and 7 other files"),)
