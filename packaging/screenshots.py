"""Draws the window's main states, light and dark, with the real library. Started by ``packaging/screenshots``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from bowerbird.gui.main_window import MainWindow
    from bowerbird.gui.question import Question

ROOT = Path(__file__).resolve().parents[1]
_LONGEST_S = 240.0
_SETTLE_S = 1.2
_SIZE = (1360, 860)


def main() -> int:
    """Fill a home folder, open the window in it, and save pictures of it."""
    arguments = _arguments()
    arguments.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bowerbird-") as home:
        os.environ |= {"HOME": home, "XDG_CONFIG_HOME": f"{home}/.config", "XDG_DATA_HOME": f"{home}/.data"}
        _fill(Path(home), arguments)
        with _window(Path(home) / ".library") as window:
            Drawing(window, arguments.to, Path(home)).draw_all()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="packaging/screenshots", description=__doc__)
    parser.add_argument("to", type=Path, metavar="DIR", help="where the pictures go")
    parser.add_argument("--photos", type=Path, help="photos to show in place of drawn ones")
    parser.add_argument("--documents", type=Path, help="documents to show as well")
    parser.add_argument("--media", type=Path, help="recordings and clips to show as well")
    return parser.parse_args()


def _fill(home: Path, arguments: argparse.Namespace) -> None:
    sys.path.insert(0, str(ROOT))
    from tests.gui.sample_files import write_documents, write_photos, write_unreadable
    from tests.media_makers import clip, scenes, silence, tone, wav

    (home / "Music").mkdir()
    (home / "Videos").mkdir()
    colours = ((190, 60, 50), (60, 140, 90), (50, 80, 190), (210, 180, 90))
    clip(home / "Videos" / "Colours.mp4", scenes(*colours, each=30, size=(480, 270)), samples=tone(12.0))
    wav(home / "Music" / "Two tones, nothing said.wav", np.concatenate([tone(4.0), silence(2.0), tone(4.0, 900)]))
    write_documents(home / "Documents")
    write_unreadable(home / "Documents" / "Old disk")
    write_photos(home / "Pictures", 12)
    own_files = (
        (arguments.photos, "Pictures", 120),
        (arguments.documents, "Documents", 60),
        (arguments.media, "Videos", 60),
    )
    for folder, name, limit in own_files:
        files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
        for path in files[:limit]:
            shutil.copy(path, home / name / path.name)


@contextmanager
def _window(library: Path) -> Iterator[MainWindow]:
    from PySide6.QtWidgets import QApplication

    from bowerbird.gui.main_window import MainWindow
    from bowerbird.gui.theme import Theme

    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    theme = Theme(application)
    theme.choose("light")
    window = MainWindow(library, theme)
    window.resize(*_SIZE)  # more than the screen there is offscreen has room for
    closed: list[bool] = []
    window.closed.connect(lambda: closed.append(True))
    window.show()
    yield window
    window.close()
    wait(lambda: bool(closed))


def wait(until: Callable[[], bool], longest_s: float = _LONGEST_S) -> None:
    """Process events until a condition holds.

    Raises:
        TimeoutError: it does not hold in time.
    """
    from PySide6.QtWidgets import QApplication

    end = time.monotonic() + longest_s
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the window did not come to the state to be drawn")
        QApplication.processEvents()
        time.sleep(0.01)


def settle(seconds: float = _SETTLE_S) -> None:
    """Process events for a while, so that pictures and results arrive."""
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end)


class Drawing:
    """Saves pictures of the window's states, in the order in which a person comes to them."""

    def __init__(self, window: MainWindow, to: Path, home: Path) -> None:
        self._window, self._to, self._home = window, to, home

    def draw_all(self) -> None:
        """Save all of them, in files named after what they show."""
        self._first_run()
        self._indexing()
        self._results()
        self._closely()
        self._well()
        self._small()
        self._dialogs()

    def _first_run(self) -> None:
        window = self._window
        wait(lambda: hasattr(window, "first_run") and bool(window.first_run.cards))
        self._save("first-run")

    def _indexing(self) -> None:
        library = self._window.session.library
        self._window.first_run.start.click()
        wait(lambda: library.status is not None and len(library.status.folders) > 1)
        wait(lambda: library.status is not None and sum(library.status.counts.values()) > 12)
        self._save("indexing", settle_s=0.2)
        wait(lambda: library.status is not None and not library.status.progress.busy)
        settle(2.5)

    def _results(self) -> None:
        from bowerbird.core.questions import Example
        from bowerbird.core.types import Kind
        from bowerbird.gui.question import Question

        dahlia = self._home / "Pictures" / "Dahlia.jpg"
        for name, question in (
            ("everything", Question()),
            ("text-results", Question(text="a red flower in the garden")),
            ("example-results", Question(like=(Example(dahlia),))),
            ("text-and-example", Question(text="flower", like=(Example(dahlia),))),
            ("document-preview", Question(text="the dog rode on the truck")),
            ("clip", Question(text="colours", kind=Kind.CLIP)),
            ("recording", Question(text="said", kind=Kind.RECORDING)),
            ("nothing-found", Question(text="apple cake before:1950")),
        ):
            self._answer(question)
            self._save(name)

    def _answer(self, question: Question) -> None:
        self._window.session.ask(question)
        wait(lambda: self._window.session.current and self._window.session.question == question)
        settle(2.5)

    def _closely(self) -> None:
        """Several hits selected, and a clip and a recording looked at with the space bar."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        from bowerbird.gui.question import Question

        view = self._window.search_pane.results
        self._answer(Question())
        QTest.keyClick(view, Qt.Key.Key_Home)
        for _ in range(3):
            QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        self._save("several")
        for kind in ("clip", "recording"):
            self._answer(Question(text=f"kind:{kind}"))
            QTest.keyClick(view, Qt.Key.Key_Space)
            settle(3.0)
            self._save(f"look-{kind}", dialog=True)
            QTest.keyClick(_dialog(), Qt.Key.Key_Space)

    def _well(self) -> None:
        """Examples as cards: one that counts, a part of one that counts a little, a stretch, one that is not meant."""
        from bowerbird.core.questions import Example, Liking
        from bowerbird.gui.question import Question

        pictures = self._home / "Pictures"
        box = self._window.search_pane.query
        self._answer(Question())
        box.toggle_well()
        self._save("well-empty")
        examples = (
            Example(pictures / "Dahlia.jpg"),
            Example(pictures / "Summer palace.jpg", liking=Liking.A_LITTLE, box=(0.2, 0.3, 0.5, 0.5)),
            Example(self._home / "Music" / "Two tones, nothing said.wav", 6.0, 9.0),
            Example(pictures / "IMG_2201.jpg", liking=Liking.NOT_LIKE),
        )
        there = tuple(example for example in examples if example.path.exists())
        self._answer(Question(text="flower kind:photo", like=there))
        self._save("well")
        self._window.resize(900, 600)
        self._save("well-small")
        self._window.resize(*_SIZE)
        box.toggle_well()
        self._save("chips")
        box.well.part_requested.emit(there[1])
        settle()
        self._save("part", dialog=True)
        if (dialog := _dialog()) is not None:
            dialog.close()

    def _small(self) -> None:
        from bowerbird.gui.question import Question

        self._window.resize(900, 600)
        self._answer(Question(text="apple cake with cream"))
        self._save("small")
        self._window.resize(*_SIZE)

    def _dialogs(self) -> None:
        dialogs = self._window.dialogs
        for name, show in (
            ("failures", dialogs.show_failures),
            ("settings", dialogs.show_settings),
            ("models", dialogs.show_models),
            ("shortcuts", dialogs.show_shortcuts),
        ):
            show()
            wait(lambda: _dialog() is not None)
            settle()
            self._save(name, dialog=True)
            if (dialog := _dialog()) is not None:
                dialog.close()
            wait(lambda: _dialog() is None)

    def _save(self, name: str, *, settle_s: float = _SETTLE_S, dialog: bool = False) -> None:
        for scheme in ("light", "dark"):
            self._window.session.theme.choose(scheme)
            settle(settle_s)
            widget = (_dialog() if dialog else None) or self._window
            widget.grab().save(str(self._to / f"{name}-{scheme}.png"))
        self._window.session.theme.choose("light")


def _dialog() -> QWidget | None:
    from PySide6.QtWidgets import QApplication, QDialog

    widgets = QApplication.topLevelWidgets()
    return next((widget for widget in widgets if isinstance(widget, QDialog) and widget.isVisible()), None)


if __name__ == "__main__":
    sys.exit(main())
