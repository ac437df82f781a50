"""A card with the progress of indexing, the number of files that could not be read, and a button to pause."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout

from bowerbird.core.state import Progress, Status
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, describe, label, tool
from bowerbird.gui.wording import count, long_files, model_progress, name_of, progress_line

_TITLE_WIDTH = 140


class ProgressCard(QFrame):
    """Hidden while nothing is indexed and nothing has failed."""

    def __init__(self, session: SearchSession) -> None:
        """Follow the session's library."""
        super().__init__()
        self.setObjectName("card")
        self._session = session
        self._progress = Progress()
        self._failures = 0
        self._title = label("", "strong")
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self._line = label("", "small", wrap=True)
        self._long_files = label("", "small", wrap=True)
        self._model_line = label("", "small", wrap=True)
        self._failures_button = button("", session.failures_requested, "attention")
        self._pause_button = tool("Pause reading", self._toggle_pause, 14)
        self._place_widgets()
        session.library.progress_changed.connect(self._set_progress)
        session.library.status_changed.connect(self._set_status)
        session.theme.changed.connect(self._update)
        self._update()

    def _place_widgets(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self._pause_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(7)
        column.addLayout(top)
        column.addWidget(self._bar)
        column.addWidget(self._line)
        column.addWidget(self._long_files)
        column.addWidget(self._model_line)
        column.addWidget(self._failures_button)

    def _set_progress(self, progress: Progress) -> None:
        self._progress = progress
        self._update()

    def _set_status(self, status: Status) -> None:
        self._failures = status.failures
        self._update()

    def _update(self) -> None:
        progress = self._progress
        active = progress.busy or progress.paused
        self.setVisible(active or bool(progress.built or progress.pictures) or self._failures > 0)
        for widget in (self._title, self._bar, self._line, self._pause_button):
            widget.setVisible(active)
        self._fit_title()
        self._bar.setRange(0, max(1, progress.total))
        self._bar.setValue(progress.done if progress.total else 1)
        self._line.setText(progress_line(progress) if progress.busy else "Nothing new is read until you go on.")
        _show_line(self._long_files, long_files(progress) if active else "")
        _show_line(self._model_line, model_progress(progress))
        self._failures_button.setText(f"{count(self._failures, 'file')} could not be read")
        self._failures_button.setVisible(self._failures > 0)
        self._update_pause_button(progress.paused)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_title()

    def _fit_title(self) -> None:
        width = self._title.width() if self._title.isVisible() else _TITLE_WIDTH
        text = self._title.fontMetrics().elidedText(_title(self._progress), Qt.TextElideMode.ElideMiddle, width)
        self._title.setText(text)

    def _update_pause_button(self, paused: bool) -> None:
        theme = self._session.theme
        self._pause_button.setIcon(theme.icon("play" if paused else "pause", theme.colours.muted))
        describe(self._pause_button, "Go on reading" if paused else "Pause reading")

    def _toggle_pause(self) -> None:
        self._session.library.pause(not self._progress.paused)


def _title(progress: Progress) -> str:
    if progress.paused:
        return "Paused"
    if progress.waiting:
        return "Waiting"
    return f"Indexing {name_of(progress.folder)}" if progress.folder else "Indexing"


def _show_line(line: QLabel, text: str) -> None:
    line.setText(text)
    line.setVisible(bool(text))
