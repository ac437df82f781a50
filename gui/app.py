"""Starts the window: shown first, furnished next, the library opened last."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from bowerbird.gui.main_window import MainWindow
from bowerbird.gui.theme import Theme, application_icon

_SIGNAL_MS = 500


def run(directory: Path) -> int:
    """Show the window of the library in ``directory``; returns when it is closed."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Bowerbird")
    application.setDesktopFileName("bowerbird")
    application.setQuitOnLastWindowClosed(False)
    window = MainWindow(directory, Theme(application))
    window.closed.connect(application.quit)
    window.show()
    QTimer.singleShot(0, lambda: application.setWindowIcon(application_icon()))
    _heed_signals(window)
    return application.exec()


def _heed_signals(window: MainWindow) -> None:
    """Ctrl+C and a logout close the window as its owner would. Python sees signals only when it runs: hence a timer."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    timer = QTimer(window)
    timer.timeout.connect(lambda: None)
    timer.start(_SIGNAL_MS)
