"""Starts the application: the window is shown first, its panes are built next, the library is opened last."""

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
    _close_on_signals(window)
    return application.exec()


def _close_on_signals(window: MainWindow) -> None:
    """Close the window on Ctrl+C and at logout. The timer lets Python run, which handles signals only then."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    timer = QTimer(window)
    timer.timeout.connect(lambda: None)
    timer.start(_SIGNAL_MS)
