"""Recordings and clips in the window: playing them, and searching by a part."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bowerbird.core.answers import Hit, Preview
from bowerbird.core.types import Kind, Line, Locator
from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.preview.media_view import MediaView
from bowerbird.gui.session import SearchSession
from tests.gui.conftest import LONG_MS, shown_names
from tests.makers import photo
from tests.media_makers import clip, scenes, silence, tone, wav
from tests.shot_makers import samsung_trailer


@pytest.fixture
def media_window(qtbot: QtBot, window: MainWindow, files: Path) -> MainWindow:
    """The window with a clip of three scenes and a recording read."""
    colours = ((200, 30, 30), (30, 200, 30), (30, 30, 200))
    clip(files / "colours.mp4", scenes(*colours, each=20, size=(192, 128)), samples=tone(6.0))
    wav(files / "two tones.wav", np.concatenate([tone(3.0, 300), silence(2.0), tone(3.0, 900)]))
    window.session.library.add_folder(files)
    qtbot.waitUntil(lambda: _indexed_files(window) == 2, timeout=LONG_MS)
    return window


def _indexed_files(window: MainWindow) -> int:
    status = window.session.library.status
    return sum(status.counts.values()) if status else 0


def _select(window: MainWindow, name: str, qtbot: QtBot) -> MediaView:
    qtbot.waitUntil(lambda: name in [hit.path.name for hit in window.session.results.hits], timeout=LONG_MS)
    hits = window.session.results.hits
    window.search_pane.results.select_row([hit.path.name for hit in hits].index(name))
    media = window.preview_pane.preview.media
    qtbot.waitUntil(lambda: media.isVisible() and media.player.path == hits[0].path.with_name(name), timeout=LONG_MS)
    return media


def test_a_clip_shows_its_scenes_and_plays_when_asked(media_window: MainWindow, qtbot: QtBot) -> None:
    media = _select(media_window, "colours.mp4", qtbot)
    assert media.picture.isVisible() and media.filmstrip.isVisible() and not media.waveform.isVisible()
    assert not media.player.playing, "nothing plays by itself"
    media.play_from(2.0)
    qtbot.waitUntil(lambda: media.player.playing and media.player.at_s > 2.1, timeout=LONG_MS)
    media.player.toggle()
    qtbot.waitUntil(lambda: not media.player.playing, timeout=LONG_MS)
    media.player.toggle()
    qtbot.waitUntil(lambda: media.player.playing, timeout=LONG_MS)
    _select(media_window, "two tones.wav", qtbot)
    assert not media.player.playing, "another file was selected"


def test_a_part_of_a_recording_is_an_example(media_window: MainWindow, qtbot: QtBot) -> None:
    media = _select(media_window, "two tones.wav", qtbot)
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
    qtbot.waitUntil(
        lambda: media_window.session.query.like == (example,) and bool(shown_names(media_window)), timeout=LONG_MS
    )
    assert shown_names(media_window)[0] == "two tones.wav"


def test_a_motion_photo_plays_its_clip(window: MainWindow, files: Path, qtbot: QtBot) -> None:
    inside = clip(files / "inside.mp4", scenes((200, 30, 30), (30, 30, 200), each=20, size=(192, 128)))
    photo(files / "moving.jpg")
    moving = files / "moving.jpg"
    moving.write_bytes(moving.read_bytes() + samsung_trailer(inside.read_bytes()))
    inside.unlink()
    window.session.library.add_folder(files)
    media = _select(window, "moving.jpg", qtbot)
    assert media.picture.isVisible() and not media.waveform.isVisible() and not media.filmstrip.isVisible()
    assert not media.player.playing, "nothing plays by itself"
    media.player.toggle()
    qtbot.waitUntil(lambda: media.player.playing and media.player.at_s > 0.2, timeout=LONG_MS)


def test_moments_of_one_second_are_told_once(session: SearchSession, qtbot: QtBot) -> None:
    media = MediaView(session, picture_height=200, text_height=200)
    for widget in (media, *media.detached):
        qtbot.addWidget(widget)
    moments = tuple(Locator(start_s=second) for second in (0.4, 0.8, 3.2, 3.9))
    hit = Hit(Path("/a.wav"), Kind.RECORDING, 0.5, True, (), moment=Locator(start_s=0.1), moments=moments)
    media.show_media(hit, Preview(hit.path, Kind.RECORDING, duration_s=9.0), QImage())
    text = re.sub("<[^>]*>", "", media.detached[0].text())
    assert text == "2 moments: 0:00, 0:03"


@pytest.mark.parametrize(("lines", "title"), [(("(rain)",), "Heard"), (("(rain)", "Come in!"), "Said")])
def test_sounds_are_heard_and_speech_is_said(
    session: SearchSession, qtbot: QtBot, lines: tuple[str, ...], title: str
) -> None:
    media = MediaView(session, picture_height=200, text_height=200)
    for widget in (media, *media.detached):
        qtbot.addWidget(widget)
    shown = tuple(Line(float(at), at + 1.0, text) for at, text in enumerate(lines))
    hit = Hit(Path("/a.wav"), Kind.RECORDING, 0.5, True, ())
    media.show_media(hit, Preview(hit.path, Kind.RECORDING, duration_s=9.0, lines=shown), QImage())
    assert media.transcript_title.text() == title
