"""Shown in place of results when there are none: the reason, and what to try."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bowerbird.core.conditions import EVERYTHING
from bowerbird.core.questions import Query
from bowerbird.core.state import FolderState, Status
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, label


class EmptyState(QWidget):
    """A title, a sentence, and a button where one helps."""

    def __init__(self, session: SearchSession) -> None:
        """Blank until ``explain``."""
        super().__init__()
        self._session = session
        self._title = label("", "title", centre=True)
        self._text = label("", "muted", centre=True, wrap=True)
        self._button = button("Clear filters", lambda: session.ask(session.question.unfiltered()))
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addSpacing(8)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)

    def explain(self) -> None:
        """Show why the session has no results."""
        title, text = reason(self._session.question, self._session.query, self._session.library.status)
        self._title.setText(title)
        self._text.setText(text)
        self._button.setVisible(self._session.question.filtered)


def is_reading(status: Status) -> bool:
    """Whether files are still to be read, or a folder to be looked through for the first time."""
    return status.progress.busy or any(folder.state is FolderState.INDEXING for folder in status.folders)


def reason(question: Question, query: Query, status: Status | None) -> tuple[str, str]:
    """A title that says why nothing is shown, and a sentence on what to try."""
    reading = status is not None and is_reading(status)
    if question.empty and reading and status is not None and status.progress.paused:
        return "Reading is paused", "Results appear here once it goes on."
    if question.empty and reading:
        return "Reading your folders", "The first results appear here in seconds."
    if question.empty and question.filtered:
        return "Nothing here", "No file passes these filters."
    if question.empty:
        return "Nothing here yet", "The folders Bowerbird looks after hold nothing it can read."
    if question.filtered or query.where != EVERYTHING:
        return "Nothing found with these filters", "Try it everywhere, or in other words."
    if reading:
        return "Nothing found yet", "Your folders are still being read. New results appear here by themselves."
    return "Nothing found", "Try other words or fewer, or drop a file that is like the one you are looking for."
