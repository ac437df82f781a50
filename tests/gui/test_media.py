"""Recordings and clips in the window: the player, its bars, the transcript, parts as examples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bowerbird.core.state import LongFile, Progress
from bowerbird.core.types import Example, Line, Locator
from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.preview.media_view import MediaView
from bowerbird.gui.preview.time_bar import Filmstrip, Waveform
from bowerbird.gui.preview.transcript import Transcript
from bowerbird.gui.theme import Theme
from bowerbird.gui.wording import long_files
from tests.gui.conftest import LONG_MS
from tests.media_makers import clip, scenes, silence, tone, wav

_LINES = tuple(Line(10.0 * number, 10.0 * number + 8, f"line {number}", ((0, 4),)) for number in range(40))


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def media_window(qtbot: QtBot, window: MainWindow, files: Path) -> MainWindow:
    """The window with a clip of three scenes and a recording read."""
    colours = ((200, 30, 30), (30, 200, 30), (30, 30, 200))
    clip(files / "colours.mp4", scenes(*colours, each=20, size=(192, 128)), samples=tone(6.0))
    wav(files / "two tones.wav", np.concatenate([tone(3.0, 300), silence(2.0), tone(3.0, 900)]))
    window.session.add_folder(files)
    qtbot.waitUntil(lambda: _read(window) == 2, timeout=LONG_MS)
    return window


def _read(window: MainWindow) -> int:
    return sum(window.session.status.counts.values()) if window.session.status else 0


def _look_at(window: MainWindow, name: str, qtbot: QtBot) -> MediaView:
    qtbot.waitUntil(lambda: name in [hit.path.name for hit in window.session.results.hits], timeout=LONG_MS)
    hits = window.session.results.hits
    window.search_pane.results.choose([hit.path.name for hit in hits].index(name))
    media = window.preview_pane.preview.media
    qtbot.waitUntil(lambda: media.isVisible() and media.player.path == hits[0].path.with_name(name), timeout=LONG_MS)
    return media


def test_a_clip_shows_its_scenes_and_plays_when_asked(media_window: MainWindow, qtbot: QtBot) -> None:
    media = _look_at(media_window, "colours.mp4", qtbot)
    assert media.picture.isVisible() and media.filmstrip.isVisible() and not media.waveform.isVisible()
    assert not media.player.playing, "nothing plays by itself"
    media.play_from(2.0)
    qtbot.waitUntil(lambda: media.player.playing and media.player.at_s > 2.1, timeout=LONG_MS)
    media.player.toggle()
    qtbot.waitUntil(lambda: not media.player.playing, timeout=LONG_MS)
    media.player.toggle()
    _look_at(media_window, "two tones.wav", qtbot)
    assert not media.player.playing, "another file was chosen"


def test_a_part_of_a_recording_is_an_example(media_window: MainWindow, qtbot: QtBot) -> None:
    media = _look_at(media_window, "two tones.wav", qtbot)
    assert media.waveform.isVisible() and not media.filmstrip.isVisible()
    bar = media.waveform
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(bar.width() * 5 // 8, 20))
    QTest.mouseMove(bar, QPoint(bar.width() * 7 // 8, 20))
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(bar.width() * 7 // 8, 20))
    assert media.similar.isVisible()
    QTest.mouseClick(media.similar, Qt.MouseButton.LeftButton)
    (example,) = media_window.session.question.like
    assert example.path.name == "two tones.wav"
    assert example.start_s == pytest.approx(5.0, abs=0.2) and example.end_s == pytest.approx(7.0, abs=0.2)
    names = lambda: [hit.path.name for hit in media_window.session.results.hits]  # noqa: E731
    qtbot.waitUntil(lambda: media_window.session.query.like == (example,) and bool(names()), timeout=LONG_MS)
    assert names()[0] == "two tones.wav"


def test_a_click_on_a_bar_seeks(theme: Theme, qtbot: QtBot) -> None:
    bar = Waveform(theme)
    qtbot.addWidget(bar)
    bar.resize(300, 64)
    bar.show_length(60.0, [30.0])
    with qtbot.waitSignal(bar.sought) as sought:
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(150, 10))
    assert sought.args[0] == pytest.approx(30.0, abs=0.5)
    bar.follow(30.0)
    with qtbot.waitSignal(bar.sought) as sought:
        QTest.keyClick(bar, Qt.Key.Key_Right)
    assert sought.args[0] == pytest.approx(35.0)


def test_a_filmstrip_has_as_many_scenes_as_fit(theme: Theme, qtbot: QtBot) -> None:
    strip = Filmstrip(theme)
    qtbot.addWidget(strip)
    strip.resize(320, 46)
    strip.show_length(100.0, [])
    shown = strip.show_scenes([Locator(start_s=float(at), end_s=at + 1.0) for at in range(100)])
    assert shown == (0.0, 20.0, 40.0, 60.0, 80.0)
    with qtbot.waitSignal(strip.sought) as sought:
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(200, 10))
    assert 60.0 <= sought.args[0] <= 80.0
    assert strip.place_of(50.0) == pytest.approx(160, abs=1)


def test_the_transcript_follows_and_seeks(theme: Theme, qtbot: QtBot) -> None:
    said = Transcript(theme, 300)
    qtbot.addWidget(said)
    said.resize(320, 300)
    said.show_lines(_LINES)
    said.show()
    assert said.height() == 300
    said.follow(205.0)
    assert said.currentIndex().row() == 20
    assert said.viewport().rect().contains(said.visualRect(said.currentIndex()).center())
    row = said.model().index(21, 0)
    with qtbot.waitSignal(said.sought) as sought:
        QTest.mouseClick(said.viewport(), Qt.MouseButton.LeftButton, pos=said.visualRect(row).center())
    assert sought.args == [210.0]


def test_thousands_of_lines_are_no_burden(theme: Theme, qtbot: QtBot) -> None:
    said = Transcript(theme, 300)
    qtbot.addWidget(said)
    said.show_lines(_LINES * 200)
    said.show()
    said.follow(395.0)
    assert said.model().rowCount() == 8000


def test_long_files_are_told() -> None:
    progress = Progress(long=tuple(LongFile(Path(f"/a/{n}.mp4"), 120.0 * n, 3600.0) for n in range(1, 5)))
    assert long_files(progress) == "1.mp4: 2 of 60 min\n2.mp4: 4 of 60 min\nand 2 more"
    assert long_files(Progress(long=(LongFile(Path("/a/b.ts"), 90.0, None),))) == "b.ts: 2 min read"


def test_the_chip_of_a_part_says_which(media_window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(media_window.session.results.hits), timeout=LONG_MS)
    path = media_window.session.results.hits[0].path
    media_window.session.find_similar(path, 12.0, 17.5)
    assert media_window.session.question.like == (Example(path, 12.0, 17.5),)
    chips = media_window.what.query.chips
    assert [chip.text() for chip in chips.values()] == [" like 0:12–0:17 ×"]
