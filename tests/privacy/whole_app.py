"""Uses the whole app once, as a person does: the window, files of all four kinds, text and example search, models.

Run it as a program with the folder of a library that does not exist yet, and a folder of files to watch.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bowerbird.core.types import Kind
from bowerbird.gui.dialogs.models import ModelsDialog
from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.theme import Theme

_PATIENCE_S = 500  # on a busy machine the first preparing of models alone takes minutes


def main() -> None:
    """Index, search and look at the models; fails where something is not found."""
    library, folder = Path(sys.argv[1]), Path(sys.argv[2])
    application = QApplication([])
    window = MainWindow(library, Theme(application))
    window.show()
    _wait(lambda: hasattr(window, "session") and window.session.library.status is not None)
    window.session.library.add_folder(folder)
    _wait(lambda: _kinds(window) == set(Kind))
    QTest.keyClicks(window.search_pane.query.edit, "the keeper of the lighthouse")
    _wait(lambda: _names(window)[:1] == ["lighthouse.txt"])
    window.search_pane.query.edit.clear()
    window.session.examples.find_similar(folder / "photo.jpg")
    _wait(lambda: "photo.jpg" not in _names(window)[:1] and "other.jpg" in _names(window))
    window.dialogs.show_models()
    (dialog,) = window.findChildren(ModelsDialog)
    _wait(lambda: bool(dialog.rows))
    dialog.accept()
    closed: list[bool] = []
    window.closed.connect(lambda: closed.append(True))
    window.close()
    _wait(lambda: bool(closed))


def _kinds(window: MainWindow) -> set[Kind]:
    status = window.session.library.status
    if status is None or status.progress.busy:
        return set()
    return {kind for kind, count in status.counts.items() if count}


def _names(window: MainWindow) -> list[str]:
    return [hit.path.name for hit in window.session.results.hits]


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError
        loop = QEventLoop()  # QTest.qWait keeps the interpreter's lock while it sleeps: no other thread would get on
        QTimer.singleShot(50, loop.quit)
        loop.exec()


if __name__ == "__main__":
    main()
