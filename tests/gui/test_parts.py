"""The pieces that need no library."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QMimeData
from pytestqt.qtbot import QtBot

from bowerbird.core.answers import Hit, Reason
from bowerbird.core.state import Event, EventKind, Progress
from bowerbird.core.types import Kind, Locator
from bowerbird.gui import wording
from bowerbird.gui.bridge import Bridge
from bowerbird.gui.desktop import paths_of
from bowerbird.gui.question import Question, between, periods
from bowerbird.gui.results.hit_model import HitModel, spoken, url_of
from bowerbird.gui.results.justified import rows
from bowerbird.gui.theme import DARK, LIGHT, Colours
from bowerbird.gui.widgets.marked_text import utf16


def _hit(name: str, *, strong: bool = True) -> Hit:
    return Hit(Path("/photos") / name, Kind.PHOTO, 0.5, strong, (Reason("looks like: dog", 0.7),))


def test_rows_end_at_the_right_edge() -> None:
    for row in list(rows([1.5, 0.7, 1.3, 2.2, 0.4, 1.0, 1.8, 1.1], 748, 168, 14))[:-1]:
        assert row.lefts[-1] + row.widths[-1] == 748
        assert 168 * 0.8 <= row.height <= 168 * 1.25


def test_rows_hold_every_picture_once() -> None:
    placed = [row.first + number for row in rows([1.2] * 41, 500, 168, 14) for number in range(len(row.widths))]
    assert placed == list(range(41))


def test_a_picture_wider_than_the_window_still_fits() -> None:
    (row,) = rows([9.0], 200, 168, 14)
    assert row.widths == (200,)


def test_weak_hits_wait_behind_a_line(qtbot: QtBot) -> None:
    model = HitModel()
    model.show([_hit("a.jpg"), _hit("b.jpg", strong=False), _hit("c.jpg", strong=False)], weak=False)
    assert model.rowCount() == 2
    assert model.hit(1) is None
    assert model.line == ("Nothing else matches well", "Show 2 weaker results")
    model.toggle_weak()
    assert model.rowCount() == 4


def test_weak_hits_alone_are_shown_and_said_to_be_weak(qtbot: QtBot) -> None:
    model = HitModel()
    model.show([_hit("b.jpg", strong=False)], weak=False)
    assert [model.hit(row) is None for row in range(model.rowCount())] == [True, False]
    assert model.line[1] == ""


def test_a_hit_is_spoken_with_its_reason() -> None:
    assert spoken(_hit("a.jpg")) == "a.jpg, photo, looks like: dog"


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text_survive_a_drag(qtbot: QtBot) -> None:
    path = Path(os.fsdecode(b"/tmp/caf\xe9 #1?.jpg"))
    carried = QMimeData()
    carried.setUrls([url_of(os.fspath(path))])
    assert paths_of(carried) == (path,)


def test_names_are_shown_whatever_they_hold() -> None:
    assert wording.name_of(Path(os.fsdecode(b"/a/caf\xe9\n.jpg"))) == "caf�⏎.jpg"
    assert wording.name_of(Path("/a/🐦 птица.jpg")) == "🐦 птица.jpg"


def test_marks_count_in_the_units_of_qt() -> None:
    assert utf16("🐦 bird", 2) == 3


def test_the_progress_line() -> None:
    progress = Progress(done=1284, total=5012, per_second=38.2, left_s=101.0)
    assert wording.progress_line(progress) == "1,284 of 5,012 · 38 a second · 1 min 40 s left"


@pytest.mark.parametrize(
    ("moment", "badge"), [(Locator(page=4), "p. 4"), (Locator(start_s=83.0), "1:23"), (Locator(), ""), (None, "")]
)
def test_badges(moment: Locator | None, badge: str) -> None:
    assert wording.place_of(moment) == badge


def test_typed_filters_win_over_the_mouse() -> None:
    query = Question(text="kind:document dog after:2024", kind=Kind.PHOTO, folder=Path("/photos")).query()
    assert query.kinds == {Kind.DOCUMENT}
    assert query.text == "dog"
    assert query.under == (Path("/photos"),)
    assert query.after == date(2024, 1, 1)


def test_periods_end_before_the_day_after() -> None:
    assert periods(date(2026, 3, 4))[2].after == date(2026, 3, 2)
    assert between(date(2024, 5, 31), date(2024, 5, 1)).before == date(2024, 6, 1)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_text_has_contrast(colours: Colours) -> None:
    grounds = (colours.background, colours.card, colours.panel)
    pairs = [(text, ground) for text in (colours.ink, colours.muted, colours.blue) for ground in grounds]
    pairs += [(colours.straw, colours.strawwash), (colours.blue, colours.wash), (colours.onblue, colours.blue)]
    assert min(_contrast(*pair) for pair in pairs) >= 4.5


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_events_are_gathered(qtbot: QtBot, tmp_path: Path) -> None:
    bridge, heard = Bridge(tmp_path), list[Event]()
    bridge.happened.connect(heard.append)
    for done in range(2000):
        bridge.post(Event(EventKind.PROGRESS, Progress(done=done, total=2000)))
    qtbot.waitUntil(lambda: bool(heard) and heard[-1].progress.done == 1999)
    assert len(heard) <= 3
    with qtbot.waitCallback() as closed:
        bridge.close(closed)
    shiboken6.delete(bridge)


def test_only_the_newest_search_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    bridge, told = Bridge(tmp_path), list[int]()
    bridge._library = object()  # type: ignore[assignment]
    for number in range(50):
        bridge.latest("search", lambda _, number=number: number, told.append)
    qtbot.waitUntil(lambda: told == [49])
    bridge._library = None
    with qtbot.waitCallback() as closed:
        bridge.close(closed)
    shiboken6.delete(bridge)


def test_importing_the_entry_point_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    probe = "import sys, bowerbird.gui.__main__; print(sorted({'PySide6','numpy','torch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True).stdout.strip() == "[]"
