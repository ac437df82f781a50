"""Plays, seeks, stops and changes source many times: ``python -m tests.gui.preview.player_stress FOLDER``.

A program of its own: if Qt and Python lock each other out, it is ended from outside, and the test run goes on.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from bowerbird.gui.preview.player import Player
from tests.media_makers import clip, scenes, tone, wav

LONGEST_S = 120.0  # without a sound card 10 are enough; each stop of a real one takes a while
ROUNDS = 200
_PLAYERS = 10
_MUTEXES = 131  # that Qt shares out among all objects, by their addresses
_GIL_HELD_S = 0.02
_NEVER_S = 1000.0


def main(folder: Path) -> None:
    """Play in both ways; writes how often it has played."""
    faulthandler.dump_traceback_later(LONGEST_S, exit=True)
    application = QApplication([])
    files = (
        wav(folder / "low.wav", tone(2.0, 300)),
        wav(folder / "high.wav", tone(2.0, 900)),
        clip(folder / "clip.mp4", scenes((200, 30, 30), (30, 200, 30)), samples=tone(2.0)),
    )
    inside = {files[-1]: files[-1].read_bytes()}
    player = Player(application)
    for number in range(ROUNDS):
        within = inside if number % 2 else {}
        _play(player, files[number % len(files)], 0.1 * (number % 5), within, until_moved=number % 10 == 0)
        if number % 3 == 0:
            player.stop()
    player.stop()
    for number in range(_PLAYERS):
        player = Player(application)
        _play(player, files[number % len(files)], 0.0, inside if number % 2 else {}, until_moved=True)
        _stop_while_python_runs_on(player)
    sys.stdout.write(f"{ROUNDS + _PLAYERS}\n")


def _play(player: Player, path: Path, at_s: float, inside: dict[Path, bytes], *, until_moved: bool) -> None:
    """Open the file, or what is in it, and play it; return at once, or when its position moves."""
    player.take(path, at_s, (lambda success: success(inside[path])) if path in inside else None)
    player.play()
    _wait_until(lambda: player.at_s > at_s if until_moved else player.playing)


def _wait_until(done: Callable[[], bool]) -> None:
    while not done():
        QApplication.processEvents()
        time.sleep(0.001)


def _stop_while_python_runs_on(player: Player) -> None:
    """Stop, with a listener that needs every one of Qt's connection mutexes and never lets go of the GIL.

    If the audio thread, which ends meanwhile, asks for the GIL while it holds one of them, this deadlocks each time.
    """
    pairs = [(QObject(), QObject()) for _ in range(6 * _MUTEXES)]
    for sender, receiver in pairs:
        sender.objectNameChanged.connect(receiver.setObjectName, Qt.ConnectionType.QueuedConnection)

    def lock_each_mutex() -> None:
        end = time.perf_counter() + _GIL_HELD_S
        while time.perf_counter() < end:
            pass
        for sender, _ in pairs:
            sender.setObjectName("renamed")  # a queued signal locks its receiver's mutex

    player.playing_changed.connect(lock_each_mutex)
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(_NEVER_S)
    player.stop()
    sys.setswitchinterval(interval_s)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
