"""The quiet card: what is being read, how far it is, what could not be read, and pause."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from bowerbird.core.state import Progress, Status
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, label, tool
from bowerbird.gui.wording import built, count, long_files, name_of, progress_line


class ProgressCard(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, session: SearchSession) -> None:
        """Show the session's progress."""
        super().__init__()
        self.setObjectName("card")
        self._session = session
        self._progress = Progress()
        self._failures = 0
        self._title = label("", "strong")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self._line = label("", "small", wrap=True)
        self._long = label("", "small", wrap=True)
        self._built = label("", "small", wrap=True)
        self._failed = button("", session.wants_failures, "attention")
        self._pause = tool("Pause reading", self._toggle, 14)
        self._place()
        session.progressed.connect(self._show)
        session.status_changed.connect(self._show_failures)
        session.theme.changed.connect(self._draw)
        self._draw()

    def _place(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self._pause)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(7)
        column.addLayout(top)
        column.addWidget(self._bar)
        column.addWidget(self._line)
        column.addWidget(self._long)
        column.addWidget(self._built)
        column.addWidget(self._failed)

    def _show(self, progress: Progress) -> None:
        self._progress = progress
        self._draw()

    def _show_failures(self, status: Status) -> None:
        self._failures = status.failures
        self._draw()

    def _draw(self) -> None:
        progress = self._progress
        moving = progress.busy or progress.paused
        self.setVisible(moving or bool(progress.built) or self._failures > 0)
        title = self._title_of(progress)
        metrics = self._title.fontMetrics()
        self._title.setText(metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, 140))
        for part in (self._title, self._bar, self._line, self._pause):
            part.setVisible(moving)
        self._bar.setRange(0, max(1, progress.total))
        self._bar.setValue(progress.done if progress.total else 1)
        self._line.setText(progress_line(progress) if progress.busy else "Nothing new is read until you go on.")
        self._long.setText(long_files(progress))
        self._long.setVisible(moving and bool(progress.long))
        self._built.setText(built(progress))
        self._built.setVisible(bool(progress.built))
        self._failed.setText(f"{count(self._failures, 'file')} could not be read")
        self._failed.setVisible(self._failures > 0)
        self._draw_pause(progress.paused)

    def _draw_pause(self, paused: bool) -> None:
        says = "Go on reading" if paused else "Pause reading"
        self._pause.setIcon(self._session.theme.icon("play" if paused else "pause", self._session.theme.colours.muted))
        self._pause.setToolTip(says)
        self._pause.setAccessibleName(says)

    def _title_of(self, progress: Progress) -> str:
        if progress.paused:
            return "Paused"
        if progress.waiting:
            return "Waiting"
        return f"Indexing {name_of(progress.folder)}" if progress.folder else "Indexing"

    def _toggle(self) -> None:
        self._session.pause(not self._progress.paused)
