"""One window in a process of its own: prints when it was first painted and, if it stays, how its event loop stalled."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil

_STAY_S = 30
_TICK_MS = 5


def main() -> None:
    """Show a window, watch it, print what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("which", choices=("bare", "bowerbird"))
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--stay", action="store_true")
    asked = parser.parse_args()
    stay = asked.stay or asked.index is not None
    watch = _Watch(stay)
    if asked.which == "bare":
        watch.bare()
    else:
        watch.bowerbird(asked.library or asked.home, asked.index)
    print(json.dumps(watch.found), flush=True)


class _Watch:
    """Sees the first paint, and counts the gaps between ticks."""

    def __init__(self, stay: bool) -> None:
        self.found: dict[str, Any] = {}
        self._stay = stay
        self._gaps: list[float] = []

    def bare(self) -> None:
        from PySide6.QtWidgets import QApplication, QMainWindow

        application = QApplication(sys.argv[:1])
        window = QMainWindow()
        window.resize(1360, 860)
        self._attend(application, window.close)
        window.show()
        application.exec()
        self._sum_up()

    def bowerbird(self, home: Path, index: Path | None) -> None:
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication

        from bowerbird.gui.__main__ import main

        application = QApplication(sys.argv[:1])

        def window() -> Any:
            from bowerbird.gui.main_window import MainWindow

            return next(one for one in application.topLevelWidgets() if isinstance(one, MainWindow))

        self._attend(application, lambda: window().close())
        if index is not None:
            QTimer.singleShot(3000, lambda: window().session.library.add_folder(index))
        main(["--library", str(home)])
        self._sum_up()

    def _attend(self, application: Any, close: Any) -> None:
        from PySide6.QtCore import QEvent, QObject, QTimer

        watch = self

        class Filter(QObject):
            def eventFilter(self, seen: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint and "shown_s" not in watch.found:
                    watch.found["shown_s"] = time.time() - psutil.Process().create_time()
                    QTimer.singleShot(_STAY_S * 1000 if watch._stay else 1500, close)
                return False

        self._filter = Filter()
        application.installEventFilter(self._filter)
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._last = time.perf_counter()
        self._timer.start(_TICK_MS)

    def _tick(self) -> None:
        now = time.perf_counter()
        if time.time() - psutil.Process().create_time() > 4:  # after the start, which is measured by itself
            self._gaps.append(1000 * (now - self._last) - _TICK_MS)
        self._last = time.perf_counter()

    def _sum_up(self) -> None:
        gaps = sorted(self._gaps)
        if gaps:
            self.found |= {"stall_ms": gaps[int(0.999 * (len(gaps) - 1))], "longest_ms": gaps[-1], "ticks": len(gaps)}


if __name__ == "__main__":
    main()
