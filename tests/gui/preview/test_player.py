"""The player of recordings and clips, on real files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from bowerbird.gui.preview.player import Player
from tests.gui.conftest import LONG_MS
from tests.gui.preview.player_stress import LONGEST_S, ROUNDS
from tests.media_makers import clip, scenes, tone, wav


@pytest.fixture
def player(qapp: QObject) -> Player:
    return Player(qapp)


def test_qt_and_python_never_lock_each_other_out(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.gui.preview.player_stress", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=2 * LONGEST_S, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert int(ended.stdout) > ROUNDS


def test_it_plays_from_the_moment_that_was_asked_for(player: Player, tmp_path: Path, qtbot: QtBot) -> None:
    positions = list[float]()
    player.moved.connect(positions.append)
    player.take(wav(tmp_path / "tone.wav", tone(4.0)), 1.0)
    player.play(2.5)
    qtbot.waitUntil(lambda: len(positions) > 3 and player.at_s > 2.5, timeout=LONG_MS)
    assert min(positions[2:]) >= 2.4, "it does not jump back to the beginning"
    player.stop()
    assert not player.playing and player.path is None


def test_what_lies_within_a_file_is_played(player: Player, tmp_path: Path, qtbot: QtBot) -> None:
    frames = list[QImage]()
    player.frame_ready.connect(frames.append)
    data = clip(tmp_path / "clip.mp4", scenes((200, 30, 30), (30, 30, 200), each=20)).read_bytes()
    asked = list[Callable[[bytes], None]]()
    player.take(tmp_path / "photo.jpg", 0.0, asked.append)
    assert not asked, "nothing is read before play is pressed"
    player.play()
    asked.pop()(data)
    qtbot.waitUntil(lambda: player.at_s > 0.5 and bool(frames), timeout=LONG_MS)
    player.take(tmp_path / "other.jpg", 0.0, asked.append)
    player.play()
    player.stop()
    asked.pop()(data)
    assert not player.playing, "another file was chosen meanwhile"


def test_a_seek_before_the_file_is_open_is_kept(player: Player, tmp_path: Path, qtbot: QtBot) -> None:
    player.take(wav(tmp_path / "tone.wav", tone(4.0)), 0.0)
    player.play()
    player.seek(3.0)
    qtbot.waitUntil(lambda: player.at_s > 3.0, timeout=LONG_MS)
    player.stop()


def test_what_cannot_be_played_is_said(player: Player, tmp_path: Path, qtbot: QtBot) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF" + bytes(40))
    player.take(broken, 0.0)
    with qtbot.waitSignal(player.failed, timeout=LONG_MS) as failure:
        player.play()
    assert "cannot play" in failure.args[0]
    player.stop()
